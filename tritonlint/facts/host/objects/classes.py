"""What classes of the project say of their objects: fields, annotations, whether it is a tuple."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host.objects import heirs
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.symbols import Item, OfClass, Spelled
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Class,
    Const,
    Instance,
    Method,
    Sequence,
    Tensor,
    Value,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module, Target
from tritonlint.facts.project.tree import (
    FUNCTION,
    Enclosing,
    Function,
    dotted_name,
    last_name,
)

# What is annotated as a container of objects in a row.
_ENUMS = ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")
LISTS = frozenset("list List Sequence Iterable Collection tuple Tuple ModuleList".split())


def annotated(
    module: Module, annotation: ast.expr | None, enclosing: Enclosing, value: Value
) -> Value:
    """`value` as an object of the class that it is annotated as, or as a list of such objects,
    where that is a class of the project and nothing else is known of it."""
    if annotation is None or not _is_open(value):
        return value
    match annotation:
        case ast.Subscript(value=container, slice=of) if last_name(container) in LISTS:
            first = of.elts[0] if isinstance(of, ast.Tuple) and of.elts else of
            kind = _class_meant(module, first, enclosing)
            if kind is not None:
                item = as_object(Tensor(Item(symbol(value, ""), "*")), kind)
                return Sequence((item,), repeated=True)
    return as_object(value, _class_meant(module, annotation, enclosing))


def as_object(value: Value, owner: Definition | None) -> Value:
    """`value` as an object of a class, where nothing else is known of it."""
    if owner is None or not _is_open(value):
        return value
    named = symbol(value, "")
    kinds = _implementing(owner) or (owner,)
    if len(kinds) == 1:
        return Instance(kinds[0], named)
    tests = [OfClass(named, each.qualified) for each in kinds]
    each_path = (tuple((test, test is own) for test in tests) for own in tests)
    return Choice(
        tuple((path, Instance(x, named)) for path, x in zip(each_path, kinds, strict=True))
    )


def _is_open(value: Value) -> bool:
    """Whether nothing is known of a value but its name."""
    if isinstance(value, Tensor):
        return value.types is None and not value.part and not value.view
    return isinstance(value, Method)


def _class_meant(module: Module, annotation: ast.expr, enclosing: Enclosing) -> Definition | None:
    """The class of the project that an annotation means."""
    spelled = _class_named(annotation)
    target = module.target(spelled, enclosing) if spelled else None
    is_class = isinstance(target, Definition) and isinstance(target.node, ast.ClassDef)
    return target if is_class else None  # type: ignore[return-value]


@kept(4096)
def result_class(function: Definition) -> Definition | None:
    """The class of the project of which a function gives an object, by its annotation."""
    returns = function.as_function.returns
    return _class_meant(function.module, returns, function.enclosing) if returns else None


def enum_of(function: Definition, value: Value) -> Definition | None:
    """The enum of which `value`, which a function gives, is some member: which one is not known.
    None of another value, and where it is known on each path."""
    each_path = options(value)
    found = [each for _, each in each_path]
    for each in found if len(found) > 1 else ():
        # Each that is written is known on its path.
        if isinstance(each, Instance) and not isinstance(each.symbol, Spelled):
            return each.definition if is_enum(each.definition) else None
    written = all(isinstance(each, (Const, Instance)) for each in found)
    picked = written and len(found) > 1 and not any(path for path, _ in each_path)
    if not picked and not any(isinstance(each, (Tensor, Method)) for each in found):
        return None
    kind = _enum_result(function)
    return kind if kind is not None and all(map(_may_be_member, found)) else None


def _may_be_member(value: Value) -> bool:
    """Whether a value may be a member of an enum: it is no tensor."""
    return not isinstance(value, Tensor) or _is_open(value)


@kept(4096)
def _enum_result(function: Definition) -> Definition | None:
    """The enum of which a function gives a member, by its annotation."""
    found = result_class(function)
    return found if found is not None and is_enum(found) else None


@kept(1024)
def _implementing(protocol: Definition) -> tuple[Definition, ...]:
    """The classes of a file that have all the methods of one of its protocols."""
    if not inherits(protocol, "Protocol"):
        return ()
    asked = heirs.method_names(protocol)
    every = (each for each in protocol.module.classes if each.node is not protocol.node)
    return tuple(each for each in every if asked and asked <= heirs.method_names(each))


def _class_named(annotation: ast.expr) -> str | None:
    """The class that an annotation names, maybe beside None."""
    match annotation:
        case ast.Constant(value=str(text)):
            try:
                return _class_named(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _class_named(left)
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
            return _class_named(right)
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional")):
            return _class_named(annotation.slice)
        case ast.Name() | ast.Attribute():
            return dotted_name(annotation)
    return None


def declared(definition: Definition, name: str) -> ast.expr | None:
    """What a class says in its body that an attribute is: `name: type`."""
    for each in definition.as_class.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=found)) if found == name:
                return each.annotation
    return None


def declared_fields(definition: Definition, depth: int = 8) -> list[ast.AnnAssign]:
    """The fields of a class, those of its bases first."""
    fields: dict[str, ast.AnnAssign] = {}
    for base in definition.bases if depth else ():
        fields |= {each.target.id: each for each in declared_fields(base, depth - 1)}  # type: ignore[union-attr]
    for statement in definition.as_class.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) as field:
                fields[name] = field
    return list(fields.values())


def is_marked(field: ast.AnnAssign, name: str) -> bool:
    """Whether a field is annotated so: `ClassVar`, `InitVar[int]`."""
    kind = field.annotation
    return last_name(kind.value if isinstance(kind, ast.Subscript) else kind) == name


def is_named_tuple(definition: Definition) -> bool:
    """Whether a class is a NamedTuple."""
    return inherits(definition, "NamedTuple")


def is_enum(definition: Definition) -> bool:
    """Whether a class is an enum: its members are what they are."""
    return any(inherits(definition, name) for name in _ENUMS)


def members(definition: Definition) -> Iterator[tuple[str, ast.expr]]:
    """The names and values of the members of an enum, as they are written."""
    for statement in definition.as_class.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=label)], value=written):
                yield label, written


def inherits(definition: Definition, name: str) -> bool:
    """Whether a class names this one as its base."""
    bases = (dotted_name(each) or "" for each in definition.as_class.bases)
    return any(each.rpartition(".")[2] == name for each in bases)


def getter(member: Target) -> Target:
    """The property of which a member of a class is the setter or deleter; else the member."""
    if not isinstance(member, Definition) or not accessor(member.node, "setter", "deleter"):
        return member
    for each in member.owner.body if member.owner is not None else ():
        if isinstance(each, FUNCTION) and each.name == member.name:
            return Definition(member.module, each, member.enclosing, member.name)
    return member


def setter(definition: Definition, name: str) -> Definition | None:
    """The method of a class that is run where an attribute is assigned."""
    member = definition.module.member(definition, name)
    known = isinstance(member, Definition) and accessor(member.node, "setter")
    return member if known and isinstance(member, Definition) else None


def accessor(node: object, *names: str) -> bool:
    """Whether a function is decorated as one of these: `@name.setter`."""
    decorators = node.decorator_list if isinstance(node, FUNCTION) else ()
    return any(isinstance(each, ast.Attribute) and each.attr in names for each in decorators)


def method_named(owner: Instance, *names: str) -> Callable | None:
    """The first of these methods that the class of an object has: of `__call__` and `forward`, what
    is called when the object is."""
    definition = owner.definition
    for name in names:
        target = definition.module.member(definition, name)
        if isinstance(target, Definition) and isinstance(target.node, FUNCTION):
            return Callable(target, owner)
    return None


def owner_of(method: Definition) -> Definition | None:
    """The class that a function is a method of."""
    owner = method.owner
    if owner is None:
        return None
    return Definition(method.module, owner, method.enclosing[:-1], owner.name)


def receiver(method: Function, owner: Instance | Class) -> Instance | Class | None:
    """What a method takes as its first argument where it is called on `owner`: an object, its
    class, or nothing."""
    decorators = [last_name(each) for each in method.decorator_list]
    if "staticmethod" in decorators:
        return None
    if "classmethod" in decorators:
        return Class(owner.definition)
    return owner if isinstance(owner, Instance) else None


def as_tuple(owner: Instance) -> Sequence | None:
    """The fields of a NamedTuple, as a tuple; None for another object."""
    if not owner.attributes or not is_named_tuple(owner.definition):
        return None
    return Sequence(tuple(value for _, value in owner.attributes))

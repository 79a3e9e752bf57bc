"""What classes of the project say of their objects: fields, annotations, whether it is a tuple."""

from __future__ import annotations

import ast

from tritonlint.facts.host.choices import choose
from tritonlint.facts.host.naming import symbol
from tritonlint.facts.host.values import Callable, Class, Instance, Method, Sequence, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module, Target
from tritonlint.facts.project.tree import (
    FUNCTION,
    SCOPE,
    Enclosing,
    Function,
    dotted_name,
    last_name,
    nodes,
    walk,
)


def annotated(
    module: Module, annotation: ast.expr | None, enclosing: Enclosing, value: Value
) -> Value:
    """`value` as an object of the class that it is annotated as, where that is a class of the
    project and nothing else is known of it."""
    if annotation is None or not isinstance(value, (Tensor, Method)):
        return value
    if isinstance(value, Tensor) and (value.types is not None or value.part or value.view):
        return value
    named = symbol(value, "")
    spelled = _class_named(annotation)
    target = module.target(spelled, enclosing) if spelled else None
    if isinstance(target, Definition) and isinstance(target.node, ast.ClassDef):
        kinds = _implementing(target) or (target,)
        return choose(*(((), Instance(each, named)) for each in kinds))
    return value


@kept(1024)
def _implementing(protocol: Definition) -> tuple[Definition, ...]:
    """The classes of a file that have all the methods of one of its protocols."""
    if not inherits(protocol, "Protocol"):
        return ()
    asked = _method_names(protocol)
    every = (each for each in protocol.module.classes if each.node is not protocol.node)
    return tuple(each for each in every if asked and asked <= _method_names(each))


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
    return any(inherits(definition, name) for name in ("Enum", "IntEnum", "StrEnum"))


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


@kept(4096)
def heirs(definition: Definition) -> tuple[Definition, ...]:
    """The classes at the top level of a file that name this one, of the same file, as a base."""
    return tuple(
        Definition(definition.module, each, (), each.name)
        for each in definition.module.tree.body
        if isinstance(each, ast.ClassDef) and not definition.enclosing
        if any(isinstance(base, ast.Name) and base.id == definition.name for base in each.bases)
    )


def run_as(method: Definition) -> list[Definition | None]:
    """The classes as whose method one is run: None for its own, which is left out where no object
    of it can be the one at hand, and the heirs that keep the method and have one of their own for
    another that it calls, or make the object of bytes."""
    owner = method.owner
    if owner is None or method.name == "__init__":
        return [None]
    own = Definition(method.module, owner, method.enclosing[:-1], owner.name)
    found = heirs(own)
    if not found:
        return [None]
    named = {each.attr for each in nodes(method.node, ast.Attribute)}  # type: ignore[arg-type]
    changing: list[Definition | None] = []
    keeping = False
    for heir in found:
        names = _method_names(heir) - {"__init__"}
        if method.name not in names:
            changes = not names.isdisjoint(named) or _names_bytes(heir)
            changing += [heir] if changes else []
            keeping = keeping or not changes
    return changing if changing and not keeping and _is_for_heirs(own, named) else [None, *changing]


def _is_for_heirs(definition: Definition, named: set[str]) -> bool:
    """Whether all objects of a class are of its heirs: it is abstract, it lacks what of these
    `named` attributes they have, or its file makes objects of them and none of it."""
    found = heirs(definition)
    own = _has(definition)
    if _is_abstract(definition.node):
        return True
    if own is not None and any((_has(each) or own) & named - own for each in found):
        return True
    made, known = _made(definition.module)
    return definition.name not in known and any(each.name in made for each in found)


def _is_abstract(owner: object) -> bool:
    """Whether a class leaves a method to its heirs."""
    methods = owner.body if isinstance(owner, ast.ClassDef) else ()
    for each in methods:
        match each:
            case ast.FunctionDef(decorator_list=[*_, decorator]):
                if last_name(decorator) == "abstractmethod":
                    return True
            case ast.FunctionDef(body=[*_, ast.Raise(exc=ast.expr() as raised)]):
                called = raised.func if isinstance(raised, ast.Call) else raised
                if last_name(called) == "NotImplementedError":
                    return True
    return False


def _has(definition: Definition) -> frozenset[str] | None:
    """The names of what objects of a class have; None where it has a base that is not known."""
    found = _bound_in(definition.as_class)
    for base in definition.as_class.bases:
        spelled = dotted_name(base)
        target = definition.module.target(spelled, definition.enclosing) if spelled else None
        if not isinstance(target, Definition) or not isinstance(target.node, ast.ClassDef):
            return found if spelled in ("object", "ABC", "abc.ABC") else None
        inherited = _has(target) if target.node is not definition.node else None
        if inherited is None:
            return None
        found |= inherited
    return found


@kept(1024)
def _bound_in(owner: ast.ClassDef) -> frozenset[str]:
    """What the body of a class binds, and what its methods assign to attributes."""
    found = {each.name for each in owner.body if isinstance(each, SCOPE)}
    for each in walk(owner):
        match each:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Constant(value=str(name)):  # of `setattr`, `__slots__`, `register_buffer`
                found.add(name)
    return frozenset(found)


@kept(512)
def _made(module: Module) -> tuple[frozenset[str], frozenset[str]]:
    """What a file calls by its name, and what it names otherwise than as a base, or in an
    annotation."""
    aside: set[int] = set()
    for each in walk(module.tree):
        asides = each.bases if isinstance(each, ast.ClassDef) else ()
        for one in (*asides, getattr(each, "annotation", None), getattr(each, "returns", None)):
            aside |= {id(name) for name in walk(one)} if one is not None else set()
    calls = (each.func for each in nodes(module.tree, ast.Call))
    named = (each for each in walk(module.tree) if id(each) not in aside)
    return (
        frozenset(each.id for each in calls if isinstance(each, ast.Name)),
        frozenset(each.id for each in named if isinstance(each, ast.Name)),
    )


@kept(1024)
def _names_bytes(definition: Definition) -> bool:
    """Whether the initializer that a class has of its own names a type of bytes."""
    own = (each for each in definition.as_class.body if getattr(each, "name", "") == "__init__")
    return any(last_name(each) == "uint8" for node in own for each in nodes(node, ast.expr))


def _method_names(definition: Definition) -> set[str]:
    return {each.name for each in definition.as_class.body if isinstance(each, FUNCTION)}


def method_named(owner: Instance, *names: str) -> Callable | None:
    """The first of these methods that the class of an object has: of `__call__` and `forward`, what
    is called when the object is."""
    definition = owner.definition
    for name in names:
        target = definition.module.member(definition, name)
        if isinstance(target, Definition) and isinstance(target.node, FUNCTION):
            return Callable(target, owner)
    return None


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

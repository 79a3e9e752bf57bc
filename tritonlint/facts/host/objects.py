"""Objects of the project's classes: what their attributes hold, and what their classes declare."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tritonlint.facts.host import conditions, entering, expressions, making, statements, tensors
from tritonlint.facts.host.given import Given
from tritonlint.facts.host.state import NEAR_DEPTH, ClassFacts, Frame, Run
from tritonlint.facts.host.tensors import Arguments
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Partial,
    Sequence,
    Super,
    Table,
    Tensor,
    Value,
    options,
)
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Enclosing, dotted_name, statements_in

Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def instance_attribute(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value:
    """`self.name`: set in this function or where the object was made, a method, set in a method of
    the class, or unknown."""
    definition = owner.definition
    symbol = f"{owner.name}.{name}"
    known = frame.env.get(symbol) or dict(owner.attributes).get(name)
    if known is not None:
        of_another = bool(owner.symbol) and owner != frame.instance
        return Tensor(symbol) if of_another and _is_setting(name, known) else known
    target = definition.module.member(definition, name)
    if isinstance(target, Definition) and isinstance(target.node, Function):
        return bound_method(frame, owner, target, node)
    own = _assigned_value(frame, owner, name)
    if own is not None:
        return own
    declared = _declared(definition, name)
    if target is not None and (declared is None or not owner.symbol):
        found = expressions.definition_value(frame, target, name, node)
        if not isinstance(found, Tensor):
            return found
    named = tensors.named_dtype(name)
    if named is None and "cache" in name:
        _note_declared(frame, definition, symbol)
    if named is not None:
        return named
    module, around = definition.module, definition.enclosing
    return annotated(module, declared, around, Tensor(symbol))


def register(frame: Frame, owner: ast.expr, given: Given) -> None:
    """`owner.register_buffer("name", tensor)`."""
    name, value = given.arguments.get(0, "name"), given.arguments.get(1, "tensor")
    if isinstance(name, Const) and isinstance(name.value, str) and value is not None:
        attribute = ast.copy_location(ast.Attribute(owner, name.value, ast.Store()), owner)
        statements.assign(frame, attribute, value)


def class_attribute(frame: Frame, owner: Class, name: str, node: ast.expr) -> Value:
    """`Class.name`."""
    definition = owner.definition
    symbol = f"{definition.qualified}.{name}"
    if symbol in frame.env:
        return frame.env[symbol]
    target = definition.module.member(definition, name)
    if isinstance(target, Definition) and isinstance(target.node, Function):
        return bound_method(frame, owner, target, node)
    if target is None and name == "apply":  # of a `torch.autograd.Function`
        forward = definition.module.member(definition, "forward")
        if isinstance(forward, Definition) and isinstance(forward.node, Function):
            context = Tensor(f"{definition.qualified}(ctx)")
            return Partial(Callable(forward), ((context, frame.place(node)),), ())
    return expressions.definition_value(frame, target, name, node)


def inherited(frame: Frame, owner: Super, name: str, node: ast.expr) -> Value:
    """`super().name`."""
    assert isinstance(owner.owner.node, ast.ClassDef)
    for base in owner.owner.node.bases:
        spelled = dotted_name(base)
        module = owner.owner.module
        target = module.target(spelled, owner.owner.enclosing) if spelled else None
        if isinstance(target, Definition) and isinstance(target.node, ast.ClassDef):
            found = target.module.member(target, name)
            if isinstance(found, Definition) and isinstance(found.node, Function):
                return bound_method(frame, owner.instance, found, node)
    return expressions.unknown(frame, node)


def called(frame: Frame, owner: Instance, node: ast.Call) -> Value | None:
    """What is called when an object is: its `__call__`, or the `forward` of a module."""
    definition = owner.definition
    for name in ("__call__", "forward"):
        target = definition.module.member(definition, name)
        if isinstance(target, Definition) and isinstance(target.node, Function):
            return bound_method(frame, owner, target, node.func)
    return None


def bound_method(
    frame: Frame, owner: Instance | Class, target: Definition, node: ast.expr
) -> Value:
    """A method of `owner`: a kernel, what a property returns, or something to call."""
    assert isinstance(target.node, Function)
    decorators = [dotted_name(each) or "" for each in target.node.decorator_list]
    decorators = [each.rpartition(".")[2] for each in decorators]
    bound: Instance | Class | None = owner
    if "staticmethod" in decorators:
        bound = None
    elif "classmethod" in decorators and isinstance(owner, Instance):
        bound = Class(owner.definition)
    elif isinstance(owner, Class) and "classmethod" not in decorators:
        bound = None
    method = Callable(target, bound)
    if isinstance(owner, Instance) and any("property" in each for each in decorators):
        call = ast.copy_location(ast.Call(node, [], []), node)
        return entering.enter(frame, call, method, Given(Arguments((), {}), {}))
    value = expressions.definition_value(frame, target, target.name, node)
    return value if isinstance(value, Launchable) else method


def annotated(
    module: Module, annotation: ast.expr | None, enclosing: Enclosing, value: Value
) -> Value:
    """`value` as an object of the class that it is annotated as, where that is a class of the
    project and nothing else is known of it."""
    if annotation is None or not isinstance(value, (Tensor, Method)):
        return value
    if isinstance(value, Tensor) and (value.types is not None or value.part or value.view):
        return value
    symbol = conditions.symbol(value, "")
    spelled = _class_named(annotation) if symbol else None
    target = module.target(spelled, enclosing) if spelled else None
    if isinstance(target, Definition) and isinstance(target.node, ast.ClassDef):
        return Instance(target, symbol)
    return value


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


def _declared(definition: Definition, name: str) -> ast.expr | None:
    """What a class says in its body that an attribute is: `name: type`."""
    assert isinstance(definition.node, ast.ClassDef)
    for each in definition.node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=found)) if found == name:
                return each.annotation
    return None


def as_tuple(frame: Frame, owner: Instance) -> Sequence | None:
    """The fields of a NamedTuple, as a tuple; None for another object."""
    if not owner.attributes or not making.is_named_tuple(owner.definition):
        return None
    return Sequence(tuple(value for _, value in owner.attributes))


def _assigned_value(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What `__init__` gives an attribute, or else the one method that does, with what is known of
    the buffer behind it; None for a tensor of which nothing is known. Of a setting, which one it is
    says more than its value."""
    definition = owner.definition
    facts = class_facts(frame, definition)
    own = facts.values.get(name)
    if own is None or own == Const(None):
        later = _set_later(frame, definition, name)
        facts, own = later or (facts, own)
    if _is_setting(name, own or Const(None)):
        return Tensor(f"{owner.name}.{name}")
    if own is None:
        return None
    buffers = set(_buffers(own))
    for buffer in buffers & facts.types.keys():
        frame.types.setdefault(buffer, facts.types[buffer])
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in buffers and note not in known]
    if isinstance(own, Tensor) and own.buffer not in facts.types and own.types is None:
        return None
    return own


def _is_setting(name: str, value: Value) -> bool:
    """Whether an attribute is the setting of a cache's dtype: which one it is says more than its
    value."""
    dtype = any(isinstance(each, DType) for _, each in options(value))
    return name.endswith("cache_dtype") and not dtype


def _buffers(value: Value) -> Iterator[str]:
    """The buffers of the tensors in a value."""
    for _, each in options(value):
        match each:
            case Tensor(buffer=buffer):
                yield buffer
            case Sequence(items=items):
                for item in items:
                    yield from _buffers(item)
            case Table(items=entries):
                for _, item in entries:
                    yield from _buffers(item)
            case Instance(attributes=attributes):
                for _, item in attributes:
                    yield from _buffers(item)


def _set_later(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method beside `__init__` that assigns an attribute gives it."""
    assert isinstance(definition.node, ast.ClassDef)
    around = (*definition.enclosing, definition.node)
    assigning = [
        Definition(definition.module, each, around, each.name)
        for each in definition.node.body
        if isinstance(each, Function)
        and each.name != "__init__"
        and id(each) not in frame.run.stack
        and name in assigned_in(each)
    ]
    if len(assigning) != 1:
        return None
    facts = _facts_of(frame, definition, assigning[0])
    return (facts, facts.values[name]) if name in facts.values else None


def _note_declared(frame: Frame, definition: Definition, symbol: str) -> None:
    """Evidence for a cache that is bound to the object from outside: the dtype that its class
    declares for its cache is read from a table, and the table holds byte types."""
    for name, value in class_facts(frame, definition).values.items():
        if not ("cache" in name and "dtype" in name):
            continue
        for _, each in options(value):
            if not (isinstance(each, DType) and each.table and each.types.types):
                continue
            if any(t.is_byte for t in each.types.types):
                frame.note("table", symbol, each.types, each.table)


def class_facts(frame: Frame, definition: Definition) -> ClassFacts:
    """What `__init__` of a class (or the one that it inherits) gives its attributes. One that
    another method assigns too is left out."""
    initializer = definition.module.member(definition, "__init__")
    if not isinstance(initializer, Definition) or not isinstance(initializer.node, Function):
        return ClassFacts({}, {}, ())
    return _facts_of(frame, definition, initializer)


def note_required(frame: Frame, owner: Instance) -> None:
    """Note the settings that `__init__` of an object's class does not let pass."""
    for note in class_facts(frame, owner.definition).notes:
        if note.kind == "unquantized" and note not in frame.run.noted:
            frame.run.noted.add(note)
            frame.run.notes.append(note)


def _facts_of(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    known = frame.run.attributes
    key = (id(definition.node), id(method.node))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a class that makes its own kind
        known[key] = _assigned(frame, definition, method)
    return known[key]


def _assigned(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    """What a method gives the attributes of an object that nothing else is known of."""
    run = Run(
        frame.run.project, method, _initializes, attributes=frame.run.attributes, thorough=True
    )
    run.stack.append(id(method.node))
    instance = Instance(definition)
    assert isinstance(method.node, Function)
    inner = Frame(run, method.module, (*method.enclosing, method.node), {}, {}, (), instance)
    inner.env = statements.bind(
        inner, method, Given(Arguments((), {}), {}), Callable(method, instance)
    )
    inner.depth = NEAR_DEPTH - 2
    statements.body(inner)
    prefix = f"{definition.qualified}."
    elsewhere = set(_assigned_elsewhere(definition)) if method.name == "__init__" else set()
    values = {
        name.removeprefix(prefix): value
        for name, value in inner.env.items()
        if name.startswith(prefix) and name.removeprefix(prefix) not in elsewhere
    }
    return ClassFacts(values, inner.types, tuple(run.notes))


def _initializes(function: Definition) -> bool:
    return function.name == "__init__"


def _assigned_elsewhere(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods other than `__init__` assign."""
    assert isinstance(definition.node, ast.ClassDef)
    for method in definition.node.body:
        if isinstance(method, ast.FunctionDef) and method.name != "__init__":
            yield from assigned_in(method)


@cache
def assigned_in(method: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The attributes of objects that a method assigns."""
    return frozenset(
        node.attr
        for statement, _ in statements_in(method.body)
        for target in _targets(statement)
        for node in ast.walk(target)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    )


def _targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to."""
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            return [statement.target]
        case ast.With() | ast.AsyncWith():
            return [each.optional_vars for each in statement.items if each.optional_vars]
    return []

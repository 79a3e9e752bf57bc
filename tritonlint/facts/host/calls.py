"""Calls in launching code: launches, torch functions, functions of the project (entered),
attributes of `self`."""

from __future__ import annotations

import ast

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN, ElementTypes, join
from tritonlint.facts.host import (
    arithmetic,
    builtins,
    callbacks,
    classes,
    conditions,
    containers,
    copies,
    entering,
    launching,
    libraries,
    making,
    objects,
    tensors,
)
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.given import arguments_of
from tritonlint.facts.host.named_dtypes import LEGACY, may_retype, named_dtype
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import as_tensor
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Condition,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Namespace,
    Partial,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    constant,
    options,
)
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import replace

# Methods of a module that make a tensor an attribute of it.
_REGISTERS = ("register_buffer", "register_parameter")


def call(frame: Frame, node: ast.Call) -> Value:
    """The value of a call. A launch is recorded on the way."""
    function = frame.evaluate(node.func)
    given = arguments_of(frame, node)
    results = [apply(frame, node, each, given) for _, each in options(function)]
    return tensors.join_tensors(results)


def apply(frame: Frame, node: ast.Call, function: Value, given: Given) -> Value:
    """What `function` gives for these arguments."""
    match function:
        case Launchable(kernel=kernel, gridded=True):
            launching.record(frame, node, kernel, given)
            return frame.unknown(node)
        case Partial():
            whole = given.after(function)
            results = [apply(frame, node, each, whole) for _, each in options(function.function)]
            return tensors.join_tensors(results)
        case Callable():
            return entering.enter(frame, node, function, given)
        case Class():
            return making.make(frame, node, function, given)
        case Instance():
            method = classes.method_named(function, "__call__", "forward")
            return apply(frame, node, method, given) if method else frame.unknown(node)
        case Method():
            return _method(frame, node, function, given)
        case Namespace(name=qualified):
            return _outside(frame, node, qualified, given)
        case DType() if isinstance(node.func, (ast.Name, ast.Attribute)):
            # `current_platform.fp8_dtype()`: the helper is known by its name.
            return replace(function, text=as_code(node))
        case Launchable() | Condition():
            return function
    return _unresolved(frame, node, given)


def _unresolved(frame: Frame, node: ast.Call, given: Given) -> Value:
    """A call of something that is not known: of one of Python's own functions, by its name."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name and name not in frame.env:
        found = builtins.call(frame, node, name, given)
        if found is not None:
            return found
    if isinstance(node.func, ast.Attribute) and node.func.attr in _REGISTERS:
        objects.register(frame, node.func.value, given)
    by_its_name = libraries.by_name(frame, name, given.arguments, frame.span(node))
    return by_its_name or callbacks.call(frame, node, given)


def _method(frame: Frame, node: ast.Call, function: Method, given: Given) -> Value:
    span, arguments = frame.span(node), given.arguments
    if function.name in _REGISTERS and isinstance(node.func, ast.Attribute):
        objects.register(frame, node.func.value, given)
    owner = as_tensor(function.owner)
    if function.name in ("startswith", "endswith") and arguments.positional:
        found = conditions.text_test(owner, function.name, arguments.positional[0], node.func, span)
        if found:
            return found
    if function.name == "get" and isinstance(owner, Table) and arguments.positional:
        default = arguments.positional[1] if len(arguments.positional) > 1 else None
        if default is None and _is_plain(owner):
            default = Const(None)
        return look_up(frame, owner, arguments.positional[0], node, default)
    if isinstance(owner, Launchable) and function.name == "__getitem__":
        return replace(owner, gridded=True)
    if isinstance(owner, Callable):
        table = libraries.bound(owner, function.name, given, span)
        if table is not None:
            return table
    contained = containers.method(frame, function, owner, given)
    if contained is not None:
        return contained
    copies.method(frame, node, owner, function.name, arguments)
    results: list[tuple[Path, Value]] = []
    for path, each in options(owner):
        if isinstance(each, Tensor) and may_retype(function.name, node, arguments):
            results.append((path, replace(each, types=UNKNOWN, view=span, guarded=False)))
            continue
        known = (
            tensors.method(frame, each, function.name, arguments, span)
            if isinstance(each, Tensor)
            else None
        )
        known = known or libraries.by_name(frame, function.name, arguments, span)
        results.append((path, known or callbacks.call(frame, node, given)))
    return choose(*results)


def _outside(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value:
    """A call of something outside of the project, or of a custom operator that the project
    registers."""
    arguments = given.arguments
    head, _, name = qualified.rpartition(".")
    if head.startswith("torch.ops."):
        operator = frame.run.operator(name)
        if operator is not None:
            return entering.enter(frame, node, Callable(operator), given)
    known = libraries.call(frame, node, qualified, given)
    if known is not None:
        return known
    span = frame.span(node)
    legacy = LEGACY.get(name) if head in ("torch", "torch.cuda") else None
    if legacy is not None:
        return tensors.allocated(frame, ElementTypes.of(legacy), span)
    if head.split(".")[0] in ("torch", "numpy") and name in tensors.CONSTRUCTORS:
        like = arguments.positional[0] if arguments.positional else None
        return tensors.construct(frame, name, arguments, like, span)
    if qualified == "torch.finfo" and arguments.positional:
        _is_float(frame, arguments.positional[0])
    if qualified == "torch.iinfo" and arguments.positional:
        arithmetic.reckons(frame, arguments.positional[0], ("torch.int8",), span)
    if head == "torch" and arguments.positional and isinstance(arguments.positional[0], Tensor):
        rest = Arguments(arguments.positional[1:], arguments.keywords)
        found = tensors.method(frame, arguments.positional[0], name, rest, span)
        if found is not None:
            return found
    if name == "getattr" and len(arguments.positional) > 1:
        return named_dtype(str(constant(arguments.positional[1]))) or frame.unknown(node)
    return libraries.by_name(frame, name, arguments, span) or callbacks.call(frame, node, given)


def _is_float(frame: Frame, dtype: Value) -> None:
    """`torch.finfo(x.dtype)` raises for an integer tensor."""
    if isinstance(dtype, DType) and dtype.of is not None and not frame.known(dtype.of).known:
        frame.types[dtype.of] = ElementTypes(
            frozenset(t for t in tensors.FLOATS.types or ()) | frozenset(PLATFORM_FP8.types or ())
        )


def _setting(table: Table, key: Value, node: ast.expr) -> str | None:
    """The test that parts the entries of a table for names of fp8 types from its others; None where
    its key is no setting."""
    setting = conditions.asks_for(key, node.slice) if isinstance(node, ast.Subscript) else None
    several = sum(conditions.names_fp8(label) for label, _ in table.items) > 1
    return f"{setting}+" if several and setting else setting


def _by_setting(frame: Frame, table: Table, setting: str | None) -> Value | None:
    """The dtype that a table has for a setting: that of its names of fp8 types where the setting is
    one, and that of the others. None where that makes no difference."""
    if setting is None:
        return None
    sides: dict[bool, list[ElementTypes]] = {True: [], False: []}
    for label, value in table.items:
        sides[conditions.names_fp8(label)].append(tensors.dtype_types(frame, value))
    quantized, others = join(sides[True]), join(sides[False])
    bytes_ = [each.is_byte for each in quantized.types or ()]
    if not bytes_ or not all(bytes_) or not others.types or any(t.is_byte for t in others.types):
        return None
    return choose(
        (((setting, True),), DType(quantized, table=table.span)),
        (((setting, False),), DType(others, table=table.span)),
    )


def _is_plain(table: Table) -> bool:
    """Whether a table has no entries but those under its keys, all of which are constants: others
    are kept as they are spelled."""
    return not table.open and not any("." in str(label) for label, _ in table.items)


def look_up(
    frame: Frame, table: Table, key: Value, node: ast.expr, default: Value | None = None
) -> Value:
    """The entry of `table` for `key`, or `default`; every entry (and `default`) when the key is not
    known."""
    labels: frozenset[object] = frozenset()
    if isinstance(key, Const):
        labels = frozenset((key.value,))
    elif isinstance(key, DType):
        # Keys that are no constants are kept as they are spelled.
        labels = frozenset(map(str, tensors.dtype_types(frame, key).types or ()))
    arithmetic.reckons(frame, key, [label for label, _ in table.items], frame.span(node))
    values = [value for label, value in table.items if label in labels]
    if len(values) == 1 == len(labels):
        return values[0]
    if isinstance(key, Const) and default is not None and not values and _is_plain(table):
        return default
    values = values or [value for _, value in table.items]
    if default is not None:
        values.append(default)
    if not values:
        return frame.unknown(node)
    setting = None if labels or default else _setting(table, key, node)
    if all(isinstance(value, DType) for value in values):
        types = join(tensors.dtype_types(frame, value) for value in values)
        by_setting = _by_setting(frame, table, setting)
        of = key.of if isinstance(key, DType) else None
        return by_setting or DType(types, table=table.span, key=of)
    if setting and all(isinstance(value, (Instance, Sequence, Table)) for value in values):
        quantized = (conditions.names_fp8(label) for label, _ in table.items)
        return choose(*((((setting, x),), y) for x, y in zip(quantized, values, strict=True)))
    chosen = [value for value in values if isinstance(value, Launchable)] or values
    return choose(*(((), value) for value in chosen))

"""Calls in launching code: launches, torch functions, functions of the project (entered),
attributes of `self`."""

from __future__ import annotations

import ast
import re

from tritonlint.dtypes import ElementTypes, from_torch
from tritonlint.facts.host.calls import (
    autograd,
    builtins,
    callbacks,
    dispatching,
    entering,
    generic_functions,
    launching,
    libraries,
    operator_functions,
)
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.given import arguments_of
from tritonlint.facts.host.conditions import conditions, dtype_tests, setting_names
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.containers import containers, lookups
from tritonlint.facts.host.memory import arithmetic, copies, element_types, tensor_methods, tensors
from tritonlint.facts.host.memory.named_dtypes import LEGACY, named_dtype
from tritonlint.facts.host.objects import classes, making, objects
from tritonlint.facts.host.objects.heirs import telling_heirs
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.arms import bare
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.symbols import Compared, HasType, Missing, OfSetting
from tritonlint.facts.host.values.values import (
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
    Table,
    Tensor,
    Value,
    constant,
)
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import replace
from tritonlint.source import Span

# What methods of a tensor tell of its size, by one name for each.
_SIZES = {"size": "shape", "numel": "numel", "nelement": "numel"}
# Methods that make what they are given an attribute, of a module or of an autograd context.
_REGISTERS = ("register_buffer", "register_parameter", "save_for_backward")
# What views a tensor as a type of Triton's, or of torch's.
_VIEWING = frozenset(("triton.reinterpret", "triton.runtime.jit.reinterpret"))
# Methods of tensors as functions and operators: `torch.ops.aten.view.dtype`.
_OF_TENSORS = re.compile(r"torch\.Tensor\.(\w+)|torch\.ops\.aten\.(\w+)(?:\.\w+)?")
# What `torch.nn.Module` gives an attribute by.
_GETTERS = frozenset(("get_buffer", "get_parameter", "get_submodule"))
# What has functions that make tensors, or arrays.
_MAKING = ("torch", "numpy", "cupy")
# Where torch's functions are.
_TORCH = ("torch", "torch.nn.functional", "torch.linalg")


def call(frame: Frame, node: ast.Call) -> Value:
    """The value of a call. A launch is recorded on the way."""
    function = frame.evaluate(node.func)
    given = arguments_of(frame, node)
    each_path = options(function)
    results = [(p, _on_path(_taking(frame, p, f), p, node, f, given)) for p, f in each_path]
    if frame.run.backwards:
        autograd.run_backward(frame, node, function)
    if len(results) > 1:
        results = [*telling_heirs(results, frame.known)]
        # What a table of functions gives by a name, as the arms of a test for it would.
        results = [*bare(results, frame.known)] if all(map(_is_named, each_path)) else results
    return choose(*results)


def _is_named(function: tuple[Path, Value]) -> bool:
    """Whether one of several functions is asked for by its name, or by whether a package is
    there."""
    path, value = function
    asked = all(isinstance(key, Compared | OfSetting) for key, _ in path)
    asked = asked or any(isinstance(key, Missing) for key, _ in path)
    return bool(path) and asked and isinstance(value, Callable)


def _taking(frame: Frame, path: Path, function: Value) -> Frame:
    """The frame in which one of several kernels is launched: on the path on which it is that."""
    if not path or not isinstance(function, Launchable) or contradicts(path, frame.path):
        return frame
    inner = frame.fork()
    inner.path += tuple(test for test in path if test not in inner.path)
    for test, outcome in path:
        if outcome and isinstance(test, HasType):
            element = from_torch(test.types.removeprefix("torch."))
            if element is not None:
                conditions.narrow(inner, test.of, ElementTypes.of(element))
    return inner


def _on_path(frame: Frame, path: Path, node: ast.Call, function: Value, given: Given) -> Value:
    """What one of several functions gives; one that is asked for by its name launches what it does
    on the path on which it is."""
    before = frame.path
    if not _is_named((path, function)) or contradicts(path, before):
        return apply(frame, node, function, given)
    frame.path += tuple(test for test in path if test not in before)
    value = apply(frame, node, function, given)
    frame.path = before
    return value


def apply(frame: Frame, node: ast.Call, function: Value, given: Given) -> Value:
    """What `function` gives for these arguments."""
    match function:
        case Launchable(kernel=kernel, gridded=True):
            launching.record(frame, node, kernel, given)
            return frame.unknown(node)
        case Partial():
            whole = given.after(function)
            each_path = options(function.function)
            return choose(*((path, apply(frame, node, each, whole)) for path, each in each_path))
        case Callable(definition=called):
            if generic_functions.is_generic(called):
                return dispatching.call(frame, node, function, given)
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
    match node.func, given.arguments.positional:
        case ast.Attribute(attr=attr) as method, _ if attr in _REGISTERS:
            objects.register(frame, method, given)
        case ast.Attribute(value=owner, attr=attr), (Const(value=str() as named),):
            if attr in _GETTERS and named.isidentifier():
                attribute = ast.Attribute(owner, named, ast.Load())
                return frame.evaluate(ast.copy_location(attribute, node))
    by_its_name = libraries.by_name(frame, name, given.arguments, frame.span(node))
    return by_its_name or callbacks.call(frame, node, given)


def _method(frame: Frame, node: ast.Call, function: Method, given: Given) -> Value:
    span, arguments = frame.span(node), given.arguments
    if function.name in _REGISTERS and isinstance(node.func, ast.Attribute):
        objects.register(frame, node.func, given)
    owner = as_tensor(function.owner)
    if function.name == "__setattr__" and len(arguments.positional) == 3:
        return builtins.call(frame, node, "setattr", given) or Const(None)
    if function.name in ("startswith", "endswith") and arguments.positional:
        asked = setting_names.begins(frame, node, function, owner, arguments.positional[0])
        if asked:
            return asked
    if function.name == "get" and isinstance(owner, Table) and arguments.positional:
        return lookups.got(frame, owner, arguments.positional, node)
    if function.name in _SIZES and any(isinstance(each, Tensor) for _, each in options(owner)):
        return as_tensor(replace(function, name=_SIZES[function.name]))
    if isinstance(owner, Launchable) and function.name == "__getitem__":
        return replace(owner, gridded=True)
    if isinstance(owner, Callable):
        table = libraries.bound(owner, function.name, given, span)
        if table is not None:
            return table
    if function.name in dtype_tests.PREDICATES:
        dtype = element_types.dtype_of(frame, owner)
        return dtype_tests.predicate(frame, function.name, dtype, span) or frame.unknown(node)
    if function.name in ("get", "pop", "setdefault") and isinstance(owner, Tensor) and node.args:
        entry = containers.entry(frame, function.name, owner, node.args[0], arguments)
        if entry is not None:
            return entry
    contained = containers.method(frame, function, owner, given)
    if contained is not None:
        return contained
    copies.method(frame, node, owner, function.name, arguments)
    arithmetic.takes_numbers(frame, function.name, (owner,), span)
    results: list[tuple[Path, Value]] = []
    for path, each in options(owner):
        known = tensor_methods.call(frame, node, function.name, each, arguments)
        known = known or libraries.by_name(frame, function.name, arguments, span)
        results.append((path, known or callbacks.call(frame, node, given)))
    return choose(*results)


def _outside(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value:
    """A call of what lies outside of the project, or of a custom operator that it registers."""
    arguments = given.arguments
    operator = operator_functions.call(frame, node, qualified, given)
    if operator is not None:
        return operator
    head, _, name = qualified.rpartition(".")
    method = _OF_TENSORS.fullmatch(qualified)
    if method and arguments.positional:
        return _as_method(frame, node, method[1] or method[2], given)
    if qualified in _VIEWING and len(arguments.positional) == 2:
        return _as_method(frame, node, "view", given)
    if head.startswith("torch.ops."):
        custom = frame.run.operator(name)
        if custom is not None:
            return entering.enter(frame, node, Callable(custom), given)
    known = libraries.call(frame, node, qualified, given)
    if known is not None:
        return known
    span = frame.span(node)
    legacy = LEGACY.get(name) if head in ("torch", "torch.cuda") else None
    if legacy is not None:
        return tensors.allocated(frame, ElementTypes.of(legacy), span)
    if head.split(".")[0] in _MAKING and name in tensors.CONSTRUCTORS:
        like = as_tensor(arguments.positional[0]) if arguments.positional else None
        return tensors.construct(frame, name, arguments, like, span)
    if arguments.positional:
        _asks_kind(frame, qualified, arguments.positional[0], span)
    if head == "torch" and name in (*dtype_tests.PREDICATES, "as_strided") and arguments.positional:
        return _as_method(frame, node, name, given)
    if head in _TORCH:
        arithmetic.takes_numbers(frame, name, arguments.positional, span)
    if head in _TORCH and arguments.positional and isinstance(arguments.positional[0], Tensor):
        rest = Arguments(arguments.positional[1:], arguments.keywords)
        found = tensors.method(frame, arguments.positional[0], name, rest, span)
        if found is not None:
            return found
    if name == "getattr" and len(arguments.positional) > 1:
        return named_dtype(str(constant(arguments.positional[1]))) or frame.unknown(node)
    return libraries.by_name(frame, name, arguments, span) or callbacks.call(frame, node, given)


def _as_method(frame: Frame, node: ast.Call, name: str, given: Given) -> Value:
    """`x.view(dtype)`, for `torch.Tensor.view(x, dtype)`."""
    owner, *rest = (given.places[at].node for at in range(len(given.arguments.positional)))
    called = ast.copy_location(ast.Attribute(owner, name, ast.Load()), node)
    method = Method(given.arguments.positional[0], name, called)
    call_ = ast.copy_location(ast.Call(called, rest, node.keywords), node)
    return _method(frame, call_, method, given.rest())


def _asks_kind(frame: Frame, qualified: str, dtype: Value, span: Span) -> None:
    """`torch.finfo(x.dtype)` raises for an integer tensor; `torch.iinfo` is asked to reckon."""
    if qualified == "torch.iinfo":
        arithmetic.reckons(frame, dtype, ("torch.int8",), span)
    if qualified != "torch.finfo":
        return
    if isinstance(dtype, DType) and dtype.of is not None and not frame.known(dtype.of).known:
        frame.types[dtype.of] = element_types.ANY_FLOAT

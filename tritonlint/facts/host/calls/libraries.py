"""What functions of torch, Triton and Python's library hand on: partial functions, checks,
host-side descriptors, parameters."""

from __future__ import annotations

import ast
import re

from tritonlint.dtypes import join
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.conditions import conditions, setting_tests
from tritonlint.facts.host.containers import holders
from tritonlint.facts.host.memory import (
    array_interfaces,
    collectives,
    copies,
    element_types,
    tensors,
)
from tritonlint.facts.host.memory.named_dtypes import named_dtype, named_fp8
from tritonlint.facts.host.objects import records
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.values import (
    Callable,
    Condition,
    Const,
    DType,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.frozen import replace
from tritonlint.source import Span

# Raise when their first argument is false.
_CHECKS = frozenset(
    (
        "torch._check",
        "torch._assert",
        "torch._check_with",
        "torch._check_value",
        "torch._check_type",
    )
)
# Give the memory that they are given, under the name of that argument.
_SAME = {
    "torch.nn.Parameter": "data",
    "torch.nn.Buffer": "data",
    "torch.nn.parameter.Parameter": "data",
    "torch.nn.parameter.Buffer": "data",
    "triton.tools.tensor_descriptor.TensorDescriptor": "base",
    "triton.tools.tensor_descriptor.TensorDescriptor.from_tensor": "tensor",
    "copy.copy": "x",
    "copy.deepcopy": "x",
    "torch.from_numpy": "ndarray",
    "numpy.ascontiguousarray": "a",
    "triton.TensorWrapper": "base",
    "torch.nn.functional.pad": "input",
    # Lists and dicts of what is registered, gone through as such.
    "torch.nn.ParameterList": "values",
    "torch.nn.ParameterDict": "parameters",
    "torch.nn.ModuleList": "modules",
    "torch.nn.ModuleDict": "modules",
}
_CASTS = frozenset(("typing.cast", "typing_extensions.cast"))
# Give back what they are given, as far as launching is concerned.
_TRANSPARENT = frozenset(
    ("wrap_triton", "capture_triton", "cast", "from_dlpack", "to_dlpack", "no_grad")
)
# Functions that give memory of a dtype, by their names.
_GIVES_MEMORY = re.compile(
    r"(?:\w*_)?(?:get|alloc|allocate|acquire|create|make|new|request|reserve|borrow)_\w*?"
    r"(?:buffer|tensor|workspace|memory|storage|scratch)|alloc(?:ate)?|malloc"
)
# Functions of torch that put tensors together.
JOINING = frozenset(("stack", "cat", "concat", "concatenate", "hstack", "vstack", "dstack"))


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """What the function called `qualified` gives, or None."""
    arguments = given.arguments
    if qualified in ("functools.partial", "functools.partialmethod") and arguments.positional:
        return given.rest().partial(arguments.positional[0])
    if qualified in _CHECKS and arguments.positional:
        for test in arguments.positional[:2]:  # `torch._check_with(ValueError, test)`
            if isinstance(test, Condition):
                conditions.assume(frame, test, True, required=True)
        return None
    if qualified in _SAME:
        name = _SAME[qualified]
        value = arguments.get(0, name)
        if isinstance(value, (Sequence, Table)):
            return replace(value)  # a container of its own: the first may be changed
        return _in_descriptor(value, given, name) if "TensorDescriptor" in qualified else value
    if qualified == "inspect.signature":  # stands for the function: see `bound`
        return arguments.get(0, "obj")
    if qualified in _CASTS:
        return arguments.get(1, "val")
    made = holders.call(frame, node, qualified, given)
    made = made or records.call(frame, node, qualified, given)
    made = made or array_interfaces.call(frame, node, qualified, given)
    if made is not None:
        return made
    moved = collectives.written(frame, qualified, arguments, frame.span(node))
    return moved or _joined(frame, node, qualified, arguments)


def _joined(frame: Frame, node: ast.Call, qualified: str, arguments: Arguments) -> Value | None:
    """What a function makes that puts tensors together, or picks from some; what it writes them
    into holds what they do."""
    head, _, name = qualified.rpartition(".")
    target = arguments.keywords.get("out")
    parts: Value | None
    if qualified == "torch.where":
        parts = Sequence(tuple(x for x in arguments.positional[1:] if not isinstance(x, Const)))
    elif head == "torch" and name in JOINING:
        parts = arguments.get(0, "tensors")
    elif head == "torch" and name in tensors.SHAPES | tensors.PARTS and target is not None:
        parts = Sequence(arguments.positional[:1])
    else:
        return None
    if not isinstance(parts, Sequence) or not parts.items:
        return None
    if target is None:
        return _put_together(frame, node, parts)
    if len(parts.items) == 1:
        copies.keep_codes(frame, node, target, parts.items[0])
        return target
    for _, each in options(target):
        if isinstance(each, Tensor):
            copies.keep_codes_of(frame, frame.span(node), each, parts.items)
    return target


def bound(function: Callable, name: str, given: Given, span: Span) -> Table | None:
    """The arguments by name that `inspect.signature(function).bind(...)` gives."""
    node = function.definition.node
    if name not in ("bind", "bind_partial") or not isinstance(node, ast.FunctionDef):
        return None
    found = signature(node).bind(given.arguments.positional, given.arguments.keywords)
    return Table((*found.values.items(), *found.more.items()), span, not given.complete)


def _in_descriptor(value: Value | None, given: Given, name: str) -> Value | None:
    """A tensor that a descriptor is made of: what is viewed is the tensor, not the descriptor."""
    place = given.places.get(name, given.places.get(0))
    if value is None:
        return value
    places = () if place is None else (place,)
    known = (
        (at, replace(each, passed=(*each.passed, *places), described=True))
        if isinstance(each, Tensor)
        else (at, each)
        for at, each in options(value)
    )
    return choose(*known)


def by_name(frame: Frame, name: str, arguments: Arguments, span: Span) -> Value | None:
    """What a function that cannot be entered gives, by its name alone, or by what it is given."""
    made = _made_of_pairs(frame, arguments, span) or _made_by_name(frame, name, arguments, span)
    made = made or collectives.given(frame, name, arguments, span)
    if made is not None:
        return made
    if arguments.positional and name in _TRANSPARENT:
        return arguments.positional[0]
    if named_fp8(name):
        # Before the predicates: `fp8_dtype()` is a dtype, not a question.
        return named_dtype(name)
    subject = arguments.positional[0] if arguments.positional else Const(None)
    return setting_tests.named(name, subject, span)


def _put_together(frame: Frame, node: ast.Call, parts: Sequence) -> Value | None:
    """What `torch.cat(parts)` makes: those of which nothing is known are taken for tensors of the
    type of the others, where these have one."""
    found = [element_types.tensor_types(frame, each) for each in parts.items]
    known = {each for each in found if each.known}
    if not known or (len(known) > 1 and not all(each.known for each in found)):
        return None
    if not all(isinstance(each, Tensor) for each in parts.items):
        return None
    made = tensors.allocated(frame, join(known), frame.span(node))
    copies.keep_codes_of(frame, frame.span(node), made, parts.items)
    return made


def _made_by_name(frame: Frame, name: str, arguments: Arguments, span: Span) -> Tensor | None:
    """The memory that a function gives which is called so and takes a dtype:
    `handle.get_buffer(rank, shape, torch.uint8)`."""
    if not _GIVES_MEMORY.fullmatch(name):
        return None
    given = (*arguments.positional, *arguments.keywords.values())
    types = [element_types.dtype_types(frame, each) for each in given if isinstance(each, DType)]
    if len(types) != 1 or types[0].single is None:
        return None
    return tensors.allocated(frame, types[0], span)


def _made_of_pairs(frame: Frame, arguments: Arguments, span: Span) -> Sequence | None:
    """The tensors that a function makes which takes pairs of a shape and a dtype, and nothing else:
    one for each (`workspace.get(((n, 64), torch.uint8), ((n,), torch.float32))`)."""
    dtypes: list[DType] = []
    for each in arguments.positional:
        match each:
            case Sequence(items=(Sequence(), DType() as dtype), repeated=False):
                dtypes.append(dtype)
            case _:
                return None
    if not dtypes or arguments.keywords:
        return None
    made = (
        tensors.allocated(frame, element_types.dtype_types(frame, each), span, f"#{index}")
        for index, each in enumerate(dtypes)
    )
    return Sequence(tuple(made))

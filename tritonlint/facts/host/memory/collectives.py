"""Collectives: they move what tensors hold from one process to others, as it is."""

from __future__ import annotations

import re

from tritonlint.facts.host.calls.arguments import Arguments
from tritonlint.facts.host.memory import copies, element_types, tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, options
from tritonlint.facts.host.values.values import Sequence, Tensor, Value
from tritonlint.source import Span

# Those of `torch.distributed` that write what they move, with the name of that argument.
_WRITING = {
    "all_gather": "tensor_list",
    "all_gather_into_tensor": "output_tensor",
    "all_to_all": "output_tensor_list",
    "all_to_all_single": "output",
}
# What functions and methods are called that give what they move, and what others are that convert
# it too.
_GIVING = re.compile(r"(?:\w*_)?(?:(?:all_?)?gather|all_?to_?all|broadcast)(?:_\w+)?")
_CONVERTING = re.compile(r"quant|decode|encode|unpack|convert|cast_|upcast|_to_(?!all)")


def written(frame: Frame, qualified: str, arguments: Arguments, span: Span) -> Value | None:
    """What a collective of torch writes what it is given into; None for another function."""
    head, _, name = qualified.rpartition(".")
    if head != "torch.distributed" or name not in _WRITING:
        return None
    target, parts = arguments.get(0, _WRITING[name]), arguments.positional[1:2]
    held = any_item(target) if isinstance(target, Sequence) else target
    for _, each in options(held) if held is not None else ():
        if isinstance(each, Tensor):
            copies.keep_codes_of(frame, span, each, _items(parts))
    return target


def given(frame: Frame, name: str, arguments: Arguments, span: Span) -> Tensor | None:
    """What a function gives that is called as collectives are and takes bytes: new memory with what
    these hold. None for another function."""
    if not arguments.positional or not _GIVING.fullmatch(name) or _CONVERTING.search(name):
        return None
    moved = arguments.positional[0]
    if not isinstance(moved, Tensor):
        return None
    types = element_types.tensor_types(frame, moved)
    if not element_types.all_bytes(types):
        return None
    made = tensors.allocated(frame, types, span)
    copies.keep_codes_of(frame, span, made, (moved,))
    return made


def _items(parts: tuple[Value, ...]) -> list[Value]:
    return [
        item for each in parts for item in (each.items if isinstance(each, Sequence) else [each])
    ]

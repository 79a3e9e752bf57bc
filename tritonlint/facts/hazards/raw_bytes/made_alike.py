"""What a launch takes of the bytes that its file makes: evidence for their meaning where no view of
them tells it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import join
from tritonlint.facts.device import Moves
from tritonlint.facts.hazards.raw_bytes.cuts import cutting, sliced
from tritonlint.facts.hazards.raw_bytes.evidence import NO_FLOAT, Evidence
from tritonlint.facts.hazards.raw_bytes.made import (
    EXPONENTS,
    Made,
    may_put_together,
    only_bytes,
    rows,
)
from tritonlint.facts.hazards.raw_bytes.names import COMMON, byte_named, counts
from tritonlint.facts.hazards.torch_code import begins_later, last_slice
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import all_codes
from tritonlint.facts.host.memory.tensors import PARTS
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import walk

# The beginnings and ends by which `packed` and `unpack` differ from `pack`.
_BEGINS = re.compile(r"^(?:un|de|en|dis)(?=\w{3})")
_ENDS = re.compile(r"(?<=\w{3})(?:ed|er|ing|es|s|d|e)$")


def all_alike(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, seen: Moves
) -> Iterator[Evidence]:
    """Evidence for what the bytes are of which the kernel computes with the numbers: all bytes that
    the file makes are codes, exponents, or pairs of numbers of 4 bits. Exponents may be computed
    with, where a power is made of them."""
    made = only_bytes(event.module)
    if made is None or byte_named(parameter) or _may_be_viewed(run, tensor):
        return
    types = made.pieces[0].types
    if len(made.pieces) > 1:
        each_type = join(each.types for each in made.pieces)
        if tensor.part is None and any(t.width > 8 for t in each_type.types or ()):
            message = "a row of several types is made of bytes here, and none is viewed"
            yield Evidence(made.span, message, "likely", (), each_type, meaning=NO_FLOAT)
    elif types == EXPONENTS:
        if parameter not in seen.powers:
            message = "bytes are made of exponents here, and the kernel makes no power of them"
            yield Evidence(made.span, message, "likely", meaning=NO_FLOAT)
    elif not counts(parameter) and not counts(event.arguments[parameter].text):
        what = f"codes of {types}" if types != NO_FLOAT else "two numbers of 4 bits each"
        codes = all_codes(types)
        meaning = types if codes else NO_FLOAT
        yield Evidence(made.span, f"bytes are made of {what} here", "likely", meaning=meaning)


def region_alike(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor
) -> tuple[Evidence, Made] | None:
    """Evidence for what a region of a buffer is: the file puts a row together of as many pieces,
    and the region or the row goes by the name that it has there."""
    found = rows(cutting(event, tensor)) if tensor.part is not None else ()
    if not found or len({tuple(p.types for p in each.pieces) for each in found}) > 1:
        return None
    made = found[-1]
    index = _index(cutting(event, tensor), tensor, len(made.pieces))
    if index is None or _may_be_viewed(run, tensor):
        return None
    piece = made.pieces[index]
    passed = event.arguments[parameter]
    own = {*_words(passed.text), *_words(parameter), *_words(event.function)}
    own |= set(_words(tensor.buffer.last_name))
    if not own & {*_words(piece.name), *_words(made.function)}:
        return None
    message = f"the same region of a row is made of {piece.types} here"
    return Evidence(made.span, message, "likely", meaning=piece.types), made


def may_cut_rows(text: str) -> bool:
    """Whether a file may make rows of several types, and cut such into regions."""
    return may_put_together(text)


def cuts_rows(module: Module, function: ast.AST) -> bool:
    """Whether a function cuts regions out of something, in a file that makes rows of several
    types."""
    return bool(rows(module)) and any(
        isinstance(each, ast.Slice) or (isinstance(each, ast.Attribute) and each.attr in PARTS)
        for each in walk(function)
    )


def _may_be_viewed(run: Run, tensor: Tensor) -> bool:
    """Whether callers in the project, or tests beside it, may pass it viewed."""
    return run.passed_by_callers(tensor.buffer) or run.passed_by_tests(tensor.buffer)


def _index(module: Module, tensor: Tensor, count: int) -> int | None:
    """Which of `count` regions of a row a tensor is."""
    assert tensor.part is not None
    if tensor.part.index is not None:
        return tensor.part.index if tensor.part.index < count else None
    node = sliced(module, tensor)
    last = last_slice(node) if node is not None else None
    if last is None:
        return None
    later = begins_later(last)
    if later != (last.upper is None):
        return 1 if count == 3 and later else None
    return count - 1 if later else 0


@kept(4096)
def _words(name: str) -> frozenset[str]:
    """The words in a name without what makes them others of the same stem."""
    words = re.findall(r"[a-z]+", name.lower().replace("_ptr", ""))
    stems = (_ENDS.sub("", _BEGINS.sub("", each)) for each in words if each not in COMMON)
    return frozenset(each for each in stems if len(each) > 2)

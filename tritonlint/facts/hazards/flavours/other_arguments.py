"""Bytes that are viewed as `torch.float8_e4m3fn` for a launch, another argument of which is of the
platform's 8-bit type: where that is e4m3fnuz, the kernel reads the one as the other."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN
from tritonlint.facts.hazards.flavours.hard_coded import E4M3FN, HardCoded
from tritonlint.facts.hazards.flavours.kernels import PassedTensor, is_platforms, passed_tensors
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.memory.element_types import all_bytes
from tritonlint.facts.host.run import Run
from tritonlint.source import Span


def hard_coded_beside(run: Run) -> Iterator[HardCoded]:
    """The views of bytes as e4m3fn that a launch is passed beside what asks the platform."""
    if not any(note.types == PLATFORM_FP8 for note in run.notes):
        return
    for event in run.launches:
        passed = list(passed_tensors(event))
        asked = [(each.path, at) for each in passed if (at := _asked(run, each)) is not None]
        for each in passed:
            place = _named(each)
            others = (at for path, at in asked if not contradicts(path, each.path))
            other = next(others, None) if place is not None else None
            if place is not None and other is not None:
                if not for_vendor(run.project, place, each.path):
                    yield HardCoded(place, run.root.name, other)


def _named(passed: PassedTensor) -> Span | None:
    """Where a tensor of bytes is viewed as e4m3fn by name, in the file of the launch."""
    tensor, module = passed.tensor, passed.event.module
    if tensor.view is None or tensor.types is None or tensor.types.single != E4M3FN:
        return None
    if not all_bytes(passed.event.types.get(tensor.buffer, UNKNOWN)):
        return None
    here = tensor.view.path == module.path
    return tensor.view if here and "float8_e4m3fn" in module.source.snippet(tensor.view) else None


def _asked(run: Run, passed: PassedTensor) -> Span | None:
    """Where a tensor is viewed or made as the type of the platform, if it is."""
    tensor = passed.tensor
    notes = run.notes.by_buffer(tensor.buffer)
    made = (x.span for x in notes if x.kind == "allocated" and x.types == PLATFORM_FP8)
    at = tensor.view or next(made, None)
    types = tensor.types or passed.event.types.get(tensor.buffer, UNKNOWN)
    return at if at is not None and types == PLATFORM_FP8 and is_platforms(run, at) else None

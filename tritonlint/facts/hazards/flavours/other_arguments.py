"""Bytes that are viewed as `torch.float8_e4m3fn` for a launch, another argument of which is of the
platform's 8-bit type: where that is e4m3fnuz, the kernel reads the one as the other."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN
from tritonlint.facts.hazards.flavours.hard_coded import E4M3FN, HardCoded
from tritonlint.facts.hazards.flavours.kernels import is_platforms
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.hazards.launched.specializations import may_be_memory
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.element_types import all_bytes
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.paths import contradicts
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.values import Path, Tensor
from tritonlint.source import Span


def hard_coded_beside(run: Run) -> Iterator[HardCoded]:
    """The views of bytes as e4m3fn that a launch is passed beside what asks the platform."""
    if not any(note.types == PLATFORM_FP8 for note in run.notes):
        return
    for event in run.launches:
        for path, place in _named(run, event):
            asked = next(
                (at for other, at in _asked(run, event) if not contradicts(path, other)), None
            )
            if asked is not None and not for_vendor(run.project, place, event.path + path):
                yield HardCoded(place, run.root.name, asked)


def _named(run: Run, event: LaunchEvent) -> Iterator[tuple[Path, Span]]:
    """The views as e4m3fn by name, of bytes, that a launch is passed."""
    for path, tensor in _tensors(event):
        bytes_ = all_bytes(event.types.get(tensor.buffer, UNKNOWN))
        if tensor.view is not None and bytes_ and tensor.types and tensor.types.single == E4M3FN:
            module = run.project.cached(str(event.module.file))
            if tensor.view.path == event.module.path and module is not None:
                if "float8_e4m3fn" in module.source.snippet(tensor.view):
                    yield path, tensor.view


def _asked(run: Run, event: LaunchEvent) -> Iterator[tuple[Path, Span]]:
    """The arguments of a launch that have the type of the platform, and where that is asked for."""
    for path, tensor in _tensors(event):
        notes = run.notes.by_buffer(tensor.buffer)
        alike = [x.span for x in notes if x.kind == "allocated" and x.types == PLATFORM_FP8]
        made = alike[0] if alike else None
        types, at = (tensor.types, tensor.view) if tensor.view else (None, made)
        types = types or event.types.get(tensor.buffer, UNKNOWN)
        if types == PLATFORM_FP8 and at is not None and is_platforms(run, at):
            yield path, at


def _tensors(event: LaunchEvent) -> Iterator[tuple[Path, Tensor]]:
    for parameter, passed in event.arguments.items():
        if may_be_memory(event, parameter):
            for path, value in options(passed.value):
                if isinstance(value, Tensor) and not contradicts(path, event.path):
                    yield path, value

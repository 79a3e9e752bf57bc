"""Offsets that a launch makes a kernel compute in 16 bits, by passing indices of that type."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.device import ShortProduct, Specialization, watched
from tritonlint.facts.hazards.launched.specializations import specialization, types_of
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.values import Tensor, options
from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class ShortIndex(InKernel):
    """A product of an index of 16 bits, which the launch at `launch` in `function` passes as
    `parameter` by `argument`, at `argument_span`."""

    product: ShortProduct
    function: str
    launch: Span
    parameter: str
    argument: str
    argument_span: Span


def short_indices(run: Run) -> Iterator[ShortIndex]:
    """The products of short indices in the launches of `run` that reach a pointer."""
    for event in run.launches:
        short = [name for name in event.arguments if _is_short(event, name)]
        if not short:
            continue
        made = specialization(event, "", None, event.path)
        for each in run.effects.of(_products, event.kernel, made):
            if each.parameter in short:
                passed = event.arguments[each.parameter]
                kernel = event.kernel
                yield ShortIndex(
                    each.place,
                    kernel.name,
                    kernel.path,
                    kernel.line,
                    each,
                    event.function,
                    event.span,
                    each.parameter,
                    passed.text,
                    passed.span,
                )


def _products(kernel: Kernel, made: Specialization) -> tuple[ShortProduct, ...]:
    return watched(kernel, made).short()


def _is_short(event: LaunchEvent, name: str) -> bool:
    """Whether a launch passes a tensor of 16-bit integers, for certain."""
    found = [value for _, value in options(event.arguments[name].value)]
    tensors = [each for each in found if isinstance(each, Tensor)]
    types = [types_of(event, each).single for each in tensors]
    return len(tensors) == len(found) > 0 and all(
        each is not None and each.is_integer and each.width == 16 for each in types
    )

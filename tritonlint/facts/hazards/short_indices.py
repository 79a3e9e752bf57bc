"""Offsets that a launch makes a kernel compute in 16 bits, by passing indices of that type."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.device import ShortProduct, Specialization, watched
from tritonlint.facts.hazards.launched.specializations import integer_widths, specialization
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.host.run import Run
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
    for event in run.asked_kernels:
        short = [name for name in event.arguments if integer_widths(event, name) == {16}]
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

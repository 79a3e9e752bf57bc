"""The parts of a trace that rules share: from the evidence to the kernel's parameter, and on into
the functions that the kernel calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tritonlint.findings import Step
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.facts.hazards.narrowed import Narrowed
    from tritonlint.facts.hazards.raw_bytes.arguments import Argument


def approach(argument: Argument, via: Iterable[Span]) -> list[Step]:
    """From the evidence over the slice, the calls and the launch to the parameter, and through the
    device functions that are called at `via`."""
    steps = [Step(each.span, each.message) for each in argument.evidence]
    if argument.place != argument.span and argument.place not in argument.calls:
        steps.append(Step(argument.place, "this part of it is not viewed"))
    steps += [Step(each, "passed on as an argument here") for each in argument.calls]
    kernel, parameter = argument.kernel, argument.parameter
    steps.append(Step(argument.span, f"passed to `{kernel}` as `{parameter}`"))
    what = f"{argument.storage.bits}-bit floats" if argument.storage.packed else "bytes"
    steps.append(Step(argument.parameter_span, f"`{parameter}` then points to {what}"))
    return [*steps, *handed_on(via)]


def handed_on(via: Iterable[Span]) -> list[Step]:
    """Through the device functions that are called at `via`."""
    return [Step(each, "handed to a device function here") for each in via]


def integer_approach(seen: Narrowed, element: str) -> list[Step]:
    """From the launch that passes integers, if one does, over the calls of device functions."""
    steps: list[Step] = []
    launch = seen.launch
    if launch is not None:
        if launch.stated is not None:
            what = "is reckoned with" if launch.reckoned else "is the type of the tensor"
            steps.append(Step(launch.stated, f"torch.{element} {what} here"))
        name = launch.parameter
        steps.append(Step(launch.place, f"passed to `{seen.kernel}` as `{name}`"))
        steps.append(Step(launch.parameter_span, f"`{name}` then stands for {element}"))
    steps += [Step(each, "a device function is called here") for each in seen.via]
    return steps

"""The parts of a trace that rules about launch arguments share: from the evidence to the kernel's
parameter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from tritonlint.dtypes import UINT8
from tritonlint.findings import LaunchSite, Step
from tritonlint.findings.claim import Claim

if TYPE_CHECKING:
    from tritonlint.facts.hazards.narrowed_numbers import ByteUsed, Converted
    from tritonlint.facts.hazards.raw_bytes.arguments import Argument

Seen = TypeVar("Seen", "Converted", "ByteUsed")


def launch_site(argument: Argument) -> LaunchSite:
    launch = argument.launch
    return LaunchSite(launch.path, launch.line, argument.kernel, argument.parameter, argument.text)


def claim(argument: Argument, *, rejected: bool) -> Claim:
    """What the finding about `argument` says about its kernel."""
    single = argument.storage.types.single
    stands_for = argument.stands_for.single
    flagged = single if single is not None and single.is_byte else UINT8
    return Claim(
        argument.kernel_path,
        argument.kernel_line,
        argument.parameter,
        flagged.name,
        "fp8" if stands_for is None or stands_for.is_fp8 else stands_for.name,
        rejected,
        argument.known,
    )


def holds(argument: Argument) -> str:
    """What the message says that the argument holds."""
    if argument.storage.packed:
        return f"is a part of a packed page and holds {argument.stands_for}"
    return "holds raw bytes"


def approach(argument: Argument) -> list[Step]:
    """From the evidence over the slice, the calls and the launch to the parameter."""
    steps = [Step(each.span, each.message) for each in argument.evidence]
    if argument.place != argument.span and argument.place not in argument.calls:
        steps.append(Step(argument.place, "this part of it is not viewed"))
    steps += [Step(each, "passed on as an argument here") for each in argument.calls]
    kernel, parameter = argument.kernel, argument.parameter
    steps.append(Step(argument.span, f"passed to `{kernel}` as `{parameter}`"))
    what = "8-bit floats" if argument.storage.packed else "bytes"
    steps.append(Step(argument.parameter_span, f"`{parameter}` then points to {what}"))
    return steps


def one_a_place(seen: Iterable[Seen]) -> list[Seen]:
    """Of what is seen at one place in several ways, that which needs no launch and the fewest
    calls, or else the first launch."""
    chosen: dict[object, Seen] = {}
    for each in sorted(seen, key=_directness):
        chosen.setdefault(each.place, each)
    return list(chosen.values())


def _directness(seen: Converted | ByteUsed) -> tuple[object, ...]:
    launch = seen.launch
    where = (launch.span, launch.parameter) if launch else ()
    known = repr(launch.known) if launch else ""
    return (
        launch is not None,
        len(seen.via),
        where,
        seen.via,
        seen.kernel_path,
        seen.kernel,
        known,
    )


def integer_launch_site(seen: Converted | ByteUsed) -> LaunchSite | None:
    launch = seen.launch
    if launch is None:
        return None
    return LaunchSite(
        launch.span.path, launch.span.line, seen.kernel, launch.parameter, launch.argument
    )


def integer_claim(seen: Converted | ByteUsed) -> Claim:
    """What the finding says about its kernel: that it does so by itself, or by what the launch
    passes."""
    launch = seen.launch
    if launch is None:
        return Claim(seen.kernel_path, seen.kernel_line, "")
    if launch.element is None:
        return Claim(seen.kernel_path, seen.kernel_line, "", known=launch.known)
    name = launch.element.name
    return Claim(
        seen.kernel_path, seen.kernel_line, launch.parameter, name, name, known=launch.known
    )


def integer_approach(seen: Converted | ByteUsed, element: str) -> list[Step]:
    """From the launch that passes integers, if one does, over the calls of device functions."""
    steps: list[Step] = []
    launch = seen.launch
    if launch is not None:
        if launch.stated is not None:
            steps.append(Step(launch.stated, f"a tensor of torch.{element}"))
        name = launch.parameter
        steps.append(Step(launch.place, f"passed to `{seen.kernel}` as `{name}`"))
        steps.append(Step(launch.parameter_span, f"`{name}` then stands for {element}"))
    steps += [Step(each, "a device function is called here") for each in seen.via]
    return steps

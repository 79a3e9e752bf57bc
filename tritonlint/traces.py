"""The parts of a trace that rules about launch arguments share: from the evidence to the kernel's
parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.claim import Claim
from tritonlint.dtypes import UINT8
from tritonlint.findings import LaunchSite, Step

if TYPE_CHECKING:
    from tritonlint.facts.arguments import Argument


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


def approach(argument: Argument) -> list[Step]:
    """From the evidence over the slice, the calls and the launch to the parameter."""
    steps = [Step(each.span, each.message) for each in argument.evidence]
    if argument.place != argument.span and argument.place not in argument.calls:
        steps.append(Step(argument.place, "this part of it is not viewed"))
    steps += [Step(each, "passed on as an argument here") for each in argument.calls]
    kernel, parameter = argument.kernel, argument.parameter
    steps.append(Step(argument.span, f"passed to `{kernel}` as `{parameter}`"))
    steps.append(Step(argument.parameter_span, f"`{parameter}` then points to bytes"))
    return steps

"""What the facts say of an observation that is the same for every rule: in which function, at
which launch, and what a finding about it claims of the kernel."""

from __future__ import annotations

from collections.abc import Hashable
from functools import singledispatch
from typing import Any

from tritonlint.dtypes import UINT8
from tritonlint.facts.device.sums import NarrowSum
from tritonlint.facts.hazards.carried_roundings import CarriedRounding
from tritonlint.facts.hazards.detours import Detour
from tritonlint.facts.hazards.dropped_scales import DroppedScale
from tritonlint.facts.hazards.flavours.hard_coded import HardCoded
from tritonlint.facts.hazards.float_scalars import FloatScalar
from tritonlint.facts.hazards.ignored_settings import IgnoredSetting
from tritonlint.facts.hazards.low_sums import LowSum
from tritonlint.facts.hazards.narrowed import (
    ByteDifference,
    ByteUsed,
    Converted,
    Narrowed,
)
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.hazards.other_pointer_casts import OtherCast
from tritonlint.facts.hazards.raw_bytes.arguments import Argument
from tritonlint.facts.hazards.short_indices import ShortIndex
from tritonlint.facts.hazards.short_scalars import ShortScalar
from tritonlint.findings import LaunchSite
from tritonlint.findings.claim import Claim, Known
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span


@dataclass(frozen=True)
class About:
    """The place of an observation, the function around it, the launch that it is about, and the
    claim of a finding about it. Of observations with the same `one` only the first by `rank` is
    reported."""

    place: Span
    function: str
    launch: LaunchSite | None = None
    claim: Claim | None = None
    one: Hashable = None
    rank: tuple[Any, ...] = ()


@singledispatch
def about(observation: Any) -> About:
    """What is said of an observation of any kind: it has a `place`, and perhaps `function`,
    `launch` (a place), `kernel`, `parameter` and `argument`."""
    launch, site = getattr(observation, "launch", None), None
    if isinstance(launch, Span):
        named = (getattr(observation, each, "") for each in ("kernel", "parameter", "argument"))
        site = LaunchSite(launch.path, launch.line, *named)
    return About(observation.place, getattr(observation, "function", ""), site, one=observation)


@about.register
def _(observation: Argument) -> About:
    launch = observation.launch
    site = LaunchSite(
        launch.path, launch.line, observation.kernel, observation.parameter, observation.text
    )
    single = observation.storage.types.single
    stands_for = observation.stands_for.single
    if observation.storage.packed:
        # Floats stay floats there: what Triton compiles does not tell.
        return About(observation.place, observation.function, site, one=observation)
    claim = Claim(
        observation.kernel_path,
        observation.kernel_line,
        observation.parameter,
        (single if single is not None and single.is_byte else UINT8).name,
        "fp8" if stands_for is None or stands_for.is_fp8 else stands_for.name,
        known=observation.known,
    )
    return About(observation.place, observation.function, site, claim, one=observation)


@about.register
def _(observation: Converted) -> About:
    found = _in_kernel(observation, observation.conversion.function)
    form = "unlike" if observation.unlike is not None else ""
    form = "sum" if observation.conversion.summed else form
    claim = found.claim or Claim(observation.kernel_path, observation.kernel_line, "")
    return replace(found, claim=replace(claim, form=form))


@about.register
def _(observation: ByteUsed) -> About:
    return _in_kernel(observation, observation.byte.function)


@about.register
def _(observation: ByteDifference) -> About:
    return _in_kernel(observation, observation.kernel)


def _in_kernel(seen: Narrowed, function: str) -> About:
    """What is seen at one place of a kernel in several ways is reported once: as what needs no
    launch and the fewest calls, or else of the first launch."""
    launch, site = seen.launch, None
    claim = Claim(seen.kernel_path, seen.kernel_line, "")
    where: tuple[Any, ...] = ()
    if launch is not None:
        where = launch.span, launch.parameter
        site = LaunchSite(
            launch.span.path, launch.span.line, seen.kernel, launch.parameter, launch.argument
        )
        claim = Claim(seen.kernel_path, seen.kernel_line, "", known=launch.known)
        if launch.element is not None:
            name = launch.element.name
            claim = Claim(
                seen.kernel_path, seen.kernel_line, launch.parameter, name, name, known=launch.known
            )
    known = repr(launch.known) if launch else ""
    direct = launch is not None, len(seen.via), where, seen.via, seen.kernel_path, seen.kernel
    return About(seen.place, function, site, claim, seen.place, (*direct, known))


@about.register
def _(observation: OtherCast) -> About:
    one = observation.place, observation.kernel
    claim = Claim(
        observation.kernel_path,
        observation.kernel_line,
        "",
        known=observation.known,
        # What is quantized is decoded and encoded in turn where all is right, too.
        form="codes" if observation.narrow is not None and observation.narrow.is_fp8 else "",
    )
    return About(observation.place, observation.function, _launched(observation), claim, one=one)


@about.register
def _(observation: ShortIndex) -> About:
    where = (observation.kernel_path, observation.kernel_line, observation.parameter)
    claim = Claim(*where, "int16", "int16", form="short")
    place = observation.place
    site = _launched(observation)
    return About(place, observation.function, site, claim, one=place, rank=(place,))


@about.register
def _(observation: IgnoredSetting) -> About:
    one = observation.place, observation.kernel, observation.cache
    where = (observation.kernel_path, observation.kernel_line, observation.parameter)
    claim = Claim(*where, known=observation.known)
    return About(observation.place, observation.function, _launched(observation), claim, one=one)


def _launched(seen: OtherCast | IgnoredSetting | ShortIndex) -> LaunchSite:
    launch = seen.launch
    return LaunchSite(launch.path, launch.line, seen.kernel, seen.parameter, seen.argument)


@about.register
def _(observation: HardCoded) -> About:
    return About(
        observation.place, observation.function, one=observation.place, rank=(observation.place,)
    )


@about.register
def _(observation: FloatScalar) -> About:
    where = (observation.kernel_path, observation.kernel_line, observation.parameter)
    claim = Claim(*where, "float64", "float32", form="passed")
    place = observation.place
    return About(place, observation.kernel, claim=claim, one=place, rank=(place,))


@about.register
def _(observation: ShortScalar) -> About:
    form = "short" if observation.parameter else "written"
    known = tuple(Known(each, ("float64",), open=True) for each in observation.pointers)
    claim = Claim(observation.kernel_path, observation.kernel_line, "", known=known, form=form)
    place = observation.place
    return About(place, observation.kernel, claim=claim, one=place, rank=(place,))


@about.register
def _(observation: LowSum) -> About:
    where = (observation.kernel_path, observation.kernel_line)
    form = "sum" if observation.sum.kind == "sum" else ""
    claim = Claim(*where, "", known=observation.known, form=form)
    if observation.sum.kind == "update":
        element, form = observation.sum.element.name, _form(observation.sum)
        claim = Claim(
            *where, observation.parameter, element, "float32", known=observation.known, form=form
        )
    return _of_kernel(observation, claim)


def _form(seen: NarrowSum) -> str:
    """How a sum is kept in memory: by atomics, by the loop of the kernel or by that of its
    launch."""
    if not seen.loads:
        return "atomic"
    return "kept" if seen.use == seen.place else "again"


@about.register
def _(observation: Detour) -> About:
    known = tuple(Known(each, ("int32",)) for each in sorted(observation.integers))
    where = (observation.kernel_path, observation.kernel_line)
    form = "number" if observation.written else ""
    return _of_kernel(observation, Claim(*where, "", known=known, form=form))


@about.register
def _(observation: InKernel) -> About:
    ordered = not isinstance(observation, DroppedScale)
    form = "carried" if isinstance(observation, CarriedRounding) else ""
    where = (observation.kernel_path, observation.kernel_line)
    return _of_kernel(observation, Claim(*where, "", ordered=ordered, form=form))


def _of_kernel(observation: InKernel, claim: Claim) -> About:
    place = observation.place
    return About(place, observation.kernel, claim=claim, one=place, rank=(place,))

"""Numbers that become narrow integers in kernels, as observations."""

from __future__ import annotations

from tritonlint.dtypes import ElementType
from tritonlint.facts.device import Conversion, SignedByte, Wrapped
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.findings.claim import Known
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class IntegerLaunch:
    """A launch that passes an integer tensor to `parameter`, or an integer type. `argument` is its
    text, at `place`; `stated` is where its type is, when that is somewhere else. `element` is what
    the tensor holds (None of a type), `known` what is known of the other arguments. `reckoned` says
    that `stated` is not where the type is given, but where the code reckons with integers."""

    span: Span
    function: str
    parameter: str
    parameter_span: Span
    argument: str
    place: Span
    stated: Span | None
    element: ElementType | None
    known: tuple[Known, ...]
    reckoned: bool = False


@dataclass(frozen=True)
class Narrowed(InKernel):
    """What becomes a narrow integer in a kernel, or in a device function by the calls `via`, for
    what comes from or goes to `parameter`; and the launch that its type comes from, if one does."""

    via: tuple[Span, ...]
    parameter: str
    launch: IntegerLaunch | None


@dataclass(frozen=True)
class Converted(Narrowed):
    """A conversion. `unlike` is another one of the kernel to the same type that rounds a half to
    the even number, where this one rounds it up. `measured` is whether the kernel computes extrema
    itself: a scale made of them keeps what it scales in a range."""

    conversion: Conversion
    unlike: Span | None = None
    measured: bool = False


@dataclass(frozen=True)
class ByteUsed(Narrowed):
    """A signed byte that a kernel uses as what is never negative."""

    byte: SignedByte


@dataclass(frozen=True)
class ByteDifference(Narrowed):
    """A difference of unsigned bytes that wraps around below zero."""

    wrapped: Wrapped

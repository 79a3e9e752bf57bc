"""Numbers that become narrow integers in kernels, as observations."""

from __future__ import annotations

from tritonlint.dtypes import ElementType
from tritonlint.facts.device import Conversion, SignedByte, Wrapped
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
class Converted:
    """A conversion inside a kernel, and the launch that its type comes from, if one does. `unlike`
    is another one of the kernel to the same type that rounds a half to the even number, where this
    one rounds it up. `measured` is whether the kernel computes extrema itself: a scale made of them
    keeps what it scales in a range."""

    conversion: Conversion
    kernel: str
    kernel_path: str
    kernel_line: int
    launch: IntegerLaunch | None = None
    unlike: Span | None = None
    measured: bool = False

    @property
    def place(self) -> Span:
        return self.conversion.place

    @property
    def via(self) -> tuple[Span, ...]:
        return self.conversion.via


@dataclass(frozen=True)
class ByteUsed:
    """A signed byte that a kernel uses as what is never negative, and the launch that passes it, if
    one does."""

    byte: SignedByte
    kernel: str
    kernel_path: str
    kernel_line: int
    launch: IntegerLaunch | None = None

    @property
    def place(self) -> Span:
        return self.byte.place

    @property
    def via(self) -> tuple[Span, ...]:
        return self.byte.via


@dataclass(frozen=True)
class ByteDifference:
    """A difference of unsigned bytes that wraps around below zero, and the launch that passes them,
    if one does."""

    wrapped: Wrapped
    kernel: str
    kernel_path: str
    kernel_line: int
    launch: IntegerLaunch | None = None

    @property
    def place(self) -> Span:
        return self.wrapped.place

    @property
    def via(self) -> tuple[Span, ...]:
        return self.wrapped.via


Narrowed = Converted | ByteUsed | ByteDifference

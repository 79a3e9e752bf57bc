"""Memory that one kernel writes as floats of one type and another reads as floats of another type
of the same width: seen at run time."""

from __future__ import annotations

from tritonlint.dtypes import ElementType
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class ReadAsAnother:
    """`kernel` reads as `read` through `parameter` what the kernel `writer`, launched at `before`,
    wrote as `written`; without a `writer`, what the host has as that there. `place` is the argument
    that is passed."""

    place: Span
    function: str
    launch: Span
    kernel: str
    parameter: str
    parameter_span: Span
    argument: str
    read: ElementType
    written: ElementType
    writer: str
    before: Span

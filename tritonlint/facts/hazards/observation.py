"""What the facts make of a file: observations, each at a place, that rules judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# Gives the functions of the project that name a kernel or device function.
Naming = Callable[[Kernel], Iterable[Definition]]


class Observation(Protocol):
    """Something that a rule may have an opinion on: a launch argument that holds raw bytes, say.
    Frozen data; two that are equal are one."""

    @property
    def place(self) -> Span:
        """Where it is: a finding about it is reported in this file."""


@dataclass(frozen=True)
class InKernel:
    """What a kernel does at `place` whatever it is launched with; its `def` is at `kernel_path` and
    `kernel_line`."""

    place: Span
    kernel: str
    kernel_path: str
    kernel_line: int


@dataclass(frozen=True)
class AtLaunch:
    """What is wrong with `argument`, at `place`, which the launch at `launch` in `function` passes
    to a kernel as `parameter`."""

    place: Span
    function: str
    launch: Span
    kernel: str
    parameter: str
    parameter_span: Span
    argument: str

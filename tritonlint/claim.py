"""What a finding says about a kernel, as plain data that Triton's compiler can be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Operations of MLIR's `arith` dialect.
FLOAT_TO_INTEGER = ("arith.fptoui", "arith.fptosi")
INTEGER_TO_FLOAT = ("arith.uitofp", "arith.sitofp")

Constant = bool | int | float | str | None


@dataclass(frozen=True)
class Known:
    """What the facts know of one argument of a launch. `dtypes` are torch's names of the element
    types that it can have (of the types that it can be, for a compile-time dtype), `values` the
    constants that it can be. `open` is whether it can be something else too."""

    parameter: str
    dtypes: tuple[str, ...] = ()
    values: tuple[Constant, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Claim:
    """The kernel whose `def` stands at `path` and `line` goes wrong when `parameter` points to
    `flagged`, and not when it points to `fixed` (both torch's names; `fp8` is the e4m3 type of the
    target). `rejected` is whether it goes wrong loudly: Triton does not compile it as flagged.
    `known` are the other arguments of the launch."""

    path: str
    line: int
    parameter: str
    flagged: str = "uint8"
    fixed: str = "fp8"
    rejected: bool = False
    known: tuple[Known, ...] = ()


@dataclass(frozen=True)
class Witness:
    """What Triton's IR of a kernel shows where a rule is right: one of `operations`, found by
    following values.

    `through` says where: on the way to what is stored through the finding's parameter, on the way
    from what is loaded through it, or at the lines of the finding's span. `unless_from` are
    operations before it that excuse it, `only_into` are operations after it of which there must be
    one (none given: any or none). With `retyped` the fix is another element type of the parameter;
    else it is the finding's edits, in the kernel.
    """

    operations: tuple[str, ...]
    through: Literal["store", "load", "line"] = "line"
    unless_from: tuple[str, ...] = ()
    only_into: tuple[str, ...] = ()

    @property
    def retyped(self) -> bool:
        """Whether the fix gives the parameter another element type; else it edits the kernel."""
        return self.through != "line"

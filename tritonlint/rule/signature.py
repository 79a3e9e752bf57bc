"""What a hazard looks like in Triton's IR, as data: a rule states it once, and the verifier looks
for it, in fixtures (`OrderProbe`) and in what `check --confirm compile` is asked about."""

from __future__ import annotations

from typing import Literal

from tritonlint.frozen import dataclass

# Operations of MLIR's `arith` dialect.
FLOAT_TO_INTEGER = ("arith.fptoui", "arith.fptosi")
INTEGER_TO_FLOAT = ("arith.uitofp", "arith.sitofp")
FLOAT_ARITHMETIC = ("arith.addf", "arith.subf", "arith.mulf", "arith.divf")
# What an order is looked for on the way to, or from; nothing: at the places of the finding.
Through = Literal["store", "load", "value", "memory", ""]
# What brings the result of an operation back to it: a loop that carries it as a value; memory, to
# which a loop comes back, or several programs; nothing.
Carried = Literal["value", "memory", ""]


@dataclass(frozen=True)
class Order:
    """Operations in an order that is wrong: one of `then` whose operands are computed from one of
    `first` (from anything, if it is empty), and from none of `unless`, which may name functions of
    the vendors' libraries too (`rint`). The search goes back over arithmetic to the nearest loads
    and conversions. `takes` and `gives` are the widths in bits that
    the operand and the result of a `then` must have, where they matter (of conversions: their text
    names both), `made` the width of the result of a `first`. `also` are operations or numbers
    of which the operands must be computed from one, too, and `beyond` operations of which a `first`
    must be computed from one in turn. Where an operation is wrong beside another, `beside`
    are the operations that one of `then` elsewhere in the kernel must be computed from. Where one
    is wrong since its own result comes back to it, `carried` says how.

    `through` is for hazards of launches: only a `then` on the way to what is stored through the
    finding's parameter counts, or on the way from what is loaded through it, and the fix is another
    element type of that parameter; or what is computed from it, and the fix is another type of it,
    where it is passed by value; or a `then` that is itself a store or an atomic (by its kind:
    `fadd`) through it, in `memory`. Without it the order is looked for at the places that a finding
    speaks of, and the fix is the finding's edits. `alone` are operations that are wrong there
    without any order, where there is none: nothing but the finding tells them from right ones, so
    that probes do not look for them. `narrow` are those that are so where they give 8 bits.
    """

    then: tuple[str, ...]
    first: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    takes: int = 0
    gives: int = 0
    made: int = 0
    also: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    carried: Carried = ""
    through: Through = ""
    alone: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()

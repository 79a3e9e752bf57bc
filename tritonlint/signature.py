"""What a hazard looks like in Triton's IR, as data: rules state it, the verifier looks for it."""

from __future__ import annotations

from dataclasses import dataclass

FLOAT_TO_INTEGER = ("arith.fptoui", "arith.fptosi")


@dataclass(frozen=True)
class Order:
    """Operations in an order that is wrong: one of `then` whose operands are computed from one of
    `first` (from anything, if it is empty), and from none of `unless`. The search goes back over
    arithmetic to the nearest loads and conversions. `takes` and `gives` are the widths in bits that
    the operand and the result of a `then` must have, where they matter (of conversions: their text
    names both)."""

    then: tuple[str, ...]
    first: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    takes: int = 0
    gives: int = 0

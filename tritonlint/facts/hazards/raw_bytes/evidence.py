"""Reasons why a tensor holds raw bytes, and what they mean."""

from __future__ import annotations

from typing import Literal

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.values import Path
from tritonlint.frozen import dataclass
from tritonlint.source import Span

Strength = Literal["certain", "likely", "possible"]
# The meaning of bytes of which no view makes floats: exponents, halves of bytes, rows of several.
NO_FLOAT = ElementTypes(frozenset())
STRENGTHS: tuple[Strength, ...] = ("certain", "likely", "possible")


@dataclass(frozen=True)
class Evidence:
    """One reason why a tensor holds raw bytes, and on which path it holds. `encoded` is whether it
    says that the bytes are codes or pieces of floats (a tensor that is merely made of uint8 can
    hold integers), `types` are those of the sibling that says so. `here` is whether the code around
    `span` is the one that should have viewed the tensor, `stated` whether the evidence is about
    this tensor and not about a setting, `guarded` whether what it saw happens under an `if` without
    an `else`. `meaning` is what the bytes of this very tensor stand for, as far as it tells."""

    span: Span
    message: str
    strength: Strength
    path: Path = ()
    types: ElementTypes = UNKNOWN
    encoded: bool = True
    here: bool = False
    stated: bool = True
    guarded: bool = False
    meaning: ElementTypes = UNKNOWN

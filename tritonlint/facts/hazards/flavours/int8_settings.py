"""Tests of settings that name int8, alone or beside codes."""

from __future__ import annotations

from tritonlint.facts.host.values.symbols import Never, OfText, Symbol


def lets_int8_through(test: Symbol, outcome: bool) -> bool:
    """Whether a test comes out so for int8 and for codes: it asks for both, or for other names than
    these (`kind != "auto"`)."""
    if outcome:
        return not is_int8(test) and _names_int8(test)
    return isinstance(test, Never) and not _names_int8(test)


def is_int8(test: Symbol) -> bool:
    """Whether a test asks whether a setting is int8, and nothing else."""
    if isinstance(test, OfText):
        return test.part.startswith("int8")
    return isinstance(test, Never) and test.names.startswith("int8")


def _names_int8(test: Symbol) -> bool:
    """Whether a test, or a part of it, asks for a name of int8."""
    named = (each for each in test.inner if isinstance(each, (OfText, Never)))
    return any("int8" in (x.part if isinstance(x, OfText) else x.names) for x in named)

"""Examples in a rule's file, which `tritonlint test-rules` runs."""

from __future__ import annotations

from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Invalid:
    """A module in which a rule finds something: where `expected_message` is given, a finding says
    that, and where `expected_replacement` is, the module is that after the fixes."""

    code: str
    expected_message: str | None = None
    expected_replacement: str | None = None

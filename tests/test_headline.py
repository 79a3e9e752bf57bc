"""The first line of every message is short, and names what matters."""

from __future__ import annotations

from pathlib import Path

from support import ROOT
from tritonlint.engine import check
from tritonlint.rule.headline import MOST, headline
from tritonlint.settings.config import Settings

CASES = {each.parent for each in ROOT.glob("fixtures/TL*/*/flagged.py")}


def test_every_headline_of_a_fixture_is_short() -> None:
    settings = Settings(root=ROOT / "fixtures", preview=True, confidence="possible")
    files = (file for case in CASES for file in case.glob("*.py"))
    flagged = sorted(each for each in files if each.name not in ("fixed.py", "verifier.py"))
    found = check.check(flagged, settings).findings
    assert {Path(finding.span.path).resolve().parent for finding in found} == CASES
    for finding in found:
        assert len(finding.message) <= MOST
        assert finding.trigger not in finding.message or finding.code.startswith("TL9")


def test_long_names_are_cut_and_nothing_else() -> None:
    kernel = "_reshape_and_cache_and_quantize_per_token_per_head_kernel"
    line = headline(f"`{kernel}` stores floats in raw bytes\n through `key_value_cache_pointer`")
    assert len(line) <= MOST
    assert line.startswith("`_reshape_") and "kernel` stores floats in raw bytes through `" in line
    assert headline("`a` is b") == "`a` is b"
    assert headline(f"{'x' * 120} `a`") == f"{'x' * 120} `a`"

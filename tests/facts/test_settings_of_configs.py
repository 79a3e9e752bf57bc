"""A setting that an object takes from another one and keeps under a name of its own: the test of the
one is the test of the other. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CACHE = """
from dataclasses import dataclass


class Plain:
    def __init__(self, kind):
        self.kind = kind


@dataclass
class Fields:
    kind: str = "auto"


class Cache:
    def __init__(self, rows, config{annotation}):
        self.kind = config.kind
        coded = self.kind.startswith("fp8")
        self.rows = torch.zeros(rows, 64, dtype=torch.uint8 if coded else torch.bfloat16)

    def write(self, x):
        rows = self.rows
        if {asked}:
            rows = rows.view(torch.float8_e4m3fn)
        quantize[(x.shape[0],)](x, rows, BLOCK=64){mark}
"""
ASKED = {
    'self.kind.startswith("fp8")': "",
    'self.kind in ("fp8", "fp8_e4m3") or self.kind.startswith("fp8")': "",
    'self.kind == "fp8"': "  # expect: TL001",
    'not self.kind.startswith("fp8")': "  # expect: TL001",
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("annotation", ["", ": Plain", ": Fields"])
def test_a_setting_is_kept(
    annotation: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CACHE.format(annotation=annotation, asked=asked, mark=ASKED[asked])
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})

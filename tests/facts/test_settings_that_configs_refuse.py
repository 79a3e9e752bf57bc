"""A cache takes its setting from a config, whose class turns some names away: what is done for these
is no disagreement. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

SOURCE = """
VIEWS = {{"fp8": torch.float8_e4m3fn, "fp8_e4m3": torch.float8_e4m3fn, "fp8_e5m2": torch.float8_e5m2}}


class Config:
    def __init__(self, kind, rows):
        {refused}
        self.kind, self.rows = kind, rows


class Cache:
    def __init__(self, config: Config):
        {taken}
        byte = self.kind.startswith("fp8")
        self.rows = torch.zeros(config.rows, 64, dtype=torch.uint8 if byte else torch.bfloat16)

    def write(self, x):
        rows = self.rows
        if self.kind.startswith("fp8"):
            rows = rows.view(torch.float8_e4m3fn){mark}
        quantize[(x.shape[0],)](x, rows, BLOCK=64)

    def read(self, out):
        rows = self.rows
        if self.kind.startswith("fp8"):
            rows = rows.view(VIEWS[self.kind])
        dequantize[(out.shape[0],)](rows, out, BLOCK=64)
"""
HIT = "  # expect: TL003"
RAISE = "if {}:\n            raise ValueError(kind)"
REFUSED = {
    "nothing": ("pass", HIT),
    "the one": (RAISE.format('kind == "fp8_e5m2"'), ""),
    "all but some": (RAISE.format('kind not in ("auto", "fp8", "fp8_e4m3")'), ""),
    "all but codes of one kind": (RAISE.format('kind not in ("fp8", "fp8_e4m3")'), ""),
    "asserted": ('assert kind in ("auto", "fp8", "fp8_e4m3")', ""),
    "another one": (RAISE.format('kind == "int8"'), HIT),
    "all but some, that one too": (
        RAISE.format('kind not in ("auto", "fp8", "fp8_e4m3", "fp8_e5m2")'),
        HIT,
    ),
    "it is merely said": ('if kind == "fp8_e5m2":\n            print(kind)', HIT),
}
TAKEN = {"under its name": "self.kind = config.kind", "as a local": "kind = config.kind\n        self.kind = kind"}


@pytest.mark.parametrize(("refused", "mark"), REFUSED.values(), ids=list(REFUSED))
@pytest.mark.parametrize("taken", TAKEN)
def test_what_a_config_refuses(
    taken: str, refused: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(refused=refused, taken=TAKEN[taken], mark=mark)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found(select=("TL003",)) == expected({"user.py": KERNELS + text})

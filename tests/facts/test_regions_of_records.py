"""Records of bytes that are cut into regions, of which one table has the bytes and another the
views; and memory that one helper makes for several uses, of which one is viewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

KERNEL = (
    IMPORTS
    + """
@triton.jit
def scaled(codes, {second}, out, N: tl.constexpr):
    i = tl.arange(0, N)
    more = tl.load({second} + i).to(tl.float32)
    tl.store(out + i, tl.load(codes + i).to(tl.float32) * more)

"""
)
RECORDS = """
LAYOUT = {{"codes": (torch.float8_e4m3fn, 256), "{second}": (torch.{kind}, 64)}}


def opened(blob):
    rows = blob.view(torch.uint8).view(-1, 320)
    widths = [width for _, width in LAYOUT.values()]
    raw = {{name: part for name, part in zip(LAYOUT, rows.split(widths, dim=1))}}
    return raw, {{name: part.view(LAYOUT[name][0]) for name, part in raw.items()}}


def unpack(blob, out):
    raw, typed = opened(blob)
    scaled[(1,)](typed["codes"], {passed}["{second}"], out, N=64)
"""
MADE = """
class State:
    def __init__(self, n):
        def memory():
            return torch.zeros(n, dtype=torch.uint8, device="cuda")

        self.keys, self.others = memory(), memory()

    def run(self, out):
        scaled[(1,)](self.keys.view(torch.float8_e4m3fn), self.others{view}, out, N=64)
"""
CODES = "torch.float8_e4m3fn"
CASES = {
    "of the bytes": (RECORDS, "blocks", {"kind": "float8_e4m3fn", "passed": "raw"}, CODES),
    "of the views": (RECORDS, "blocks", {"kind": "float8_e4m3fn", "passed": "typed"}, ""),
    "scales are codes too": (RECORDS, "scale", {"kind": "float8_e4m3fn", "passed": "raw"}, CODES),
    "bytes by the layout": (RECORDS, "blocks", {"kind": "uint8", "passed": "raw"}, ""),
    "of one helper": (MADE, "means", {"view": ""}, CODES),
    "of one helper, viewed": (MADE, "means", {"view": f".view({CODES})"}, ""),
    "of one helper, counted": (MADE, "counts", {"view": ""}, ""),
}


@pytest.mark.parametrize(("host", "second", "told", "view"), CASES.values(), ids=list(CASES))
def test_regions_of_records(
    host: str,
    second: str,
    told: dict[str, str],
    view: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNEL.format(second=second) + host.format(second=second, **told)
    write(tmp_path, {"user.py": text})
    settings = Settings(root=tmp_path)
    findings = check.check(discover([tmp_path], settings), settings, jobs=1).findings
    assert [each.code for each in findings] == (["TL002"] if view else [])
    assert all(f".view({view})" in each.help for each in findings)

"""Regions beside others that are viewed as wider floats: by themselves they may be 8-bit floats;
where a caller passes bytes, they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

MODULE = (
    IMPORTS
    + """
@triton.jit
def joined(sum_ptr, weight_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    weights = tl.exp(tl.load(weight_ptr + i).to(tl.float32))
    tl.store(out_ptr + i, tl.load(sum_ptr + i) * weights)


def cut(memory, n):
    return memory[: n * 4].view(torch.float32), memory[n * 4 : {end}]{view}


def join(memory, out, n):
    sums, weights = cut(memory, n)
    joined[(1,)](sums, weights, out, N=64)
"""
)
CALLER = """

def run(n, device):
    out = torch.empty(n, device=device)
    join(torch.empty(n * 8, dtype=torch.{made}, device=device), out, n)
    return out
"""
AT_4 = "n * 4 + n * 4"
CASES = {
    "a caller passes bytes": (AT_4, "", "uint8", [("TL002", "torch.float32")]),
    "no count": ("end", "", "uint8", [("TL002", "torch.float8_e4m3fn")]),
    "viewed": (AT_4, ".view(torch.float32)", "uint8", []),
    "codes in any case": ("end", "", "float8_e4m3fn", []),
}


@pytest.mark.parametrize(("end", "view", "made", "told"), CASES.values(), ids=list(CASES))
def test_doubtful_regions(
    end: str,
    view: str,
    made: str,
    told: list[tuple[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(end=end, view=view) + CALLER.format(made=made)
    write(tmp_path, {"user.py": text})
    settings = Settings(root=tmp_path)
    findings = check.check(discover([tmp_path], settings), settings, jobs=1).findings
    shown = [each for each in findings if each.confidence != "possible"]
    assert [each.code for each in shown] == [code for code, _ in told]
    for each, (_, view_of) in zip(shown, told, strict=True):
        assert f".view({view_of})" in each.help

"""What one path makes bytes of codes, and another one leaves as codes, is read as numbers there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

LINEAR = """\
import torch.nn.functional as F


def padded(codes, more):
    if more == 0:
        return codes
    return F.pad(codes.view(torch.uint8), (0, more)){view}


def launch(x, out, more):
    codes = x.to(torch.{made})
    dequantize[(1,)](padded(codes, more), out, 64){mark}
"""
HIT = "  # expect: TL002"
CASES = {
    "not viewed": ("float8_e4m3fn", "", HIT),
    "viewed": ("float8_e4m3fn", ".view(torch.float8_e4m3fn)", ""),
    "of another fp8 type": ("float8_e5m2", "", HIT),
    "of integers": ("int8", "", ""),
}


@pytest.mark.parametrize(("made", "view", "mark"), CASES.values(), ids=list(CASES))
def test_bytes_on_one_path(
    made: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + LINEAR.format(made=made, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})

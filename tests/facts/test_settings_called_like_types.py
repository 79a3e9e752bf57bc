"""Settings that are called as dtypes are (`kv_dtype`) and hold names: what a property picks by one
from a table goes together with what another one compares it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Config:
    rows: int
    kv_dtype: Literal["auto", "fp8", "uint8"] = "uint8"

    @property
    def torch_dtype(self) -> torch.dtype:
        return {{"auto": torch.bfloat16, "fp8": torch.float8_e4m3fn, "uint8": torch.uint8}}[
            self.kv_dtype
        ]

    @property
    def affine(self) -> bool:
        return self.kv_dtype {asked}


class Plane:
    def __init__(self, config: Config):
        self.config = config
        self.data = torch.zeros(config.rows, dtype=config.torch_dtype)

    def write(self, x):
        if {test}:
            quantize[(1,)](x, self.data, 64){mark}
"""
CASES = {
    "bytes": ('== "uint8"', "self.config.affine", HIT),
    "nothing is asked": ('== "uint8"', "x.numel() > 0", HIT),
    "one of two": ('in ("auto", "uint8")', "self.config.affine", HIT),
    "correct: not bytes": ('== "uint8"', "not self.config.affine", ""),
    "correct: another name": ('== "auto"', "self.config.affine", ""),
    "correct: none of two": ('in ("auto", "uint8")', "not self.config.affine", ""),
}


@pytest.mark.parametrize(("asked", "test", "mark"), CASES.values(), ids=list(CASES))
def test_settings_called_like_types(
    asked: str, test: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(asked=asked, test=test, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)

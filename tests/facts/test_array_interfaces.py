"""Tensors of memory that an object describes in NumPy's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
TEXT = """
class Pointer:
    def __init__(self, address, shape):
        self.address, self.shape = address, shape

    %s
    def %s(self):
        return {"shape": self.shape, "typestr": "%s", "data": (self.address, False), "version": 3}


def append(x, address):
    pool = torch.%s(Pointer(address, (64,))%s)
    quantize[(1,)](x, pool%s, 64)%s
    return pool
"""
CUDA = ("@property", "__cuda_array_interface__")

CASES = {
    "bytes": TEXT % (*CUDA, "|u1", "as_tensor", ', device="cuda"', "", HIT),
    "bytes of the host": TEXT % ("@property", "__array_interface__", "|u1", "asarray", "", "", HIT),
    "correct: viewed": TEXT % (*CUDA, "|u1", "as_tensor", "", ".view(torch.float8_e4m3fn)", ""),
    "correct: floats": TEXT % (*CUDA, "<f2", "as_tensor", "", "", ""),
    "correct: of another type": TEXT % (*CUDA, "<V2", "as_tensor", "", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_array_interfaces(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

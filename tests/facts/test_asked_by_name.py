"""Memory that is asked for by a name or a dtype: of a module by the name of its buffer, of a
manager by what its method is called, and of all leaves of a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

STORED, READ, OVERLOOKED = "  # expect: TL001", "  # expect: TL002", "  # not looked at"
MODULE = """
class Bank(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("bank", torch.zeros(64, dtype=torch.%s))

    def forward(self, x):
        bank = self.%s("bank")
        quantize[(1,)](x, bank%s, 64)%s
"""
MANAGER = """
def put(x, handle, n):
    page = handle.%s(0, (n,), %s)
    quantize[(1,)](x, page, 64)%s
    return page.view(torch.float8_e4m3fn)
"""
TREE = """
from torch.utils._pytree import tree_map


def as_bytes(leaf):
    return leaf.view(torch.uint8)%s


def decode(a, b, out):
    assert a.dtype == torch.float8_e4m3fn
    saved = tree_map(as_bytes, {"a": a, "both": [a, b]})
    dequantize[(1,)](saved["a"], out, 64)%s
"""

CASES = {
    "a buffer": MODULE % ("uint8", "get_buffer", "", STORED),
    "a parameter": MODULE % ("uint8", "get_parameter", "", STORED),
    "correct: a buffer, viewed": MODULE % ("uint8", "get_buffer", ".view(torch.float8_e4m3fn)", ""),
    "correct: a buffer of floats": MODULE % ("bfloat16", "get_buffer", "", OVERLOOKED),
    "memory of a dtype": MANAGER % ("get_buffer", "torch.uint8", STORED),
    "made of a dtype": MANAGER % ("allocate_scratch", "dtype=torch.uint8", STORED),
    "correct: of floats": MANAGER % ("get_buffer", "torch.float16", ""),
    "correct: of no known dtype": MANAGER.replace(".view(torch.float8_e4m3fn)", "")
    % ("get_buffer", "x.dtype", OVERLOOKED),
    "leaves of a tree": TREE % ("", READ),
    "correct: leaves that are viewed back": TREE % (".view(torch.float8_e4m3fn)", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_asked_by_name(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

"""Batches in 32 bits around chunks that the kernel counts in 64: without a twin beside the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import ROOT
from tests.facts.hosting import expected, found, write

FLAGGED = ROOT / "fixtures" / "TL011" / "chunks_of_a_batch" / "flagged.py"
STRIDES = "x.stride(0), x.stride(1), out.stride(0), out.stride(1)"
# What is passed instead, and whether something is found.
CASES = {
    "as it is": (STRIDES, STRIDES, True),
    "the axes the other way round": (
        STRIDES,
        "x.stride(1), x.stride(0), out.stride(1), out.stride(0)",
        False,
    ),
    "as one tuple": (STRIDES, "*x.stride()[:2], *out.stride()[:2]", True),
    "the batches are few": ("[x.shape[:2]]", "[(2, x.shape[1])]", False),
    "the limit is asked for": (
        "    out = torch.empty",
        "    assert x.numel() < 2**31\n    out = torch.empty",
        False,
    ),
    "batches are widened": ("tl.program_id(0)\n", "tl.program_id(0).to(tl.int64)\n", False),
    "chunks are not": ("tl.program_id(1).to(tl.int64)", "tl.program_id(1)", False),
}


@pytest.mark.parametrize(("old", "new", "flagged"), CASES.values(), ids=list(CASES))
def test_batches(
    old: str, new: str, flagged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = FLAGGED.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new).replace("](\n", "](  # not looked at\n")
    text = text if flagged else text.replace("  # expect: TL011", "")
    write(tmp_path, {"chunks.py": text})
    assert found(select=("TL011",)) == expected({"chunks.py": text})

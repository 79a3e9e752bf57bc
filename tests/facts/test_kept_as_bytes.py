"""Attributes of something unknown that a file keeps as bytes and views as floats again; attributes
that are asked for by name, or are there on some path only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

READ, UNKNOWN = "  # expect: TL002", "  # not looked at"
KEPT = """
class Scaled:
    def keep(self, module, ratio, other):
        {given}

    def back(self, module):
        return {viewed}

    def run(self, module, out, some):
        {taken}
        dequantize[(1,)]({passed}, out, 64){mark}
"""
AS_BYTES = "module.ratio_of = ratio.view(torch.uint8)"
BACK, TAKEN = "module.ratio_of.view(torch.float32)", "codes = module.ratio_of"


def _kept(
    given: str = AS_BYTES, viewed: str = BACK, taken: str = TAKEN, passed: str = "codes", mark: str = READ
) -> str:
    return KERNELS + KEPT.format(given=given, viewed=viewed, taken=taken, passed=passed, mark=mark)


GUARDED = 'codes = getattr(module, "ratio_of", None)\n        if codes is None:\n            return'
CASES = {
    "assigned": _kept(),
    "registered": _kept('module.register_buffer("ratio_of", ratio.view(torch.uint8), persistent=False)'),
    "a parameter": _kept("module.ratio_of = torch.nn.Parameter(ratio.view(torch.int8), requires_grad=False)"),
    "by its name": _kept('setattr(module, "ratio_of", ratio.contiguous().view(torch.uint8))'),
    "or None": _kept(f"{AS_BYTES}\n        module.ratio_of = None"),
    "asked for": _kept(taken=GUARDED),
    "on some path": _kept(taken="codes = module.ratio_of if some else None"),
    "viewed by another name": _kept(viewed='[x := 1] and getattr(module, "ratio_of").view(torch.bfloat16)'),
    "correct: viewed": _kept(passed="codes.view(torch.float32)", mark=""),
    "correct: asked for and viewed": _kept(taken=GUARDED, passed="codes.view(torch.float32)", mark=""),
    "correct: given something else too": _kept(f"{AS_BYTES}\n        module.ratio_of = other", mark=UNKNOWN),
    "correct: taken apart into it": _kept(f"{AS_BYTES}\n        module.ratio_of, rest = other.split(2)", mark=UNKNOWN),
    "correct: a field of what is made": _kept(f"{AS_BYTES}\n        return Kept(ratio_of=other)", mark=UNKNOWN),
    "correct: a name for two things": _kept(f"{AS_BYTES}\n        x = module.ratio_of\n        x = other\n        x.view(torch.float32)",
                                            viewed="module.ratio_of", mark=UNKNOWN),
    "a name that is viewed again": _kept(f"{AS_BYTES}\n        x = module.ratio_of\n        x = x.view(torch.float32)",
                                         viewed="module.ratio_of"),
    "correct: given as floats": _kept("module.ratio_of = ratio.view(torch.float32)", mark=UNKNOWN),
    "correct: bytes of which nobody makes floats": _kept(viewed="module.ratio_of", mark=UNKNOWN),
    "correct: words": _kept(viewed="module.ratio_of.view(torch.int32)", mark=UNKNOWN),
    "correct: another attribute": _kept(taken="codes = module.ratio_to", mark=UNKNOWN),
    "correct: moved": _kept(mark="").replace("dequantize[", "copy["),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_kept_as_bytes(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


SOMETIMES = """
def run(module, x, some):
    codes = {taken}
    assert {asserted}.dtype == torch.uint8
    quantize[(1,)](x, codes{view}, 64){mark}
"""
STORED = "  # expect: TL001"
THERE = {
    "where it is asked": ("module.pages if some else None", "module.pages", "", STORED),
    "one of two": ("module.pages if some else module.rows", "codes", "", STORED),
    "by its name": ('getattr(module, "pages", None)', "codes", "", STORED),
    "correct: viewed": ('getattr(module, "pages", None)', "codes", ".view(torch.float8_e5m2)", ""),
    "correct: another one is bytes": ("module.pages if some else None", "module.rows", "", UNKNOWN),
}


@pytest.mark.parametrize(("taken", "asserted", "view", "mark"), THERE.values(), ids=list(THERE))
def test_there_on_some_path(
    taken: str, asserted: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOMETIMES.format(taken=taken, asserted=asserted, view=view, mark=mark)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


ONE_OF_TWO = """
def run(x, pages, rows, some):
    codes = pages if some else rows
    {tested}
    quantize[(1,)](x, codes{view}, 64){mark}
    rows = rows.view(torch.float8_e4m3fn)
    quantize[(1,)](x, rows, 64)
"""
REFUSED = 'raise ValueError("bytes")'
TESTED = {
    "bytes in either case": ("assert codes.dtype == torch.uint8", "", STORED),
    "not bytes turned away": (f"if codes.dtype != torch.uint8:\n        {REFUSED}", "", STORED),
    "correct: bytes turned away": (f"if codes.dtype == torch.uint8:\n        {REFUSED}", "", ""),
    "correct: among others": (f"if some or codes.dtype in (torch.uint8, torch.int8):\n        {REFUSED}", "", ""),
    "correct: viewed": ("assert codes.dtype == torch.uint8", ".view(torch.float8_e4m3fn)", ""),
}  # fmt: skip


@pytest.mark.parametrize(("tested", "view", "mark"), TESTED.values(), ids=list(TESTED))
def test_a_test_of_one_of_two(
    tested: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test of what is one of two tensors is one of the one that it is, however it comes out."""
    monkeypatch.chdir(tmp_path)
    text = ONE_OF_TWO.format(tested=tested, view=view, mark=mark)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

"""What is viewed as floats and then as bytes again: these bytes are read as numbers where nobody views
them back, whoever viewed them first; and parameters whose name says that they are bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.engine import check
from tritonlint.settings.config import Settings

CODES, FLOATS, BYTES = (f".view(torch.{each})" for each in ("float8_e4m3fn", "float32", "uint8"))
ON_THE_WAY = """
def decode(packed, out):
    dequantize[(1,)](packed%s, out, 64)


def backward(saved, out):
    codes = saved%s
    decode(codes%s, out)%s
"""
INSIDE = """
def decode(codes, out):
    raw = codes%s
    dequantize[(1,)](raw%s, out, 64)%s


def backward(saved, out):
    decode(saved%s, out)
"""
NAMED = """
def forward(scales_u8, out):
    dequantize[(1,)](scales_u8%s, out, 64)%s


def backward(scales_u8, grad):
    return grad * scales_u8.view(torch.float32)
"""
MISSED, UNKNOWN = "  # expect: TL002", "  # not looked at"
STORED = "  # expect: TL001"

CASES = {
    "codes, by the caller": ON_THE_WAY % ("", CODES, BYTES, MISSED),
    "floats, by the caller": ON_THE_WAY % ("", FLOATS, BYTES, MISSED),
    "codes, inside": INSIDE % (BYTES, "", MISSED, CODES),
    "floats, inside": INSIDE % (BYTES, "", MISSED, FLOATS),
    "correct: viewed back": ON_THE_WAY % (CODES, CODES, BYTES, ""),
    "correct: viewed back inside": INSIDE % (BYTES, FLOATS, "", FLOATS),
    "correct: exponents": ON_THE_WAY % ("", ".view(torch.float8_e8m0fnu)", BYTES, ""),
    "correct: integers": ON_THE_WAY % ("", ".view(torch.int32)", BYTES, ""),
    "correct: moved": (ON_THE_WAY % ("", CODES, BYTES, "")).replace("dequantize[", "copy["),
    "called so": NAMED % ("", MISSED),
    "correct: called so, viewed": NAMED % (FLOATS, ""),
    "correct: what is called otherwise": (NAMED % ("", UNKNOWN)).replace("scales_u8", "scales_of_8"),
    "correct: nobody views it": (NAMED % ("", UNKNOWN)).replace(FLOATS, ".float()"),
    "correct: moved on": (NAMED % ("", "")).replace("dequantize[", "copy["),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_bytes_again(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


@pytest.mark.parametrize("view", [CODES, FLOATS], ids=["codes", "floats"])
def test_the_view_comes_last(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fix stands after the view as bytes: one before it would change nothing."""
    monkeypatch.chdir(tmp_path)
    text = KERNELS + INSIDE % (BYTES, "", "", view)
    write(tmp_path, {"user.py": text})
    result = check.check([Path("user.py")], Settings(root=Path.cwd(), select=("TL002",)), jobs=1)
    (finding,) = result.findings
    assert finding.fix is not None
    assert [each.replacement for each in finding.fix.edits] == [view]
    assert finding.snippet == "raw"


UNDER_A_TEST = """
def compare(x, cache, kind, n):
    if "fp8" in kind:
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)
    again = cache.clone()
    if {test}:
        {name} = again.view(torch.uint8)
        print({name}.sum())
    {back}
    {launch}quantize[(1,)](x, again, 64){mark}
"""
BACK = 'if "fp8" in kind:\n        again = again.view(torch.float8_e4m3fn)'
TESTS = {
    "bytes under the test": ('"fp8" in kind', "again", "pass", "", STORED),
    "the test of another": ('kind.startswith("fp8")', "again", "pass", "", STORED),
    "a test in between": ('"fp8" in kind', "again", "print(kind)", "if n: ", STORED),
    "correct: viewed back": ('"fp8" in kind', "again", BACK, "", ""),
    "correct: another name": ('"fp8" in kind', "codes", "pass", "", ""),
    "correct: where it is none": ('"fp8" in kind', "again", "pass", 'if "fp8" not in kind: ', UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("test", "name", "back", "launch", "mark"), TESTS.values(), ids=list(TESTS))
def test_bytes_under_a_test(
    test: str, name: str, back: str, launch: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was viewed under a test is not viewed where that test comes out otherwise."""
    monkeypatch.chdir(tmp_path)
    text = UNDER_A_TEST.format(test=test, name=name, back=back, launch=launch, mark=mark)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


REINTERPRETED = """
def run(x, out):
    codes = x.to(torch.float8_e4m3fn).view(torch.uint8)
    dequantize[(1,)]({passed}, out, 64){mark}
"""
WAYS = {
    "correct: as a type of Triton's": ("triton.reinterpret(codes, tl.float8e4nv)", ""),
    "correct: as a type of torch's": ("triton.reinterpret(codes, torch.float8_e4m3fn)", ""),
    "as bytes": ("triton.reinterpret(codes, tl.uint8)", MISSED),
    "not at all": ("codes", MISSED),
}


@pytest.mark.parametrize(("passed", "mark"), WAYS.values(), ids=list(WAYS))
def test_reinterpreted(
    passed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`triton.reinterpret` views what it is given."""
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + REINTERPRETED.format(passed=passed, mark=mark)}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

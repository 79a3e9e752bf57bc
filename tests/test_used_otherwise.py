"""A view changes all uses of the expression that it is put behind: where there are others than the
launches that go wrong, it goes to the launch, or the fix is unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS
from tritonlint.engine import check
from tritonlint.settings.config import Settings

VIEW = ".view(torch.float8_e4m3fn)"
PACK = """\
@triton.jit
def pack(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))


"""
CALLED = """\
def store(x, codes{more}):
{body}


def top(x, n{more}):
    codes = torch.empty(n, dtype=torch.uint8)
    low = store(x, codes{more})
    return low, codes.view(torch.float8_e4m3fn)
"""
SLICED = """\
def top(x, n, out):
    page = torch.empty((n, 128), dtype=torch.uint8)
    part = page[:, :64]
{body}
    return page.view(torch.float8_e4m3fn)
"""
HANDED = """\
def store(x, codes):
    quantize[(1,)](x, codes, 64)


def store_bytes(x, codes):
    pack[(1,)](x, codes, 64)


def run(x, n, write):
    codes = torch.empty(n, dtype=torch.uint8)
    write(x, codes)
    return codes.view(torch.float8_e4m3fn)


def both(x, n):
    return run(x, n, store), run(x, n, store_bytes)
"""
QUANTIZE = "quantize[(1,)](x, {}, 64)"
AT_CALL, AT_SLICE, AT_LAUNCH = f"store(x, codes{VIEW}", f"page[:, :64]{VIEW}", "{}" + f"{VIEW}, 64)"


def _called(*lines: str, more: str = "") -> str:
    body = "\n".join(f"    {each}" for each in (QUANTIZE.format("codes"), *lines))
    return CALLED.format(body=body, more=more)


def _sliced(*lines: str) -> str:
    body = "\n".join(f"    {each}" for each in (QUANTIZE.format("part"), *lines))
    return SLICED.format(body=body)


# The code, what the fix puts where, and whether it is safe.
CASES = {
    "nothing else": (_called(), AT_CALL, "safe"),
    "its shape": (_called("assert codes.numel() == x.numel()"), AT_CALL, "safe"),
    "viewed in the end": (_called(f"return codes{VIEW}.float()"), AT_CALL, "safe"),
    "packed": (_called("pack[(1,)](x, codes, 64)"), AT_LAUNCH.format("codes"), "safe"),
    "quantized again": (_called("quantize[(1,)](x, codes, 64)"), AT_CALL, "safe"),
    "returned": (_called("return codes"), AT_CALL, "unsafe"),
    "taken for bytes": (_called("return codes & 15"), AT_CALL, "unsafe"),
    "its type asserted": (
        _called("assert codes.dtype == torch.uint8"),
        f"codes{VIEW} if codes.dtype == torch.uint8 else codes, 64)",
        "safe",
    ),
    "copied": (_called("copy[(1,)](codes, out, 64)", more=", out"), AT_CALL, "unsafe"),
    "a slice": (_sliced(), AT_SLICE, "safe"),
    "a slice that is cleared": (_sliced("part.zero_()"), AT_SLICE, "safe"),
    "a slice that bytes are copied to": (_sliced("part.copy_(out)"), AT_SLICE, "unsafe"),
    "a slice that is kept": (_sliced("out.append(part)"), AT_SLICE, "unsafe"),
    "a slice of it": (_sliced("out.append(part[:4])"), AT_SLICE, "unsafe"),
    "whatever function is given": (HANDED, AT_LAUNCH.format("codes"), "safe"),
}


@pytest.mark.parametrize(("code", "replaced", "applicability"), CASES.values(), ids=list(CASES))
def test_other_uses(
    code: str,
    replaced: str,
    applicability: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("module.py")
    path.write_text(KERNELS + PACK + code, encoding="utf-8")
    found = check.check([path], Settings(root=Path.cwd())).findings
    assert {each.code for each in found} == {"TL001"}
    fixes = [each.fix for each in found]
    assert {each.applicability for each in fixes if each} == {applicability}
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for edit in (edit for each in fixes if each for edit in each.edits):
        start = sum(map(len, lines[: edit.span.line - 1])) + edit.span.column - 1
        end = sum(map(len, lines[: edit.span.end_line - 1])) + edit.span.end_column - 1
        assert replaced in text[:start] + edit.replacement + text[end:]


def test_a_dict_of_arguments_has_no_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("module.py")
    given = '{"x_ptr": x, "out_ptr": torch.empty(n, dtype=torch.uint8)}'
    code = f"def top(x, n):\n    given = {given}\n    quantize[(1,)](**given, BLOCK=64)\n"
    code += f'    return given["out_ptr"]{VIEW}\n'
    path.write_text(KERNELS + code, encoding="utf-8")
    found = check.check([path], Settings(root=Path.cwd())).findings
    assert [(each.code, each.fix) for each in found] == [("TL001", None)]

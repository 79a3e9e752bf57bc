"""A view that comes to nothing says that what is passed instead is made of bytes: a statement of its
own, a name that is given its own view after parts were taken from it, or while something else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

HIT = "  # expect: TL001"
READ = "  # expect: TL002"
CASES = {
    "after the cut": f"""
        keys, values = page.unbind(0)
        page = page.view(torch.float8_e4m3fn)
        quantize[(1,)](x, keys, 64){HIT}
        quantize[(1,)](x, values, 64){HIT}
    """,
    "after a slice": f"""
        codes = page[:, :n]{READ}
        page = page.view(torch.float8_e4m3fn)
        dequantize[(1,)](codes, x, 64)
    """,
    "before the cut": """
        page = page.view(torch.float8_e4m3fn)
        keys, values = page.unbind(0)
        quantize[(1,)](x, keys, 64)
        quantize[(1,)](x, values, 64)
    """,
    "a statement": f"""
        page.view(torch.float8_e4m3fn)
        dequantize[(1,)](page, x, 64){READ}
    """,
    "a statement, and a shape": f"""
        page.view(torch.float8_e4m3fn).reshape(n, -1)
        dequantize[(1,)](page, x, 64){READ}
    """,
    "a loop over both": f"""
        for each in (x, page):
            assert each.is_contiguous()
            each = each.view(torch.float8_e4m3fn)
        dequantize[(1,)](x, n, 64){READ}
        dequantize[(1,)](page, n, 64){READ}
    """,
    "a loop that launches": """
        for each in (x, page):
            each = each.view(torch.float8_e4m3fn)
            dequantize[(1,)](each, n, 64)
    """,
    "as bytes": """
        codes = page[:, :n]
        page = page.view(torch.uint8)
        dequantize[(1,)](codes, x, 64)
    """,
    "a name of its own": """
        codes = page[:, :n]
        typed = page.view(torch.float8_e4m3fn)
        dequantize[(1,)](codes, x, 64)
        return typed
    """,
    "of another shape": """
        codes = page[:, :n]
        page = page.view(n, -1)
        dequantize[(1,)](codes, x, 64)  # not looked at
    """,
}
ASKED = """\
def gather(keys, values, out, policy: torch.dtype):
    for each in (keys, values):
        each = each.view(policy)
    dequantize[(1,)](keys, out, 64)  # expect: TL002


def gather_all(keys, values, out, policy: torch.dtype):
    keys, values = [each.view(policy) for each in (keys, values)]
    dequantize[(1,)](keys, out, 64)
    dequantize[(1,)](values, out, 64)


def reshape(keys, values, out, rows: int):
    for each in (keys, values):
        each = each.view(rows)
    dequantize[(1,)](keys, out, 64)
"""


HELPERS = """\
def to_codes(each):
    each = each.view(torch.float8_e4m3fn){end}


def launch(page, out):
    {given}to_codes(page)
    dequantize[(1,)](page, out, 64){mark}
    return out
"""
HELPED = {
    "nothing is given back": ("", "", READ),
    "another name has it": ("\n    return each", "typed = ", ""),
    "the name has it": ("\n    return each", "page = ", ""),
}


@pytest.mark.parametrize(("end", "given", "mark"), HELPED.values(), ids=list(HELPED))
def test_lost_in_a_helper(
    end: str, given: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HELPERS.format(end=end, given=given, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


@pytest.mark.parametrize("body", CASES.values(), ids=list(CASES))
def test_lost_views(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + function(body) + "\n"
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


def test_lost_views_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ASKED
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})

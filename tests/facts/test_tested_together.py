"""`fp8 and x.dtype == torch.uint8` asks for both at once: where the tensor is not viewed then, its
bytes are codes; where the two do not come out true together, nothing is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
BOTH = 'self.kv_dtype.startswith("fp8") and page.dtype == torch.uint8'
NOT_BOTH = 'not self.kv_dtype.startswith("fp8") or page.dtype != torch.uint8'
WRITER = """\
class Writer:
    def store(self, x, page):
        quantize[(1,)](x, page, 64)


"""
METHOD = """\
class Cache{base}:
    def write(self, x, page):
        {body}
"""
CASES = {
    "not viewed": f"""
        if {BOTH}:
            page = page
        return Writer.store(self, x, page){HIT}
""",
    "something else is done": f"""
        if {BOTH}:
            self.wide = False
        super().store(x, page){HIT}
""",
    "a view in the other arm": f"""
        if {NOT_BOTH}:
            quantize[(1,)](x, page, 64)
        else:
            quantize[(1,)](x, page, 64){HIT}
""",
    "bound on the way": f"""
        if self.kv_dtype.startswith("fp8") and (made := torch.zeros(64, dtype=torch.uint8)) is not None:
            made = made
        quantize[(1,)](x, made, 64){HIT}
""",
    "of three, viewed": f"""
        if {BOTH} and x.shape[0] > 0:
            page = page.view(torch.float8_e4m3fn)
        quantize[(1,)](x, page, 64)
""",
    "correct: viewed": f"""
        if {BOTH}:
            page = page.view(torch.float8_e4m3fn)
        return Writer.store(self, x, page)
""",
    "correct: refused": f"""
        if {BOTH}:
            raise ValueError("a view is missing")
        self.store(x, page)
""",
    "correct: where it is not both": f"""
        if not ({BOTH}):
            quantize[(1,)](x, page, 64)
            return
        quantize[(1,)](x, page.view(torch.float8_e4m3fn), 64)
""",
    "correct: by a name": f"""
        both = {BOTH}
        codes = page.view(torch.float8_e4m3fn) if both else page
        quantize[(1,)](x, codes, 64)
""",
    "correct: told by a flag": f"""
        codes = False
        if {BOTH}:
            codes = True
        quantize_or_pack[(1,)](x, page, codes, 64)
""",
    "told by another flag": f"""
        codes = False
        if self.kv_dtype.startswith("fp8") and self.packs:
            codes = True
        if {BOTH}:
            page = page
        quantize_or_pack[(1,)](x, page, codes, 64){HIT}
""",
    "correct: left before": f"""
        if {NOT_BOTH}:
            return quantize[(1,)](x, page, 64)
        quantize[(1,)](x, page.view(torch.float8_e4m3fn), 64)
""",
}


@pytest.mark.parametrize("body", CASES.values(), ids=list(CASES))
def test_tested_together(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inherits = "store(" in body
    text = KERNELS + (WRITER if inherits else "")
    text += METHOD.format(base="(Writer)" if inherits else "", body=body.strip())
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})

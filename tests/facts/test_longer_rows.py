"""Pages of codes whose rows are made four bytes longer: what is behind the codes is a float32."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def scores(code_ptr, rest_ptr, out_ptr, stride, rest_stride, WIDTH: tl.constexpr):
    row = tl.program_id(0)
    codes = tl.load(code_ptr + row * stride + tl.arange(0, WIDTH)).to(tl.float32)
    tl.store(out_ptr + row, tl.sum(codes, axis=0) * tl.load(rest_ptr + row * rest_stride))


class Pages:
    def __init__(self, n, width):
        self.width = width
        self.memory = torch.empty({size}, dtype=torch.float8_e4m3fn)

    def parts(self, n):
        live = self.memory[:n]
        return live[:, {codes}], live[:, {rest}]{view}


def run(pages: Pages, out, n):
    codes, rest = pages.parts(n)
    scores[(n,)](codes, rest, out, codes.stride(0), rest.stride(0), WIDTH=128)
"""
)
LONGER, CODES, REST = "(n, width + 4)", ": self.width", "self.width :"
CASES = {
    "behind the codes": (LONGER, CODES, REST, "", True),
    "by several arguments": ("n, width + 4", CODES, REST, "", True),
    "viewed": (LONGER, CODES, REST, ".view(torch.float32)", False),
    "as wide as the codes": ("(n, 2 * width)", CODES, REST, "", False),
    "longer by more": ("(n, width + 16)", CODES, REST, "", False),
    "codes all the way": (LONGER, CODES, ": self.width", "", False),
}


@pytest.mark.parametrize(("size", "codes", "rest", "view", "hazard"), CASES.values(), ids=list(CASES))
def test_longer_rows(
    size: str,
    codes: str,
    rest: str,
    view: str,
    hazard: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(size=size, codes=codes, rest=rest, view=view)
    write(tmp_path, {"user.py": text})
    seen = {code for _, _, code in found(select=("TL002",))}
    assert seen == ({"TL002"} if hazard else set())

"""Rows of bytes whose width says what is behind the codes: `latent + 2 * rope` bytes, of which a
slice takes what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def keep(x_ptr, turned_ptr, slots_ptr, code_ptr, tail_ptr, stride, tail_stride, N: tl.constexpr, R: tl.constexpr):
    token = tl.program_id(0)
    slot = tl.load(slots_ptr + token)
    n, r = tl.arange(0, N), tl.arange(0, R)
    x = tl.load(x_ptr + token * N + n).to(tl.float32)
    tl.store(code_ptr + slot * stride + n, x.to(code_ptr.dtype.element_ty))
    tl.store(tail_ptr + slot * tail_stride + r, tl.load(turned_ptr + token * R + r))


class Layer:
    def __init__(self, n, r, pages):
        self.n, self.r = n, r
        self.rows = {pages}

    def width(self):
        return {width}

    def save(self, x, turned, slots, memory):
        flat = {flat}
        codes = flat[:, : self.n].view(torch.float8_e4m3fn)
        tail = flat[:, self.n :]{view}
        keep[(x.shape[0],)](x, turned, slots, codes, tail, codes.stride(0), tail.stride(0), N=self.n, R=self.r)
"""
)
SHAPED, OWN = "memory.view(-1, self.width())", "self.n + 2 * self.r"
CASES = {
    "what a method returns": ("None", OWN, SHAPED, "", True),
    "reshaped, written out": ("None", OWN, "memory.reshape(-1, self.n + self.r * 2)", "", True),
    "what is kept": ("torch.zeros((pages, n + 2 * r), device='cuda')", OWN, "self.rows", "", False),
    "viewed": ("None", OWN, SHAPED, ".view(torch.bfloat16)", False),
    "a byte each": ("None", "self.n + self.r", SHAPED, "", False),
    "of another width": ("None", "2 * self.r + self.n", SHAPED, "", False),
    "asked elsewhere": ("None", "self.spec.width", SHAPED, "", False),
}


@pytest.mark.parametrize(("pages", "width", "flat", "view", "hazard"), CASES.values(), ids=list(CASES))
def test_row_widths(
    pages: str,
    width: str,
    flat: str,
    view: str,
    hazard: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(pages=pages, width=width, flat=flat, view=view)
    write(tmp_path, {"user.py": text})
    seen = {code for _, _, code in found(select=("TL001",))}
    assert seen == ({"TL001"} if hazard else set())

"""What one function makes bytes of several tensors, of which a launch gets some as floats again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def restore(codes_ptr, {name}_ptr, book_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    code = tl.load(codes_ptr + at).to(tl.int32)
    largest = tl.load({name}_ptr + at).to(tl.float32)
    tl.store(out_ptr + at, tl.load(book_ptr + code) * largest)


class State:
    def __init__(self, largest, book):
        self.largest = largest
        self.book = book

    def packed(self):
        return {{"largest": self.largest{bytes}, "book": self.book.view(torch.uint8)}}

    def whole(self):
        return {{"largest": self.largest, "book": self.book}}


def load(codes, out, state: State):
    parts = state.packed()
    {used}
    restore[(1,)](codes, largest, book, out, 64)
"""
)
BYTES, VIEW = ".view(torch.uint8)", ".view(torch.float32)"
USED = "largest, book = parts['largest']{}, parts['book']{}"
CASES = {
    "not viewed": ("largest", BYTES, USED.format("", VIEW), True),
    "viewed": ("largest", BYTES, USED.format(VIEW, VIEW), False),
    "none is viewed": ("largest", BYTES, USED.format("", ""), False),
    "no bytes": ("largest", "", USED.format("", VIEW), False),
    "a mask": ("keep_mask", BYTES, USED.format("", VIEW), False),
}


@pytest.mark.parametrize(("name", "bytes_", "used", "hazard"), CASES.values(), ids=list(CASES))
def test_viewed_back(
    name: str,
    bytes_: str,
    used: str,
    hazard: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(name=name, bytes=bytes_, used=used)
    write(tmp_path, {"user.py": text})
    codes = {code for _, _, code in found(select=("TL002",))}
    assert codes == ({"TL002"} if hazard else set())

"""What going through a tensor gives: its rows, which are as raw as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """
from collections import deque
from queue import SimpleQueue


class Pages:
    def __init__(self, n, device):
        pages = torch.empty((n, 64), dtype=torch.uint8, device=device){all}
        self.lengths = [0] * n
        {kept}

    def write(self, x):
        page = {taken}
        quantize[(1,)](x, page{each}, 64)
        return page
"""
# What keeps the rows, and how one is had of it.
FORMS = {
    "a list": ("self.free = list(pages)", "self.free.pop()"),
    "a list, one by one": ("self.free = [page for page in pages]", "self.free[0]"),
    "a queue": (
        "self.free = SimpleQueue()\n        for page in pages:\n            self.free.put(page)",
        "self.free.get_nowait()",
    ),
    "a deque": (
        "self.free = deque()\n        for page in pages:\n            self.free.append(page)",
        "self.free.popleft()",
    ),
    "numbered": (
        "self.free = {}\n        for at, page in enumerate(pages):\n            self.free[at] = page",
        "self.free[3]",
    ),
    "beside others": (
        "self.free = [page for page, _ in zip(pages, self.lengths)]",
        "self.free[0]",
    ),
}
VIEW = ".view(torch.float8_e4m3fn)"


@pytest.mark.parametrize("viewed", ["", "all", "each"])
@pytest.mark.parametrize("name", FORMS)
def test_rows_of_a_tensor(
    name: str, viewed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept, taken = FORMS[name]
    views = {each: VIEW if viewed == each else "" for each in ("all", "each")}
    write(tmp_path, {"user.py": KERNELS + MODULE.format(kept=kept, taken=taken, **views)})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if viewed else {"TL001"})

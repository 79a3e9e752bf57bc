"""Tests of what is there on one path only: a dtype or None, an object or None. They come out as the
test does that chose it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

POOL = """\
class Viewer:
    def view(self, page):
        return page.view(torch.float8_e4m3fn)


class Pool:
    def __init__(self, n, kind):
        self.quantized = {asked}
        self.page = torch.zeros(n, dtype=torch.uint8 if self.quantized else torch.bfloat16)
        self.flavour = {flavour}
        self.viewer = Viewer() if self.quantized else None

    def put(self, x):
        page = self.page
        {put}
        quantize[(1,)](x, page, 64){mark}
"""
HIT = "  # expect: TL001"
KINDS = {"one name": 'kind == "fp8"', "names": 'kind in ("fp8", "fp8_e4m3")', "a flag": "kind"}
CHOSEN = "torch.float8_e4m3fn if self.quantized else None"
OTHER = "torch.float8_e4m3fn if n > 64 else None"
VIEW = "            page = page.view(self.flavour)"
TESTS = {
    "is not None": (CHOSEN, f"if self.flavour is not None:\n{VIEW}", ""),
    "is None": (CHOSEN, f"if self.flavour is None:\n            pass\n        else:\n{VIEW}", ""),
    "true": (CHOSEN, f"if self.flavour:\n{VIEW}", ""),
    "denied": (CHOSEN, f"if not (self.flavour is None):\n{VIEW}", ""),
    "an object": (
        CHOSEN,
        "if self.viewer is not None:\n            page = self.viewer.view(page)",
        "",
    ),
    "the wrong way": (CHOSEN, f"if self.flavour is None:\n{VIEW}", HIT),
    "another choice": (OTHER, f"if self.flavour is not None:\n{VIEW}", HIT),
}


@pytest.mark.parametrize("asked", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize(("flavour", "put", "mark"), TESTS.values(), ids=list(TESTS))
def test_there_or_not(
    flavour: str,
    put: str,
    mark: str,
    asked: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if flavour == OTHER and asked == "kind":
        mark = ""  # what is true of a parameter says too little of dtypes
    text = KERNELS + POOL.format(flavour=flavour, put=put, mark=mark, asked=asked)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})

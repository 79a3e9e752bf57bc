"""Methods that only others of their class call: what these ask before decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

POOL = """\
class Pool:
    def __init__(self, n, mode):
        self.mode = mode
        if mode == "packed":
            self.page = torch.zeros(n, dtype=torch.uint8)
        else:
            self.page = torch.zeros(n, dtype=torch.bfloat16)

    def {name}(self, x):
        quantize[(1,)](x, self.page, 64){mark}

    def put(self, x):
        {put}

{more}
"""
HIT = "  # expect: TL001"
ASKED = (
    'if self.mode == "packed":\n'
    "            return self.page.view(torch.float8_e4m3fn).copy_(x)\n"
    "        self._put(x)"
)
CALLS = {
    "asked before": ("_put", ASKED, "", ""),
    "asked the other way": (
        "_put",
        'return self._put(x) if self.mode != "packed" else None',
        "",
        "",
    ),
    "asked for bytes": ("_put", 'return self._put(x) if self.mode == "packed" else None', "", HIT),
    "not asked": ("_put", "self._put(x)", "", HIT),
    "another setting": ("_put", ASKED.replace("mode", "kind"), "", HIT),
    "called without it too": ("_put", ASKED, "    def more(self, x):\n        self._put(x)", HIT),
    "called by another class too": (
        "_put",
        ASKED,
        "class Other:\n    def more(self, x, pool: Pool):\n        pool._put(x)",
        HIT,
    ),
    "called by nobody": ("_put", "pass", "", HIT),
    "public": ("store", ASKED.replace("_put", "store"), "", HIT),
}


@pytest.mark.parametrize(("name", "put", "more", "mark"), CALLS.values(), ids=list(CALLS))
def test_what_callers_ask(
    name: str, put: str, more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + POOL.format(name=name, put=put, more=more, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})

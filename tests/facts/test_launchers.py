"""What `__init__` keeps under an attribute, and is launched where that is called: a lambda, a
kernel with its grid, a partial of one; alone in a file, so that no other function has its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CLASS = """\
import functools


class Stash:
    def __init__(self, fast):
        self.rows = torch.zeros(64, dtype=torch.uint8)
        self.flush = {flush}

    def put(self, x):
        {put}

    def get(self):
        return self.rows.view(torch.float8_e4m3fn)
"""
WRAPPER = """\


def launch(x, page, scale):
    quantize[(1,)](x, page, 64)
"""
FLUSHES = {
    "a lambda": ("lambda x, page: quantize[(1,)](x, page, 64)", "self.flush(x, self.rows{})"),
    "a lambda in parentheses": (
        "(\n            lambda x, page: quantize[(1,)](x, page, 64)\n        )",
        "self.flush(x, self.rows{})",
    ),
    "a lambda of a wrapper": (
        "(lambda x, page: launch(x, page, 1)) if fast else launch", "self.flush(x, self.rows{})"
    ),
    "a kernel with its grid": ("quantize[(1,)]", "self.flush(x, self.rows{}, 64)"),
    "a partial": ("functools.partial(quantize[(1,)], BLOCK=64)", "self.flush(x, self.rows{})"),
    "a partial of a wrapper": ("functools.partial(launch, scale=1)", "self.flush(x, self.rows{})"),
}  # fmt: skip


@pytest.mark.parametrize(("flush", "put"), FLUSHES.values(), ids=list(FLUSHES))
@pytest.mark.parametrize("view", ["", ".view(torch.float8_e4m3fn)"], ids=["", "viewed"])
def test_launchers(
    flush: str, put: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "" if view else "  # expect: TL001"
    text = KERNELS + CLASS.format(flush=flush, put=put.format(view) + mark)
    text += WRAPPER if "launch" in flush else ""
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})

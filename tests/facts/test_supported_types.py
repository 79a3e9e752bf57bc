"""Classes that list the types of memory which they work with, and are asked for them before they
are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
class Pool:
    def __init__(self, n, kind: str):
        self.page = torch.zeros(n, dtype=torch.uint8 if kind == "fp8" else torch.float16)


class Base:
    {base}

    def __init__(self, pool: Pool):
        self.pool = pool

    @classmethod
    def supports(cls, dtype):
        return dtype in cls.{asked}


class Backend(Base):
    {own}

    def write(self, x):
        quantize[(1,)](x, self.pool.page, 64){mark}
"""
WIDE = "kv_storage = frozenset({torch.float16, torch.bfloat16})"
BYTES = "kv_storage = (torch.float16, torch.uint8)"
CASES = {
    "bytes too": ("kv_storage = frozenset()", "kv_storage", BYTES, HIT),
    "nobody asks": ("others = ()", "others", WIDE, HIT),
    "types to compute with": (
        "dtypes = ()",
        "dtypes",
        "dtypes = [torch.float16, torch.bfloat16]",
        HIT,
    ),
    "the heir lists bytes": (WIDE, "kv_storage", BYTES, HIT),
    "correct: none of a byte": ("kv_storage = frozenset()", "kv_storage", WIDE, ""),
    "correct: the base lists them": (WIDE, "kv_storage", "name = 'triton'", ""),
    "correct: the heir lists others": (BYTES, "kv_storage", WIDE, ""),
}


@pytest.mark.parametrize(("base", "asked", "own", "mark"), CASES.values(), ids=list(CASES))
def test_supported_types(
    base: str,
    asked: str,
    own: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(base=base, asked=asked, own=own, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)

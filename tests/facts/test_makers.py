"""Who only annotates with a class, asks for it or calls what it has makes no objects of it: what
its own `allocate` makes of it is what it holds everywhere."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.facts.index.makers import may_make

NAMED = {
    "from holder import Rows\nx: Rows = y": False,
    "from holder import (\n    Rows,\n)\n": False,
    "def f(x: Rows, y: Optional[Rows] = None) -> Rows:\n": False,
    "self.rows: Rows = x.rows": False,
    "x: holder.Rows = 1": False,
    "x: dict[str, Rows]": False,
    "x: 'Rows'": False,
    "x: Other | Rows": False,
    "x = Rows.make(1)": False,
    "isinstance(x, Rows)": False,
    "isinstance(x, (Other, Rows))": False,
    "# Rows(1)": False,
    "x = Rows(1)": True,
    "make(Rows)": True,
    "class More(Rows):\n": True,
    "from holder import Rows as R\n": True,
    "KINDS = {1: Rows}": True,
}


@pytest.mark.parametrize(("text", "made"), NAMED.items(), ids=list(NAMED))
def test_who_may_make(text: str, made: bool) -> None:
    assert may_make(text.encode(), b"Rows") == made


HOLDER = """\
from dataclasses import dataclass

import torch


@dataclass
class Rows:
    codes: torch.Tensor
    width: int

    @classmethod
    def allocate(cls, blocks, width):
        codes = torch.empty((blocks, width), dtype=torch.{dtype})
        return cls(codes, width)

    def keys(self):
        return self.codes.view(torch.float8_e4m3fn)
"""
HIT = "  # expect: TL002"
USERS = {
    "a parameter": f"""
        def read(rows: Rows, out):
            dequantize[(1,)](rows.codes, out, 64){HIT}
        """,
    "a name": f"""
        class Reader:
            def __init__(self, layer):
                self.layer = layer

            def read(self, out):
                rows: Rows = self.layer.rows
                dequantize[(1,)](rows.codes, out, 64){HIT}
        """,
    "an attribute": f"""
        class Reader:
            def __init__(self, layer):
                self.rows: Rows = layer.rows

            def read(self, out):
                dequantize[(1,)](self.rows.codes, out, 64){HIT}
        """,
    "correct: viewed": """
        def read(rows: Rows, out):
            dequantize[(1,)](rows.keys(), out, 64)
        """,
    "correct: made here too": """
        def read(rows: Rows, out):
            dequantize[(1,)](rows.codes, out, 64)


        def make(codes):
            return Rows(codes.float(), 64)
        """,
}


@pytest.mark.parametrize("user", USERS.values(), ids=list(USERS))
@pytest.mark.parametrize("dtype", ["uint8", "float8_e4m3fn"])
def test_made_by_the_class(
    dtype: str, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + "from holder import Rows\n" + textwrap.dedent(user)
    text = text if dtype == "uint8" else text.replace(HIT, "")
    files = {"user.py": text, "holder.py": HOLDER.format(dtype=dtype)}
    write(tmp_path, files)
    assert found(select=("TL002",)) == expected(files)

"""The same bug, and the same correct code, where memory comes from a method that a class leaves to
its heirs: what these give, in the same file or in others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"

# A pool that is kept as bytes where its dtype is that of codes.
BASE = '''
import abc
import torch


class Pool(abc.ABC):
    def __init__(self, size, dtype):
        self.dtype = dtype
        self.store_dtype = torch.uint8 if dtype == torch.float8_e5m2 else dtype
        self._create(size)

    %s
'''
LEFT = "@abc.abstractmethod\n    def keys(self, layer):\n        ..."
RAISING = "def keys(self, layer):\n        raise NotImplementedError('keys')"
EMPTY = 'def keys(self, layer) -> torch.Tensor:\n        """The keys."""'
VIEWING = "def keys(self, layer):\n        return self.k[layer].view(self.dtype)"
HEIR = """
class Paged(Pool):
    def _create(self, size):
        self.k = [torch.zeros(size, 64, dtype=%s) for _ in range(4)]

    def keys(self, layer):
        %s
"""
RAW = "return self.k[layer]"
VIEWED = "return self.k[layer].view(self.dtype) if self.store_dtype != self.dtype else self.k[layer]"
STORED, BF16, BYTES = "self.store_dtype", "torch.bfloat16", "torch.uint8"
BAD, GOOD = HEIR % (STORED, RAW), HEIR % (STORED, VIEWED)
OTHER = GOOD.replace("Paged", "Latent")
PLAIN = (HEIR % (BF16, RAW)).replace("Paged", "Plain")
# Between the two.
BETWEEN = "\n\nclass Between(Pool):\n    def clear(self):\n        self.k.clear()\n"
# What another heir does is done anew, for memory that nothing reads.
PLACEHOLDER = """
class Placeholder(Paged):
    def keys(self, layer):
        return self.k[layer]
"""
FROM = "import torch\nfrom pools import Pool\n"
USES = {
    "a parameter": """
def decode(pool: Pool, out):
    dequantize[(1,)](pool.keys(0)%s, out, 64)%s
""",
    "an attribute": """
class Backend:
    def __init__(self, pool: Pool):
        self.pool = pool

    def decode(self, out):
        keys = self.pool.keys(1)
        dequantize[(1,)](keys%s, out, 64)%s
""",
    "what a function gives": """
def current(context) -> Pool:
    return context.pool


def decode(context, out):
    keys = current(context).keys(2)
    dequantize[(1,)](keys%s, out, 64)%s
""",
}
VIEW = ".view(torch.float8_e5m2)"


def _files(use: str, heirs: str, hit: str = "", view: str = "", left: str = LEFT) -> dict[str, str]:
    """All in one file."""
    text = (BASE % left) + heirs + USES[use] % (view, hit)
    return {"user.py": KERNELS + text}


def _apart(use: str, heirs: str, hit: str = "", view: str = "") -> dict[str, str]:
    """The pool, its heirs and what takes it in files of their own."""
    text = FROM + "from kernels import dequantize\n" + USES[use] % (view, hit)
    return {"kernels.py": KERNELS, "pools.py": BASE % LEFT, "heirs.py": FROM + heirs, "user.py": text}


USE = "a parameter"
CASES = {
    **{f"{use}: one file": _files(use, BAD, HIT) for use in USES},
    **{f"{use}: other files": _apart(use, BAD, HIT) for use in USES},
    "raises": _files(USE, BAD, HIT, left=RAISING),
    "there is nothing in it": _files(USE, BAD, HIT, left=EMPTY),
    "no method of that name": _files(USE, BAD, HIT, left="SIZE = 64"),
    "no method of that name, of an attribute": _files("an attribute", BAD, HIT, left="SIZE = 64"),
    "correct: no method of that name": _files(USE, GOOD, left="SIZE = 64"),
    "correct: one that all view": _files(USE, GOOD + OTHER, left="SIZE = 64"),
    "over two classes": _files(USE, BETWEEN + BAD.replace("(Pool)", "(Between)"), HIT),
    "over two classes of other files": _apart(USE, BETWEEN + BAD.replace("(Pool)", "(Between)"), HIT),
    "two that agree": _apart(USE, BAD + BAD.replace("Paged", "Latent"), HIT),
    **{f"correct: {use} is viewed": _files(use, BAD, view=VIEW) for use in USES},
    **{f"correct: {use} is viewed by its class": _apart(use, GOOD) for use in USES},
    "correct: all view": _apart(USE, GOOD + OTHER),
    "correct: bf16": _apart(USE, HEIR % (BF16, RAW)),
    "correct: numbers of 8 bits beside others": _apart(USE, (HEIR % (BYTES, RAW)) + PLAIN),
    "correct: over two classes": _apart(USE, BETWEEN + GOOD.replace("(Pool)", "(Between)")),
    "correct: done anew": _apart(USE, GOOD + PLACEHOLDER),
    "correct: not left to heirs": _files(USE, GOOD, left=VIEWING),
    "an heir of a class that views": _files(USE, BAD, HIT, left=VIEWING),
    "an heir of its heir": _files(USE, BETWEEN + BAD.replace("(Pool)", "(Between)"), HIT, left=VIEWING),
    "correct: an heir that views too": _files(USE, GOOD, left=VIEWING),
    "correct: an heir of bf16": _files(USE, HEIR % (BF16, RAW), left=VIEWING),
    "correct: an heir of a class that views, viewed": _files(USE, BAD, left=VIEWING, view=VIEW),
    "correct: an heir of another class": _apart(USE, GOOD + BAD.replace("(Pool)", "").replace("Paged", "Apart")),
}  # fmt: skip
# The class makes what it gives viewed, and an heir as it is.
MADE = """
import torch


class Pool:
    def __init__(self, size, dtype):
        self.dtype = dtype
        self.store_dtype = torch.uint8 if dtype == torch.float8_e5m2 else dtype
        self.k = [torch.zeros(size, 64, dtype=self.store_dtype) for _ in range(4)]

    def keys(self, layer):
        return self.k[layer].view(self.dtype)


class Direct(Pool):
    def keys(self, layer):
        return self.k[layer]%s
"""
CASES |= {
    f"made by the class: {given or 'as it is'}": {"user.py": KERNELS + MADE % given + USES[USE] % ("", hit)}
    for given, hit in (("", HIT), (".view(-1, 64)", HIT), (".contiguous()", HIT), (".view(self.dtype)", ""))
}
# Some give bytes, and others do not: which of them it is, the launch does not say.
DIVIDED = {
    "one views": _apart(USE, BAD + OTHER, HIT),
    "one views, in one file": _files(USE, OTHER + BAD, HIT),
    "one is bf16": _apart("an attribute", PLAIN + BAD, HIT),
}


@pytest.mark.parametrize("files", CASES.values(), ids=list(CASES))
def test_what_heirs_give(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, files)
    assert found(".", confidence="possible") == found(".") == expected(files)


@pytest.mark.parametrize("files", DIVIDED.values(), ids=list(DIVIDED))
def test_heirs_that_disagree(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, files)
    assert not found(".")
    assert found(".", confidence="possible") == expected(files)


# A method of the class launches what its heirs give, which are in another file; the class says as
# what it is kept.
OWN = """
import abc


class Backend(abc.ABC):
    stored = torch.uint8

    def __init__(self, n, narrow=True):
        self.narrow = narrow
        self.page = torch.zeros(n, dtype=self.stored if narrow else torch.bfloat16)

    @abc.abstractmethod
    def rows(self): ...

    def put(self, x):
        quantize[(1,)](x, self.rows(), 64){whole}
"""
OWN_HEIRS = """
import torch
from user import Backend


class Viewing(Backend):
    def rows(self):
        return {viewing}


class Direct(Backend):
    {own}

    def rows(self):
        return {direct}{part}
"""
TL001 = "  # expect: TL001"
CODES = "self.page.view(torch.float8_e4m3fn) if self.narrow else self.page"
EXTENDED = "def __init__(self, *sizes, depth=4):\n        super().__init__(*sizes)\n        self.depth = depth"
OWN_CASES = {
    "one leaves its own bytes": {"whole": TL001},
    "one leaves them, and extends the initializer": {"own": EXTENDED, "whole": TL001},
    "one leaves a part of them": {"direct": "self.page[64:]", "part": TL001},
    "both view": {"direct": CODES},
    "one is kept as codes": {"own": "stored = torch.float8_e4m3fn"},
    "one launches otherwise": {"own": "def put(self, x):\n        self.page.zero_()"},
    "the other is of floats": {"viewing": "torch.zeros(64, dtype=torch.float16)"},
}


@pytest.mark.parametrize("case", OWN_CASES)
def test_an_heir_that_leaves_its_own_bytes(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = {"viewing": CODES, "direct": "self.page", "own": "depth = 1", "whole": "", "part": ""}
    given = {**plain, **OWN_CASES[case]}
    files = {"user.py": KERNELS + OWN.format(**given), "heirs.py": OWN_HEIRS.format(**given)}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)

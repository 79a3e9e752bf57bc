"""Kernels that a function defines when it is first called, so that a module can be imported without
Triton, and the ways in which such a function comes by Triton."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import expected, found, write

IMPORT = "import triton\nimport triton.language as tl\n"
# More lines than a function may have of its own to be entered.
BODY = "".join(f"step_{n} = tl.program_id(0) * {n}\n" for n in range(1, 30))
KERNEL = f"""\
@triton.jit
def dequantize(codes_ptr, out_ptr, BLOCK: tl.constexpr):
{textwrap.indent(BODY, "    ")}\
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(codes_ptr + offsets).to(tl.float32) / 448.0)
"""
LAUNCH = """

def decode(page, out%s):
    assert page.dtype == torch.uint8
    codes = page[:, :64]%s
    scales = page[:, 64:].view(torch.float32)
    %s[(1,)](codes, out, 64)%s
    return scales
"""


def _made(head: str, first: str, before: str = "", last: str = "return dequantize\n") -> str:
    body = textwrap.indent(first + KERNEL + last, "    ")
    return f"import torch\n{before}\n\n{head}\ndef kernel():\n{body}"


HANDED = f"def lazily():\n{textwrap.indent(IMPORT, '    ')}    return triton, tl\n"
ONE = "def language():\n    import triton.language as tl\n    return tl\n"
KEPT = "_kernel = None\n"
FIRST_TIME = "global _kernel\nif _kernel is not None:\n    return _kernel\n"
KEEPS = "_kernel = dequantize\nreturn _kernel\n"

MAKERS = {
    "imported inside": _made("", IMPORT),
    "cached": _made("import functools\n\n\n@functools.lru_cache(maxsize=None)", IMPORT),
    "kept in a global": _made("", FIRST_TIME + IMPORT, KEPT, KEEPS),
    "both handed out": _made("", "triton, tl = lazily()\n", HANDED),
    "handed out and kept": _made("", FIRST_TIME + "triton, tl = lazily()\n", KEPT + HANDED, KEEPS),
    "one handed out": _made("", "import triton\ntl = language()\n", ONE),
    "imported by name": _made(
        "",
        "triton = importlib.import_module('triton')\ntl = triton.language\n",
        "import importlib\n",
    ),
    "imported by a name of its own": _made(
        "",
        "triton, tl = load('triton'), load('triton.language')\n",
        "from importlib import import_module as load\n",
    ),
}
CASES = {
    f"{name}{also}": making + LAUNCH % ("", view, "kernel()", mark)
    for name, making in MAKERS.items()
    for also, view, mark in (
        ("", "", "  # expect: TL002"),
        (", correct", ".view(torch.float8_e4m3fn)", ""),
    )
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_lazy_kernels(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": text})
    hits = found(select=("TL001", "TL002"))
    # The slice is where the view is missing.
    assert {code for _, _, code in hits} == {code for _, _, code in expected({"user.py": text})}


def test_handed_out_by_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function that imports Triton stands in a file of its own."""
    monkeypatch.chdir(tmp_path)
    maker = _made("", "triton, tl = lazily()\n", "from lazy import lazily\n")
    user = maker + LAUNCH % ("", "", "kernel()", "")
    write(tmp_path, {"user.py": user, "lazy.py": HANDED})
    assert {code for _, _, code in found(select=("TL001", "TL002"))} == {"TL002"}


def test_one_of_two_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function hands out that is one of two modules is not known, and its kernels are not."""
    monkeypatch.chdir(tmp_path)
    either = HANDED.replace("    return", "    if torch.version.hip:\n        return torch, tl\n    return")
    user = _made("", "triton, tl = lazily()\n", either) + LAUNCH % ("", "", "kernel()", "")
    write(tmp_path, {"user.py": user.replace("(codes, out, 64)", "(codes, out, 64)  # not looked at")})
    assert not found(select=("TL001", "TL002"))

"""Launches in a folder beside the package of their kernel: in tests, benchmarks, a second package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.facts.index.universe import Texts

HIT = "  # expect: TL001"
CHECKOUT = {"pyproject.toml": "[project]\nname = 'pk'\n"}
WRAPPER = """\
import torch
from pk.kernels import quantize

def store(x, page):
    quantize[(1,)](x, page, 64)
"""
KERNEL = {**CHECKOUT, "pk/__init__.py": "", "pk/kernels.py": KERNELS}
PACKAGE = {**KERNEL, "pk/wrapper.py": WRAPPER}
# Nothing tells what this one is given.
APART = {**KERNEL, "pk/wrapper.py": WRAPPER.replace("64)", "64)  # not looked at")}
MAKES = "page = torch.empty(64, dtype=torch.uint8)"
MAKES_FLOATS = "page = torch.empty(64, dtype=torch.float8_e4m3fn)"


def _test(imports: str, call: str, makes: str = MAKES, mark: str = "", inside: str = "") -> str:
    body = "\n".join(f"    {line}" for line in (inside, makes, f"{call}{mark}") if line)
    return f"import torch\n{imports}\n\ndef test_store(x):\n{body}\n"


LAUNCH = "quantize[(1,)](x, page, 64)"
CALL = "store(x, page)"
CASES: dict[str, dict[str, str]] = {
    "a kernel": {
        **KERNEL,
        "tests/test_it.py": _test("from pk.kernels import quantize", LAUNCH, mark=HIT),
    },
    "a kernel of a module": {
        **KERNEL,
        "benchmarks/run.py": _test("import pk.kernels as k", f"k.{LAUNCH}", mark=HIT),
    },
    "a wrapper": {
        **PACKAGE,
        "tests/test_it.py": _test("from pk.wrapper import store", CALL, mark=HIT),
    },
    "by another name": {
        **PACKAGE,
        "tests/test_it.py": _test("from pk.wrapper import store as put", f"put{CALL[5:]}", mark=HIT),
    },
    "imported inside": {
        **PACKAGE,
        "tests/test_it.py": _test(
            "", CALL, mark=HIT, inside="from pk.wrapper import store"
        ),
    },
    "a package that passes it on": {
        **PACKAGE,
        "pk/__init__.py": "from .wrapper import store\n",
        "tests/test_it.py": _test("from pk import store", CALL, mark=HIT),
    },
    "a package that passes on all": {
        **PACKAGE,
        "pk/__init__.py": "from .wrapper import *\n",
        "tests/test_it.py": _test("from pk import store", CALL, mark=HIT),
    },
    "below src": {
        **CHECKOUT,
        **{f"src/{name}": text for name, text in PACKAGE.items() if name.endswith(".py")},
        "tests/test_it.py": _test("from pk.wrapper import store", CALL, mark=HIT),
    },
    "a second package": {
        **PACKAGE,
        "app/__init__.py": "",
        "app/deep/__init__.py": "",
        "app/deep/run.py": _test("from pk.wrapper import store", CALL, mark=HIT),
    },
    "a second package by dots": {
        **PACKAGE,
        "app/__init__.py": "",
        "app/run.py": _test("from ..pk.wrapper import store", CALL, mark=HIT),
    },
    "by way of a third": {
        **PACKAGE,
        "tools/__init__.py": "",
        "tools/launching.py": "import triton\nfrom pk.wrapper import store\n\ndef put(x, page):\n    store(x, page)\n",
        "tests/test_it.py": _test("from tools.launching import put", "put(x, page)", mark=HIT),
    },
    "a method": {
        **PACKAGE,
        "pk/pool.py": (
            "import triton\nfrom .wrapper import store\n\nclass Pool:\n    def write(self, x, page):\n        store(x, page)\n"
        ),
        "tests/test_it.py": _test(
            "from pk.pool import Pool", "Pool().write(x, page)", mark=HIT
        ),
    },
    "bytes that the package makes": {
        **PACKAGE,
        "pk/pages.py": "import torch\n\ndef new(n):\n    return torch.empty(n, dtype=torch.uint8)\n",
        "tests/test_it.py": _test(
            "import triton\nfrom pk.wrapper import store\nfrom pk.pages import new", CALL, "page = new(64)", HIT
        ),
    },
    "a custom operator": {
        **PACKAGE,
        "pk/ops.py": (
            "import torch\nimport triton\nfrom .wrapper import store\n\n"
            "@torch.library.custom_op('pk::put', mutates_args=('page',))\n"
            "def put(x: torch.Tensor, page: torch.Tensor) -> None:\n    store(x, page)\n"
        ),
        "tests/test_it.py": _test("import pk.ops", "torch.ops.pk.put(x, page)", mark=HIT),
    },
    "packages that import from each other": {
        **PACKAGE,
        "pk/late.py": "def late(x, page):\n    from app.run import run\n    run(x, page)\n",
        "app/__init__.py": "",
        "app/run.py": (
            "import torch\nfrom pk.wrapper import store\n\ndef run(x, page):\n    store(x, page)\n\n"
            f"def main(x):\n    {MAKES}\n    run(x, page){HIT}\n"
        ),
    },
    "correct: floats": {
        **KERNEL,
        "tests/test_it.py": _test("from pk.kernels import quantize", LAUNCH, MAKES_FLOATS),
    },
    "correct: floats for a wrapper": {
        **PACKAGE,
        "tests/test_it.py": _test("from pk.wrapper import store", CALL, MAKES_FLOATS),
    },
    "correct: viewed": {
        **PACKAGE,
        "tests/test_it.py": _test(
            "from pk.wrapper import store", "store(x, page.view(torch.float8_e4m3fn))"
        ),
    },
    "correct: viewed by the wrapper": {
        **PACKAGE,
        "pk/wrapper.py": WRAPPER.replace("(x, page, 64)", "(x, page.view(torch.float8_e4m3fn), 64)"),
        "tests/test_it.py": _test("from pk.wrapper import store", CALL),
    },
    "correct: a module of the same name that launches nothing": {
        **APART,
        "tests/wrapper.py": "import torch\n\ndef store(x, page):\n    page.copy_(x)\n",
        "tests/test_it.py": _test("from wrapper import store", CALL),
    },
    "correct: a folder of the same name that is another package": {
        **APART,
        "tests/pk/__init__.py": "",
        "tests/pk/wrapper.py": "import torch\n\ndef store(x, page):\n    page.copy_(x)\n",
        "tests/test_it.py": _test("from pk.wrapper import store", CALL),
    },
    "correct: an installed package with the name of a folder": {
        **KERNEL,
        "flash/README.md": "",
        "flash/helpers.py": APART["pk/wrapper.py"],
        "tests/test_it.py": _test("from flash.kernels import store", CALL),
    },
    "a region that the package cuts, which is told of no test": {
        **KERNEL,
        "pk/wrapper.py": WRAPPER.replace("page, 64", "page[8:], 64"),
        "tests/test_it.py": _test("from pk.wrapper import store", CALL),
    },
    "correct: no name of the package": {
        **APART,
        "tests/test_it.py": _test("from elsewhere import store\nimport pk.wrapper", CALL),
    },
    "correct: the checkout ends above": {
        **{name: text for name, text in APART.items() if name.endswith(".py")},
        "inner/pyproject.toml": CHECKOUT["pyproject.toml"],
        "inner/tests/test_it.py": _test("from pk.wrapper import store", CALL),
    },
}


@pytest.mark.parametrize("files", CASES.values(), ids=list(CASES))
def test_a_launch_beside_the_package(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)


@pytest.mark.parametrize("folder", ["tests", "tests/test_it.py"])
def test_the_folder_alone_is_told_the_same(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = CASES["a wrapper"]
    write(tmp_path, files)
    assert found(folder, select=("TL001",)) == expected(files)
    assert not found("pk", select=("TL001",))


def test_what_the_package_gives_is_told(tmp_path: Path) -> None:
    write(tmp_path, CASES["bytes that the package makes"])
    file = str(tmp_path / "tests" / "test_it.py")
    assert Texts({}).telling(file).lines[file]

"""What a name stands for: imports, re-exports, aliases, shims, cycles; and which functions are
kernels."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tritonlint.errors import SourceError
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.source import read_source


def project(root: Path, **files: str) -> Project:
    """A project whose files are given as `package__module="text"`."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project([root])


def package(root: Path, *folders: str) -> None:
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "__init__.py").touch()


def function(found: Definition | None) -> tuple[str, str]:
    assert found is not None and isinstance(found.node, ast.FunctionDef)
    return found.module.file.name, found.node.name


KERNEL = "import triton\n\n@triton.jit\ndef kernel(p):\n    pass\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from pkg.ops import kernel", "kernel"),
        ("from .ops import kernel as k", "k"),
        ("from . import ops", "ops.kernel"),
        ("import pkg.ops", "pkg.ops.kernel"),
        ("import pkg.ops as o", "o.kernel"),
        ("from .ops import *", "kernel"),
        ("from .reexport import renamed", "renamed"),
        ("from .star import kernel", "kernel"),
        ("from .ops import kernel\nother = kernel", "other"),
        ("try:\n    from .ops import kernel\nexcept ImportError:\n    kernel = None", "kernel"),
        ("kernel = None\nif True:\n    from .ops import kernel", "kernel"),
        ("from .lazy import namespace", "namespace.kernel"),
    ],
)
def test_a_kernel_is_found_through_imports(tmp_path: Path, text: str, name: str) -> None:
    package(tmp_path, "pkg")
    found = project(
        tmp_path,
        pkg__ops=KERNEL,
        pkg__reexport="from pkg.ops import kernel as renamed\n",
        pkg__star="from .ops import *\n",
        pkg__lazy="from . import ops as namespace\n",
        pkg__user=text + "\n",
    )
    assert function(found.module(tmp_path / "pkg" / "user.py").resolve(name)) == (
        "ops.py",
        "kernel",
    )


def test_same_names_in_two_modules_are_told_apart_by_the_import(tmp_path: Path) -> None:
    package(tmp_path, "pkg")
    found = project(
        tmp_path,
        pkg__a=KERNEL,
        pkg__b=KERNEL,
        pkg__user="from .b import kernel\n",
        pkg__other="kernel = 3\n",
    )
    assert function(found.module(tmp_path / "pkg" / "user.py").resolve("kernel")) == (
        "b.py",
        "kernel",
    )
    assert found.module(tmp_path / "pkg" / "b.py").resolve("missing") is None


def test_namespace_packages_and_imports_from_above(tmp_path: Path) -> None:
    package(tmp_path, "pkg")
    found = project(
        tmp_path,
        pkg__inner__ops=KERNEL,
        pkg__inner__deep__user="from pkg.inner.ops import kernel\nimport pkg.inner.ops\nfrom ..ops import kernel as k\n",
    )
    user = found.module(tmp_path / "pkg" / "inner" / "deep" / "user.py")
    assert user.name == "pkg.inner.deep.user"
    for name in ("kernel", "pkg.inner.ops.kernel", "k"):
        assert function(user.resolve(name)) == ("ops.py", "kernel")


def test_a_project_below_src(tmp_path: Path) -> None:
    package(tmp_path, "src/pkg")
    found = project(tmp_path, src__pkg__ops=KERNEL, tests__user="from pkg.ops import kernel\n")
    assert function(found.module(tmp_path / "tests" / "user.py").resolve("kernel")) == (
        "ops.py",
        "kernel",
    )


def test_a_package_that_was_copied_into_another(tmp_path: Path) -> None:
    for name in ("pkg", "pkg/vendored/lib"):
        package(tmp_path, name)
    found = project(
        tmp_path,
        pkg__vendored__lib__ops=KERNEL,
        pkg__vendored__lib__user="from lib.ops import kernel\nfrom elsewhere.ops import kernel as k\n",
        pkg__user="from lib.ops import kernel\n",
    )
    user = found.module(tmp_path / "pkg" / "vendored" / "lib" / "user.py")
    assert function(user.resolve("kernel")) == ("ops.py", "kernel")
    assert user.resolve("k") is None
    # From outside of the copy, that name is another package.
    assert found.module(tmp_path / "pkg" / "user.py").resolve("kernel") is None


@pytest.mark.parametrize(
    ("text", "name", "qualified"),
    [
        ("import torch", "torch.uint8", "torch.uint8"),
        ("import triton.language as tl", "tl.float32", "triton.language.float32"),
        ("from shim import tl", "tl.float32", "triton.language.float32"),
        (
            "from nowhere import triton, libdevice",
            "libdevice.rint",
            "triton.language.extra.libdevice.rint",
        ),
        ("from torch import float8_e4m3fn as F8\nX = F8", "X", "torch.float8_e4m3fn"),
    ],
)
def test_names_outside_the_project_keep_their_dotted_name(
    tmp_path: Path, text: str, name: str, qualified: str
) -> None:
    found = project(tmp_path, shim="class Stand:\n    pass\n\ntl = Stand()\n", user=text + "\n")
    user = found.module(tmp_path / "user.py")
    assert user.qualified(name) == qualified
    assert user.resolve(name) is None or "X" in name


def test_cycles_end(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        a="from b import x, y\nfrom b import *\nz = z\n",
        b="from a import x\nfrom a import *\ny = w\nw = y\n",
    )
    module = found.module(tmp_path / "a.py")
    assert [module.resolve(name) for name in ("x", "missing")] == [None, None]
    module.resolve("y")
    module.resolve("z")


def test_a_broken_module_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = project(tmp_path, broken="def (:\n", user="from broken import kernel\n")
    assert found.module(tmp_path / "user.py").resolve("kernel") is None
    assert [Path(path).name for path in found.failures] == ["broken.py"]
    with pytest.raises(SourceError, match=r"cannot be parsed by Python .*line 1"):
        kernels(found.module(tmp_path / "broken.py"))


def names(module: Module) -> list[str]:
    return [kernel.name for kernel in kernels(module)]


@pytest.mark.parametrize(
    "text",
    [
        "import triton\n@triton.jit\ndef k(p): pass\n",
        "import triton as tr\n@tr.jit(do_not_specialize=['n'])\ndef k(p): pass\n",
        "from triton import jit\n@jit\ndef k(p): pass\n",
        "from triton.experimental import gluon\n@gluon.jit\ndef k(p): pass\n",
        "import triton\n@other\n@triton.autotune([], key=[])\n@triton.heuristics({})\n@triton.jit\ndef k(p): pass\n",
        "import triton\nif 1:\n    @triton.jit\n    def k(p): pass\n",
        "import triton\ntry:\n    pass\nexcept E:\n    @triton.jit\n    def k(p): pass\n",
        "import triton\ndef make():\n    @triton.jit\n    def k(p): pass\n    return k\n",
        "import triton\nclass A:\n    @staticmethod\n    @triton.jit\n    def k(p): pass\n",
        "import triton\ndef f(p): pass\nk = triton.jit(f)\n",
        "import triton\ndef f(p): pass\nk = triton.jit(noinline=True)(f)\n",
        "import triton\ndef f(p): pass\nk = triton.autotune([], key=[])(triton.jit(f))\n",
        "import functools, triton\n@functools.partial(triton.jit, noinline=True)\ndef k(p): pass\n",
        "import triton\ndef compiled(f):\n    return triton.jit(f)\n@compiled\ndef k(p): pass\n",
        "import triton\ndef compiled(n):\n    def wrap(f):\n        return triton.jit(f)\n    return wrap\n@compiled(3)\ndef k(p): pass\n",
        "from shim import triton\n@triton.jit\ndef k(p): pass\n",
    ],
)
def test_kernels_in_every_spelling(tmp_path: Path, text: str) -> None:
    assert names(project(tmp_path, user=text).module(tmp_path / "user.py")) == ["k"]


@pytest.mark.parametrize(
    "text",
    [
        "import numba\n@numba.jit\ndef k(p): pass\n",
        "from numba import jit\n@jit\ndef k(p): pass\n",
        "def jit(f): return f\n@jit\ndef k(p): pass\n",
        "import torch\n@torch.jit.script\ndef k(p): pass\n",
        "import triton\ndef test_it(k):\n    triton.jit\n@test_it\ndef k(p): pass\n",
    ],
)
def test_other_functions_are_none(tmp_path: Path, text: str) -> None:
    assert names(project(tmp_path, user=text).module(tmp_path / "user.py")) == []


def test_the_tree_of_a_module_is_freed_unless_another_refers_to_it(tmp_path: Path) -> None:
    (tmp_path / "ops.py").write_text("def store():\n    pass\n")
    (tmp_path / "user.py").write_text("from ops import store\nstore()\n")
    project = Project([tmp_path])
    ops, user = (
        project.module(tmp_path / name, read_source(tmp_path / name))
        for name in ("ops.py", "user.py")
    )
    assert user.resolve("store") is not None
    assert not project.release(ops)
    assert user.resolve("store") == ops.functions[0]
    source = user.source
    assert project.release(user)
    assert "tree" not in vars(source)
    again = project.module(tmp_path / "user.py")
    assert again is not user
    assert again.resolve("store") == ops.functions[0]

"""What the text of a file tells without parsing it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tritonlint.caching.cache import Cache
from tritonlint.caching.store import Store
from tritonlint.engine import check
from tritonlint.facts.index.callers import callers, leading, naming
from tritonlint.facts.index.outlines import outline
from tritonlint.settings import config

LAUNCHES = b"import triton\ndef launch(x):\n    kernel[(1,)](x)\n"


def leads(text: str, **others: str) -> list[str]:
    """The functions of a file that may lead to `launch` of another."""
    files = {"ops.py": LAUNCHES, "user.py": text.encode()}
    files |= {f"{name}.py": each.encode() for name, each in others.items()}
    outlines = {name: outline(each, package=True) for name, each in files.items()}
    lines = leading(outlines, naming(outlines)).lines.get("user.py", frozenset())
    return [each.name for each in outlines["user.py"].functions if each.line in lines]


@pytest.mark.parametrize(
    "text",
    {
        "imported": "from ops import launch\ndef f(x):\n    launch(x)\n",
        "of a module": "import ops\ndef f(x):\n    ops.launch(x)\n",
        "of a submodule": "import pkg.ops\ndef f(x):\n    pkg.ops.launch(x)\n",
        "imported as another": "from ops import (\n    launch as go,\n)\ndef f(x):\n    go(x)\n",
        "imported inside": "def f(x):\n    from ops import launch\n    launch(x)\n",
        "starred": "from ops import *\ndef f(x):\n    launch(x)\n",
        "assigned": "import ops\ngo = ops.launch\ndef f(x):\n    go(x)\n",
        "assigned inside": "import ops\ndef f(x):\n    go = ops.launch\n    go(x)\n",
        "under an if": "from ops import launch\nif launch:\n    def g(x):\n        launch(x)\ndef f(x):\n    g(x)\n",
        "asynchronous": "from ops import launch\nasync def f(x):\n    launch(x)\n",
        "in tabs and CRLF": "from ops import launch\r\nif 1:\r\n\tdef f(x):\r\n\t\tlaunch(x)\r\n",
        "custom operator": "import torch\ndef f(x):\n    torch.ops.vendor.store_rows(x)\n",
    }.values(),
)
def test_a_call_that_leads_to_a_launch_is_seen(text: str) -> None:
    register = 'from ops import launch\nregister(op_name="store_rows", op_func=launch)\ndef g(x):\n    launch(x)\n'
    assert leads(text, registry=register)[-1] == "f"


def test_methods_lead_by_way_of_their_object_or_class() -> None:
    text = (
        "from ops import launch\n"
        "class A:\n    def go(self, x):\n        launch(x)\n    def f(self, x):\n        self.go(x)\n"
        "def apart(a, x):\n    a.go(x)\n"
    )
    assert leads(text) == ["go", "f"]


def test_a_function_leads_where_one_inside_it_does() -> None:
    assert leads("def f(x):\n    def inner():\n        kernel[g](x)\n    return inner\n") == [
        "f",
        "inner",
    ]


def test_what_lies_deep_leads_and_what_does_not_launch_does_not() -> None:
    chain = "from ops import launch\ndef f0(x):\n    launch(x)\n"
    chain += "".join(f"def f{i + 1}(x):\n    f{i}(x)\n" for i in range(9))
    assert leads(chain) == [f"f{i}" for i in range(10)]
    assert leads("def f(x):\n    return x.launch(1)\ndef g(x):\n    launch = 3\n") == []


def test_callers_are_found_over_files_and_methods_in_their_own() -> None:
    text = b"from ops import launch\nclass A:\n    def go(self):\n        launch(1)\n    def f(self):\n        self.go()\n"
    outlines = {
        "a.py": outline(text, package=True),
        "b.py": outline(b"def f(a):\n    a.go()\n", package=True),
    }
    launching = [("ops.py", each) for each in outline(LAUNCHES).functions]
    assert callers(launching, outlines, naming(outlines)) == {"a.py": frozenset({3, 5})}
    outlines["c.py"] = outline(
        b"from pkg import ops\nif ops:\n    def f(x):\n        ops.launch(x)\n", package=True
    )
    assert callers(launching, outlines, naming(outlines))["c.py"] == frozenset({3})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a finding that its caller decides, and two files beside."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "pkg"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "ops.py").write_text(
        "import triton, torch\nimport triton.language as tl\n"
        "@triton.jit\ndef store_kernel(x_ptr, o_ptr):\n"
        "    tl.store(o_ptr, tl.load(x_ptr).to(tl.float32) / 448.0)\n"
        "def store(x, cache):\n    store_kernel[(1,)](x, cache)\n"
    )
    (folder / "user.py").write_text(
        "import torch\nfrom .ops import store\ndef run(x):\n"
        "    cache = torch.empty(64, dtype=torch.uint8)  # fp8 codes\n    store(x, cache)\n"
    )
    return folder


def found(project: Path) -> list[tuple[str, int, str]]:
    cache = Cache(project.parent / "cache")
    result = check.check(sorted(project.glob("*.py")), config.load(project, {}), cache)
    assert not result.skipped
    return [(each.span.path, each.span.line, each.code) for each in result.findings]


def store(project: Path) -> Store:
    return Store(project.parent / "cache")


def outlines(project: Path) -> dict[str, list[Any]]:
    """What is kept of each file, by its path from the folder of the cache."""
    keys = [f"../pkg/{each.name}" for each in project.glob("*.py")]
    return {key: json.loads(body) for key, body in store(project).get("outline", keys).items()}


def test_outlines_of_earlier_runs_change_nothing_in_what_is_found(project: Path) -> None:
    expected = [("pkg/user.py", 5, "TL001")]
    assert found(project) == expected
    kept = outlines(project)
    assert {Path(each).name for each in kept} == {"__init__.py", "ops.py", "user.py"}
    for body in (b"", b"[]", b"{", b'{"a": 1}', b'["0:0", null]'):
        store(project).put("outline", dict.fromkeys(kept, body))
        (project / "ops.py").touch()
        assert found(project) == expected


def test_an_outline_of_the_same_text_is_used_whatever_its_time(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = found(project)
    for each in project.glob("*.py"):
        each.touch()
    monkeypatch.setattr("tritonlint.facts.index.universe.outline", None)
    assert found(project) == expected


def test_an_outline_of_a_file_that_has_changed_is_not_used(project: Path) -> None:
    before = (project / "user.py").read_text()
    (project / "user.py").write_text("# fp8\n")
    assert found(project) == []
    (project / "user.py").write_text(before)
    assert found(project) == [("pkg/user.py", 5, "TL001")]


def test_a_damaged_entry_costs_that_outline_only(project: Path) -> None:
    found(project)
    kept = outlines(project)["../pkg/user.py"]
    kept[4][2] = [["x"]]
    store(project).put("outline", {"../pkg/user.py": json.dumps(kept).encode()})
    (project / "ops.py").touch()
    assert found(project) == [("pkg/user.py", 5, "TL001")]


@pytest.mark.parametrize(
    ("text", "kernels"),
    [
        (b"from compat import jit, tl\n@jit\ndef kernel(x):\n    tl.load(x)\n", {"kernel"}),
        (b"import triton as t\n@t.jit\ndef kernel(x):\n    pass\n", {"kernel"}),
        (b"import cutlass.cute as cute\n@cute.jit\ndef kernel(x):\n    cute.copy(x)\n", set()),
    ],
)
def test_kernels_stand_where_triton_or_its_language_is_named(
    text: bytes, kernels: set[str]
) -> None:
    assert outline(text).kernels == kernels

"""What the text of a file tells without parsing it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tritonlint.caching.cache import Cache
from tritonlint.caching.store import Store
from tritonlint.engine import check
from tritonlint.facts.index.callers import callers, leading
from tritonlint.facts.index.naming import Naming, naming
from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Outline, outline
from tritonlint.facts.project.layout import Layout
from tritonlint.settings import config

LAUNCHES = b"import triton\ndef launch(x):\n    kernel[(1,)](x)\n"


def outlined(folder: Path, files: dict[str, str | bytes]) -> dict[str, Outline]:
    """The outlines of files that are written into a folder."""
    found = {}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found[str(path)] = outline(path.read_bytes(), package=True)
    return found


def named(outlines: dict[str, Outline]) -> Naming:
    """Who names what in files."""
    return naming(outlines, Origins(outlines, Layout([])))


def leads(folder: Path, text: str, **others: str) -> list[str]:
    """The functions of a file that may lead to `launch` of another."""
    files: dict[str, str | bytes] = {"ops.py": LAUNCHES, "user.py": text}
    files |= {"pkg/__init__.py": "", "pkg/ops.py": LAUNCHES}
    files |= {f"{name}.py": each for name, each in others.items()}
    outlines = outlined(folder, files)
    user = str(folder / "user.py")
    lines = leading(outlines, named(outlines)).lines.get(user, frozenset())
    return [each.name for each in outlines[user].functions if each.line in lines]


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
def test_a_call_that_leads_to_a_launch_is_seen(text: str, tmp_path: Path) -> None:
    register = 'from ops import launch\nregister(op_name="store_rows", op_func=launch)\ndef g(x):\n    launch(x)\n'
    assert leads(tmp_path, text, registry=register)[-1] == "f"


def test_methods_lead_by_way_of_their_object_or_class(tmp_path: Path) -> None:
    text = (
        "from ops import launch\n"
        "class A:\n    def go(self, x):\n        launch(x)\n    def f(self, x):\n        self.go(x)\n"
        "def apart(a, x):\n    a.go(x)\n"
    )
    assert leads(tmp_path, text) == ["go", "f"]


def test_a_function_leads_where_one_inside_it_does(tmp_path: Path) -> None:
    text = "import triton\ndef f(x):\n    def inner():\n        kernel[g](x)\n    return inner\n"
    assert leads(tmp_path, text) == ["f", "inner"]


@pytest.mark.parametrize(
    "text",
    {
        "of another file": "from others import launch\ndef f(x):\n    launch(x)\n",
        "of another module": "import others\ndef f(x):\n    others.launch(x)\n",
        "its own": "def launch(x):\n    return x\ndef f(x):\n    launch(x)\n",
        "of another project": "from foreign import launch\ndef f(x):\n    launch(x)\n",
        "of a module of another project": "import foreign.ops as o\ndef f(x):\n    o.launch(x)\n",
        "a decorator of another project": "import foreign as o\n@o.launch\ndef f(x):\n    pass\n",
        "passed on by another file": "from passing import launch\ndef f(x):\n    launch(x)\n",
    }.values(),
)
def test_a_function_of_the_same_name_elsewhere_is_another(text: str, tmp_path: Path) -> None:
    others = "import torch\ndef launch(x):\n    return x.view(torch.uint8)\n"
    assert leads(tmp_path, text, others=others, passing="from others import launch\n") == []


@pytest.mark.parametrize(
    "text",
    {
        "passed on": "from passing import launch\ndef f(x):\n    launch(x)\n",
        "passed on by a module": "import passing\ndef f(x):\n    passing.launch(x)\n",
        "passed on under another name": "from passing import go\ndef f(x):\n    go(x)\n",
        "passed on with all others": "from starring import launch\ndef f(x):\n    launch(x)\n",
        "of a module that is passed on": "from passing import ops\ndef f(x):\n    ops.launch(x)\n",
        "of a module of a module": "import passing as p\ndef f(x):\n    p.ops.launch(x)\n",
        "of one of two": "try:\n    from others import launch\nexcept ImportError:\n"
        "    from ops import launch\ndef f(x):\n    launch(x)\n",
        "over lines": "from ops import \\\n    launch\ndef f(x):\n    launch(x)\n",
        "in a circle": "from round_a import launch\ndef f(x):\n    launch(x)\n",
        "a class": "from holding import Holder\ndef f(x):\n    Holder(x)\n",
        "a class of a module": "import holding\ndef f(x):\n    holding.Holder(x)\n",
        "an heir": "from holding import Holder\nclass Own(Holder):\n    pass\ndef f(x):\n    Own(x)\n",
    }.values(),
)
def test_a_name_is_followed_through_what_passes_it_on(text: str, tmp_path: Path) -> None:
    found = leads(
        tmp_path,
        text,
        others="def launch(x):\n    return x\n",
        passing="import ops\nfrom ops import launch\nfrom ops import launch as go\n",
        starring="from ops import *\n",
        round_a="from round_b import launch\nfrom ops import launch\n",
        round_b="from round_a import launch\n",
        holding="from ops import launch\nclass Holder:\n    def __init__(self, x):\n        launch(x)\n",
    )
    assert found[-1:] == ["f"]


def test_what_lies_deep_leads_and_what_does_not_launch_does_not(tmp_path: Path) -> None:
    chain = "from ops import launch\ndef f0(x):\n    launch(x)\n"
    chain += "".join(f"def f{i + 1}(x):\n    f{i}(x)\n" for i in range(9))
    assert leads(tmp_path, chain) == [f"f{i}" for i in range(10)]
    text = "def f(x):\n    return x.launch(1)\ndef g(x):\n    launch = 3\n"
    assert leads(tmp_path, text) == []


def test_callers_are_found_over_files_and_methods_in_their_own(tmp_path: Path) -> None:
    text = "from ops import launch\nclass A:\n    def go(self):\n        launch(1)\n    def f(self):\n        self.go()\n"
    files: dict[str, str | bytes] = {"ops.py": LAUNCHES, "a.py": text}
    outlines = outlined(tmp_path, files | {"b.py": "def f(a):\n    a.go()\n"})
    ops, a, c = (str(tmp_path / name) for name in ("ops.py", "a.py", "c.py"))
    launching = [(ops, each) for each in outlines[ops].functions]
    assert callers(launching, outlines, named(outlines)) == {a: frozenset({3, 5})}
    module = "from pkg import ops\nif ops:\n    def f(x):\n        ops.launch(x)\n"
    outlines |= outlined(tmp_path, {"c.py": module, "pkg/__init__.py": "import ops\n"})
    assert callers(launching, outlines, named(outlines))[c] == frozenset({3})


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
        with (project / "ops.py").open("a") as file:
            file.write(f"x = {body!r}\n")
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
    for place, damaged in ((5, 7), (7, "[["), (7, "[]"), (7, '[[["x"]]]'), (7, None)):
        body = json.dumps([*kept[:place], damaged, *kept[place + 1 :]]).encode()
        store(project).put("outline", {"../pkg/user.py": body})
        # Another code: else the last run tells what is found.
        with (project / "ops.py").open("a") as file:
            file.write(f"x{place} = {damaged!r}\n")
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


def test_an_outline_is_the_same_in_every_process() -> None:
    """What is kept of a package holds while its outlines are as they were: the order of a set, which
    differs from one process to the next, must not show."""
    text = (
        "import triton\nfrom kernels import first, second, third, fourth\n"
        "TABLE = {'a': first, 'b': second, 'c': third, 'd': fourth}\n"
        "ONE = OTHER = THIRD = None\n\n\n"
        "def fill():\n    global ONE, OTHER, THIRD\n    ONE, OTHER, THIRD = first, second, third\n"
    )
    code = (
        "import sys\nfrom tritonlint.facts.index.kept_outlines import KeptOutline\n"
        "from tritonlint.facts.index.outlines import outline\n"
        "print(KeptOutline.of(outline(sys.argv[1].encode())).body)\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, text],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(said) == 1 and '"TABLE","first"' in said.pop()

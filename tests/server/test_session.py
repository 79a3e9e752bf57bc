"""Rounds of one session: an edit is looked at where it can matter, and the answer is that of a
session which knows nothing."""

from __future__ import annotations

import ast
import gc
import random
import shutil
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support import ROOT, copy_flagged
from tritonlint.caching.store import Store
from tritonlint.engine.session import Session
from tritonlint.engine.touched import Touched
from tritonlint.facts.survey.survey import Analysis
from tritonlint.findings.moving import Moved
from tritonlint.findings.result import Result
from tritonlint.server.documents import Checker, document
from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile, read_source

# What is covered is told by the tests that say what should be found: these cost twice with it.
pytestmark = pytest.mark.no_cover

CASES = sorted(each.parent for each in ROOT.glob("fixtures/TL0*/*/flagged.py"))[::7]
EDITS: dict[str, Callable[[list[str], int], list[str]]] = {
    "comment": lambda lines, at: [*lines[:at], "# a note", *lines[at:]],
    "blank": lambda lines, at: [*lines[:at], "", *lines[at:]],
    "delete": lambda lines, at: lines[:at] + lines[at + 1 :],
    "twice": lambda lines, at: [*lines[: at + 1], *lines[at:]],
    "other type": lambda lines, at: [
        *lines[:at],
        lines[at].replace("uint8", "float16").replace("float32", "uint8"),
        *lines[at + 1 :],
    ],
}


def edited(text: str, seed: int) -> Iterator[bytes]:
    """Texts that Python can parse, each with one line edited since the one before."""
    choose = random.Random(seed)
    lines = text.split("\n")
    for _ in range(5):
        edit = EDITS[choose.choice(list(EDITS))]
        new = edit(lines, choose.randrange(len(lines)))
        try:
            compile("\n".join(new), "flagged.py", "exec")
        except SyntaxError:
            continue
        lines = new
        yield "\n".join(lines).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.parent.name}-{each.name}")
def test_what_is_remembered_changes_no_answer(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Away from the checkout, of which all files would be asked each time.
    for file in (*case.glob("*.py"), *case.parent.glob("*.py")):
        if file.name not in ("fixed.py", "verifier.py"):
            shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    settings = config.load(Path(), {"preview": True, "confidence": "possible"})
    file = Path("flagged.py")
    session = Session()
    for data in edited(file.read_text(encoding="utf-8"), CASES.index(case)):
        alone = Session().quick(file, {file: data}, settings)
        assert session.quick(file, {file: data}, settings) == alone


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that are looked at."""
    names: list[str] = []
    real = Analysis._of_root

    def of_root(self: Analysis, root, *rest):  # type: ignore[no-untyped-def]
        names.append(root.name)
        return real(self, root, *rest)

    monkeypatch.setattr(Analysis, "_of_root", of_root)
    return names


def test_only_what_an_edit_concerns_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked: list[str]
) -> None:
    file = copy_flagged(tmp_path).relative_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    settings, session = Settings(), Session()
    text = file.read_text(encoding="utf-8")

    def quick(text: str) -> tuple[list[str], list[int]]:
        looked.clear()
        found = session.quick(file, {file: text.encode()}, settings).findings
        return list(looked), [each.span.line for each in found]

    roots, (line,) = quick(text)
    assert roots == ["quantize_k_into_pages"]
    # A name that no function has, and lines that move.
    assert quick("ANOTHER = 1\n" + text) == ([], [line + 1])
    # The function itself, the kernel that it launches, and a statement that can do anything.
    body = text.replace("    num_tokens, head_dim", "    pass\n    num_tokens, head_dim")
    assert quick(body) == (roots, [line + 1])
    assert quick(body.replace("code)", "code )", 1))[0] == roots
    assert quick("if text:\n    pass\n" + body)[0] == roots
    # Another file is changed.
    other = next(each for each in tmp_path.glob("*.py") if each.name != file.name)
    other.write_text(other.read_text() + "\n# changed\n")
    session.whole([file], {file: text.encode()}, settings, lambda: None)
    assert quick(text)[0] == roots


def test_a_round_is_known_in_the_next_session_while_no_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy_flagged(tmp_path).relative_to(tmp_path)
    other = file.parent / "other.py"
    (tmp_path / other).write_text("import triton\n")
    monkeypatch.chdir(tmp_path)
    text, settings, store = file.read_bytes(), Settings(), Store(tmp_path / "cache")

    def known(data: bytes = text) -> Result | None:
        return Session(store).known([file], {file: data}, settings)

    assert known() is None
    Session(store).whole([file], {file: text + b"# not saved\n"}, settings, lambda: None)
    assert known() is None and known(text + b"# not saved\n") is None
    found = Session(store).whole([file], {file: text}, settings, lambda: None)
    assert found.findings and known() == found
    assert known(text + b"\n") is None
    assert Session(store).known([file], {file: text, other: b""}, settings) is None
    assert Session(store).known([file], {file: text}, replace(settings, preview=True)) is None
    other.write_text("import triton.language\n")
    assert known() is None


def test_what_is_known_is_told_before_the_document_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the document shows by itself changes nothing of that, and is told from it."""
    file = copy_flagged(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.tritonlint]\n")
    monkeypatch.chdir(tmp_path)
    one = document(file.as_uri(), 1, file.read_text(encoding="utf-8"))
    assert one is not None
    assert Checker().known(one, [one]) is None
    (first,) = Checker().all([one], {}, lambda: None).checked
    again = Checker()
    known = again.known(one, [one])
    assert known is not None and known.findings == first.findings
    bare = replace(known, findings=())  # as if other files refuted what it shows by itself
    alone = again.alone(one, [one], bare)
    assert alone is not None and not alone.findings
    assert alone.refuted == alone.own == first.findings
    longer = document(file.as_uri(), 2, f"{one.source.text}\n")
    edited = again.alone(longer, [longer], alone) if longer else None
    assert edited is not None and not edited.findings and edited.own == first.findings


def touched(before: str, after: str) -> set[int] | None:
    """The lines of the functions of `after` that the edit can concern; None: all."""
    old, new = (SourceFile("a.py", each.encode()) for each in (before, after))
    found = Touched(old, new, Moved(old, new))
    heads = [i for i, line in enumerate(after.split("\n"), 1) if "def " in line]
    return None if found.everything else {line for line in heads if line in found}


KERNEL = """\
import triton
import triton.language as tl


@triton.jit
def store(x_ptr, out_ptr, N: tl.constexpr):
    offsets = tl.arange(0, N)
    x = tl.load(x_ptr + offsets).to(tl.float8e4nv)
    tl.store(out_ptr + offsets, {})
"""
LAUNCH = """\
import torch
from kernels import store


def run(x: torch.Tensor):
    page = torch.empty(64, dtype=torch.uint8)
    store[(1,)](x, page, 64)
    return page.view(torch.float8_e4m3fn)
"""
MODULE = """\
import torch
SIZE = 4
def helper(x):
    return x + SIZE
def user(x):
    return helper(x)
def other(x):
    return x
class C:
    limit = 3
    def __init__(self):
        self.a = 1
    def f(self):
        return self.a
    def g(self):
        return other(1)
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("return x\n", "return x + 1\n", {7, 15}),
        ("SIZE = 4", "SIZE = 5", {3, 5}),
        ("    return x + SIZE\n", "    y = x\n    return y + SIZE\n", {3, 6}),
        ("import torch", "import torch as t", set()),
        ("import torch\n", "from torch import *\n", None),
        ("import torch\n", "import torch\nprint(1)\n", None),
        ("def helper(x):\n    return x + SIZE\n", "", {3}),
        ("self.a = 1", "self.a = 2", {11, 13, 15}),
        ("limit = 3", "limit = 4", {11, 13, 15}),
        ("return self.a", "return 2", {13}),
        ("class C:", "# a note\nclass C:", set()),
        ("def user(x):", "@torch.no_grad()\ndef user(x):", {6}),
    ],
)
def test_what_an_edit_can_concern(old: str, new: str, lines: set[int] | None) -> None:
    assert touched(MODULE, MODULE.replace(old, new, 1)) == lines


def test_rounds_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more objects after many edits than after a few."""
    file = copy_flagged(tmp_path).relative_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    text, session = file.read_text(encoding="utf-8"), Session()

    def objects(rounds: range) -> int:
        for number in rounds:
            contents = {file: f"{text}\n# {number}\n".encode()}
            session.quick(file, contents, Settings())
            session.whole([file], contents, Settings(), lambda: None)
        gc.unfreeze()
        gc.collect()
        return len(gc.get_objects())

    few = objects(range(5))
    assert objects(range(5, 25)) < few + 500


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.parent.name}-{each.name}")
def test_no_tree_outlives_its_analysis(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    functions: list[weakref.ref[ast.AST]] = []

    def read(path: Path) -> SourceFile:
        source = read_source(path)
        nodes = ast.walk(source.tree)
        functions.extend(weakref.ref(each) for each in nodes if isinstance(each, ast.FunctionDef))
        return source

    analysis = Analysis(read=read)
    analysis.observe([read(Path("flagged.py"))], [str(Path("flagged.py").absolute())])
    analysis.forget()
    gc.collect()
    assert functions
    assert [each() for each in functions if each() is not None] == []


def test_open_files_stand_in_for_those_on_disk_when_they_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kernel, launch = Path("kernels.py"), Path("launch.py")
    kernel.write_text(KERNEL.format("x"))
    launch.write_text(LAUNCH)
    contents = {kernel: KERNEL.format("x.to(tl.uint8, bitcast=True)").encode()}
    contents[launch] = LAUNCH.encode()
    settings = config.load(Path(), {"preview": True, "confidence": "possible"})
    session = Session()
    on_disk = {launch: contents[launch]}
    assert session.whole([launch], on_disk, settings, lambda: None).findings
    assert not session.whole([launch], contents, settings, lambda: None).findings


def test_a_file_that_is_saved_changes_nothing_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked: list[str]
) -> None:
    file = copy_flagged(tmp_path).relative_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    session, settings = Session(), Settings()
    text = file.read_bytes() + b"\n# edited\n"
    session.whole([file], {file: text}, settings, lambda: None)
    session.quick(file, {file: text}, settings)
    file.write_bytes(text)
    session.whole([file], {file: text}, settings, lambda: None)
    looked.clear()
    session.quick(file, {file: text + b"# again\n"}, settings)
    assert looked == []

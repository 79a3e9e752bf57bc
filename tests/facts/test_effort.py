"""What is not followed, since nothing can come of it: a run over a large project takes seconds
because of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from sight import sight
from tests.facts.hosting import KERNELS, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.facts.host.interpreter import interpret
from tritonlint.facts.host.run import Run
from tritonlint.facts.project.project import Project
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile

LONG = "\n".join(f"    x = x + {number}" for number in range(30))


def test_functions_that_say_nothing_of_bytes_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"""{KERNELS}
def silent(x, out):
    quantize[(1,)](x, out, 64)

def speaking(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    quantize[(1,)](x, page, 64)
"""
    write(tmp_path, {"user.py": text})
    with sight() as seen:
        check.check(discover([Path(".")], Settings(root=tmp_path)), Settings(root=tmp_path), jobs=1)
    assert seen.launches == {("user.py", len(text.splitlines()))}


@pytest.mark.parametrize(("dtype", "entered"), [("uint8", True), ("float32", False)])
def test_long_functions_are_entered_for_bytes_only(
    dtype: str, entered: bool, tmp_path: Path
) -> None:
    text = f"""{KERNELS}
def inner(x, out):
{LONG}
    quantize[(1,)](x, out, 64)

def outer(n):
    inner(torch.empty(n), torch.empty(n, dtype=torch.{dtype}))
"""
    file = tmp_path / "user.py"
    module = Project([]).module(file, SourceFile("user.py", text.encode()))
    (outer,) = (each for each in module.functions if each.name == "outer")
    run = interpret(Run(module.project, outer, leads=lambda _: True, thorough=False))
    assert bool(run.launches) is entered


@pytest.mark.parametrize(("dtype", "entered"), [("uint8", True), ("float32", False)])
def test_objects_that_hold_each_other_are_looked_through_once(
    dtype: str, entered: bool, tmp_path: Path
) -> None:
    text = f"""{KERNELS}
class Context:
    pass

class Layer:
    pass

def inner(context, x):
{LONG}
    quantize[(1,)](x, context.layer.out, 64)

def outer(n):
    context, layer = Context(), Layer()
    layer.context = context
    context.layer = layer
    layer.out = torch.empty(n, dtype=torch.{dtype})
    inner(context, torch.empty(n))
"""
    file = tmp_path / "user.py"
    module = Project([]).module(file, SourceFile("user.py", text.encode()))
    (outer,) = (each for each in module.functions if each.name == "outer")
    run = interpret(Run(module.project, outer, leads=lambda _: True, thorough=False))
    assert bool(run.launches) is entered

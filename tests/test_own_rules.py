"""docs/rules-of-your-own.md, followed to the letter, and what else authors of rules rely on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tritonlint.rule
from support import ROOT

# The modules of these tests are the tests' own.
ALLOWED = {"TRITONLINT_ALLOW_RULE_MODULES": "1"}
PAGE = (ROOT / "docs" / "rules-of-your-own.md").read_text(encoding="utf-8")
LAUNCH = '''"""A kernel, and its launch with raw bytes."""

import torch
import triton
import triton.language as tl


@triton.jit
def store(x_ptr, page_ptr, n, N: tl.constexpr):
    at = tl.arange(0, N)
    tl.store(page_ptr + at, tl.load(x_ptr + at, mask=at < n) * 2.0)


def launch(x):
    page = torch.empty(64, dtype=torch.uint8)
    store[(1,)](x, page, 60, 64)
'''


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def as_the_page_says(folder: Path) -> Path:
    """The folder of someone who did as the page says."""
    (folder / "house_rules.py").write_text("\n\n".join(blocks("python")), encoding="utf-8")
    (folder / "pyproject.toml").write_text(blocks("toml")[0], encoding="utf-8")
    (folder / "launch.py").write_text(LAUNCH, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return as_the_page_says(tmp_path)


def _tool(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tritonlint", *arguments]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **ALLOWED}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", range(len(blocks("console"))))
def test_the_page_says_what_happens(number: int, project: Path) -> None:
    first, _, shown = blocks("console")[number].partition("\n")
    program, *arguments = first.removeprefix("$ ").split()
    assert program == "tritonlint"
    run = _tool(*arguments, cwd=project)
    assert run.stderr == ""
    assert run.stdout == shown


def test_the_fix_of_the_page_is_made(project: Path) -> None:
    command = ("autofix", "--allow-rule-modules", "--select", "HOUSE003", "--apply", ".")
    assert _tool(*command, cwd=project).returncode == 0
    text = (project / "launch.py").read_text(encoding="utf-8")
    assert "store[(1,)](x, as_bytes(page), 60, 64)" in text
    assert text.count("from house import as_bytes") == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"bytes" in', '"page" in', "INVALID 1: nothing is found"),
        ('("x = tl.load(p)\\n",', '("x = tl.load(p, m, mask=m)\\n",', "VALID 1: line 1: found: "),
        ("as_bytes(page), 64)", "as_byte(page), 64)", "INVALID 1: the fix makes another module"),
        ("says nothing of masked lanes\",", "says little\",", "INVALID 1: the message is "),
    ],
)
def test_an_example_that_does_not_hold_is_named(
    old: str, new: str, says: str, project: Path
) -> None:
    path = project / "house_rules.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    run = _tool("test-rules", "house_rules.py", cwd=project)
    assert run.returncode == 1
    assert says in run.stdout, run.stdout


def test_a_visitor_that_raises_ends_neither_the_walk_nor_the_run(project: Path) -> None:
    path = project / "house_rules.py"
    text = path.read_text(encoding="utf-8").replace(
        "        given = {", '        raise KeyError("what")\n        given = {', 1
    )
    path.write_text(text, encoding="utf-8")
    run = _tool(
        *("check", "--allow-rule-modules", "--select", "HOUSE"),
        *("--output-format", "concise", "launch.py"),
        cwd=project,
    )
    assert run.returncode == 2
    assert "HOUSE003" in run.stdout and "HOUSE001" in run.stdout
    assert "internal error of HOUSE002 at house_rules.py:" in run.stderr


def test_every_public_name_is_there() -> None:
    for name in dir(tritonlint.rule):
        assert getattr(tritonlint.rule, name)
    text = Path(tritonlint.rule.__file__).read_text(encoding="utf-8")
    declared = set(re.findall(r" import (\w+) as \1$", text, re.M))
    assert declared == set(dir(tritonlint.rule))


# Nothing is known to stand for floats: an observation, and no hazard.
HARMLESS = """\
import torch
import triton
import triton.language as tl


@triton.jit
def brighten(image_ptr, out_ptr, N: tl.constexpr):
    at = tl.arange(0, N)
    tl.store(out_ptr + at, tl.load(image_ptr + at).to(tl.float32))


def launch(out):
    image = torch.empty(64, dtype=torch.uint8)
    brighten[(1,)](image, out, 64)
"""


@pytest.mark.parametrize(("text", "imports"), [(HARMLESS, False), (LAUNCH, True)])
def test_libcst_is_imported_for_a_hazard_only(text: str, imports: bool, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    program = (
        "import sys; from tritonlint.__main__ import main; code = main(['check', 'a.py']);"
        "print(code, 'libcst' in sys.modules, 'tritonlint.rule.judging' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines()[-1] == f"{int(imports)} {imports} True", run.stderr

"""The hooks, run by the real pre-commit in a scratch repository."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import CASE, ROOT, copy_flagged

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None or shutil.which("git") is None,
    reason="needs git and pre-commit (in the extra `dev`)",
)
CONFIG = """\
repos:
  - repo: {hooks}
    rev: {revision}
    hooks:
      - id: tritonlint
      - id: tritonlint-autofix
        stages: [manual]
"""
NOT_SOURCE = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "tests")


def _run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    # Nothing of the user's git settings, and no terminal to ask on.
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **more}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _commit(folder: Path) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    for command in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "-m", "x"]):
        done = _run(folder, "git", *command)
        assert done.returncode == 0, done.stderr
    return _run(folder, "git", "rev-parse", "HEAD").stdout.strip()


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A repository whose hooks come from a repository with the present state of the sources."""
    hooks = tmp_path / "hooks"
    shutil.copytree(ROOT, hooks, ignore=NOT_SOURCE)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    revision = _commit(hooks)
    folder = tmp_path / "project"
    folder.mkdir()
    copy_flagged(folder)
    config = CONFIG.format(hooks=hooks, revision=revision)
    (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    _commit(folder)
    return folder


def _several_thousand_more(folder: Path) -> None:
    """More names than one command line holds, one of them of a file that is excluded, and one that
    has the bug, in the middle."""
    for number in range(40):
        package = folder / f"package_with_a_name_of_some_length_{number:02}"
        package.mkdir()
        for each in range(80):
            (package / f"module_with_a_name_of_some_length_{each:02}.py").write_text("x = 1\n")
    excluded = folder / "build"
    excluded.mkdir()
    (excluded / "broken.py").write_text("import triton\ndef f(:\n")
    copy_flagged(folder / "package_with_a_name_of_some_length_20")


def test_the_hooks_fail_on_the_bug_fix_it_and_pass_on_the_fix(scratch: Path) -> None:
    home = str(scratch.parent / "home")

    def hook(name: str, *more: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "pre_commit", "run", name, "--all-files", *more)
        return _run(scratch, *command, PRE_COMMIT_HOME=home)

    failed = hook("tritonlint")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "error[TL001] numeric-store-to-raw-bytes" in failed.stdout

    fixed = hook("tritonlint-autofix", "--hook-stage", "manual")
    assert "files were modified by this hook" in fixed.stdout, fixed.stdout + fixed.stderr
    assert (scratch / "flagged.py").read_bytes() == (CASE / "fixed.py").read_bytes()

    _run(scratch, "git", "add", "--all")
    passed = hook("tritonlint")
    assert passed.returncode == 0, passed.stdout + passed.stderr

    _several_thousand_more(scratch)
    _run(scratch, "git", "add", "--all")
    failed = hook("tritonlint")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert failed.stdout.count("error[TL001]") == 1
    assert failed.stdout.count(" checked)") > 1, "the names fit on one command line"
    assert "broken.py" not in failed.stdout
    fixed = hook("tritonlint-autofix", "--hook-stage", "manual")
    assert "files were modified by this hook" in fixed.stdout, fixed.stdout + fixed.stderr
    _run(scratch, "git", "add", "--all")
    passed = hook("tritonlint")
    assert passed.returncode == 0, passed.stdout + passed.stderr

    for package in ("torch", "triton"):
        assert not list(Path(home).rglob(f"site-packages/{package}"))

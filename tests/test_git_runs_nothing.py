"""git is asked about trees that nobody vouches for: it runs no program that they name, and nothing
in them hides a change."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support import Command, copy_flagged

HOOKS = ("pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction")


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "protocol.file.allow=always")
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a change since its first commit, and every program that git may run put in
    place afterwards."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    _git(tmp_path, "init", "-q", ".")
    flagged = copy_flagged(tmp_path)
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    _arm(tmp_path, tmp_path / ".git")
    flagged.write_text(flagged.read_text(encoding="utf-8").replace("empty(", "empty( "), encoding="utf-8")
    text = flagged.read_text(encoding="utf-8")
    flagged.write_text(text.replace("\n", "  # changed\n"), encoding="utf-8")
    return tmp_path


def _arm(folder: Path, repository: Path) -> None:
    program = folder / "program.sh"
    program.write_text(f"#!/bin/sh\necho $0 $@ >> {folder}/ran\ncat\n")
    program.chmod(0o755)
    (repository / "hooks").mkdir(exist_ok=True)
    for hook in HOOKS:
        (repository / "hooks" / hook).write_text(f"#!/bin/sh\necho {hook} >> {folder}/ran\n")
        (repository / "hooks" / hook).chmod(0o755)
    with (repository / "config").open("a") as config:
        config.write(
            f"""
[core]
    fsmonitor = {program}
    pager = {program}
    hooksPath = {repository}/hooks
    attributesFile = {folder}/.gitattributes
[pager]
    diff = {program}
    status = {program}
[diff]
    external = {program}
[diff "evil.kind"]
    textconv = {program}
    command = {program}
    binary = true
[filter "evil.kind"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[filter "Evil"]
    clean = {program}
"""
        )
    (folder / ".gitattributes").write_text("*.py filter=evil.kind diff=evil.kind binary\nkernels.py filter=Evil -diff\n")


def test_no_program_of_the_tree_is_run(tritonlint: Command, hostile: Path) -> None:
    run = tritonlint("check", "--diff-base", "HEAD", "--output-format", "concise", "flagged.py")
    # Neither does an attribute that calls the file binary hide what changed in it.
    assert (run.code, " TL001 " in run.out) == (1, True), run
    run = tritonlint("autofix", "--apply", "flagged.py")
    assert "changes" in run.err
    assert not (hostile / "ran").exists(), (hostile / "ran").read_text()


def test_nor_one_of_a_submodule(tritonlint: Command, hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    inner = tmp_path_factory.mktemp("inner")
    _git(inner, "init", "-q", ".")
    copy_flagged(inner)
    _git(inner, "add", ".")
    _git(inner, "commit", "-qm", "inner")
    outer = tmp_path_factory.mktemp("outer")
    _git(outer, "init", "-q", ".")
    _git(outer, "submodule", "--quiet", "add", str(inner), "sub")
    _git(outer, "commit", "-qm", "outer")
    _arm(outer / "sub", outer / ".git" / "modules" / "sub")
    flagged = outer / "sub" / "flagged.py"
    run = tritonlint("check", "--diff-base", "HEAD", "--output-format", "concise", str(outer))
    assert (run.code, run.out.startswith("No findings")) == (0, True), run
    flagged.write_text(flagged.read_text(encoding="utf-8").replace("\n", "  # changed\n"), encoding="utf-8")
    run = tritonlint("check", "--diff-base", "HEAD", "--output-format", "concise", str(outer))
    assert (run.code, " TL001 " in run.out) == (1, True), run
    assert not (outer / "sub" / "ran").exists(), (outer / "sub" / "ran").read_text()

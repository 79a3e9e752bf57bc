"""`tritonlint autofix --interactive` and `--allow-dirty`: what is asked before a file changes."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from support import CASE, Command, copy_flagged

FIXED = (CASE / "fixed.py").read_bytes()


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two files with a finding each, `flagged.py` and `other.py`."""
    flagged = copy_flagged(tmp_path)
    return flagged, Path(shutil.copy(flagged, tmp_path / "other.py"))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> object:
    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return give


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("y\nn\n", (True, False)),
        ("n\ny\n", (False, True)),
        ("a\n", (True, True)),
        ("q\n", (False, False)),
        ("?\nwhat\nY\nq\n", (True, False)),
    ],
)
def test_each_fix_is_asked_about(
    text: str,
    fixed: tuple[bool, bool],
    tritonlint: Command,
    two: tuple[Path, Path],
    answers: object,
) -> None:
    before = two[0].read_bytes()
    answers(text)  # type: ignore[operator]
    run = tritonlint("autofix", "--interactive")
    assert [path.read_bytes() for path in two] == [FIXED if each else before for each in fixed]
    assert run.code == (0 if all(fixed) else 1)
    assert f"Fixed {sum(fixed)} finding" in run.out
    assert run.out.count("+    values = ") == text.count("\n") - 2 * text.count("?")


def test_an_interruption_writes_nothing(
    tritonlint: Command, two: tuple[Path, Path], answers: object
) -> None:
    before = [path.read_bytes() for path in two]
    answers("y\n")  # type: ignore[operator]
    run = tritonlint("autofix", "--interactive")
    assert (run.code, [path.read_bytes() for path in two]) == (130, before)


git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The two files, committed."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    folder = two[0].parent
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "-m", "x")
    return two


@git
def test_committed_and_staged_files_are_fixed_without_asking(
    tritonlint: Command, committed: tuple[Path, Path]
) -> None:
    flagged, other = committed
    other.write_bytes(other.read_bytes() + b"# staged\n")
    _git(flagged.parent, "add", "other.py")
    assert tritonlint("autofix", "--apply").code == 0
    assert flagged.read_bytes() == FIXED
    assert other.read_bytes() == FIXED + b"# staged\n"


@git
@pytest.mark.parametrize("how", ["--apply", "--interactive"])
@pytest.mark.parametrize("state", ["changed", "changed after staging", "untracked"])
def test_what_git_does_not_have_is_left_alone_unless_allowed(
    state: str, how: str, tritonlint: Command, committed: tuple[Path, Path], answers: object
) -> None:
    flagged, other = committed
    if state == "untracked":
        _git(flagged.parent, "rm", "--quiet", "--cached", "other.py")
        _git(flagged.parent, "commit", "--quiet", "-m", "x")
    if state == "changed after staging":
        other.write_bytes(other.read_bytes() + b"# staged\n")
        _git(flagged.parent, "add", "other.py")
    if state != "untracked":
        other.write_bytes(other.read_bytes() + b"# mine\n")
    before = [path.read_bytes() for path in committed]
    run = tritonlint("autofix", how)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: other.py: uncommitted changes")
    assert [path.read_bytes() for path in committed] == before
    answers("a\n")  # type: ignore[operator]
    assert tritonlint("autofix", how, "--allow-dirty").code == 0
    assert b".view(current_platform.fp8_dtype())" in other.read_bytes()


@git
def test_changes_in_files_without_a_fix_are_no_matter(
    tritonlint: Command, committed: tuple[Path, Path]
) -> None:
    flagged, other = committed
    other.write_bytes(FIXED)
    assert tritonlint("autofix", "--apply").code == 0
    assert flagged.read_bytes() == FIXED

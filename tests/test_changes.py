"""`--diff-base`: what lies on changed lines, in a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Command
from tritonlint.errors import UsageError
from tritonlint.findings import Span
from tritonlint.suppress import changes

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

Git = Callable[..., str]
LINE = "    values = pages[:, : page_size * head_dim]\n"


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """`git(*arguments)` in a new repository, which is `tmp_path`."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        command = ["git", *who, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    run("init", "--quiet", "--initial-branch=main")
    return run


def _commit(git: Git) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "x")


@pytest.fixture
def committed(git: Git, flagged: Path) -> Path:
    _commit(git)
    return flagged


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_nothing_changed_is_nothing_found(tritonlint: Command, committed: Path) -> None:
    assert tritonlint("check").code == 1
    run = tritonlint("check", "--diff-base", "HEAD")
    assert (run.code, run.out) == (0, "No findings (2 files checked).\n")


def test_an_edit_elsewhere_in_the_file_is_not_about_it(
    tritonlint: Command, committed: Path
) -> None:
    _edit(committed, "import torch\n", "# more words\n\nimport torch\n")
    assert tritonlint("check", "--diff-base", "HEAD").code == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, "    values = pages[:, : head_dim * page_size]\n"),  # the place of the finding
        ("        values,\n", "        values,  # note\n"),  # the launch
        ("code = tl.div_rn(key, scale)", "code = tl.div_rn(key,  scale)"),  # the cast
    ],
)
def test_a_change_at_any_step_of_the_trace_shows_the_finding(
    tritonlint: Command, git: Git, committed: Path, old: str, new: str
) -> None:
    _edit(committed, old, new)
    assert tritonlint("check", "--diff-base", "HEAD").code == 1
    git("add", "--all")
    assert tritonlint("check", "--diff-base", "HEAD").code == 1
    _commit(git)
    assert tritonlint("check", "--diff-base", "HEAD").code == 0
    assert tritonlint("check", "--diff-base", "HEAD~1").code == 1


def test_a_view_that_was_taken_out_is_a_change(
    tritonlint: Command, git: Git, committed: Path
) -> None:
    _edit(committed, LINE, LINE + "    values = values.view(torch.float8_e4m3fn)\n")
    _commit(git)
    assert tritonlint("check").code == 0
    _edit(committed, "    values = values.view(torch.float8_e4m3fn)\n", "")
    assert tritonlint("check", "--diff-base", "HEAD").code == 1


def test_a_file_that_git_does_not_know_has_changed(tritonlint: Command, committed: Path) -> None:
    shutil.copy(committed, committed.with_name("copy.py"))
    (committed.parent / ".gitignore").write_text("ignored.py\n")
    shutil.copy(committed, committed.with_name("ignored.py"))
    compared = ("check", "--diff-base", "HEAD", "--output-format", "concise")
    for more, found in (([], ["copy.py"]), (["--no-respect-gitignore"], ["copy.py", "ignored.py"])):
        run = tritonlint(*compared, *more)
        assert run.code == 1
        assert [line.split(":")[0] for line in run.out.splitlines() if "TL001" in line] == found


def test_a_file_that_moved_has_not_changed(tritonlint: Command, git: Git, committed: Path) -> None:
    git("mv", "flagged.py", 'mo\tved "\u00b5" b.py')
    assert tritonlint("check", "--diff-base", "HEAD").code == 0
    _edit(committed.with_name('mo\tved "\u00b5" b.py'), LINE, LINE + "\n")
    assert tritonlint("check", "--diff-base", "HEAD").code == 0
    _edit(committed.with_name('mo\tved "\u00b5" b.py'), "values = pages", "values  = pages")
    assert tritonlint("check", "--diff-base", "HEAD").code == 1


def test_what_the_base_did_meanwhile_does_not_count(
    tritonlint: Command, git: Git, committed: Path
) -> None:
    git("checkout", "--quiet", "-b", "topic")
    (committed.parent / "a.py").write_text("x = 1\n")
    _commit(git)
    git("checkout", "--quiet", "main")
    _edit(committed, LINE, LINE.rstrip() + ".view(torch.float8_e4m3fn)\n")
    _commit(git)
    git("checkout", "--quiet", "topic")
    assert tritonlint("check").code == 1
    assert tritonlint("check", "--diff-base", "main").code == 0


def test_the_repository_is_that_of_the_paths(
    tritonlint: Command, committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _edit(committed, LINE, LINE.rstrip() + "  # note\n")
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.chdir("/")
    assert tritonlint("check", str(committed), "--diff-base", "HEAD").code == 1


def test_settings_of_the_user_do_not_change_the_answer(
    tritonlint: Command, git: Git, committed: Path
) -> None:
    for key, value in {
        "diff.noprefix": "true",
        "diff.external": "false",
        "diff.context": "9",
        "diff.relative": "true",
        "core.quotePath": "false",
        "color.ui": "always",
    }.items():
        git("config", key, value)
    assert tritonlint("check", "--diff-base", "HEAD").code == 0
    _edit(committed, LINE, LINE.rstrip() + "  # note\n")
    assert tritonlint("check", "--diff-base", "HEAD").code == 1


def test_a_line_that_looks_like_a_header_is_none(git: Git, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n-- a/x\n2\n")
    _commit(git)
    (tmp_path / "a.py").write_text("1\n++ b/other.py\n@@ -1 +7 @@\n2\n3\n")
    found = changes.since("HEAD", tmp_path)
    assert found.lines == {"a.py": (range(2, 4), range(5, 6))}
    assert not found.touch(Span("a.py", 4, 1, 4, 2))
    assert found.touch(Span("a.py", 1, 1, 2, 1))


def test_suppressed_findings_are_those_of_changed_lines_too(
    tritonlint: Command, git: Git, flagged: Path
) -> None:
    _edit(flagged, LINE, LINE.rstrip() + "  # tritonlint: ignore[TL001]\n")
    _commit(git)
    run = tritonlint("check", "--diff-base", "HEAD", "--show-suppressed")
    assert "suppressed by" not in run.out


@pytest.mark.parametrize("revision", ["gone", "", "--output=x", "HEAD:a.py"])
def test_an_unknown_revision_is_an_error(
    tritonlint: Command, committed: Path, revision: str
) -> None:
    run = tritonlint("check", f"--diff-base={revision}")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: --diff-base: ")
    assert run.err.count("\n") == 1


def test_outside_a_repository_is_an_error(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--diff-base", "HEAD")
    assert (run.code, run.out) == (2, "")
    assert "not a git repository" in run.err


def test_without_git_is_an_error(
    committed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(UsageError, match="git cannot be run"):
        changes.since("HEAD", tmp_path)

"""`tritonlint autofix`: the diff, what is written, and the exit codes of both."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from support import CASE, Command
from tritonlint.facts.survey.survey import Analysis
from tritonlint.fixing import journal
from tritonlint.fixing.plans import Change


def test_the_diff_is_shown_and_nothing_written(tritonlint: Command, flagged: Path) -> None:
    before = flagged.read_bytes()
    run = tritonlint("autofix", "flagged.py")
    assert run.code == 1
    assert flagged.read_bytes() == before
    added = [line for line in run.out.splitlines() if line.startswith("+") and line[1:2] != "+"]
    assert len(added) == 1
    assert ".view(current_platform.fp8_dtype())" in added[0]
    assert "Would fix 1 finding in 1 file; write with --apply." in run.err


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the `patch` program")
def test_the_diff_is_a_patch(tritonlint: Command, flagged: Path) -> None:
    diff = tritonlint("autofix", "flagged.py").out
    subprocess.run(
        ["patch", "-p0", "--quiet"], cwd=flagged.parent, input=diff, text=True, check=True
    )
    assert tritonlint("check").code == 0


def test_apply_writes_the_fix_and_a_second_run_changes_nothing(
    tritonlint: Command, flagged: Path
) -> None:
    run = tritonlint("autofix", "--apply")
    assert run.code == 0
    assert run.out.startswith("fixed: flagged.py:")
    assert "Fixed 1 finding in 1 file; 0 findings left" in run.out
    after = flagged.read_bytes()
    assert after == (CASE / "fixed.py").read_bytes()
    again = tritonlint("autofix", "--apply")
    assert (again.code, flagged.read_bytes()) == (0, after)
    assert tritonlint("autofix").code == 0
    assert tritonlint("check").code == 0


@pytest.mark.parametrize("command", [("autofix",), ("check", "--diff")])
def test_what_a_check_found_is_not_looked_for_again(
    command: tuple[str, ...],
    tritonlint: Command,
    flagged: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[object] = []
    real = Analysis._of_root
    monkeypatch.setattr(
        Analysis, "_of_root", lambda self, root, *x: looked.append(root) or real(self, root, *x)
    )
    shown = tritonlint(*command, "--no-cache").out
    assert not (tmp_path / ".tritonlint_cache").exists()
    alone = len(looked)
    tritonlint("check")
    looked.clear()
    assert tritonlint(*command).out == shown
    assert 0 < len(looked) < alone  # the file as fixed


def test_files_that_a_killed_run_left_half_replaced_are_put_back_first(
    tritonlint: Command, flagged: Path
) -> None:
    before, fixed = flagged.read_bytes(), (CASE / "fixed.py").read_bytes()
    other = flagged.with_name("other.py")
    other.write_bytes(b"x = 1\n")
    group = [
        Change(str(flagged.resolve()), before, fixed),
        Change(str(other), b"x = 1\n", b"x = 2\n"),
    ]
    with journal.together(group):
        flagged.write_bytes(fixed)
    killed = (
        "note: flagged.py, other.py: a run was killed before it had replaced all of these files;"
    )
    assert f"{killed} `tritonlint autofix --apply` puts them back" in tritonlint("check").err
    assert flagged.read_bytes() == fixed
    run = tritonlint("autofix", "--apply")
    assert f"{killed} they are as they were before it" in run.err
    assert "Fixed 1 finding in 1 file; 0 findings left" in run.out
    assert (flagged.read_bytes(), other.read_bytes()) == (fixed, b"x = 1\n")
    assert "note: flagged.py" not in tritonlint("autofix", "--apply").err


def test_line_ends_and_a_mark_at_the_start_survive(tritonlint: Command, flagged: Path) -> None:
    def foreign(text: str) -> bytes:
        return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").rstrip().encode()

    flagged.write_bytes(foreign(flagged.read_text(encoding="utf-8")))
    assert tritonlint("autofix", "--apply").code == 0
    assert flagged.read_bytes() == foreign((CASE / "fixed.py").read_text(encoding="utf-8"))


def test_a_rule_that_is_not_selected_is_not_fixed(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("autofix", "--ignore", "TL001")
    assert (run.code, run.out) == (0, "")


def test_a_file_that_is_skipped_is_exit_2_and_the_others_are_fixed(
    tritonlint: Command, flagged: Path
) -> None:
    (flagged.parent / "broken.py").write_text("import triton\ndef f(:\n")
    run = tritonlint("autofix", "--apply")
    assert run.code == 2
    assert run.err.startswith("error: broken.py: cannot be parsed")
    assert flagged.read_bytes() == (CASE / "fixed.py").read_bytes()


def test_a_file_that_changes_meanwhile_is_left_alone(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tritonlint.fixing import fixing
    from tritonlint.fixing.plans import Plan

    plan = fixing.plan

    def meanwhile(*arguments: object, **more: object) -> Plan:
        found = plan(*arguments, **more)  # type: ignore[arg-type]
        flagged.write_text("# someone else was here\n")
        return found

    monkeypatch.setattr(fixing, "plan", meanwhile)
    run = tritonlint("autofix", "--apply")
    assert run.code == 2
    assert "error: flagged.py: changed while it was being checked" in run.err
    assert "Fixed 0 findings in 0 files" in run.out
    assert flagged.read_text() == "# someone else was here\n"


@pytest.mark.parametrize("options", [(), ("--apply",)])
def test_standard_input_is_fixed_as_a_filter(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    text = flagged.read_bytes()
    flagged.write_text("")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    run = tritonlint("autofix", "-", "--stdin-filename", "flagged.py", *options)
    assert run.code == (0 if options else 1)
    assert (run.out == (CASE / "fixed.py").read_text("utf-8")) is bool(options)
    assert ("+    values" in run.out) is not bool(options)
    assert flagged.read_bytes() == b""


def test_what_is_no_python_comes_out_of_the_filter_as_it_went_in(
    tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"def (:\n")))
    run = tritonlint("autofix", "--apply", "-")
    assert (run.code, run.out) == (2, "def (:\n")
    assert "cannot be parsed" in run.err or "-:" in run.err

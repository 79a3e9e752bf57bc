"""What a shell, a file system or an editor can do to the command line: streams that are closed or
full, folders without files, files that look like Python."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import Command

COMMANDS = ("check", "autofix", "autofix --apply --allow-dirty", "check --add-ignore")


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`command` in a shell, with $T as the command line."""
    given = ["bash", "-c", f'T="{sys.executable} -m tritonlint"; {command}']
    return subprocess.run(given, cwd=folder, capture_output=True, text=True, check=False)


def test_a_closed_stream_changes_no_verdict(flagged: Path) -> None:
    run = _shell("$T check >&-; echo $?; $T check >&- 2>&- <&-; echo $?", flagged.parent)
    assert (run.stdout, run.stderr) == ("1\n1\n", "")


def test_a_report_in_a_file_survives_closed_streams(flagged: Path) -> None:
    run = _shell("$T check --output-format json=a.json >&- 2>&-; echo $?", flagged.parent)
    assert run.stdout == "1\n"
    assert json.loads((flagged.parent / "a.json").read_text())["summary"]["findings"] == 1


def test_standard_input_that_is_closed_is_said_to_be(
    tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    run = tritonlint("check", "--stdin-filename", "a.py")
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: standard input is closed: there is nothing to check\n"


def test_a_stream_that_fails_is_one_line(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert tritonlint("config", "show").err == (
        "error: standard output: cannot be written: No space left on device\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [*COMMANDS, "kernels", "explain --all", "config show"])
def test_a_full_disk_is_one_line(flagged: Path, command: str) -> None:
    run = _shell(f"$T {command} >/dev/full", flagged.parent)
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1] == (
        "error: standard output: cannot be written: No space left on device"
    )
    assert "Traceback" not in run.stderr and "Exception ignored" not in run.stderr


@pytest.mark.parametrize("command", ["check", "autofix", "autofix --apply"])
def test_a_folder_without_files_is_said_to_be_one(
    tritonlint: Command, tmp_path: Path, command: str
) -> None:
    (tmp_path / "empty").mkdir()
    run = tritonlint(*command.split(), "empty")
    assert run.code == 0
    assert run.err.splitlines()[-1] == (
        "note: empty: no Python file, or all are excluded: nothing was checked"
    )


@pytest.mark.parametrize("command", ["kernels", "baseline write"])
def test_a_command_that_reads_files_says_so(tritonlint: Command, command: str) -> None:
    run = tritonlint(*command.split(), "-")
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: standard input (-) is read by `check` and `autofix` alone\n"


@pytest.mark.parametrize("command", [*COMMANDS, "kernels"])
def test_a_notebook_is_never_clean(tritonlint: Command, flagged: Path, command: str) -> None:
    # Its text is a dictionary, in Python too.
    cell = {"cell_type": "code", "source": flagged.read_text().splitlines(keepends=True)}
    (flagged.parent / "a.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}, indent=1))
    run = tritonlint(*command.split(), "a.ipynb")
    assert run.code == 2
    assert "error: a.ipynb: is a notebook; save its cells as a Python file\n" in run.err


@pytest.mark.parametrize("text", ["", '{"cells": [', "x = 1\n"])
def test_a_notebook_that_holds_no_cells_is_not_clean_either(
    tritonlint: Command, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.ipynb").write_text(text)
    run = tritonlint("check", "a.ipynb")
    assert (run.code, run.err) == (
        2, "error: a.ipynb: is a notebook; save its cells as a Python file\n"
    )  # fmt: skip


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_of_other_systems_hide_nothing(
    tritonlint: Command, flagged: Path, end: str
) -> None:
    found = tritonlint("check", "--output-format", "concise", "--no-cache").out
    flagged.write_bytes(flagged.read_bytes().replace(b"\n", end.encode()))
    assert tritonlint("check", "--output-format", "concise", "--no-cache").out == found
    assert tritonlint("autofix", "--apply", "--allow-dirty").code == 0
    fixed = flagged.read_bytes()
    assert b".view(current_platform.fp8_dtype())" in fixed
    assert fixed.count(end.encode()) == fixed.count(end[-1:].encode()) == len(fixed.splitlines())


@pytest.mark.parametrize("report", ["--output-format=json", "--output-file=a", "--statistics"])
def test_comments_are_written_without_a_report(
    tritonlint: Command, flagged: Path, report: str
) -> None:
    before = flagged.read_bytes()
    run = tritonlint("check", "--add-ignore", report)
    assert (run.code, run.out, flagged.read_bytes()) == (2, "", before)
    assert run.err.startswith("error: --add-ignore writes comments and no report")


def test_a_working_directory_that_is_gone_is_one_line(tritonlint: Command, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        run = tritonlint("check")
    finally:
        os.chdir(tmp_path)
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: the working directory is gone; change to one that exists\n"


@pytest.mark.parametrize("command", [*COMMANDS, "baseline write"])
def test_an_empty_path_is_not_the_working_directory(
    tritonlint: Command, flagged: Path, command: str
) -> None:
    before = flagged.read_bytes()
    run = tritonlint(*command.split(), "")
    assert run.code == 2 and "a path is empty" in run.err
    assert flagged.read_bytes() == before

"""Files and folders that are not what one expects: the run ends, says what it could not do, and
checks the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import Command

UNIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


def _is_checked(tritonlint: Command, *said: str, paths: tuple[str, ...] = (".",)) -> None:
    """`flagged.py` is reported, and besides just what is `said`."""
    run = tritonlint("check", "--output-format", "concise", *paths)
    assert "flagged.py:" in run.out
    assert run.err.splitlines() == [f"error: {each}" for each in said]
    assert run.code == (2 if said else 1)


@UNIX
def test_loops_of_links(tritonlint: Command, flagged: Path) -> None:
    folder = flagged.parent / "deep"
    folder.mkdir()
    os.symlink("..", folder / "up")
    os.symlink("self.py", folder / "self.py")
    os.symlink("there.py", folder / "here.py")
    os.symlink("here.py", folder / "there.py")
    _is_checked(tritonlint)
    run = tritonlint("check", "deep/self.py")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: deep/self.py: too many levels of symbolic links")


@UNIX
@pytest.mark.parametrize("gate", ["", "import pipe\n"])
def test_a_pipe_is_not_waited_for(gate: str, tritonlint: Command, flagged: Path) -> None:
    os.mkfifo(flagged.parent / "pipe.py")
    flagged.write_text(gate + flagged.read_text())
    _is_checked(tritonlint)
    said = "pipe.py: cannot be read: it is not a regular file"
    _is_checked(tritonlint, said, paths=("flagged.py", "pipe.py"))


@UNIX
def test_a_name_that_is_not_utf_8(flagged: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.py"
    try:
        os.rename(flagged, name)
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    for form in ("text", "concise", "json", "github"):
        run = subprocess.run(
            [sys.executable, "-m", "tritonlint", "check", "--output-format", form, "."],
            cwd=tmp_path,
            env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"},
            capture_output=True,
        )
        assert (run.returncode, run.stderr) == (1, b""), run.stderr.decode()
        assert b"TL001" in run.stdout


@UNIX
def test_a_name_that_is_not_utf_8_is_fixed(tritonlint: Command, flagged: Path) -> None:
    name = os.fsencode(flagged.parent) + b"/caf\xe9.py"
    try:
        os.rename(flagged, name)
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    assert tritonlint("autofix", "--apply").code == 0
    assert tritonlint("check").code == 0


def test_a_file_that_vanishes(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tritonlint.engine import discovery

    other = flagged.parent / "other.py"
    other.write_text("import triton\n")
    discover = discovery.discover

    def then_gone(*arguments: object) -> list[Path]:
        found = discover(*arguments)  # type: ignore[arg-type]
        other.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(discovery, "discover", then_gone)
    _is_checked(tritonlint, "other.py: cannot be read: No such file or directory")


@UNIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read(tritonlint: Command, flagged: Path) -> None:
    (flagged.parent / "secret").mkdir()
    (flagged.parent / "secret.py").write_text("import triton\n")
    os.chmod(flagged.parent / "secret", 0)
    os.chmod(flagged.parent / "secret.py", 0)
    try:
        _is_checked(
            tritonlint,
            "secret: cannot be listed: Permission denied",
            "secret.py: cannot be read: Permission denied",
        )
    finally:
        os.chmod(flagged.parent / "secret", 0o700)


# Of the last two, more than 16 MiB, and as many values as take 4 GiB to parse.
CONTENTS = {
    "null byte": (b"import triton\nx = '\0'\n", "cannot be parsed by Python 3."),
    "tabs of Python 2": (b"import triton\nif x:\n\tprint 'a'\n        print 'b'\n", "cannot be parsed by Python 3."),
    "not utf-8": (b"import triton  # caf\xe9\n", "cannot be decoded: "),
    "unknown coding": (b"# coding: klingon\nimport triton\n", "cannot be decoded: "),
    "coding that is no text": (b"# coding: hex\nimport triton\n", "cannot be decoded"),
    "generated": (b"import triton\n" + b"x = 12345\n" * 1_700_000, "is too large to be parsed: 16 MiB"),
    "generated list": (
        b"import triton\nTABLE = [" + b"1, " * 4_600_000 + b"]\n",
        "is too large to be parsed: 4,600,005 commas, brackets, line ends and the like; exclude it",
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_that_is_not_today_s_python(
    name: str, tritonlint: Command, flagged: Path
) -> None:
    data, reason = CONTENTS[name]
    (flagged.parent / "odd.py").write_bytes(data)
    run = tritonlint("check", "--output-format", "concise")
    assert run.code == 2
    assert "flagged.py:" in run.out
    assert run.err.startswith(f"error: odd.py: {reason}")
    assert run.err.count("\n") == 1


def test_a_large_file_that_has_nothing_to_do_with_kernels_costs_nothing(
    tritonlint: Command, flagged: Path
) -> None:
    (flagged.parent / "table.py").write_bytes(b"TABLE = [\n" + b"    12345,\n" * 1_700_000 + b"]\n")
    _is_checked(tritonlint)

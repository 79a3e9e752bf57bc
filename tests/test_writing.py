"""Writing: all or nothing, and nothing about the file changes but its bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from support import CASE, without_expectations
from tritonlint.engine import check
from tritonlint.errors import SourceError
from tritonlint.fixing import fixing
from tritonlint.fixing.plans import Change
from tritonlint.fixing.writing import write
from tritonlint.settings.config import Settings


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_bytes(b"old\r\n")
    Path("b.py").write_bytes(b"old b")


A = Change("a.py", b"old\r\n", b"new\r\n")
B = Change("b.py", b"old b", b"new b")


def _state() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(".").iterdir()}


def test_mode_and_links_are_kept() -> None:
    os.chmod("a.py", 0o751)
    os.symlink("a.py", "link.py")
    write([Change("link.py", A.before, A.after), B])
    assert os.path.islink("link.py")
    assert _state() == {"a.py": b"new\r\n", "link.py": b"new\r\n", "b.py": b"new b"}
    assert stat.S_IMODE(os.stat("a.py").st_mode) == 0o751


def test_a_file_that_changed_meanwhile_is_left_alone_and_so_is_its_group() -> None:
    Path("b.py").write_bytes(b"someone else")
    with pytest.raises(SourceError, match=r"b\.py: changed while it was being checked"):
        write([A, B])
    assert _state() == {"a.py": b"old\r\n", "b.py": b"someone else"}


def test_a_file_that_went_away_is_reported() -> None:
    Path("b.py").unlink()
    with pytest.raises(SourceError, match=r"b\.py: cannot be written: No such file"):
        write([A, B])
    assert _state() == {"a.py": b"old\r\n"}


def test_a_failure_half_way_puts_the_first_file_back(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def failing(source: str, target: str) -> None:
        if target.endswith("b.py"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(SourceError, match="No space left on device"):
        write([A, B])
    assert _state() == {"a.py": b"old\r\n", "b.py": b"old b"}


def test_a_read_only_file_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    # A superuser may write anywhere, so the answer of the system is stood in for.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SourceError, match=r"a\.py: cannot be written: the file is read-only"):
        write([A])
    assert _state() == {"a.py": b"old\r\n", "b.py": b"old b"}


def test_a_fix_that_another_run_has_made_since_is_not_made_twice() -> None:
    path = Path("cache.py")
    path.write_text(without_expectations((CASE / "flagged.py").read_text("utf-8")), "utf-8")
    settings = Settings(root=Path.cwd())
    mine = check.check([path], settings)
    theirs = fixing.plan(check.check([path], settings), settings, unsafe=True)
    write(theirs.changes)
    fixed = path.read_bytes()
    late = fixing.plan(mine, settings, unsafe=True)
    with pytest.raises(SourceError, match="changed while it was being checked"):
        write(late.changes)
    assert path.read_bytes() == fixed


def test_of_hard_links_only_the_name_that_was_checked_changes() -> None:
    os.link("a.py", "other.py")
    write([A])
    assert Path("a.py").read_bytes() == A.after
    assert Path("other.py").read_bytes() == A.before

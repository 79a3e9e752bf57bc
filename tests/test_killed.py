"""A run that is killed leaves each file as it was or as it should be, never half."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from tritonlint.fixing import journal, repairing, temporary, writing
from tritonlint.fixing.plans import Change
from tritonlint.settings.user import unfinished_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

OLD, NEW = b"old\r\n" * 10_000, b"new text\r\n" * 10_000
GROUP = [Change("a.py", OLD, NEW), Change("link.py", OLD, NEW)]
MOST_LINES = 400
FILES = [each.__file__ for each in (journal, repairing, temporary, writing)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")


def _reset() -> None:
    for path in Path(".").iterdir():
        path.unlink()
    for name in ("a.py", "b.py"):
        Path(name).write_bytes(OLD)
    os.chmod("a.py", 0o640)
    os.symlink("b.py", "link.py")


@contextlib.contextmanager
def _child(work: Callable[[], None]) -> Iterator[int]:
    """A process that does `work`; it is waited for at the end."""
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    try:
        yield process
    finally:
        os.waitpid(process, 0)


def _are_whole() -> set[bytes]:
    contents = {name: Path(name).read_bytes() for name in ("a.py", "b.py", "link.py")}
    assert all(each in (OLD, NEW) for each in contents.values())
    assert os.path.islink("link.py")
    assert os.stat("a.py").st_mode & 0o777 == 0o640
    return set(contents.values())


def _killed_at(line: int, what: Callable[[], object] | None = None) -> Callable[[], None]:
    """Writing the group, or `what`, with the plug pulled before the `line`th line that is run."""

    def work() -> None:
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> object:
            nonlocal count
            if frame.f_code.co_filename not in FILES:
                return None
            count += event == "line"
            if count == line:
                os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        (what or (lambda: writing.write(GROUP)))()

    return work


def test_killed_at_every_step() -> None:
    _reset()
    states = []
    left = 0
    for line in range(1, MOST_LINES):
        with _child(_killed_at(line)):
            pass
        states.append(_are_whole())
        left += len(_temporary())
        if states[-1] == {NEW} and not _temporary():
            break
        _reset()
    assert states[-1] == {NEW}, "the last run was not killed"
    assert len(states) > 40, "too few steps were tried"
    assert {OLD} in states
    # A new file has a name only for the moment of each move, where the system allows that.
    assert left <= 2 * 3 or not temporary._NAMELESS


def test_what_a_killed_run_leaves_is_removed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "_NAMELESS", 0)
    _reset()
    seen = 0
    for line in range(1, MOST_LINES, 3):
        with _child(_killed_at(line)):
            pass
        seen += bool(_temporary())
        back = [Change(name, Path(name).read_bytes(), OLD) for name in ("a.py", "link.py")]
        writing.write(back)
        assert _temporary() == []
        assert _are_whole() == {OLD}
    assert seen > 10
    others = Path(".mine.py.x.tmp")
    others.write_bytes(b"someone else's")
    writing.write(GROUP)
    assert others.exists()


def test_what_another_run_is_about_to_move_stays() -> None:
    _reset()
    mine = temporary.Temporary(os.path.abspath("a.py"))
    mine.write(NEW, os.stat("a.py"))
    os.link(f"/proc/self/fd/{mine._handle}", mine._fresh, src_dir_fd=mine._handle, follow_symlinks=True)
    temporary._lock(mine._handle)
    mine._name = mine._fresh
    writing.write([Change("b.py", OLD, NEW)])
    assert len(_temporary()) == 1
    mine.close()
    writing.write([Change("b.py", NEW, OLD)])
    assert _temporary() == []


def _temporary() -> list[Path]:
    return list(Path(".").glob(".*.tmp"))


def _endlessly() -> None:
    back = [Change(each.path, each.after, each.before) for each in GROUP]
    while True:
        writing.write(GROUP)
        writing.write(back)


def test_killed_at_any_moment() -> None:
    choose = random.Random(0)
    left = 0
    for _ in range(120):
        _reset()
        with _child(_endlessly) as process:
            time.sleep(choose.uniform(0, 0.01))
            os.kill(process, signal.SIGKILL)
        _are_whole()
        left += len(_temporary())
    assert left <= 6 or not temporary._NAMELESS


@pytest.mark.parametrize("repairs", (True, False), ids=("repaired", "only told"))
def test_the_next_run_puts_back_a_group_that_a_killed_run_replaced_in_part(repairs: bool) -> None:
    half, told = 0, set()
    for line in range(1, 3 * MOST_LINES):
        _reset()
        with _child(_killed_at(line)):
            pass
        before = _are_whole()
        half += len(before) == 2
        if repairs:
            told |= set(repairing.repair([Path(".")]))
            assert len(_are_whole()) == 1, f"half of the group, killed at line {line}"
            assert repairing.repair([Path(".")]) == []
        else:
            found = repairing.half_done([Path(".")])
            assert len(found) == (len(before) == 2)
            assert _are_whole() == before
            repairing.repair([Path(".")])
        if before == {NEW} and not _temporary():
            break
    assert half > 5
    assert all("a.py, b.py: a run was killed before" in each for each in told)


def test_a_repair_that_is_killed_is_done_again() -> None:
    half = 0
    for line in range(1, MOST_LINES, 2):
        _half_done()
        with _child(_killed_at(line, lambda: repairing.repair([Path(".")]))):
            pass
        half += len(_are_whole()) == 2
        repairing.repair([Path(".")])
        assert _are_whole() == {OLD}
    assert half > 5


def test_what_was_changed_since_is_left_alone() -> None:
    _half_done()
    Path("b.py").write_bytes(b"mine")
    (said,) = repairing.repair([Path(".")])
    assert "they are left as they are" in said
    assert (Path("a.py").read_bytes(), Path("b.py").read_bytes()) == (NEW, b"mine")
    assert repairing.repair([Path(".")]) == []


@pytest.mark.parametrize("mark", (b"A", b"\nnot a journal", b"\xff"))
def test_what_somebody_else_wrote_is_no_journal(mark: bytes) -> None:
    _half_done()
    (path,) = _journals()
    path.write_bytes(mark + path.read_bytes()[1:])
    assert repairing.repair([Path(".")]) == []
    assert (Path("a.py").read_bytes(), Path("b.py").read_bytes()) == (NEW, OLD)


def test_the_journal_of_a_run_that_goes_on_and_of_another_project_are_left_alone() -> None:
    _reset()
    with journal.together([Change(os.path.abspath(name), OLD, NEW) for name in ("a.py", "b.py")]):
        Path("a.py").write_bytes(NEW)
        assert repairing.repair([Path(".")]) == []
        assert Path("a.py").read_bytes() == NEW
    # It ended by itself, but with half of it done.
    os.mkdir("elsewhere")
    assert repairing.repair([Path("elsewhere")]) == []
    os.rmdir("elsewhere")
    assert len(repairing.repair([Path("a.py")])) == 1
    assert Path("a.py").read_bytes() == OLD
    assert _journals() == []


def _half_done() -> None:
    _reset()
    with journal.together([Change(os.path.abspath(name), OLD, NEW) for name in ("a.py", "b.py")]):
        Path("a.py").write_bytes(NEW)


def _journals() -> list[Path]:
    found = unfinished_folder()
    return list(found.iterdir()) if found else []

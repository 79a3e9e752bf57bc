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

from tritonlint.fixing import temporary, writing
from tritonlint.fixing.plans import Change

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

OLD, NEW = b"old\r\n" * 10_000, b"new text\r\n" * 10_000
GROUP = [Change("a.py", OLD, NEW), Change("link.py", OLD, NEW)]
MOST_LINES = 400


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


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


def _killed_at(line: int) -> Callable[[], None]:
    """Writing the group with the plug pulled before the `line`th line that is run."""

    def work() -> None:
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> object:
            nonlocal count
            if frame.f_code.co_filename not in (writing.__file__, temporary.__file__):
                return None
            count += event == "line"
            if count == line:
                os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        writing.write(GROUP)

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

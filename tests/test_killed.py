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

from tritonlint.fixing import writing
from tritonlint.fixing.fixing import Change

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
            if frame.f_code.co_filename != writing.__file__:
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
    for line in range(1, MOST_LINES):
        with _child(_killed_at(line)):
            pass
        states.append(_are_whole())
        if states[-1] == {NEW} and not list(Path(".").glob(".*.tmp")):
            break
        _reset()
    assert states[-1] == {NEW}, "the last run was not killed"
    assert len(states) > 40, "too few steps were tried"
    assert {OLD} in states
    # What a killed run leaves does not hinder the next.
    _reset()
    Path(".a.py.x.tmp").write_bytes(b"half")
    writing.write(GROUP)
    assert _are_whole() == {NEW}


def _endlessly() -> None:
    back = [Change(each.path, each.after, each.before) for each in GROUP]
    while True:
        writing.write(GROUP)
        writing.write(back)


def test_killed_at_any_moment() -> None:
    choose = random.Random(0)
    for _ in range(120):
        _reset()
        with _child(_endlessly) as process:
            time.sleep(choose.uniform(0, 0.01))
            os.kill(process, signal.SIGKILL)
        _are_whole()

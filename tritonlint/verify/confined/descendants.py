"""Where nothing confines a child: what it starts, and lets go of, is found and ended too."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
# A process that starts others without end is chased so often.
_ROUNDS = 1000


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends, where the system can do that."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end() -> None:
    """End all descendants."""
    for _ in range(_ROUNDS):
        children = _children()
        for each in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            for _ in children:
                os.waitpid(-1, 0)
        if not children:
            return


def _children() -> list[int]:
    """The processes whose parent is this one."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # After the name, which may hold anything: the state, then the parent.
            fields = each.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.append(int(each.parent.name))
    return found

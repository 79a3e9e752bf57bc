"""Memory of a process that runs for days."""

from __future__ import annotations

import contextlib
import ctypes

# glibc's name of the parameter, from malloc.h.
_M_ARENA_MAX = -8


def share_arena() -> None:
    """Have all threads take memory from one arena, where the allocator has several (glibc). Rounds
    take turns in different threads, and each arena would keep the most that a round in it took."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)

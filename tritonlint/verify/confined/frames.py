"""What passes between a process and its child: a length, then so many bytes."""

from __future__ import annotations

import os
import select
import time

_HEAD = 8
# No answer is longer.
MOST_BYTES = 16 * 2**20


class Late(Exception):
    """Nothing came in time."""


def send(handle: int, data: bytes) -> None:
    """Write a frame. Raises OSError when nobody reads."""
    rest = memoryview(len(data).to_bytes(_HEAD, "big") + data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def receive(handle: int, until: float | None = None) -> bytes:
    """The next frame. Raises EOFError where there is none, or what comes is none, and Late when it
    is not there at `until` (`time.monotonic`)."""
    size = int.from_bytes(_exactly(handle, _HEAD, until), "big")
    if size > MOST_BYTES:
        raise EOFError("an answer that is too long")
    return _exactly(handle, size, until)


def _exactly(handle: int, size: int, until: float | None) -> bytes:
    found = bytearray()
    while len(found) < size:
        if until is not None:
            left = max(0.0, until - time.monotonic())
            if not select.select([handle], [], [], left)[0]:
                raise Late
        part = os.read(handle, min(size - len(found), 1 << 16))
        if not part:
            raise EOFError("nothing more comes")
        found += part
    return bytes(found)

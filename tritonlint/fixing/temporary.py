"""New content on its way to a file: without a name while it is written, where the system can do
that, and with one that the next run cleans up for the moment in which it takes the file's place."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_MARK = ".tritonlint-"
_SUFFIX = ".tmp"
_NAMELESS = getattr(os, "O_TMPFILE", 0)


class Temporary:
    """A new file beside `target`. Raises OSError."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._name: str | None = None
        folder, name = os.path.split(target)
        self._fresh = os.path.join(folder, f".{name}{_MARK}{secrets.token_hex(8)}{_SUFFIX}")
        self._handle = self._open(folder)

    def _open(self, folder: str) -> int:
        if _NAMELESS:
            # Not every file system can.
            with contextlib.suppress(OSError):
                return os.open(folder, _NAMELESS | os.O_RDWR, 0o600)
        handle = os.open(self._fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._name = self._fresh
        _lock(handle)
        return handle

    def write(self, data: bytes, like: os.stat_result) -> None:
        """Fill it with `data`, with the permissions and, where that may be had, the owner of
        `like`."""
        with os.fdopen(os.dup(self._handle), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mine = os.fstat(self._handle)
        if (like.st_uid, like.st_gid) != (mine.st_uid, mine.st_gid) and hasattr(os, "fchown"):
            # Only a privileged user may give files away; others become the owner, as with any
            # editor that writes a new file.
            with contextlib.suppress(PermissionError):
                os.fchown(self._handle, like.st_uid, like.st_gid)
        os.chmod(self._name or self._handle, stat.S_IMODE(like.st_mode))

    def replace(self) -> None:
        """Put it in the place of the target."""
        if self._name is None:
            _lock(self._handle)
            # Python follows the link only when it is given the descriptor of a folder, which an
            # absolute path has no use for.
            nameless = f"/proc/self/fd/{self._handle}"
            os.link(nameless, self._fresh, src_dir_fd=self._handle, follow_symlinks=True)
            self._name = self._fresh
        os.replace(self._name, self._target)
        self._name = None

    def close(self) -> None:
        """Let go of it; what has not taken the target's place is gone."""
        if self._name is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._name)
        os.close(self._handle)


def tidy(folder: str) -> None:
    """Remove what runs that were killed left in `folder`. A run that goes on holds a lock on what
    it has named."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for each in Path(folder or ".").glob(f".*{_MARK}*{_SUFFIX}"):
            handle = os.open(each, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(each)
            except OSError:
                continue
            finally:
                os.close(handle)


def _lock(handle: int) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""What a run writes down before it replaces several files that belong together, so that the next
one can put them back when it was killed between the first and the last.

A file system replaces one file at a time. The journal of a group lies in the folder of this
installation, outside of every tree, and carries a MAC under its key: none that somebody else wrote
is followed. A run holds a lock on its journal until the group is written.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tritonlint.caching.signing import is_ours, seal
from tritonlint.fixing.plans import Change
from tritonlint.settings.user import UNFINISHED, state_folder, unfinished_folder
from tritonlint.source import display_path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".json"
# A journal on its way; one that is older than this belongs to a run that was killed.
_PART = ".part"
_STALE_SECONDS = 60.0


@contextlib.contextmanager
def together(group: Sequence[Change]) -> Iterator[None]:
    """A block in which the files of `group`, by their real paths, are replaced one after the other.
    It has a journal as long as it lasts, where there is more than one file, the system has locks
    and the folder can be written."""
    journal = _begin(group) if len(group) > 1 and fcntl is not None else None
    try:
        yield
    finally:
        # Half of it stays where something failed that was not to be put back here.
        if journal is not None:
            if not journal.is_half():
                journal.forget()
            os.close(journal.handle)


def _begin(group: Sequence[Change]) -> Unfinished | None:
    """The journal of `group`, on disk; None where it cannot be had."""
    name = secrets.token_hex(8)
    said = [[each.path, _text(each.before), _text(each.after)] for each in group]
    body = json.dumps(said).encode("ascii")
    try:
        path = state_folder() / UNFINISHED / f"{name}{_SUFFIX}"
        part = path.with_suffix(_PART)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, RuntimeError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(seal(name, body).encode("ascii") + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, path)
        _keep(path.parent)
    except OSError:
        for each in (part, path):
            each.unlink(missing_ok=True)
        os.close(handle)
        return None
    return Unfinished(path, tuple(group), handle)


def _keep(where: Path) -> None:
    """See to it that the names in a folder outlast a crash of the machine."""
    handle = os.open(where, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Unfinished:
    """A group of files that a killed run was replacing: its journal, the changes by real path, and
    the lock that keeps other runs from repairing it too."""

    path: Path
    changes: tuple[Change, ...]
    handle: int

    @property
    def shown(self) -> str:
        """The files, for a message."""
        return ", ".join(display_path(Path(each.path)) for each in self.changes)

    def forget(self) -> None:
        """Remove the journal."""
        with contextlib.suppress(OSError):
            self.path.unlink()
            self.path.parent.rmdir()  # where it was the only one

    def is_below(self, paths: Iterable[Path]) -> bool:
        """Whether one of the files is at or below one of `paths`."""
        within = [os.path.realpath(each) for each in paths]
        return any(
            os.path.commonpath([each.path, folder]) == folder
            for each in self.changes
            for folder in within
        )

    def contents(self) -> list[bytes | None]:
        """What the files hold now; None for one that cannot be read."""
        return [_content(each.path) for each in self.changes]

    def is_half(self) -> bool:
        """Whether some of the files were replaced and others were not."""
        now = self.contents()
        changed = [each.before != held for each, held in zip(self.changes, now, strict=True)]
        return any(changed) and now != [each.after for each in self.changes]

    def is_touched(self) -> bool:
        """Whether a file is neither as it was nor as it was to be: somebody has changed it."""
        pairs = zip(self.changes, self.contents(), strict=True)
        return any(held not in (each.before, each.after) for each, held in pairs)


def unfinished() -> Iterator[Unfinished]:
    """The groups that killed runs left, each for as long as it is held. What is no journal of this
    installation is a group of no files."""
    folder = unfinished_folder()
    if fcntl is None or folder is None:
        return
    _tidy(folder)
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        handle = _open(path)
        if handle is not None:
            try:
                yield Unfinished(path, _changes(path, handle), handle)
            finally:
                os.close(handle)


def _open(path: Path) -> int | None:
    """A descriptor of a journal that no run holds any more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _tidy(folder: Path) -> None:
    """Remove journals that killed runs did not come to finish: they had replaced nothing."""
    for part in folder.glob(f"*{_PART}"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _STALE_SECONDS:
                part.unlink()


def _changes(path: Path, handle: int) -> tuple[Change, ...]:
    """What a journal says; nothing where it is not whole or not of this installation."""
    with os.fdopen(os.dup(handle), "rb") as file:
        mac, _, body = file.read().partition(b"\n")
    if not is_ours(path.stem, body, mac.decode("ascii", "replace")):
        return ()
    return tuple(
        Change(name, base64.b64decode(before), base64.b64decode(after))
        for name, before, after in json.loads(body)
    )


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")

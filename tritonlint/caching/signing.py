"""What tells an entry of the cache that this installation wrote from one that came with a tree, or
from another machine: a MAC under a key that is kept outside of every tree."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
from functools import cache
from pathlib import Path

from tritonlint.settings.user import state_folder

_FILE = "cache-key"
_BYTES = 32


def seal(key: str, body: bytes) -> str:
    """The MAC of an entry, `body` as what answers `key`."""
    return hmac.digest(_secret(), _framed(key, body), "sha256").hex()


def is_ours(key: str, body: bytes, said: object) -> bool:
    """Whether `said` is the MAC that this installation gives to the entry."""
    # Bytes: text that is not ASCII cannot be compared.
    return isinstance(said, str) and hmac.compare_digest(
        seal(key, body).encode(), said.encode(errors="replace")
    )


def _framed(key: str, body: bytes) -> bytes:
    named = key.encode(errors="surrogateescape")
    return b"%d:%b%b" % (len(named), named, body)


@cache
def _secret() -> bytes:
    """The key of this installation, made when there is none. Where none can be kept, one of this
    process alone: then no entry of an earlier run is believed."""
    path = state_folder() / _FILE
    with contextlib.suppress(OSError, RuntimeError):
        return _read(path) or _made(path)
    return secrets.token_bytes(_BYTES)


def _read(path: Path) -> bytes | None:
    """The key that `path` holds; None for one that others could have written or read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(handle)
        found = file.read(_BYTES + 1)
    alone = os.name != "posix" or (state.st_uid == os.geteuid() and not state.st_mode & 0o077)
    return found if alone and stat.S_ISREG(state.st_mode) and len(found) == _BYTES else None


def _made(path: Path) -> bytes:
    """A new key at `path`: of several runs at once, that of the last one to come."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    made = secrets.token_bytes(_BYTES)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    os.replace(part, path)
    return _read(path) or made

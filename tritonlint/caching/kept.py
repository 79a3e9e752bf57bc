"""JSON files that several runs share: written whole or not at all, and taken only as this
installation wrote them."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tritonlint.caching.signing import is_ours, seal
from tritonlint.source import read_bytes

# Unfinished files, and after how many seconds nobody writes them any more.
PART = ".part"
_LONGEST = 3600


def keep(path: Path, key: str, data: object) -> None:
    """Write `data` to `path` as what answers `key`. Raises OSError when that cannot be done."""
    body = json.dumps(data).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, so that runs at the same time do not write into each other's file.
    handle, part = tempfile.mkstemp(suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            head = {"key": key, "mac": seal(key, body)}
            file.write(json.dumps(head).encode() + b"\n" + body)
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def kept(path: Path, key: str) -> Any:
    """The data at `path` that answers `key`; None for what is not there, cannot be read, is damaged
    or cut off, or was not written by this installation."""
    try:
        head, _, body = read_bytes(path).partition(b"\n")
        said = json.loads(head)
        ours = isinstance(said, dict) and said.get("key") == key
        return json.loads(body) if ours and is_ours(key, body, said.get("mac")) else None
    except (OSError, ValueError, RecursionError):
        return None


def tidy(folder: Path) -> None:
    """Remove what runs that were killed left unfinished in `folder`. Raises OSError."""
    ended = time.time() - _LONGEST
    for part in folder.glob(f"*{PART}"):
        if part.stat().st_mtime < ended:
            part.unlink(missing_ok=True)

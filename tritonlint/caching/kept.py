"""JSON files that several runs share: written whole or not at all, and taken only as they were
written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

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
            file.write(json.dumps(_head(key, body)).encode() + b"\n" + body)
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def kept(path: Path, key: str) -> Any:
    """The data at `path` that answers `key`; None for what is not there, cannot be read, or is
    another program's, damaged or cut off."""
    try:
        head, _, body = read_bytes(path).partition(b"\n")
        return json.loads(body) if json.loads(head) == _head(key, body) else None
    except (OSError, ValueError, RecursionError):
        return None


def tidy(folder: Path) -> None:
    """Remove what runs that were killed left unfinished in `folder`. Raises OSError."""
    ended = time.time() - _LONGEST
    for part in folder.glob(f"*{PART}"):
        if part.stat().st_mtime < ended:
            part.unlink(missing_ok=True)


def _head(key: str, body: bytes) -> dict[str, str]:
    """The first line: what the rest answers, and its digest."""
    return {"key": key, "sha256": hashlib.sha256(body).hexdigest()}

"""Results of earlier runs, as two lines of JSON: data that can be wrong, foreign or truncated without doing
harm."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tritonlint import __version__
from tritonlint.config import Settings
from tritonlint.engine import Result, Skipped
from tritonlint.findings import Edit, Finding, Fix, LaunchSite, Span, Step
from tritonlint.source import read_bytes

FOLDER = ".tritonlint_cache"
VARIABLE = "TRITONLINT_CACHE_DIR"
# So many results are kept; the oldest go first.
_KEPT = 64
# Unfinished files, and after how many seconds nobody writes them any more.
_PART = ".part"
_LONGEST = 3600


class Cache:
    """The results in `folder`, which need not exist. What cannot be read is as if it were not
    there; what cannot be written is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, files: Iterable[Path], others: Iterable[str], settings: Settings) -> str:
        """What a result depends on: this version, the settings, and path, size and time of change
        of each file that was checked and of each that can decide what is found there."""
        digest = hashlib.sha256()
        folder = Path(__file__).parent
        own = sorted(str(each) for part in (folder, _rules()) for each in part.rglob("*.py"))
        said = [
            __version__,
            sys.version,
            os.getcwd(),
            *(repr(item) for item in sorted(_plain(settings).items())),
        ]
        digest.update("\0".join(said).encode(errors="surrogateescape"))
        for mark, paths in (
            ("tool", own),
            ("checked", [str(each) for each in files]),
            ("read", list(others)),
        ):
            digest.update(mark.encode())
            for path in paths:
                digest.update(f"{path}\0{stamp(path)}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()[:40]

    def load(self, key: str) -> Result | None:
        """The result that was stored under `key`, or None, also for what another version, another
        program or an accident left there."""
        try:
            head, _, body = read_bytes(self.folder / f"{key}.json").partition(b"\n")
            return _result(json.loads(body)) if json.loads(head) == _head(key, body) else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def store(self, key: str, result: Result) -> None:
        """Keep `result` under `key`."""
        body = json.dumps(asdict(result)).encode()
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            # A name of its own, so that runs at the same time do not write into each other's file.
            handle, part = tempfile.mkstemp(suffix=_PART, dir=self.folder)
            with open(handle, "wb") as file:
                file.write(json.dumps(_head(key, body)).encode() + b"\n" + body)
            os.replace(part, self.folder / f"{key}.json")
            self._prune()

    def _prune(self) -> None:
        """Remove the oldest results, and what runs that were killed did not finish."""
        kept = {each: each.stat().st_mtime for each in self.folder.iterdir()}
        results = sorted((each for each in kept if each.suffix == ".json"), key=kept.__getitem__)
        ended = time.time() - _LONGEST
        parts = (each for each in kept if each.suffix == _PART and kept[each] < ended)
        for each in (*results[:-_KEPT], *parts):
            each.unlink(missing_ok=True)


def _head(key: str, body: bytes) -> dict[str, str]:
    """The first line of a kept result: what it answers, and the digest of the rest."""
    return {"key": key, "sha256": hashlib.sha256(body).hexdigest()}


def default_folder(working: Path) -> Path:
    """The folder that the environment names, else `.tritonlint_cache` in the working directory."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else working / FOLDER


def _rules() -> Path:
    return Path(next(iter(importlib.import_module("tritonlint.rules").__path__)))


def _plain(settings: Settings) -> dict[str, object]:
    return {name: value for name, value in vars(settings).items() if name != "origins"}


def stamp(path: str) -> str:
    """What tells that a file has not changed: its size and the time of its last change."""
    try:
        found = os.stat(path)
    except OSError:
        return "absent"
    return f"{found.st_size}:{found.st_mtime_ns}"


def _result(data: dict[str, Any]) -> Result:
    return Result(
        tuple(_finding(each) for each in data["findings"]),
        tuple(Skipped(**each) for each in data["skipped"]),
        int(data["files"]),
    )


def _finding(data: dict[str, Any]) -> Finding:
    launch, fix = data["launch"], data["fix"]
    return Finding(
        **{
            **data,
            "span": Span(**data["span"]),
            "trace": tuple(Step(Span(**each["span"]), each["message"]) for each in data["trace"]),
            "launch": LaunchSite(**launch) if launch else None,
            "fix": Fix(fix["applicability"], fix["message"], _edits(fix["edits"])) if fix else None,
        }
    )


def _edits(data: Sequence[dict[str, Any]]) -> tuple[Edit, ...]:
    return tuple(Edit(Span(**each["span"]), each["replacement"]) for each in data)

"""Results of earlier runs, as JSON: data that can be wrong, foreign or truncated without doing
harm."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tritonlint import __version__
from tritonlint.caching.stamps import stamp
from tritonlint.caching.store import Store
from tritonlint.findings import Edit, Finding, Fix, LaunchSite, Span, Step, Suppressed
from tritonlint.findings.claim import Claim, Known
from tritonlint.findings.result import Result, Skipped
from tritonlint.settings.config import Settings

FOLDER = ".tritonlint_cache"
VARIABLE = "TRITONLINT_CACHE_DIR"
KIND = "result"


class Cache:
    """The results in `folder`, which need not exist. What cannot be read is as if it were not
    there; what cannot be written is not."""

    def __init__(self, folder: Path) -> None:
        self.kept = Store(folder)

    def key(
        self,
        files: Iterable[Path],
        others: Iterable[str],
        settings: Iterable[Settings],
        named: Iterable[Path] = (),
        rules: Iterable[Path] = (),
    ) -> str:
        """What a result depends on: this version, the settings, which files are `named`, and path,
        size and time of change of each file that was checked, of each that can decide what is found
        there, and of those that hold `rules` of others."""
        digest = hashlib.sha256()
        said = [
            __version__,
            sys.version,
            os.getcwd(),
            *(repr(item) for each in settings for item in sorted(_plain(each).items())),
            *sorted(map(str, named)),
        ]
        digest.update("\0".join(said).encode(errors="surrogateescape"))
        for mark, paths in (
            ("tool", tool_files()),
            ("rules", map(str, rules)),
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
        body = self.kept.get(KIND, [key]).get(key)
        try:
            return None if body is None else _result(json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def store(self, key: str, result: Result) -> None:
        """Keep `result` under `key`."""
        data = {**asdict(result), "read": {}}
        self.kept.put(KIND, {key: json.dumps(data).encode()})


def default_folder(settings: Settings, paths: Sequence[Path] = ()) -> Path:
    """The folder for a run about `paths`: see `project_folder`; where there is no project, it is
    below the working directory."""
    return project_folder(settings, paths) or Path.cwd() / FOLDER


def project_folder(settings: Settings, paths: Sequence[Path] = ()) -> Path | None:
    """The folder that the environment names, else `.tritonlint_cache` at the root of the project:
    beside the settings file, else at the top of the repository that the first of `paths` (or the
    working directory) is in. None where there is neither."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if settings.file is not None:
        return settings.file.parent / FOLDER
    start = Path(os.path.abspath(paths[0])) if paths else Path.cwd()
    above = (each / FOLDER for each in (start, *start.parents) if (each / ".git").exists())
    return next(above, None)


def tool_files() -> list[str]:
    """The files that this tool is made of."""
    folders = (Path(__file__).parents[1], _rules())
    return sorted(str(each) for folder in folders for each in folder.rglob("*.py"))


def _rules() -> Path:
    return Path(next(iter(importlib.import_module("tritonlint.rules").__path__)))


def _plain(settings: Settings) -> dict[str, object]:
    return {name: value for name, value in vars(settings).items() if name != "origins"}


def _result(data: dict[str, Any]) -> Result:
    return Result(
        tuple(_finding(each) for each in data["findings"]),
        tuple(Skipped(**each) for each in data["skipped"]),
        int(data["files"]),
        tuple(_suppressed(each) for each in data["suppressed"]),
    )


def _suppressed(data: dict[str, Any]) -> Suppressed:
    return Suppressed(_finding(data["finding"]), data["kind"], data["justification"])


def _finding(data: dict[str, Any]) -> Finding:
    launch, fix = data["launch"], data["fix"]
    return Finding(
        **{
            **data,
            "span": Span(**data["span"]),
            "trace": tuple(Step(Span(**each["span"]), each["message"]) for each in data["trace"]),
            "launch": LaunchSite(**launch) if launch else None,
            "claim": _claim(data["claim"]) if data["claim"] else None,
            "fix": Fix(fix["applicability"], fix["message"], _edits(fix["edits"])) if fix else None,
        }
    )


def _claim(data: dict[str, Any]) -> Claim:
    known = (
        Known(each["parameter"], tuple(each["dtypes"]), tuple(each["values"]), each["open"])
        for each in data["known"]
    )
    return Claim(**{**data, "known": tuple(known)})


def _edits(data: Sequence[dict[str, Any]]) -> tuple[Edit, ...]:
    return tuple(Edit(Span(**each["span"]), each["replacement"]) for each in data)

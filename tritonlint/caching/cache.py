"""Results of earlier runs, as JSON: data that can be wrong, foreign or truncated without doing
harm."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tritonlint import __version__
from tritonlint.caching import results
from tritonlint.caching.stamps import stamp
from tritonlint.caching.store import Store
from tritonlint.findings.result import Result
from tritonlint.frozen import dataclass, replace
from tritonlint.settings.config import Settings

FOLDER = ".tritonlint_cache"
VARIABLE = "TRITONLINT_CACHE_DIR"
KIND = "result"


@dataclass(frozen=True)
class Asked:
    """What a run is asked. `about` stands for this version, the settings and the files, by their
    names; `stamps` are the sizes and times of change of these files, by absolute path: of those
    that are `checked` and of those that can decide what is found there."""

    about: str
    checked: frozenset[str]
    stamps: Mapping[str, str]

    @property
    def key(self) -> str:
        """What a result depends on."""
        digest = hashlib.sha256(self.about.encode())
        for path, stamped in self.stamps.items():
            digest.update(f"{path}\0{stamped}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()[:40]

    def counting(self, stamps: Mapping[str, str]) -> Asked:
        """The same where these files too can decide what is found."""
        return replace(self, stamps={**stamps, **self.stamps})


def asked(
    checked: Sequence[str],
    others: Iterable[str],
    settings: Iterable[Settings],
    named: Iterable[Path] = (),
    rules: Iterable[Path] = (),
    beside: Iterable[str] = (),
) -> Asked:
    """What a run is asked about the files that are `checked` (absolute paths), of which some are
    `named`, where `others` can decide what is found, further rules are in the files `rules`, and
    imports may find what is called as one of `beside`."""
    said = [
        __version__,
        sys.version,
        os.getcwd(),
        *(repr(item) for each in settings for item in sorted(_plain(each).items())),
        *sorted(map(str, named)),
        *(f"{each} {stamp(each)}" for each in (*tool_files(), *map(str, rules))),
        "beside",
        *beside,
        "checked",
        *checked,
    ]
    about = hashlib.sha256("\0".join(said).encode(errors="surrogateescape")).hexdigest()
    stamps = {each: stamp(each) for each in dict.fromkeys((*checked, *others))}
    return Asked(about, frozenset(checked), stamps)


class Cache:
    """The results in `folder`, which need not exist. What cannot be read is as if it were not
    there; what cannot be written is not."""

    def __init__(self, folder: Path) -> None:
        self.kept = Store(folder)

    def load(self, key: str) -> Result | None:
        """The result that was stored under `key`, or None, also for what another version, another
        program or an accident left there."""
        body = self.kept.get(KIND, [key]).get(key)
        try:
            return None if body is None else results.result(json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def store(self, key: str, result: Result) -> None:
        """Keep `result` under `key`."""
        self.kept.put(KIND, {key: json.dumps(results.plain(result)).encode()})


def default_folder(settings: Settings, paths: Sequence[Path] = ()) -> Path:
    """The folder for a run about `paths`: see `project_folder`; where there is no project, it is
    below the working directory."""
    return project_folder(settings, paths) or Path.cwd() / FOLDER


def project_folder(settings: Settings, paths: Sequence[Path] = ()) -> Path | None:
    """The folder that the environment names, else `.tritonlint_cache` at the root of the project:
    beside the settings file at or above the first of `paths` (or the working directory), else at
    the top of the repository that this is in. None where there is neither."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    start = Path(os.path.abspath(paths[0])) if paths else Path.cwd()
    above = (start, *start.parents)
    # A file of `--config` may lie outside of the project.
    if settings.file is not None and Path(os.path.abspath(settings.file)).parent in above:
        return settings.file.parent / FOLDER
    return next((each / FOLDER for each in above if (each / ".git").exists()), None)


def tool_files() -> list[str]:
    """The files that this tool is made of."""
    folders = (Path(__file__).parents[1], _rules())
    return sorted(str(each) for folder in folders for each in folder.rglob("*.py"))


def _rules() -> Path:
    return Path(next(iter(importlib.import_module("tritonlint.rules").__path__)))


def _plain(settings: Settings) -> dict[str, object]:
    return {name: value for name, value in vars(settings).items() if name != "origins"}

"""The settings of each file of a run: as in a monorepo, those of the nearest settings file, with
the command line's options on top. So a file has the same settings whatever else is checked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.settings.patterns import Matcher, matcher


class Scopes:
    """Where the settings of `run` hold, and which hold elsewhere. Settings that were not read from
    files hold everywhere."""

    def __init__(self, run: Settings) -> None:
        self.run = run
        self._known: dict[str, Settings] = {}
        self._files: dict[str, Path | None] = {}
        self._settings: dict[Path, Settings] = {}
        self._excluded: dict[Path, Matcher] = {}

    def of(self, path: str | Path) -> Settings:
        """The settings for the file at `path`. Raises ConfigError like `config.load`."""
        if self.run.given is None or self.run.everywhere:
            return self.run
        folder = os.path.dirname(path)
        if folder not in self._known:
            self._known[folder] = self._for_folder(os.path.realpath(folder))
        return self._known[folder]

    def _for_folder(self, folder: str) -> Settings:
        """The settings for the files of a folder, by its real path."""
        file = self._nearest(folder)
        if file is None or file == self.run.file:
            return self.run
        if file not in self._settings:
            self._settings[file] = config.load(file, dict(self.run.given or ()))
        return self._settings[file]

    def every(self, paths: Iterable[str | Path]) -> list[Settings]:
        """The settings of the run, then others that hold for some of `paths`, by their files."""
        for path in paths:
            self.of(path)
        return [self.run, *(each for _, each in sorted(self._settings.items()))]

    def excludes(self, path: Path) -> bool:
        """Whether a settings file below the run's own excludes `path`, or a folder above it."""
        settings = self.of(path)
        if settings is self.run:
            return False
        if settings.root not in self._excluded:
            patterns = (*settings.exclude, *settings.extend_exclude)
            self._excluded[settings.root] = matcher(patterns)
        excluded = self._excluded[settings.root]
        real = Path(os.path.realpath(path.parent), path.name)
        below = [each for each in (real, *real.parents) if settings.root in each.parents]
        return any(excluded(os.fspath(each)) for each in below)

    def _nearest(self, folder: str) -> Path | None:
        """`config.find`, with each folder asked once."""
        if folder not in self._files:
            found = config.own_file(Path(folder))
            above = os.path.dirname(folder)
            self._files[folder] = found or (self._nearest(above) if above != folder else None)
        return self._files[folder]

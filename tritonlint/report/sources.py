"""The source texts that a report quotes or counts columns in."""

from __future__ import annotations

from pathlib import Path

from tritonlint import edits
from tritonlint.errors import SourceError
from tritonlint.source import read_source


class Sources:
    """The texts of the files that a report quotes, each read once; None for one that cannot be read
    any more."""

    def __init__(self) -> None:
        self._texts: dict[str, edits.Positions | None] = {}

    def get(self, path: str) -> edits.Positions | None:
        if path not in self._texts:
            try:
                self._texts[path] = edits.Positions(read_source(Path(path)).text)
            except SourceError:
                self._texts[path] = None
        return self._texts[path]

"""The source texts that a report quotes or counts columns in."""

from __future__ import annotations

from pathlib import Path

from tritonlint.edits import edits
from tritonlint.errors import SourceError
from tritonlint.report import Text
from tritonlint.source import SourceFile, display_path, read_source


class Sources:
    """The texts of the files that a report quotes, each read once; None for one that cannot be read
    any more. `text` stands in for the file at its path."""

    def __init__(self, text: Text | None = None) -> None:
        self._given = SourceFile(display_path(text.path), text.data) if text else None
        self._texts: dict[str, edits.Positions | None] = {}

    def get(self, path: str) -> edits.Positions | None:
        if path not in self._texts:
            given = self._given
            try:
                source = given if given and given.path == path else read_source(Path(path))
                self._texts[path] = edits.Positions(source.text)
            except SourceError:
                self._texts[path] = None
        return self._texts[path]

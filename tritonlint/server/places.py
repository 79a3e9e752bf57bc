"""Between the places of tritonlint (lines and columns from 1, in characters) and those of the
protocol (from 0, in units of the encoding that the client speaks, as a rule UTF-16)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls import uris
from pygls.workspace import PositionCodec

from tritonlint.edits.edits import Positions
from tritonlint.errors import SourceError
from tritonlint.findings import Edit
from tritonlint.source import SourceFile, Span, read_source


class Places:
    """Knows the lines of files: of the `open` ones as they are in the editor, of others as on
    disk."""

    def __init__(self, codec: PositionCodec, open_files: Iterable[SourceFile]) -> None:
        self._codec = codec
        self._open: Mapping[str, SourceFile] = {_absolute(each.path): each for each in open_files}
        self._lines: dict[str, Sequence[str]] = {}

    def range(self, span: Span) -> types.Range:
        """The range of a span; a column that the file no longer has is its line's end."""
        lines = self._lines_of(span.path)
        inside = types.Range(
            types.Position(span.line - 1, span.column - 1),
            types.Position(span.end_line - 1, span.end_column - 1),
        )
        return self._codec.range_to_client_units(lines, inside)

    def location(self, span: Span) -> types.Location:
        return types.Location(uri(span.path), self.range(span))

    def position(self, path: str, position: types.Position) -> tuple[int, int]:
        """Line and column, from 1 and in characters, of a position in the file at `path`."""
        # The codec moves what lies beyond the end of a line, in place.
        asked = types.Position(position.line, position.character)
        found = self._codec.position_from_client_units(self._lines_of(path), asked)
        return found.line + 1, found.character + 1

    def edit(self, edit: Edit) -> types.TextEdit:
        """The edit, with line ends as the file has them."""
        newline = Positions("".join(self._lines_of(edit.span.path))).newline
        text = edit.replacement.replace("\r\n", "\n").replace("\n", newline)
        return types.TextEdit(self.range(edit.span), text)

    def _lines_of(self, path: str) -> Sequence[str]:
        key = _absolute(path)
        if key not in self._lines:
            try:
                self._lines[key] = (self._open.get(key) or read_source(Path(key))).lines
            except SourceError:
                self._lines[key] = ()
        return self._lines[key]


def uri(path: str) -> str:
    """The URI of a file."""
    return str(uris.from_fs_path(_absolute(path)))


def _absolute(path: str) -> str:
    return os.path.abspath(path)

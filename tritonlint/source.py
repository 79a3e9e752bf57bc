"""A source file as bytes: its declared encoding, its text and its positions."""

from __future__ import annotations

import ast
import errno
import io
import os
import re
import stat
import string
import sys
import tokenize
import warnings
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import overload

from tritonlint.errors import SourceError
from tritonlint.frozen import dataclass
from tritonlint.syntax import compact

# Python's parser takes 1 to 2 KiB for each name or number, also of a list that a program wrote, and
# so up to 2 GiB for as many as this. They are counted by what stands between them: the most in
# 83,767 files of 140 projects is 381,510.
_MOST_BYTES = 16 << 20
_MOST_SIGNS = 1_500_000
_WIDE = re.compile(r"[^\x00-\x7f]+")
_RUNNING = "Python {}.{}".format(*sys.version_info)
# What an older Python cannot read, by the first one that can, in the line that it stops in.
_NEWER = {
    (3, 11): re.compile(r"\s*except\s*\*"),
    (3, 12): re.compile(r"\s*(?:type\s+\w+[^=]*=|(?:async\s+)?def\s+\w+\[|class\s+\w+\[)"),
    (3, 14): re.compile(r"\s*except\s+[\w.]+,\s*(?:\w+\.)*[A-Z]|.*\b[tT][rR]?[\"']"),
}
_IN_STRING = re.compile(r"f-string(?!: invalid)")
_WORDS = (string.ascii_letters + string.digits + "_ \t\r\f\"'#").encode()


@dataclass(frozen=True, order=True)
class Span:
    """A place in a file. `path` is relative to the working directory where possible; lines and
    columns count from 1, columns in characters, and the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class SourceFile:
    """A file's path and bytes. `path` is what messages show: relative to the working directory
    where possible."""

    path: str
    data: bytes

    def __getstate__(self) -> dict[str, object]:
        """The rest is worked out again in another process."""
        return {"path": self.path, "data": self.data}

    def forget(self) -> None:
        """Keep the bytes only: the rest is worked out again where it is asked for."""
        kept = self.__getstate__()
        vars(self).clear()
        vars(self).update(kept)

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is ASCII and names no codec, and so decodes."""
        if not self.data.isascii():
            return False
        return not any(b"coding" in line for line in self.data.split(b"\n", 2)[:2])

    @cached_property
    def encoding(self) -> str:
        """The codec by the byte order mark or the coding line, else utf-8. Raises SourceError for
        an unknown one."""
        if self.is_plain:
            return "utf-8"
        try:
            return tokenize.detect_encoding(io.BytesIO(self.data).readline)[0]
        except SyntaxError as error:
            raise SourceError(self.path, f"cannot be decoded: {error}") from error

    @property
    def text(self) -> str:
        """The decoded text with its newlines as they are. Raises SourceError when the bytes do not
        decode."""
        # To decode ASCII is to copy it: it is not kept beside its bytes.
        return self.data.decode("ascii") if self.is_plain else self._decoded

    @cached_property
    def _decoded(self) -> str:
        try:
            return self.data.decode(self.encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise SourceError(
                self.path, f"cannot be decoded as {self.encoding}: {error}"
            ) from error

    @cached_property
    def lines(self) -> Lines:
        """The lines with their ends. Only `\\n`, `\\r\\n` and `\\r` end a line, as in Python's own
        grammar."""
        return Lines(self.data if self.is_plain else self._decoded)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises SourceError with the line for a file that Python cannot parse,
        and for one that would take gigabytes."""
        size = self._too_large()
        if size:
            raise SourceError(self.path, f"is too large to be parsed: {size}; exclude it")
        if self.path.endswith(".ipynb"):  # reads as Python too: a dictionary
            raise SourceError(self.path, "is a notebook; save its cells as a Python file")
        text = self.text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except SyntaxError as error:
            raise SourceError(self.path, _not_parsed(error)) from error
        except (ValueError, RecursionError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            raise SourceError(self.path, f"cannot be parsed by {_RUNNING}: {reason}") from error
        return compact(tree)

    def _too_large(self) -> str:
        """The size, where the parser would take gigabytes, else nothing."""
        if len(self.data) > _MOST_BYTES:
            return f"{len(self.data) >> 20} MiB"
        if len(self.data) <= _MOST_SIGNS:
            return ""
        signs = len(self.data.translate(None, _WORDS))
        return f"{signs:,} commas, brackets, line ends and the like" if signs > _MOST_SIGNS else ""

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> Span:
        """Where `node` of this file's tree stands."""
        last, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(
            self.path,
            node.lineno,
            self._column(node.lineno, node.col_offset),
            last,
            self._column(last, end),
        )

    def lines_of(self, node: ast.stmt) -> str:
        """The lines that a statement of this file's tree stands in."""
        return self.lines.between(node.lineno - 1, node.end_lineno or node.lineno)

    @cached_property
    def _ascii(self) -> bool:
        return self.data.isascii()

    def snippet(self, span: Span) -> str:
        """The text that `span` covers."""
        lines = self.lines[span.line - 1 : span.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "".join(lines)

    def _column(self, line: int, offset: int) -> int:
        """The column of a byte offset, in characters from 1 (`ast` counts bytes of UTF-8)."""
        if self._ascii or line - 1 not in self.lines.wide:
            return offset + 1
        return len(self.lines[line - 1].encode()[:offset].decode(errors="replace")) + 1


class Lines(Sequence[str]):
    """The lines of a text, or of bytes that are ASCII, which are cut out when they are asked for: a
    string for each takes more room than the text."""

    def __init__(self, text: str | bytes) -> None:
        whole = text if isinstance(text, str) else text.decode("ascii")
        lengths = map(len, io.StringIO(whole, newline="").readlines())
        self._text = text
        self._begins = array("I", accumulate(lengths, initial=0))

    def __len__(self) -> int:
        return len(self._begins) - 1

    @cached_property
    def wide(self) -> frozenset[int]:
        """The lines, from 0, that are not ASCII."""
        text = self._text if isinstance(self._text, str) else ""
        places = (each.start() for each in _WIDE.finditer(text))
        return frozenset(bisect_right(self._begins, each) - 1 for each in places)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if index < 0:
            index = range(len(self))[index]
        return self.between(index, index + 1)

    def between(self, first: int, last: int) -> str:
        """The text from one line to another, which count from 0 here; without the other one. Raises
        IndexError where one of them is not there, and is no end of the last."""
        text = self._text[self._begins[first] : self._begins[last]]
        return text if isinstance(text, str) else text.decode("ascii")


def _not_parsed(error: SyntaxError) -> str:
    """Why the Python that runs here cannot parse a file, and whether a newer one may."""
    line = f" (line {error.lineno})" if error.lineno else ""
    newer = next((each for each in _NEWER if _may_be_of(each, error)), None)
    hint = ""
    if newer is not None:
        first = "Python {}.{}".format(*newer)
        hint = f"; if it is written for {first} or newer, run tritonlint with that"
    return f"cannot be parsed by {_RUNNING}: {error.msg}{line}{hint}"


def _may_be_of(version: tuple[int, int], error: SyntaxError) -> bool:
    """Whether what this Python stops at is syntax since that `version`."""
    # Any expression may stand in an f-string since 3.12.
    in_string = version == (3, 12) and _IN_STRING.match(error.msg) is not None
    new = in_string or _NEWER[version].match(error.text or "") is not None
    return sys.version_info < version and new


def display_path(path: Path) -> str:
    """`path` as messages show it: relative to the working directory when below it, with forward
    slashes."""
    absolute = os.path.abspath(path)
    relative = os.path.relpath(absolute)
    return (absolute if relative.startswith("..") else relative).replace(os.sep, "/")


def read_bytes(path: str | Path) -> bytes:
    """The content of a file. Raises OSError when it cannot be read, and for what is not a regular
    file: a pipe would be waited for, perhaps forever."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return file.read()


def read_source(path: Path) -> SourceFile:
    """The file at `path`. Raises SourceError with the operating system's reason when it cannot be
    read."""
    shown = display_path(path)
    try:
        return SourceFile(shown, read_bytes(path))
    except OSError as error:
        raise SourceError(shown, f"cannot be read: {error.strerror or error}") from error

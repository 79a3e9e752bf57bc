"""The lines of a source file are cut out of its bytes or its text: they are those that reading line
by line gives, whatever ends them."""

from __future__ import annotations

import ast
import io

import pytest

from tritonlint.errors import SourceError
from tritonlint.source import SourceFile

TEXTS = {
    "empty": "",
    "one line without its end": "x = 1",
    "unix": "x = 1\n\ny = 2\n",
    "windows": "x = 1\r\ny = '''a\r\nb'''\r\n",
    "old mac": "x = 1\ry = 2\r",
    "mixed": "x = 1\ny = 2\r\nz = 3\rend = 4",
    "form feed and other breaks of str.splitlines": "x = 1\n\fy = '\x1c\x0b'\n",
    "not ASCII": "# ü\nx = 'é\u2028ß'\n\ny = 2\n",
    "coding line": "# -*- coding: latin-1 -*-\nx = 'é'\n",
    "byte order mark": "\ufeffx = 1\ny = 2\n",
}


def _source(text: str) -> SourceFile:
    return SourceFile("user.py", text.encode("latin-1" if "latin-1" in text else "utf-8"))


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_lines(text: str) -> None:
    source = _source(text)
    wanted = io.StringIO(source.text, newline="").readlines()
    assert list(source.lines) == wanted == [source.lines[each] for each in range(len(source.lines))]
    assert source.lines[1:3] == wanted[1:3] and source.lines[5:] == wanted[5:]
    assert source.lines[:-1] == wanted[:-1] and source.lines[-1:] == wanted[-1:]
    assert source.text == text.removeprefix("\ufeff")
    for node in ast.iter_child_nodes(source.tree):
        assert source.lines_of(node) == "".join(wanted[node.lineno - 1 : node.end_lineno])  # type: ignore[attr-defined, arg-type]


def test_a_line_that_is_not_there() -> None:
    lines = _source("x = 1\n").lines
    assert lines[-1] == "x = 1\n"
    for index in (1, -2):
        with pytest.raises(IndexError):
            lines[index]


def test_bytes_that_do_not_decode() -> None:
    source = SourceFile("user.py", b"x = '\xff'\n")
    with pytest.raises(SourceError, match="cannot be decoded"):
        _ = source.lines

"""The lines of a source file are cut out of its bytes or its text: they are those that reading line
by line gives, whatever ends them."""

from __future__ import annotations

import ast
import io
import sys

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


# Syntax by the first Python that reads it; and what none does.
NEWER = {
    (3, 11): ("try:\n    pass\nexcept* ValueError:\n    pass",),
    (3, 12): (
        "type X = int",
        "type Pair[T] = tuple[T, T]",
        "def first[T](xs: list[T]) -> T: ...",
        "async def first[T](xs: list[T]) -> T: ...",
        "class Box[T]:\n    pass",
        'x = f"{names["a"]}"',
        "x = f'{f'{name}'}'",
        "x = f'{\"\\n\".join(lines)}'",
        'x = f"""{\n    x  # why\n}"""',
    ),
    (3, 14): (
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass",
        'x = t"{name}"',
    ),
}
NEVER = (
    "type X int",
    "def f(:",
    "print 'a'",
    "x = f'{a b}'",
    "typed X = int",
    "x = names[",
    *(["try:\n    pass\nexcept ValueError, error:\n    pass"] if sys.version_info < (3, 14) else []),
)


@pytest.mark.parametrize(
    ("version", "text"), [(version, text) for version in NEWER for text in NEWER[version]]
)
def test_syntax_of_a_newer_python(version: tuple[int, int], text: str) -> None:
    if sys.version_info >= version:
        assert _source(text).tree
        return
    with pytest.raises(SourceError) as raised:
        _ = _source(text).tree
    said = "cannot be parsed by Python {}.{}: ".format(*sys.version_info)
    hint = "; if it is written for Python {}.{} or newer, run tritonlint with that".format(*version)
    assert said in str(raised.value) and str(raised.value).endswith(hint)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", NEVER)
def test_syntax_of_no_python(text: str) -> None:
    with pytest.raises(SourceError) as raised:
        _ = _source(text).tree
    assert "cannot be parsed by Python 3." in str(raised.value)
    assert "newer" not in str(raised.value)

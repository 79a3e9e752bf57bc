"""Edits: what a text becomes, and which edits exclude each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tritonlint.edits.edits import Positions, apply, conflict
from tritonlint.findings import Edit, Span


def _edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit(Span("a.py", line, column, end_line, end_column), text)


def test_edits_are_made_together_whatever_their_order() -> None:
    view = _edit(2, 9, 2, 9, ".view(dtype)")
    imported = _edit(1, 1, 1, 1, "import x\n")
    expected = "import x\na = 1\nb = a[0].view(dtype)\n"
    assert apply("a = 1\nb = a[0]\n", [view, imported]) == expected
    assert apply("a = 1\nb = a[0]\n", [imported, view, view]) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_the_lines_of_the_file_do(newline: str) -> None:
    text = newline.join(["a = 1", "b = 2"])
    assert apply(text, [_edit(2, 1, 2, 1, "c = 3\n")]) == newline.join(["a = 1", "c = 3", "b = 2"])


def test_columns_count_characters_and_only_newlines_end_a_line() -> None:
    text = "s = '\N{GREEK SMALL LETTER MU}\x0c\u2028'; x = y\n"
    column = text.index("y") + 1
    assert apply(text, [_edit(1, column, 1, column + 1, "z")]) == text.replace("y", "z")


def test_the_end_of_the_file_is_a_place() -> None:
    assert apply("a", [_edit(1, 2, 1, 2, "b")]) == "ab"
    assert apply("a\n", [_edit(2, 1, 2, 1, "b")]) == "a\nb"
    assert apply("", [_edit(1, 1, 1, 1, "b")]) == "b"


@pytest.mark.parametrize("place", [(1, 4, 1, 4), (3, 1, 3, 1), (0, 1, 0, 1), (1, 2, 1, 1)])
def test_an_edit_outside_the_text_is_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="outside|before it begins"):
        apply("a\n", [_edit(*place, "x")])


def test_conflicts() -> None:
    replaced = _edit(1, 5, 1, 9, "x")
    assert conflict(replaced, _edit(1, 8, 1, 12, "y"))
    assert conflict(replaced, _edit(1, 6, 1, 6, "y"))
    assert conflict(replaced, _edit(1, 5, 1, 9, "y"))
    assert conflict(_edit(1, 5, 1, 5, "x"), _edit(1, 5, 1, 5, "y"))
    assert not conflict(replaced, replaced)
    assert not conflict(replaced, _edit(1, 9, 1, 9, "y"))
    assert not conflict(replaced, Edit(Span("b.py", 1, 5, 1, 9), "y"))


@given(st.text("ab\n\r", max_size=30), st.data())
def test_an_offset_is_where_the_lines_say(text: str, data: st.DataObject) -> None:
    positions = Positions(text)
    assert "".join(positions.lines) == text
    offset = data.draw(st.integers(0, len(text)))
    line, rest = 1, offset
    while line <= len(positions.lines) and rest >= len(positions.lines[line - 1]):
        rest -= len(positions.lines[line - 1])
        line += 1
    assert positions.offset(line, rest + 1) == offset

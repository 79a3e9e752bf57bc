"""Outlines as data that JSON can hold: made into objects again only where one is asked for."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from tritonlint.facts.index.outlines import Function, Outline

# Stands for all files that cannot matter.
_NOTHING = Outline()


class KeptOutline:
    """The outline of one file: in `lines` the headers of its functions, in `byte_entry` the line of
    that, and all else in `body`, which is empty for a file that cannot matter. So the same body
    says that nothing about the file changed but where its functions are."""

    def __init__(
        self, triton: bool, lines: Sequence[int], byte_entry: int, body: str, outline: Any = None
    ) -> None:
        self.triton = triton
        self.lines = lines
        self.byte_entry = byte_entry
        self.body = body
        if outline is not None:
            self.outline = outline

    @staticmethod
    def of(outline: Outline) -> KeptOutline:
        """What keeps an outline."""
        if not outline.gated:
            return KeptOutline(False, (), 0, "", _NOTHING)
        lines = [each.line for each in outline.functions]
        body = json.dumps(_plain(outline), separators=(",", ":"))
        return KeptOutline(outline.triton, lines, outline.byte_entry, body, outline)

    @staticmethod
    def read(triton: object, lines: object, byte_entry: object, body: object) -> KeptOutline:
        """What was kept with these parts. Raises TypeError for others."""
        if isinstance(lines, list) and isinstance(byte_entry, int) and isinstance(body, str):
            return KeptOutline(bool(triton), lines, byte_entry, body)
        raise TypeError

    @property
    def gated(self) -> bool:
        """Whether the file can matter."""
        return bool(self.body)

    @cached_property
    def outline(self) -> Outline:
        """The outline. Raises ValueError, TypeError or LookupError for what `of` did not make."""
        if not self.body:
            return _NOTHING
        functions, kernels, bases, telling, aliases, imports, operators = json.loads(self.body)
        return Outline(
            True,
            self.triton,
            tuple(map(_function, self.lines, functions)),
            frozenset(kernels),
            tuple((own, base) for own, base in bases),
            frozenset(telling),
            tuple((other, name) for other, name in aliases),
            tuple(map(sys.intern, imports.splitlines())),
            frozenset(operators),
            self.byte_entry,
        )

    def keeps(self, outline: Outline | KeptOutline) -> bool:
        """Whether this keeps just that object."""
        return outline is self or outline is self.__dict__.get("outline")

    @cached_property
    def digest(self) -> bytes:
        """What tells whether two files say the same, but for the lines."""
        return hashlib.sha256(f"{self.triton}{self.body}".encode()).digest()[:16]


def _plain(outline: Outline) -> Sequence[Any]:
    functions = [
        (
            each.name,
            each.owner,
            each.launches,
            each.speaks,
            each.byte,
            each.narrows,
            " ".join(each.calls),
            " ".join(each.attributes),
        )
        for each in outline.functions
    ]
    return (
        functions,
        sorted(outline.kernels),
        outline.bases,
        sorted(outline.telling),
        outline.aliases,
        "\n".join(outline.imports),
        sorted(outline.operators),
    )


def _function(line: int, data: Sequence[Any]) -> Function:
    name, owner, launches, speaks, byte, narrows, calls, attributes = data
    own = (_names(calls), _names(attributes))
    return Function(line, name, owner, launches, speaks, byte, narrows, *own)


def _names(text: str) -> tuple[str, ...]:
    """Names between spaces, each of which many files share."""
    return tuple(map(sys.intern, text.split()))

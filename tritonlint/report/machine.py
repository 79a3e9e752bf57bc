"""JSON for programs: in ASCII, and without what a strict decoder refuses."""

from __future__ import annotations

import json

from tritonlint.report.printable import plain


def as_json(document: object, indent: int | None = None) -> str:
    """`document` as JSON in ASCII: whatever the encoding of the stream, it can be parsed."""
    return json.dumps(_plain(document), indent=indent)


def _plain(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case dict():
            return {plain(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value

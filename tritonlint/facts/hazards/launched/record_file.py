"""The file that keeps what was seen at run time: a line of JSON that says what it is, then one for
each kind of launch or copy. Paths are relative to the working directory where possible."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from tritonlint.dtypes import BY_NAME
from tritonlint.errors import UsageError
from tritonlint.facts.hazards.launched.seen import (
    Clash,
    Code,
    Given,
    Seen,
    SeenCopy,
    SeenLaunch,
    Sign,
)
from tritonlint.facts.hazards.raw_bytes.evidence import STRENGTHS
from tritonlint.frozen import replace
from tritonlint.source import Span, read_bytes

MARK = "tritonlint-launches"
VERSION = 1
HEADER = json.dumps({MARK: VERSION}) + "\n"
_MOST_TESTS = 20
T = TypeVar("T")


def line(seen: Seen) -> str:
    """One line of the file."""
    key = "copy" if isinstance(seen, SeenCopy) else "launch"
    return json.dumps({key: _bare(asdict(seen))}, ensure_ascii=True) + "\n"


def dump(seen: Iterable[Seen]) -> str:
    """The text of the whole file."""
    return HEADER + "".join(map(line, merged(seen)))


def read(path: Path) -> list[Seen]:
    """What a file holds. Raises UsageError for one that cannot be read or is no such file."""
    try:
        data = read_bytes(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    return load(data, str(path))


def load(data: bytes, name: str) -> list[Seen]:
    """What the text of a file holds. Raises UsageError as `read` does."""
    try:
        lines = data.decode().splitlines()
        header = json.loads(lines[0]) if lines else None
    except ValueError:
        header = None
    if not isinstance(header, dict) or MARK not in header:
        raise UsageError(f"{name}: is no record of launches; `tritonlint record` writes one")
    if header[MARK] != VERSION:
        version = header[MARK]
        raise UsageError(f"{name}: is a record of version {version}, and {VERSION} is understood")
    found: list[Seen] = []
    for number, text in enumerate(lines[1:], 2):
        try:
            if text.strip():
                found.append(_seen(json.loads(text)))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{name}: line {number} is no record of a launch: {error}") from error
    return merged(found)


def merged(seen: Iterable[Seen]) -> list[Seen]:
    """Each kind once, with all that was seen of it, in the order of the code."""
    known: dict[object, Seen] = {}
    for each in seen:
        key = _key(each)
        known[key] = _joined(known[key], each) if key in known else each
    return sorted(known.values(), key=lambda each: (each.span, repr(_key(each))))


def _key(seen: Seen) -> object:
    if isinstance(seen, SeenCopy):
        return (seen.function, seen.span, seen.encoded, seen.byte, seen.to_bytes)
    return (seen.function, seen.span, seen.kernel, repr(seen.arguments))


def _joined(one: Seen, other: Seen) -> Seen:
    tests = tuple(dict.fromkeys((*one.tests, *other.tests)))[:_MOST_TESTS]
    both = replace(one, tests=tests, count=one.count + other.count)
    if isinstance(both, SeenLaunch) and isinstance(other, SeenLaunch):
        signs = {(s.parameter, s.message): s for s in (*other.signs, *both.signs)}
        clashes = tuple(dict.fromkeys((*both.clashes, *other.clashes)))
        return replace(both, signs=tuple(signs.values()), clashes=clashes)
    return both


def _bare(value: Any) -> Any:
    """The value without what is empty, so that lines are short."""
    if isinstance(value, dict):
        kept = {k: _bare(v) for k, v in value.items() if v not in ("", (), False, None)}
        return kept | ({"constant": value["constant"]} if value.get("kind") == "constant" else {})
    if isinstance(value, (list, tuple)):
        return [_bare(each) for each in value]
    return value


def _seen(data: Mapping[str, Any]) -> Seen:
    if "copy" in data:
        copy = data["copy"]
        _types(copy["encoded"], copy["byte"])
        return SeenCopy(
            _code(copy["function"]),
            Span(**copy["span"]),
            copy["encoded"],
            copy["byte"],
            bool(copy.get("to_bytes", False)),
            _names(copy.get("tests", ())),
            int(copy.get("count", 1)),
        )
    launch = data["launch"]
    return SeenLaunch(
        _code(launch["function"]),
        Span(**launch["span"]),
        _code(launch["kernel"]),
        tuple((str(name), _given(given)) for name, given in launch["arguments"]),
        tuple(map(_sign, launch.get("signs", ()))),
        tuple(map(_clash, launch.get("clashes", ()))),
        _names(launch.get("tests", ())),
        int(launch.get("count", 1)),
    )


def _code(data: Mapping[str, Any]) -> Code:
    return Code(str(data["path"]), str(data.get("name", "")), int(data["line"]), data["digest"])


def _given(data: Mapping[str, Any]) -> Given:
    kind, constant = data["kind"], data.get("constant")
    if kind not in ("tensor", "dtype", "constant", "open"):
        raise ValueError(f"{kind!r} is no kind of argument")
    if not isinstance(constant, (bool, int, float, str, type(None))):
        raise ValueError(f"{constant!r} is no constant")
    return Given(kind, str(data.get("type", "")), constant)


def _sign(data: Mapping[str, Any]) -> Sign:
    if data["strength"] not in STRENGTHS:
        raise ValueError(f"{data['strength']!r} is no strength")
    return Sign(
        str(data["parameter"]),
        str(data["message"]),
        Span(**data["span"]),
        data["strength"],
        _names(data.get("types", ())),
        bool(data.get("apart", False)),
    )


def _clash(data: Mapping[str, Any]) -> Clash:
    _types(data["read"], data["written"])
    return Clash(
        str(data["parameter"]),
        data["read"],
        data["written"],
        str(data.get("writer", "")),
        Span(**data["span"]),
    )


def _types(*names: str) -> None:
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"{name!r} is no element type")


def _names(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(str, values))

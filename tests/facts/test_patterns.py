"""What `match` asks of its subject, `isinstance` of an object, and what `or` picks: they decide
which arm views, as an `if` with the same test does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"

FORMAT = """
from dataclasses import dataclass


@dataclass
class Format:
    bits: int
    fp: bool = False


@dataclass
class Packed(Format):
    group: int = 32


"""
# A match that views for one form, and a caller that asks for another.
CASES = """
def typed(raw, fmt):
    match fmt:
        case %s:
            return raw.view(torch.float8_e4m3fn)
        case %s:
            return raw
        case other:
            raise ValueError(other)


def encode(x):
    raw = torch.empty(64, dtype=torch.uint8)
    quantize[(1,)](x, typed(raw, %s), 64)%s
    return raw
"""
TESTED = """
def typed(raw, fmt):
    if %s:
        return raw.view(torch.float8_e4m3fn)
    return raw


def encode(x):
    raw = torch.empty(64, dtype=torch.uint8)
    quantize[(1,)](x, typed(raw, %s), 64)%s
    return raw
"""
PICKED = """
class Settings:
    def __init__(self, stored=torch.uint8, viewed=torch.float8_e4m3fn):
        self.stored = stored
        self.viewed = viewed


def encode(x, out):
    settings = Settings(%s)
    raw = torch.empty(64, dtype=torch.uint8)
    quantize[(1,)](x, raw.view(%s), 64)%s
    out.copy_(raw)
"""


def case(views: str, passes: str, given: str, end: str = HIT) -> str:
    return FORMAT + CASES % (views, passes, given, end)


def by_test(test: str, given: str, end: str = HIT) -> str:
    return FORMAT + TESTED % (test, given, end)


FORMS = {
    "fields by name": case("Format(bits=8, fp=True)", "Format(bits=8)", "Format(8)"),
    "correct: fields by name": case(
        "Format(bits=8, fp=True)", "Format(bits=8)", "Format(8, fp=True)", ""
    ),
    "fields by position": case("Format(8, True)", "Format(8)", "Format(8, False)"),
    "correct: fields by position": case("Format(8, True)", "Format(8)", "Format(8, True)", ""),
    "an heir": case("Packed()", "Format()", "Format(8)"),
    "correct: an heir": case("Packed()", "Format()", "Packed(8)", ""),
    "correct: the heir of one that is asked for": case("Format(fp=True)", "Format()", "Packed(8, True)", ""),
    "a captured field": case("Format(bits=8, fp=fp) if fp", "Format()", "Format(8)"),
    "correct: a captured field": case("Format(bits=8, fp=fp) if fp", "Format()", "Format(8, True)", ""),
    "a tuple": case("(8, True)", "(8, _)", "(8, False)"),
    "correct: a tuple": case("(8, True)", "(8, _)", "(8, True)", ""),
    "one of several": case("(8 | 16, True)", "[_, False]", "(16, False)"),
    "a mapping": case('{"bits": 8, "kind": "fp"}', '{"bits": 8}', '{"bits": 8, "kind": "int"}'),
    "correct: a mapping": case(
        '{"bits": 8, "kind": "fp"}', '{"bits": 8}', '{"bits": 8, "kind": "fp"}', ""
    ),
    "a string among others": case('"fp8" | "e4m3"', '"int8" | "uint8"', '"int8"'),
    "correct: a string among others": case('"fp8" | "e4m3"', "str()", '"e4m3"', ""),
    "isinstance of an object": by_test("isinstance(fmt, Packed)", "Format(8)"),
    "correct: isinstance of an object": by_test("isinstance(fmt, Format)", "Packed(8)", ""),
    "correct: isinstance and a field": by_test(
        "isinstance(fmt, Format) and fmt.bits == 8 and fmt.fp", "Format(8, fp=True)", ""
    ),
    "correct: of several classes": by_test("isinstance(fmt, (str, Format))", "Format(8)", ""),
    "correct: a string": by_test("isinstance(fmt, str)", '"fp8"', ""),
    "a number": by_test("isinstance(fmt, str)", "8"),
    "nothing, or another type": PICKED % ("viewed=None", "settings.viewed or settings.stored", HIT),
    "correct: a type, or another": PICKED % ("", "settings.viewed or settings.stored", ""),
    "a type, and another": PICKED % ("", "settings.viewed and settings.stored", HIT),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=list(FORMS))
def test_arms_by_form(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

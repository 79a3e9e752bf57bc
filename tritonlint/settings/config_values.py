"""What each setting accepts: a parser, which returns the value or raises ValueError with what is
allowed, and the same as a JSON schema."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from tritonlint.findings import CONFIDENCES
from tritonlint.frozen import dataclass

_TARGET = re.compile(r"cuda:\d+|hip:gfx[0-9a-f]+")
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def boolean(value: object) -> bool:
    """`value` if it is true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r}")
    return value


def strings(value: object) -> tuple[str, ...]:
    """A list of non-empty strings as a tuple."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"expected a list of strings, got {value!r}")
    for each in value:
        if not isinstance(each, str) or not each.strip():
            raise ValueError(f"expected a list of non-empty strings, got {each!r} in it")
    return tuple(each.strip() for each in value)


def confidence(value: object) -> str:
    """One of the three confidences."""
    if value in CONFIDENCES:
        return str(value)
    near = difflib.get_close_matches(str(value), CONFIDENCES, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    raise ValueError(f"expected one of {', '.join(CONFIDENCES)}, got {value!r}{hint}")


def expression(value: object) -> str:
    """Python source of one expression, such as `current_platform.fp8_dtype()`."""
    if not isinstance(value, str):
        raise ValueError(f"expected a Python expression as a string, got {value!r}")
    try:
        ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"expected a Python expression, got {value!r}") from error
    return value.strip()


def import_statement(value: object) -> str:
    """Python source of one import statement, such as `from vendor.platforms import
    current_platform`."""
    if isinstance(value, str):
        try:
            match ast.parse(value.strip()).body:
                case [ast.Import() | ast.ImportFrom()]:
                    return value.strip()
        except (SyntaxError, ValueError):
            pass
    raise ValueError(f"expected one import statement, got {value!r}")


def path(value: object) -> str:
    """The path of a file."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected the path of a file, got {value!r}")
    return value


def targets(value: object) -> tuple[str, ...]:
    """Compile targets, such as `cuda:90` and `hip:gfx942`."""
    for each in strings(value):
        if not _TARGET.fullmatch(each):
            raise ValueError(f"expected targets such as cuda:90 or hip:gfx942, got {each!r}")
    return strings(value)


def modules(value: object) -> tuple[str, ...]:
    """Dotted names of modules, such as `tools.lint_rules`."""
    for each in strings(value):
        if not _MODULE.fullmatch(each):
            raise ValueError(f"expected names of modules such as tools.rules, got {each!r}")
    return strings(value)


def codes_by_pattern(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table from patterns for files to lists of rules, as pairs."""
    if not isinstance(value, (Mapping, tuple)):
        raise ValueError(f"expected a table of patterns and lists of rules, got {value!r}")
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((strings([pattern])[0], strings(codes)) for pattern, codes in pairs)


def requirement(value: object) -> str:
    """A version, or conditions on it, as packages state them: `>=0.2`, `~=0.2.1`, `0.2.1`."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a condition on the version such as '>=0.2', got {value!r}")
    exact = value.strip() if not value.strip()[0].isdigit() else f"=={value.strip()}"
    try:
        return str(SpecifierSet(exact))
    except InvalidSpecifier as error:
        raise ValueError(
            f"expected a condition on the version such as '>=0.2', got {value!r}"
        ) from error


_LIST: dict[str, Any] = {"type": "array", "items": {"type": "string", "pattern": r"\S"}}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_FLAG: dict[str, Any] = {"type": "boolean"}


@dataclass(frozen=True)
class Key:
    """One setting: what it does, its parser, and its JSON schema."""

    text: str
    parse: Callable[[object], object]
    schema: Mapping[str, Any]


def _items(pattern: re.Pattern[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "pattern": f"^({pattern.pattern})$"}}


SETTINGS: Mapping[str, Key] = {
    "select": Key("Rules to run, by code, prefix or name.", strings, _LIST),
    "extend-select": Key("Rules to run beside those of `select`.", strings, _LIST),
    "ignore": Key("Rules not to run.", strings, _LIST),
    "per-file-ignores": Key(
        "Rules not to run in the files that a pattern names.",
        codes_by_pattern,
        {"type": "object", "additionalProperties": _LIST},
    ),
    "preview": Key("Run preview rules too.", boolean, _FLAG),
    "confidence": Key(
        "The lowest confidence that is shown.", confidence, {"enum": list(CONFIDENCES)}
    ),
    "exclude": Key("Files and folders to leave out.", strings, _LIST),
    "extend-exclude": Key("Files and folders to leave out beside `exclude`.", strings, _LIST),
    "force-exclude": Key("Exclusions hold for files named on the command line.", boolean, _FLAG),
    "respect-gitignore": Key("Leave out what `.gitignore` files name.", boolean, _FLAG),
    "fp8-dtype": Key("The expression by which a fix names the fp8 dtype.", expression, _TEXT),
    "fp8-import": Key("The import that `fp8-dtype` needs.", import_statement, _TEXT),
    "targets": Key("What the compile oracle compiles for.", targets, _items(_TARGET)),
    "baseline": Key("The file of known findings, which do not count.", path, _TEXT),
    "launches": Key("A record of what launches passed at run time, as evidence.", path, _TEXT),
    "rule-modules": Key("Modules with rules of your own.", modules, _items(_MODULE)),
    "required-version": Key("The versions of tritonlint that will do.", requirement, _TEXT),
}


def schema(defaults: Mapping[str, object]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `tritonlint.toml` and of `[tool.tritonlint]`; `defaults` are the
    values of the keys that have one."""
    extend = {**_TEXT, "description": "A file of settings to start from."}
    properties = {
        key: {
            "description": each.text,
            **each.schema,
            **({} if defaults.get(key) is None else {"default": plain(key, defaults[key])}),
        }
        for key, each in SETTINGS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of tritonlint",
        "type": "object",
        "properties": {**properties, "extend": extend},
        "additionalProperties": False,
    }


def plain(key: str, value: object) -> object:
    """The value of a setting as JSON and TOML have it: lists for tuples, a table for pairs."""
    if not isinstance(value, tuple):
        return value
    if key == "per-file-ignores":
        return {pattern: list(codes) for pattern, codes in value}
    return list(value)

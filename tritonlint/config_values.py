"""What each setting accepts: one parser per key, which returns the value or raises ValueError with
what is allowed."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Mapping

from tritonlint.findings import CONFIDENCES

_TARGET = re.compile(r"cuda:\d+|hip:gfx[0-9a-f]+")


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


PARSERS: Mapping[str, Callable[[object], object]] = {
    "select": strings,
    "extend-select": strings,
    "ignore": strings,
    "preview": boolean,
    "confidence": confidence,
    "exclude": strings,
    "extend-exclude": strings,
    "force-exclude": boolean,
    "fp8-dtype": expression,
    "fp8-import": import_statement,
    "targets": targets,
    "baseline": path,
}

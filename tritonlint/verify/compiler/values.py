"""The values of constants that kernels read, as plain data: what one process found by running them
can be told another, which need not believe that they are what they should be, and runs nothing."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from tritonlint.verify.compiler import language

# By place (`place_of`), in the form that `encoded` gives.
Values = Mapping[str, Any]


class _Strange(Exception):
    """A value that is no plain data."""


def place_of(value: ast.expr, file: str) -> str:
    """What tells an expression of a project from all others."""
    end = f"{value.end_lineno}:{value.end_col_offset}"
    return f"{file}:{value.lineno}:{value.col_offset}-{end}"


def encoded(value: object) -> list[Any] | None:
    """A value as JSON has it; None where it is none that a kernel can be told."""
    try:
        return [_encoded(value)]
    except (_Strange, RecursionError):
        return None


def decoded(said: Any) -> tuple[bool, Any]:
    """Whether `said` is what `encoded` gives, and the value."""
    try:
        if isinstance(said, list) and len(said) == 1:
            return True, _decoded(said[0])
        return False, None
    except (_Strange, TypeError, ValueError, AssertionError, RecursionError):
        return False, None


def _encoded(value: object) -> Any:
    core = importlib.import_module("triton.language.core")
    runtime = importlib.import_module("triton.runtime")
    match value:
        case None | bool() | int() | float() | str():
            return _plain(value)
        case list() | tuple():
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [_encoded(each) for each in value]}
        case dict():
            return {"dict": [[_encoded(key), _encoded(each)] for key, each in value.items()]}
        case runtime.Config():
            return {"config": _encoded(dict(value.kwargs))}
        case core.constexpr():
            return {"constexpr": _encoded(value.value)}
        case core.dtype() if not isinstance(value, (core.pointer_type, core.block_type)):
            return {"dtype": value.name}
    return {"triton": _qualified(value)}


_PLAIN = (type(None), bool, int, float, str)


def _plain(value: object) -> Any:
    """The value without what a class of its own, as of an enumeration, makes of it."""
    match value:
        case None | bool():
            return value
        case int():
            return int.__int__(value)
        case float():
            return float.__float__(value)
        case str():
            return str.__str__(value)
    raise _Strange


def _qualified(value: object) -> str:
    """The name of a part of Triton's language."""
    if isinstance(value, ModuleType):
        name = value.__name__
    else:
        name = f"{getattr(value, '__module__', '')}.{getattr(value, '__name__', '')}"
    if not isinstance(name, str) or not language.member(name)[0]:
        raise _Strange
    return name


def _decoded(said: Any) -> Any:
    if not isinstance(said, dict):
        if type(said) not in _PLAIN:
            raise _Strange
        return said
    ((kind, inside),) = said.items()
    match kind:
        case "list":
            return [_decoded(each) for each in inside]
        case "tuple":
            return tuple(_decoded(each) for each in inside)
        case "dict":
            return {_decoded(key): _decoded(each) for key, each in inside}
        case "config":
            return SimpleNamespace(kwargs=_decoded(inside))
        case "constexpr":
            return importlib.import_module("triton.language").constexpr(_decoded(inside))
        case "dtype":
            return importlib.import_module("triton.language").dtype(_named(inside))
        case "triton":
            known, value = language.member(_named(inside))
            if known:
                return value
    raise _Strange


def _named(said: Any) -> str:
    if not isinstance(said, str):
        raise _Strange
    return said

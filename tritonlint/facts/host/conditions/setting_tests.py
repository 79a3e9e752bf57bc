"""Tests in launching code that ask for the setting of a cache's dtype: by the names of flags and
predicates, and by strings that it is compared with."""

from __future__ import annotations

import ast
import re
from functools import cache

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.conditions.outcomes import combine
from tritonlint.facts.host.values import symbols
from tritonlint.facts.host.values.choices import only_tensor
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.values import (
    Condition,
    Const,
    DType,
    Instance,
    Method,
    Sequence,
    Tensor,
    Value,
    constant,
)
from tritonlint.frozen import replace
from tritonlint.source import Span

_QUANTIZED_NAME = re.compile(r"(^|_)(is_)?(fp8|float8)(_|$)|(^|_)is_quantized")
_FP8_STRING = re.compile(r"^(?:torch\.)?(?:fp8|float8|f8|e4m3|e5m2)")
# What tests of the GPU speak of.
_VENDOR = re.compile(r"fnuz|(?:^|[^a-z])(?:is_)?(?:hip|rocm|amd)(?:[^a-z]|$)|gfx\d", re.IGNORECASE)
# A part of a name that tells one flavour from others.
_FLAVOUR = re.compile(r"e\dm\d")


def named(name: str, value: Value, span: Span) -> Condition | None:
    """The condition that a flag or a predicate is about by its name (`is_quantized_kv_cache(x)`,
    `use_fp8`)."""
    if not names_quantized(name):
        return None
    return Condition("quantized", symbols.Asked(symbol(value, name)), span)


@cache
def names_quantized(name: str) -> bool:
    """Whether a name speaks of fp8 or of what is quantized, and not of the GPU that it is on."""
    return bool(_QUANTIZED_NAME.search(name)) and "fnuz" not in name


@cache
def speaks_of_fp8(text: str) -> bool:
    """Whether a test speaks of fp8, and not only of what is quantized."""
    return "fp8" in text or "float8" in text


@cache
def speaks_of_vendor(text: str) -> bool:
    """Whether a piece of a test asks which GPU it is."""
    return _VENDOR.search(text) is not None


def asks_for(setting: Value, spelled: ast.expr) -> symbols.Asked | None:
    """The key of the test whether a setting asks for a quantized cache; None for what is known. A
    setting may be called as dtypes are (`kv_dtype`)."""
    if not _is_open_dtype(setting) and not isinstance(
        only_tensor(setting) or setting, (Tensor, Method)
    ):
        return None
    return symbols.Asked(symbol(setting, spelled))


def _is_open_dtype(setting: Value) -> bool:
    """Whether it is called as dtypes are, and nothing tells of which type it is."""
    return isinstance(setting, DType) and setting.of is not None and not setting.types.known


def names_fp8(label: object) -> bool:
    """Whether the key of a table is the name of an fp8 type."""
    return isinstance(label, str) and bool(_FP8_STRING.match(label))


def text_test(
    owner: Value, method: str, text: Value, spelled: ast.expr, span: Span
) -> Condition | None:
    """The condition of `setting.startswith("fp8")`, or of `endswith`: of the same text and setting
    it is the same wherever it is asked."""
    match owner, text:
        case Const(value=str() as known), Const(value=str() as part):
            outcome = known.startswith(part) if method == "startswith" else known.endswith(part)
            return Condition("opaque", symbols.Literal(str(outcome)), span)
        case _, Const(value=str() as part):
            setting = symbol(owner, spelled)
            if method == "startswith" and _FP8_STRING.match(part):
                return Condition("quantized", symbols.AskedAsAny(setting), span)
            return Condition("opaque", symbols.OfText(setting, method, part), span)
    return None


def compared(node: ast.Compare, left: Value, right: Value, span: Span) -> Condition | None:
    """`setting == "fp8"`, `setting in ("fp8", "fp8_e4m3")`, `"fp8" in setting`."""
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if _fp8_string(left):
            setting, part = symbol(right, node.comparators[0]), constant(left)
            if isinstance(part, str) and _FLAVOUR.match(part):  # codes alone have no other
                return Condition("opaque", symbols.OfText(setting, "in", part), span)
            return Condition("quantized", symbols.Asked(setting), span)
        if (
            isinstance(right, Sequence)
            and right.items
            and all(_fp8_string(item) for item in right.items)
        ):
            setting = symbol(left, node.left)
            asked = sorted({str(constant(each)) for each in right.items})
            return Condition("quantized", symbols.AskedAmong(setting, tuple(asked)), span)
        if isinstance(right, Sequence) and isinstance(left, (Tensor, Method)):
            asked_for = [each for each in right.items if _fp8_string(each)]
            rest = tuple(each for each in right.items if _other_string(each))
            if asked_for and rest and len(asked_for) + len(rest) == len(right.items):
                sides = (replace(right, items=tuple(asked_for)), replace(right, items=rest))
                both = [compared(node, left, each, span) for each in sides]
                return combine("or", tuple(each for each in both if each is not None), span)
    names = right.items if isinstance(right, Sequence) else (right,)
    asks = isinstance(left, (Tensor, Method)) or _is_open_dtype(left)
    if asks and names and all(_other_string(name) for name in names):
        others = ", ".join(str(constant(name)) for name in names)
        return Condition("unquantized", symbols.Never(symbol(left, node.left), others), span)
    if isinstance(right, Const) and _fp8_string(right) and not isinstance(left, (Const, Instance)):
        key = symbols.AskedAs(symbol(left, node.left), constant(right))
        return Condition("quantized", key, span)
    return None


def _other_string(value: Value) -> bool:
    """Whether it is a string that names no fp8 type."""
    return (
        isinstance(value, Const)
        and isinstance(value.value, str)
        and not _FP8_STRING.search(value.value)
    )


def _fp8_string(value: Value) -> bool:
    """Whether it is a string such as "fp8_e4m3", or an fp8 dtype in a list of such strings."""
    if isinstance(value, DType):
        return value.types != UNKNOWN and all(t.is_fp8 for t in value.types.types or ())
    return (
        isinstance(value, Const)
        and isinstance(value.value, str)
        and bool(_FP8_STRING.match(value.value))
    )

"""What names alone tell of dtypes: those that helpers and constants stand for, and whether an
argument may be one."""

from __future__ import annotations

import ast
import re
from functools import cache

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN, ElementTypes, from_torch
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.calls.arguments import Arguments
from tritonlint.facts.host.values.choices import is_dtype, options
from tritonlint.facts.host.values.values import Const, DType, Sequence, Value
from tritonlint.facts.project.tree import FUNCTION, as_code, last_name

# The types of what `torch.ByteTensor(...)` and its like make.
LEGACY = {
    f"{name}Tensor": element
    for name, torch_name in (
        ("Byte", "uint8"),
        ("Char", "int8"),
        ("Half", "float16"),
        ("BFloat16", "bfloat16"),
        ("Float", "float32"),
        ("Int", "int32"),
        ("Long", "int64"),
    )
    if (element := from_torch(torch_name)) is not None
}
# How NumPy writes types of one byte.
_CODES = {"u1": "uint8", "B": "uint8", "i1": "int8", "b": "int8", "byte": "int8", "ubyte": "uint8"}
# What the one argument of `x.view(...)` or `x.to(...)` is called when it is no dtype.
_SHAPE = re.compile(
    r"shape|size|dim|len|num|count|stride|rows|cols|blocks|tokens|heads|pages|batch|^[nmkbsht]$",
    re.IGNORECASE,
)
_DEVICE = re.compile(r"device|cuda|gpu|cpu|rank", re.IGNORECASE)
# How projects name "the fp8 type of this platform", as a function, a constant or an attribute.
_FP8_NAME = re.compile(
    r"(^|_)(fp8|float8)(_e4m3\w*|_[a-z]+)?_(d?type|torch_dtype)s?$"
    r"|(^|_)d?types?_(for_)?(fp8|float8)(_e4m3\w*)?$|(^|_)e4m3(fn|fnuz)?_d?type$"
    r"|^(fp8|float8)(_e4m3(fn|fnuz)?)?$",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"^_*(is|has|use|uses|with|supports?|check)_", re.IGNORECASE)


@cache
def named_fp8(name: str) -> bool:
    """Whether a function, constant or attribute is called what projects call the platform's fp8
    type."""
    return bool(_FP8_NAME.search(name)) and not _QUESTION.search(name)


@cache
def named_dtype(name: str) -> DType | None:
    """The dtype that an unresolved name stands for by its name alone: an fp8 helper, or something
    called a dtype."""
    if named_fp8(name):
        return DType(PLATFORM_FP8, text=name)
    if (
        re.search(r"(^|_)d?type$", name)
        and "str" not in name
        and not re.search(r"cache_dtype$", name)
    ):
        return DType(UNKNOWN, text=name)
    return None


def written_dtype(value: Value | None) -> DType | None:
    """The dtype that a text names for NumPy or CuPy: `np.zeros(n, dtype="uint8")`."""
    if not isinstance(value, Const) or not isinstance(value.value, str):
        return None
    known = from_torch(_CODES.get(value.value.lstrip("<|="), value.value))
    return DType(ElementTypes.of(known), text=value.value) if known is not None else None


def may_retype(name: str, node: ast.Call, arguments: Arguments) -> bool:
    """Whether `x.view(y)` or `x.to(y)` may be given a dtype that is not known: an argument of which
    neither the value nor the spelling says that it is a dtype, a shape or a device."""
    spelled = _SHAPE if name == "view" else _DEVICE
    if name not in ("view", "to", "type"):
        return False
    given = arguments.keywords.get("dtype")
    if given is not None:
        return not is_dtype(given)
    if len(arguments.positional) != 1 or any(
        is_dtype(each) for each in arguments.keywords.values()
    ):
        return False
    expression = node.args[0]
    opaque = isinstance(expression, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    known = (Const, Sequence, DType)
    single = all(not isinstance(each, known) for _, each in options(arguments.positional[0]))
    return opaque and single and not spelled.search(as_code(expression))


def names_dtype(node: ast.Call, function: ast.AST | None) -> bool:
    """Whether the only argument of a call in `function` is called a dtype, or is a parameter that
    is annotated as one: `x.view(self.kv_dtype)`."""
    given = [*node.args, *(each.value for each in node.keywords)]
    if len(given) != 1:
        return False
    name = last_name(given[0])
    parameters = signature(function).named if isinstance(function, FUNCTION) else ()
    annotations = (each.annotation for each in parameters if each.arg == name)
    told = any(last_name(each) == "dtype" for each in annotations)
    return "dtype" in name.lower() or (told and isinstance(given[0], ast.Name))

"""Triton's language as a kernel may use it where its author is not trusted.

Triton's compiler interprets a kernel's syntax tree, but in doing so it calls whatever Python object
a name of the kernel leads to: through `tl.core.os` a kernel reaches the operating system, through
`helper.fn` it has its own body run by Python. Here a kernel gets modules that hold nothing but the
language, and is refused when it names any attribute that is not part of it: then every object that
it can get hold of is a number, a string, a type, a value of the IR, or a function that makes IR.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from functools import cache
from types import ModuleType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.facts.project.tree import dotted_name

_LANGUAGE = "triton.language"
# Parts of the package that implement the language instead of being it.
_INSIDE = ("triton.language.semantic",)
# Functions outside of the language that kernels call.
_HELPERS = ("triton.cdiv", "triton.next_power_of_2")
# Functions that do nothing, in the place of which Triton puts those of the target.
_STAND_INS = "triton.language.extra.libdevice"
# What the language knows of values, types, constants and strings.
_OF_VALUES = frozenset(
    """
    T dtype shape type numel value values block_shape strides block_type element_ty scalar name
    itemsize nbytes primitive_bitwidth int_bitwidth int_signedness fp_mantissa_width exponent_bias
    kind address_space const get_block_shapes is_block is_bool is_const is_dtype is_floating
    is_standard_floating is_int is_int_signed is_int_unsigned is_ptr is_void is_bf16 is_fp16 is_fp32
    is_fp64 is_fp8 is_fp8e4b15 is_fp8e4b8 is_fp8e4nv is_fp8e5 is_fp8e5b16 is_int1 is_int8 is_int16
    is_int32 is_int64 is_uint8 is_uint16 is_uint32 is_uint64 startswith endswith lower upper format
    """.split()
)


def member(qualified: str) -> tuple[bool, Any]:
    """The object of a dotted name inside Triton (`triton.language.load`) as kernels get it, and
    whether there is one for them."""
    head, *rest = qualified.split(".")
    if head != "triton":
        return False, None
    value: Any = shown("triton")
    for depth, part in enumerate(rest, start=1):
        inside = getattr(value, part, None) if isinstance(value, ModuleType) else None
        value = inside if inside is not None else _submodule(".".join([head, *rest[:depth]]))
    return value is not None, value


def _submodule(dotted: str) -> ModuleType | None:
    if not dotted.startswith(f"{_LANGUAGE}."):
        return None
    try:
        importlib.import_module(dotted)
    except ImportError:
        return None
    return shown(dotted)


@cache
def shown(name: str) -> ModuleType | None:
    """A module of Triton with nothing in it but the language; None for one that holds none of
    it."""
    if name != "triton" and not _is_language(name):
        return None
    real, made = importlib.import_module(name), ModuleType(name)
    # Asked for when it is needed: modules name each other in circles.
    made.__getattr__ = lambda attribute: _inside(real, attribute)  # type: ignore[method-assign]
    return made


def modules(named: Mapping[str, ModuleType] | None) -> dict[str, ModuleType]:
    """Triton's table of modules that stand in for others, as kernels get them."""
    found = {name: shown(each.__name__) for name, each in (named or {}).items()}
    return {name: each for name, each in found.items() if each is not None}


def refuse(tree: ast.AST, path: str, first_line: int, given: frozenset[str]) -> None:
    """Raise VerifyError when a kernel, as Triton parses it, names what is not part of the language.
    `given` are the attributes that the modules of its own project have for it, `first_line` is the
    line that the tree's first is in the file."""
    for node in ast.walk(tree):
        what = _refused(node, given)
        if what:
            line = getattr(node, "lineno", 1) + first_line - 1
            raise VerifyError(f"{path}:{line}: {what} is no part of Triton's language")


def _refused(node: ast.AST, given: frozenset[str]) -> str:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Load()) if name in _attributes() | given:
            return "" if name not in _of_functions() else _spelled(node)
        case ast.Attribute():
            return _spelled(node)
        case ast.Name(id=name) if name.startswith("__") or name == "getattr":
            return name
        case ast.keyword(arg=str(name)) if name.startswith("_"):
            return f"the argument {name}"
    return ""


def _spelled(node: ast.Attribute) -> str:
    return dotted_name(node) or f"the attribute {node.attr}"


@cache
def _attributes() -> frozenset[str]:
    """Every attribute that the language has: those of its modules, of values and of types."""
    language = importlib.import_module(_LANGUAGE)
    descriptors = (getattr(language, name, None) for name in _DESCRIPTORS)
    classes = [language.tensor, *(each for each in descriptors if each is not None)]
    methods = {name for each in classes for name in dir(each) if not name.startswith("_")}
    return frozenset({*_OF_VALUES, *methods, *_names("triton", set())} - {"handle"})


_DESCRIPTORS = ("tensor_descriptor_base", "tensor_descriptor", "_experimental_tensor_descriptor")


def _names(module: str, seen: set[str]) -> Iterator[str]:
    """The names in a module, and in those that it holds, that kernels see."""
    if module in seen:
        return
    seen.add(module)
    for name in dir(importlib.import_module(module)):
        value = getattr(shown(module), name, None) if not name.startswith("_") else None
        if value is not None:
            yield name
        if isinstance(value, ModuleType):
            yield from _names(value.__name__, seen)


@cache
def _of_functions() -> frozenset[str]:
    """The attributes of functions, by which a kernel would reach more than calling them, without
    what values have too."""
    jit = importlib.import_module("triton.runtime.jit")
    sample = importlib.import_module(_LANGUAGE).sum
    kinds = (sample, getattr(jit, "JITFunction", sample), getattr(jit, "ConstexprFunction", sample))
    return frozenset(name for each in kinds for name in dir(each)) - {"type"}


def _inside(real: ModuleType, name: str) -> Any:
    """What kernels see of an attribute of a module. Raises AttributeError where that is nothing."""
    value = None if name.startswith("_") else getattr(real, name, None)
    if isinstance(value, ModuleType):
        value = shown(value.__name__)
    elif value is not None and not _is_harmless(value, f"{real.__name__}.{name}"):
        value = None
    if value is None:
        raise AttributeError(f"{real.__name__} has no {name!r} for kernels")
    return value


def _is_harmless(value: Any, qualified: str) -> bool:
    """Whether calling an object, or having it, does no more than the language does."""
    core = importlib.import_module("triton.language.core")
    if isinstance(value, (bool, int, float, str, core.dtype, core.constexpr)):
        return True
    if isinstance(value, EnumMeta):
        return value.__module__.startswith("triton.")
    if isinstance(value, type):
        return _is_language(value.__module__)
    if getattr(value, core.TRITON_BUILTIN, False) or qualified in _HELPERS:
        return True
    if getattr(value, "__module__", "") == _STAND_INS:
        return True
    jit = importlib.import_module("triton.runtime.jit")
    compiled = (jit.JITFunction, getattr(jit, "ConstexprFunction", jit.JITFunction))
    return isinstance(value, compiled) and str(value.__module__).startswith("triton.")


def _is_language(module: str) -> bool:
    return (module == _LANGUAGE or module.startswith(f"{_LANGUAGE}.")) and module not in _INSIDE

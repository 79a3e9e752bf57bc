"""The names of 8-bit floats that a file has for a setting: what it is by default, what it is given,
and by which of them memory is made of bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial

from tritonlint.facts.host.conditions import parametrized, setting_tests
from tritonlint.facts.host.conditions.outcomes import combine, telling
from tritonlint.facts.host.conditions.setting_tests import names_fp8
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Literal, Spelled
from tritonlint.facts.host.values.values import (
    Choice,
    Condition,
    Const,
    Method,
    Sequence,
    Tensor,
    Value,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import FUNCTION, as_code, last_name, nodes, walk

_TEXT = re.compile(r"""["'](?:torch\.)?(fp8|float8|f8|e4m3|e5m2)""")

_TELLING = (*FUNCTION, ast.AnnAssign, ast.Assign, ast.keyword, ast.Call)


def never_begins(module: Module, setting: ast.expr, part: object) -> bool:
    """Whether a setting that has names of 8-bit floats in this file has none that begins so."""
    if not isinstance(part, str) or not names_fp8(part):
        return False
    if all(each.startswith(part) or part.startswith(each) for each in _beginnings(module)):
        return False
    names = _names(module, last_name(setting))
    return bool(names) and not any(_fits(each, part) for each in names)


def _fits(name: str, part: str) -> bool:
    """Whether a name begins so, or may, where it is only the beginning of one."""
    return name.startswith(part) or (name.endswith("*") and part.startswith(name[:-1]))


@kept(64)
def _beginnings(module: Module) -> frozenset[str]:
    """How the strings of a file begin that are called after an 8-bit float."""
    return frozenset(_TEXT.findall(module.source.text))


@kept(256)
def _names(module: Module, setting: str) -> frozenset[str]:
    """The names that a file has for a setting, `fp8*` for all that begin so; none where it is also
    assigned what is not known."""
    found: set[str] = set()
    for node in nodes(module.tree, *_TELLING):
        match node:
            case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
                found.update(_of_parameter(arguments, setting))
            case ast.keyword(arg=name, value=ast.Constant(value=str(text))) if name == setting:
                found.add(text)
            case ast.Call(
                func=ast.Attribute(attr="add_argument"), args=[ast.Constant(value=str(option)), *_]
            ) if option.strip("-").replace("-", "_") == setting:
                found.update(_strings(*(each.value for each in node.keywords)))
            case ast.AnnAssign(target=target) if last_name(target) == setting:
                found.update(_strings(node.annotation), _strings(node.value))
            case ast.Assign(targets=[target], value=value) if last_name(target) == setting:
                texts = _strings(value)
                if not texts and last_name(value) != setting:
                    return frozenset()
                found.update(texts)
    found.update(_of_bytes(module, setting))
    return frozenset(each for each in found if names_fp8(each))


def _of_parameter(arguments: ast.arguments, setting: str) -> Iterator[str]:
    """What a parameter is by default, and of what it is said to be one."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    both = zip(positional, defaults, strict=True)
    for each, default in (*both, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if each.arg == setting:
            yield from _strings(each.annotation, default)


def _of_bytes(module: Module, setting: str) -> Iterator[str]:
    """The names by which memory is made of bytes: those that a test asks for which leads to bytes,
    and the keys of a table."""
    for node in nodes(module.tree, ast.If, ast.IfExp, ast.Subscript):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=key) if last_name(key) == setting:
                tables = (each.node for each in module.bindings.get(name, ()))
                keys = [x.keys for x in tables if isinstance(x, ast.Dict)]
                yield from _strings(*(key for each in keys for key in each))
            case ast.If(test=test, body=body) if any(map(_has_bytes, body)):
                yield from _asked(test, setting)
            case ast.IfExp(test=test, body=value) if _has_bytes(value):
                yield from _asked(test, setting)


def _has_bytes(node: ast.AST) -> bool:
    return any(each.attr == "uint8" for each in nodes(node, ast.Attribute))


def _asked(test: ast.expr, setting: str) -> Iterator[str]:
    """The names of a setting that a test asks for."""
    for node in walk(test):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[names]) if (
                last_name(left) == setting
            ):
                yield from _strings(names)
            case ast.Call(
                func=ast.Attribute(value=owner, attr="startswith"),
                args=[ast.Constant(value=str(text))],
            ) if last_name(owner) == setting:
                yield f"{text}*"


def _strings(*nodes_: ast.expr | None) -> list[str]:
    """The strings that stand in expressions."""
    found = (each for node in nodes_ if node is not None for each in nodes(node, ast.Constant))
    return [each.value for each in found if isinstance(each.value, str)]


def _begins(method: str, part: Value, text: Value) -> bool | None:
    """Whether a text that is written begins or ends with another one."""
    match text, part:
        case Const(value=str() as known), Const(value=str() as asked):
            return known.startswith(asked) if method == "startswith" else known.endswith(asked)
    return None


def begins(
    frame: Frame, node: ast.Call, function: Method, owner: Value, part: Value
) -> Condition | None:
    """What `owner.startswith(part)` or `owner.endswith(part)` asks, or how it comes out."""
    span = frame.span(node)
    told = parametrized.text_outcome(frame, owner, function.name, part)
    if told is not None:
        return Condition("opaque", told, span)
    if isinstance(owner, Tensor) and isinstance(part, Const) and function.name == "startswith":
        if never_begins(frame.module, function.node.value, part.value):
            return Condition("opaque", Literal("False"), span)
    if isinstance(owner, Choice):
        asked = Condition("opaque", Spelled(as_code(node)), span)
        found = telling(asked, owner, partial(_begins, function.name, part))
        return found if found.told is not None else None
    parts = part.items if isinstance(part, Sequence) and part.items else (part,)
    tests = [setting_tests.text_test(owner, function.name, x, node.func, span) for x in parts]
    known = tuple(each for each in tests if each is not None)
    if len(known) < len(tests):
        return None
    return known[0] if len(known) == 1 else combine("or", known, span)

"""Flavours of 8-bit floats that a kernel chooses by the vendor alone: AMD's gfx942 has e4m3fnuz,
gfx950 and later ones have e4m3fn."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tritonlint.dtypes import BY_TRITON, ElementType
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    Enclosing,
    Function,
    dotted_name,
    last_name,
    nodes,
    walk,
)
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# By the flavour that one generation of AMD's has, that of all others.
_PAIRS = {"float8e4b8": "float8e4nv", "float8e5b16": "float8e5"}
_VENDOR = re.compile(r"hip|rocm|(?<![a-z])amd(?![a-z])", re.IGNORECASE)
_GENERATION = re.compile(
    r"gfx|fnuz|arch|capability|mi\d{3}|cdna|propert|9[45]0|942|ocp|supports", re.IGNORECASE
)
# A host that chooses by the vendor too has what the kernel takes.
_HOST_TOO = re.compile(
    rb"(?i:float8_e4m3fnuz)[\w.()\[\]'\"]*\s+if\s+[^\n]*(?:hip|rocm|amd|HIP|ROCM|AMD)(?![^\n]*(?:gfx|fnuz\(|arch))"
    rb"|\bif\s+[^\n]*(?:hip|rocm|amd|HIP|ROCM|AMD)(?![^\n]*(?:gfx|fnuz|arch))[^\n]*:"
    rb"\s*\n\s+\w+\s*=\s*[\w.]*(?i:float8_e4m3fnuz)"
)
_BYTES = ("uint8", "int8")
_DEPTH = 3


@dataclass(frozen=True)
class VendorFlavour:
    """A choice at `place` of `older` where `test` finds the vendor, else of `newer`, for bytes that
    `kernel` takes as that at `used`."""

    place: Span
    kernel: str
    test: str
    older: ElementType
    newer: ElementType
    used: Span


def may_choose(text: str) -> bool:
    """Whether the text of a file may do so."""
    return any(each in text for each in _PAIRS) and "bitcast" in text and bool(_VENDOR.search(text))


def chosen_by_host(texts: Iterable[bytes]) -> bool:
    """Whether the files of a project choose the type of tensors by the vendor too."""
    return any(b"e4m3fnuz" in text and _HOST_TOO.search(text) for text in texts)


def vendor_choices(module: Module) -> Iterator[VendorFlavour]:
    """The choices for what the kernels of `module` take bytes for."""
    for choice in _choices(module):
        if not _by_vendor(module, choice):
            continue
        named = [choice, *_passed_on(module, choice)]
        for function in module.functions:
            node = function.as_function
            uses = (_use(node, each) for each in named) if kernel_of(function) is not None else ()
            used = next(filter(None, uses), None)
            if used is not None:
                test = ast.unparse(choice.test)
                place, where = module.source.span(choice.node), module.source.span(used)
                types = BY_TRITON[choice.older], BY_TRITON[_PAIRS[choice.older]]
                yield VendorFlavour(place, function.name, test, *types, where)
                break


@dataclass(frozen=True, eq=False)
class _Choice:
    """An expression or statement that picks `older` where `test` is true, or is not; it is known as
    `name` inside of `enclosing`, or everywhere; or a `parameter` of that name is given it."""

    node: ast.expr | ast.stmt
    test: ast.expr
    older: str
    name: str
    enclosing: Enclosing
    parameter: bool = False


def _choices(module: Module) -> Iterator[_Choice]:
    for statement, enclosing in module.statements:
        match statement:
            case ast.If(
                test=test,
                body=[ast.Assign(targets=[ast.Name(id=name)], value=one)],
                orelse=[ast.Assign(targets=[ast.Name(id=other_name)], value=other)],
            ) if name == other_name:
                older = _older(test, one, other)
                if older:
                    yield _Choice(statement, test, older, name, enclosing)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.If():
                continue
            case _:
                yield from _expressions(statement, enclosing)


def _expressions(statement: ast.stmt, enclosing: Enclosing) -> Iterator[_Choice]:
    names = {}
    for each in walk(statement):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.IfExp() as value):
                names[id(value)] = name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.IfExp() as value):
                names[id(value)] = name
            case ast.keyword(arg=str(name), value=ast.IfExp() as value):
                names[id(value)] = name
            case ast.IfExp(test=test, body=one, orelse=other):
                older = _older(test, one, other)
                if older:
                    yield _Choice(each, test, older, names.get(id(each), ""), enclosing)


def _older(test: ast.expr, one: ast.expr, other: ast.expr) -> str:
    """The flavour of the older generation, where it is chosen if `test` finds the vendor."""
    first, second = last_name(one), last_name(other)
    if _is_negated(test):
        first, second = second, first
    return first if _PAIRS.get(first) == second else ""


def _is_negated(test: ast.expr) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return True
    return False


def _by_vendor(module: Module, choice: _Choice) -> bool:
    """Whether the test asks for the vendor and for nothing more, and nothing around it does."""
    said = " ".join(_said(module, choice.test, choice.enclosing))
    around = choice.enclosing[-1] if choice.enclosing else None
    more = ast.unparse(around) if isinstance(around, (ast.FunctionDef, ast.ClassDef)) else ""
    return bool(_VENDOR.search(said)) and not _GENERATION.search(said + more)


def _said(module: Module, node: ast.expr, enclosing: Enclosing, depth: int = 0) -> Iterator[str]:
    """The text of a test, and of what its names stand for in the project."""
    yield ast.unparse(node)
    names = {name for each in walk(node) if (name := dotted_name(each)) is not None}
    for name in sorted(names) if depth < _DEPTH else ():
        if _is_parameter(name, enclosing):
            for value in _passed(module, name, enclosing[-1]):
                yield from _said(module, value, (), depth + 1)
            continue
        target = module.resolve(name, enclosing)
        match target:
            case Definition(node=ast.expr() as value) if value is not node:
                yield from _said(target.module, value, target.enclosing, depth + 1)
            case Definition(node=ast.FunctionDef() as function):
                yield ast.unparse(function)


def _is_parameter(name: str, enclosing: Enclosing) -> bool:
    inner = enclosing[-1] if enclosing else None
    return isinstance(inner, FUNCTION) and name in {each.arg for each in signature(inner).named}


def _passed(module: Module, name: str, function: ast.AST) -> Iterator[ast.expr]:
    """What calls in the file pass by that name, in a dict too, and launches of `function` at its
    place."""
    assert isinstance(function, FUNCTION)
    place = [each.arg for each in signature(function).named].index(name)
    for each in walk(module.tree):
        match each:
            case ast.keyword(arg=str(given), value=value) if given == name:
                yield value
            case ast.Dict():
                pairs = zip(each.keys, each.values, strict=True)
                yield from (v for k, v in pairs if isinstance(k, ast.Constant) and k.value == name)
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=key))], value=value):
                if key == name:
                    yield value
            case ast.Call(func=ast.Subscript(value=called), args=args) if len(args) > place:
                if last_name(called) == function.name:
                    yield args[place]


def _passed_on(module: Module, choice: _Choice) -> Iterator[_Choice]:
    """The choice by the names of the parameters that the calls in the file pass it as."""
    for each in walk(module.tree) if choice.name else ():
        match each:
            case ast.keyword(arg=str(name), value=ast.Name(id=given)) if given == choice.name:
                yield replace(choice, name=name, parameter=True)


def _use(function: Function, choice: _Choice) -> ast.expr | None:
    """Where a kernel takes bytes for what was chosen, or stores it as bytes."""
    if choice.parameter and not _is_parameter(choice.name, (function,)):
        return None
    owner = choice.enclosing[-1] if choice.enclosing and not choice.parameter else None
    if isinstance(owner, ast.FunctionDef) and owner is not function:
        if not isinstance(choice.node, ast.expr) or not _is_parameter(choice.name, (function,)):
            return None
    casts = [each for each in nodes(function, ast.Call) if each.args]
    for each in casts:
        target = _target(each)
        if target is not None and _bitcasts(each) and _is_choice(target, choice):
            return each
    made = [each for each in casts if (to := _target(each)) is not None and _is_choice(to, choice)]
    stored = [each for each in casts if _bitcasts(each) and last_name(each.args[0]) in _BYTES]
    return next((each for each in made if any(_is_of(each, it, function) for it in stored)), None)


def _is_of(made: ast.Call, stored: ast.Call, function: Function) -> bool:
    """Whether what is `stored` as bytes is what was `made`, or the name that it was given."""
    value = stored.func.value if isinstance(stored.func, ast.Attribute) else stored.args[0]
    if any(each is made for each in walk(value)):
        return True
    return isinstance(value, ast.Name) and any(
        isinstance(each, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == value.id for to in each.targets)
        and any(inner is made for inner in walk(each.value))
        for each in walk(function)
    )


def _target(call: ast.Call) -> ast.expr | None:
    """The type that a cast is to."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "to" and call.args:
        return call.args[0]
    if last_name(call.func) == "cast" and len(call.args) > 1:
        return call.args[1]
    return None


def _bitcasts(call: ast.Call) -> bool:
    return any(
        each.arg == "bitcast" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )


def _is_choice(target: ast.expr, choice: _Choice) -> bool:
    if isinstance(target, ast.Call) and last_name(target.func) == "pointer_type" and target.args:
        target = target.args[0]
    return target is choice.node or (
        isinstance(target, ast.Name) and bool(choice.name) and target.id == choice.name
    )

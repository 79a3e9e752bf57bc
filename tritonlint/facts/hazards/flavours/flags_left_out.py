"""Flags by which a kernel chooses between two flavours of 8-bit floats, which one call of a module
passes and another one leaves to their default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, Function, as_code, given_names, last_name, nodes
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# By the flavour that one generation of AMD's has, that of all others.
_PAIRS = {
    "float8e4b8": "float8e4nv",
    "float8e5b16": "float8e5",
    "float8_e4m3fnuz": "float8_e4m3fn",
    "float8_e5m2fnuz": "float8_e5m2",
}
# What such a flag, or what is passed as it, is called.
_WORDS = ("fnuz", "e4b8", "gfx9")
_SPOKEN = re.compile("|".join(_WORDS), re.IGNORECASE)
# So many calls deep a flag is followed from a function to the kernel that asks it.
_DEPTH = 4


@dataclass(frozen=True)
class FlagLeftOut:
    """A call at `place` of `callee` that leaves out `flag`, declared at `declared`, by which the
    choice at `chosen` is made between two flavours; `given` is where another call of the module
    passes it."""

    place: Span
    function: str
    callee: str
    flag: str
    declared: Span
    default: str
    given: Span
    chosen: Span


@dataclass(frozen=True, eq=False)
class _Call:
    """A call in a module of a function that has such flags."""

    node: ast.Call
    function: Definition
    callee: Definition
    given: Mapping[str, ast.expr]


def speaks_of_fnuz(text: str) -> bool:
    """Whether a flag, or what is passed as it, is called after the flavour of one generation."""
    return _SPOKEN.search(text) is not None


def may_leave_out(text: str) -> bool:
    """Whether the text of a file may have two such calls."""
    lowered = text.lower()  # takes less time than a pattern that ignores case
    return any(each in lowered for each in _WORDS)


def flags_left_out(module: Module) -> Iterator[FlagLeftOut]:
    """The calls of `module` that leave out what others of it pass. A test chooses the data that it
    looks at: those of pytest are left alone."""
    if module.file.name.startswith("test_") or module.file.name == "conftest.py":
        return
    found: dict[tuple[int, str], tuple[list[_Call], list[_Call]]] = {}
    for each in _calls(module):
        for flag in _flags(each.callee):
            passing, silent = found.setdefault((id(each.callee.node), flag), ([], []))
            (passing if flag in each.given else silent).append(each)
    for (_, flag), (passing, silent) in found.items():
        asked = [each for each in passing if not isinstance(each.given[flag], ast.Constant)]
        for each in silent if asked else ():
            callers = _callers(module, each.function)
            if not _asks(each.function) and not (callers and all(map(_asks, callers))):
                yield _found(module, each, flag, asked[0])


def _found(module: Module, call: _Call, flag: str, passing: _Call) -> FlagLeftOut:
    callee = call.callee
    owner, chosen = _flags(callee)[flag]
    parameters = signature(callee.as_function)
    declared = next(each for each in parameters.named if each.arg == flag)
    source = module.source
    return FlagLeftOut(
        source.span(call.node),
        call.function.name,
        callee.name,
        flag,
        callee.module.source.span(declared),
        as_code(parameters.defaults[flag]),
        source.span(passing.given[flag]),
        owner.source.span(chosen),
    )


def _asks(function: Definition) -> bool:
    """Whether a function goes two ways, or ends, as the generation of the device tells."""
    tests = [each.test for each in nodes(function.as_function, ast.If, ast.Assert)]
    if any(_SPOKEN.search(as_code(each)) for each in tests):
        return True
    tested = {each.id for test in tests for each in nodes(test, ast.Name)}
    kept_first = given_names(function.as_function) if tested else {}
    return any(
        _SPOKEN.search(as_code(each)) for name in tested for each in kept_first.get(name, ())
    )


def _callers(module: Module, function: Definition) -> list[Definition]:
    """The functions of a module that call one of it by its name, or on `self`."""
    return [
        each
        for each in module.functions
        for node in nodes(each.as_function, ast.Call)
        if last_name(node.func) == function.name
    ]


def _calls(module: Module) -> Iterator[_Call]:
    """The calls in the functions of a module whose arguments are known, of functions with flags."""
    for function in module.functions:
        for node in nodes(function.as_function, ast.Call):
            callee = _callee(function, node)
            given = _given(callee, node) if callee is not None and _flags(callee) else None
            if callee is not None and given is not None:
                yield _Call(node, function, callee, given)


def _callee(function: Definition, call: ast.Call) -> Definition | None:
    """The function of the project that is called, or launched."""
    spelled = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    found = function.module.meant(spelled, function.inside)
    known = found is not None and isinstance(found.node, FUNCTION)
    return found if known else None


def _given(callee: Definition, call: ast.Call) -> Mapping[str, ast.expr] | None:
    """What a call gives, by the names of the parameters; None where not all of it is written."""
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    if any(each.arg is None for each in call.keywords):
        return None
    return signature(callee.as_function).given(call)


def _flags(function: Definition) -> Mapping[str, tuple[Module, ast.expr]]:
    """The parameters with a default by which a function chooses a flavour, each with the module and
    the name of the flavour that is chosen where it is set."""
    defaults = signature(function.as_function).defaults
    flags = _deciding(function, 0).items()
    return {name: found for name, found in flags if isinstance(defaults.get(name), ast.Constant)}


def _deciding(function: Definition, depth: int) -> Mapping[str, tuple[Module, ast.expr]]:
    """The parameters by which a function chooses, or a function that it hands them on to."""
    source = function.module.source
    node = function.as_function
    text = source.snippet(source.span(node))
    found: dict[str, tuple[Module, ast.expr]] = {}
    if any(each in text for each in _PAIRS):
        found |= {name: (function.module, chosen) for name, chosen in _chosen(node).items()}
    if depth < _DEPTH and _SPOKEN.search(text):
        found = {**_handed_on(function, depth), **found}
    return found


def _handed_on(function: Definition, depth: int) -> dict[str, tuple[Module, ast.expr]]:
    names = {each.arg for each in signature(function.as_function).named}
    found: dict[str, tuple[Module, ast.expr]] = {}
    for node in nodes(function.as_function, ast.Call):
        callee = _callee(function, node)
        if callee is None or callee.node is function.node:
            continue
        given = signature(callee.as_function).given(node)
        passed = {name: each.id for name, each in given.items() if isinstance(each, ast.Name)}
        if not names.isdisjoint(passed.values()):
            inner = _deciding(callee, depth + 1)
            found |= {own: inner[name] for name, own in passed.items() if name in inner}
    return {name: each for name, each in found.items() if name in names}


@kept(256)
def _chosen(function: Function) -> Mapping[str, ast.expr]:
    """The parameters that a function tests, where one arm names the older flavour of a pair and the
    other the newer: with the name in the arm that is taken when the parameter is set."""
    names = {each.arg for each in signature(function).named}
    found: dict[str, ast.expr] = {}
    for node in nodes(function, ast.If, ast.IfExp):
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                arms = (_named(body), _named(orelse))
            case ast.IfExp(test=test, body=one, orelse=other):
                arms = (_named([one]), _named([other]))
            case _:
                continue
        flag = test.operand if isinstance(test, ast.UnaryOp) else test
        if isinstance(flag, ast.Name) and flag.id in names and _are_flavours(*arms):
            chosen = arms[flag is not test]
            found.setdefault(flag.id, next(iter(chosen.values())))
    return found


def _named(arm: list[ast.stmt] | list[ast.expr]) -> dict[str, ast.expr]:
    """The flavours that an arm names."""
    every = {*_PAIRS, *_PAIRS.values()}
    names = (each for part in arm for each in nodes(part, ast.Attribute))
    return {each.attr: each for each in names if each.attr in every}


def _are_flavours(one: Mapping[str, ast.expr], other: Mapping[str, ast.expr]) -> bool:
    return (
        any(_PAIRS.get(a) == b or _PAIRS.get(b) == a for a in one for b in other)
        and one.keys() != other.keys()
    )

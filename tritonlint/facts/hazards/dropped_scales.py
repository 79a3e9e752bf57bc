"""Scales of a cache that a kernel applies only where the queries are no 8-bit floats."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# The scale of a cache, by the name of the parameter; of a function for one tensor only, any.
_SCALE = re.compile(r"(?:^|_)(?:k|v|kv|key|value)_?(?:de)?scales?(?:_ptr)?$", re.IGNORECASE)
_ONE_SCALE = re.compile(r"^(?:de)?scale(?:_ptr)?$", re.IGNORECASE)
# What asks whether the queries are 8-bit floats: their type, or a flag.
_QUERIES = re.compile(r"^q\w*\.d?type(?:\.element_ty)?\.is_fp8\(\)$", re.IGNORECASE)
_FLAG = re.compile(r"^(?:\w*_)?q(?:uery|ueries)?_(?:is_)?fp8$|^(?:\w*_)?fp8_q(?:uery)?$", re.I)
_ASKED = re.compile(r"is_fp8\(\)|q(?:uery)?_(?:is_)?fp8|fp8_q", re.IGNORECASE)
# A scale that may be that of queries and keys.
_FOLDED = re.compile(r"qk|kq|fused|combined|total", re.IGNORECASE)
# A test on the way to an expression, and how it came out.
_Tests = tuple[tuple[ast.expr, bool], ...]


@dataclass(frozen=True)
class DroppedScale(InKernel):
    """The only place of a kernel where `scale` is applied: the test at `asked` leads there, where
    the queries are no 8-bit floats."""

    scale: str
    asked: Span


def may_drop_scales(text: str) -> bool:
    """Whether a file can have a kernel that does so."""
    asks = "scale" in text and "jit" in text and "fp8" in text.lower()
    return asks and _ASKED.search(text) is not None


def dropped_scales(module: Module, kernel: Kernel, naming: Naming) -> Iterator[DroppedScale]:
    """The scales that `kernel`, or a device function, applies on such paths only."""
    if _ASKED.search(module.source.lines_of(kernel.node)) is None:
        return
    reads = list(_reads(kernel.node.body, ()))
    names = (each.arg for each in signature(kernel.node).named)
    if any("scale" in each.lower() and _FOLDED.search(each) for each in names):
        return
    for scale, held in _scales(kernel):
        uses = [(node, tests) for node, tests in reads if node.id in held]
        found = [_without_fp8(tests) for _, tests in uses]
        if uses and all(each is not None for each in found):
            if any(_applies(each, kernel, scale) for each in naming(kernel)):
                continue
            asked = found[0]
            assert asked is not None
            spans = module.source.span(uses[0][0]), module.source.span(asked)
            yield DroppedScale(spans[0], kernel.name, kernel.path, kernel.line, scale, spans[1])


def _applies(caller: Definition, kernel: Kernel, scale: str) -> bool:
    """Whether a function multiplies by what it passes to `kernel` as `scale`, too."""
    place = [each.arg for each in signature(kernel.node).named].index(scale)
    passed: set[str] = set()
    factors: set[str] = set()
    for node in walk(caller.node) if isinstance(caller.node, ast.AST) else ():
        match node:
            case ast.Call(func=ast.Name(id=name)) if name == kernel.name:
                named = (each.value for each in node.keywords if each.arg == scale)
                given = (*node.args[place : place + 1], *named)
                passed |= {each.id for each in given if isinstance(each, ast.Name)}
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                factors |= {*_read(left), *_read(right)}
            case ast.AugAssign(op=ast.Mult(), value=value):
                factors.update(_read(value))
    return not passed.isdisjoint(factors)


def _read(factor: ast.expr) -> Iterator[str]:
    """The name that a factor is, or is loaded through."""
    match factor:
        case ast.Name(id=name):
            yield name
        case ast.Call(func=ast.Attribute(attr="load"), args=[ast.Name(id=name), *_]):
            yield name


def _scales(kernel: Kernel) -> Iterator[tuple[str, frozenset[str]]]:
    """The parameters that are scales of a cache, each with the names that stand for it: its own,
    or those that it is loaded to."""
    parameters = [each.arg for each in signature(kernel.node).named]
    scales = [each for each in parameters if _SCALE.search(each)]
    if not scales and sum("scale" in each.lower() for each in parameters) == 1:
        scales = [each for each in parameters if _ONE_SCALE.search(each)]
    loaded = dict(_loaded(kernel.node))
    for each in scales:
        yield each, frozenset(loaded.get(each, {each}))


def _loaded(function: ast.FunctionDef) -> Iterator[tuple[str, frozenset[str]]]:
    """The pointers that names are loaded through at the top of a function, each with the name."""
    for statement in function.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(attr="load"), args=[ast.Name(id=pointer), *_]),
            ):
                yield pointer, frozenset((name,))


def _reads(body: Sequence[ast.stmt], tests: _Tests) -> Iterator[tuple[ast.Name, _Tests]]:
    """The names that statements read, each with the tests on the way there."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _names(statement.test, tests)
            yield from _reads(statement.body, (*tests, (statement.test, True)))
            yield from _reads(statement.orelse, (*tests, (statement.test, False)))
            if isinstance(statement.body[-1], ast.Return):
                tests = (*tests, (statement.test, False))
        elif isinstance(statement, (ast.For, ast.While)):
            yield from _names(
                statement.iter if isinstance(statement, ast.For) else statement.test, tests
            )
            yield from _reads(statement.body, tests)
        else:
            yield from _names(statement, tests)


def _names(node: ast.AST, tests: _Tests) -> Iterator[tuple[ast.Name, _Tests]]:
    match node:
        case ast.Name(ctx=ast.Load()):
            yield node, tests
        case ast.IfExp(test=test, body=one, orelse=other):
            yield from _names(test, tests)
            yield from _names(one, (*tests, (test, True)))
            yield from _names(other, (*tests, (test, False)))
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _names(child, tests)


def _without_fp8(tests: _Tests) -> ast.expr | None:
    """The test by which the queries are no 8-bit floats on a path."""
    return next((test for test, outcome in tests if _says_fp8(test, outcome) is False), None)


def _says_fp8(test: ast.expr, outcome: bool) -> bool | None:
    """Whether the queries are 8-bit floats where a test came out so; None where it does not say."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _says_fp8(operand, not outcome)
        case ast.BoolOp(op=op, values=values) if outcome is isinstance(op, ast.And):
            said = (_says_fp8(each, outcome) for each in values)
            return next((each for each in said if each is not None), None)
    spelled = as_code(test)
    if _QUERIES.search(spelled) or (isinstance(test, ast.Name) and _FLAG.search(spelled)):
        return outcome
    return None

"""Values that a loop carries from round to round, and rounds to 16 bits in each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.kept import kept
from tritonlint.facts.project.comments import means_16_bits
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, nodes, statements_in, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# A cast to 16 bits of a name or of something in parentheses, where one is written.
_CASTS = (
    re.compile(
        r"\.to\((?<=[\w)\]]\.to\()\s*(?:\w+\.)*"
        r"(?:b?float16\b|\w+\.d?type\.element_ty|\w+\.dtype\s*\))"
    ),
    re.compile(r"cast\((?<!\wcast\()[^\n]*(?:b?float16\b|element_ty|\.dtype\s*\))"),
)
_NARROW = re.compile(r"(?:^|\.)b?float16$|\.d?type\.element_ty$")
_WIDE = re.compile(r"\bfloat32\b")
_SHORT = re.compile(r"\b(?:zeros|full)\(.*\bb?float16\b")
_OF_A_POINTER = re.compile(r"\b(?:zeros|full)\(.*\belement_ty\b")
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
# What is left of carried names in an expression: each with the cast that narrows it, or None where
# it comes through as it is.
_Through = Mapping[str, "ast.Call | None"]


@dataclass(frozen=True)
class CarriedRounding(InKernel):
    """A cast at `place` to the type `target`, as it is spelled, of what the loop at `loop` carries
    as `carried` from one round to the next: `begun` is where it begins, as a float32 or, if not
    `wide`, in 16 bits that each round widens and rounds again."""

    carried: str
    target: str
    loop: Span
    begun: Span
    wide: bool


def may_carry(text: str) -> bool:
    """Whether a file can have a kernel with such a loop."""
    narrow = "float16" in text or "element_ty" in text or ".dtype)" in text
    return narrow and "jit" in text and "for " in text and _may_cast(text)


def _may_cast(text: str) -> bool:
    return any(each.search(text) for each in _CASTS)


def carried_roundings(module: Module, kernel: Kernel, _: Naming) -> Iterator[CarriedRounding]:
    """What the loops of `kernel` carry and round, where no comment says that this is meant."""
    source = module.source
    if not _may_cast(source.lines_of(kernel.node)):
        return
    for loop, __ in statements_in(kernel.node.body):
        if not isinstance(loop, (ast.For, ast.While)) or not _casts(module, loop):
            continue
        for name, cast in _rounded(loop, loaded_names(kernel.node)):
            begun = _begun(kernel.node, loop, name, cast)
            last = cast.end_lineno or cast.lineno
            if begun is None or means_16_bits(source.lines, cast.lineno, last):
                continue
            wide = _WIDE.search(as_code(begun)) is not None
            head = source.span(loop.iter if isinstance(loop, ast.For) else loop.test)
            where = (source.span(cast), kernel.name, kernel.path, kernel.line)
            spelled = as_code(_target(cast))
            yield CarriedRounding(*where, name, spelled, head, source.span(begun), wide)


def _casts(module: Module, loop: ast.For | ast.While) -> bool:
    """Whether a statement of a loop itself casts so, as it is written."""
    assigned = (each for each in loop.body if isinstance(each, ast.Assign))
    return any(_may_cast(module.source.lines_of(each)) for each in assigned)


@kept(64)
def loaded_names(function: ast.FunctionDef) -> frozenset[str]:
    """The names that hold what was loaded, as it was, and nothing else."""
    found: dict[str, bool] = {}
    for node, _ in statements_in(function.body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                raw = isinstance(value, ast.Call) and as_code(value.func).endswith(".load")
                found[name] = raw and found.get(name, True)
            case ast.AugAssign(target=ast.Name(id=name)):
                found[name] = False
    return frozenset(name for name, raw in found.items() if raw)


def _rounded(loop: ast.For | ast.While, loaded: frozenset[str]) -> Iterator[tuple[str, ast.Call]]:
    """The names that a loop carries and rounds, each with the cast: what the next round begins with
    comes through it. What is rounded under an `if` is rounded by choice."""
    carried = _carried(loop)
    held: dict[str, _Through] = {name: {name: None} for name in carried}
    for statement in loop.body if carried else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                through = _through(value, held, loaded)
                if name in carried:
                    cast = through.get(name)
                    if cast is not None:
                        yield name, cast
                        return
                else:
                    held[name] = through


def _carried(loop: ast.For | ast.While) -> frozenset[str]:
    """The names that a loop adds to or multiplies, and never gives a value that is not made of
    them."""
    updated: set[str] = set()
    anew: set[str] = set()
    copies: dict[str, set[str]] = {}
    for node in (each for statement in loop.body for each in walk(statement)):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                updated.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names = {each.id for each in nodes(value, ast.Name)}
                names |= {each for one in names for each in copies.get(one, ())}
                copies.setdefault(name, set()).update(names)
                if name not in names:
                    anew.add(name)
                elif any(isinstance(each, ast.BinOp) for each in walk(value)):
                    updated.add(name)
            case ast.Name(id=name, ctx=ast.Store()) if name not in copies and name not in updated:
                anew.add(name)
    return frozenset(updated - anew)


def _through(node: ast.expr, held: Mapping[str, _Through], loaded: frozenset[str]) -> _Through:
    """The carried names that an expression is computed from by arithmetic and casts alone; a cast
    to the type of one of those that are `loaded` narrows them."""
    match node:
        case ast.Name(id=name):
            return held.get(name, {})
        case ast.Call() if (inner := _cast_value(node)) is not None:
            found = _through(inner, held, loaded)
            if _is_narrow(_target(node), loaded):
                return {name: cast or node for name, cast in found.items()}
            return found
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _ARITHMETIC):
            one, other = _through(left, held, loaded), _through(right, held, loaded)
            both = one.keys() & other.keys()
            kept = {name: None for name in both if one[name] is None or other[name] is None}
            return {**one, **other, **kept}
        case ast.UnaryOp(operand=operand):
            return _through(operand, held, loaded)
    return {}


def _is_narrow(target: ast.expr, loaded: frozenset[str]) -> bool:
    """Whether a type is one of 16 bits by its name, or that of what a kernel loads."""
    match target:
        case ast.Attribute(value=ast.Name(id=name), attr="dtype"):
            return name in loaded
    return _NARROW.search(as_code(target)) is not None


def _cast_value(call: ast.Call) -> ast.expr | None:
    """What a call casts, if it is a cast."""
    match call:
        case ast.Call(func=ast.Attribute(value=value, attr="to"), args=[_]):
            return value
        case ast.Call(func=ast.Attribute(attr="cast"), args=[value, _]):
            return value
    return None


def _target(cast: ast.Call) -> ast.expr:
    return cast.args[-1]


def _begun(
    function: ast.FunctionDef, loop: ast.For | ast.While, name: str, cast: ast.Call
) -> ast.expr | None:
    """Where a name is given a float32 before a loop, or a block of 16 bits, if the last value that
    it is given there is one; or what is loaded, where `cast` rounds a float32 that the loop makes
    of it."""
    found: ast.expr | None = None
    for node in walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=each)], value=value) if each == name:
                before = value.lineno < loop.lineno
                if before and (found is None or value.lineno > found.lineno):
                    found = value
    spelled = as_code(found) if found is not None else ""
    match found:
        case ast.Call(func=ast.Attribute(attr="load")):
            widens = f"{name}.to(" in as_code(cast) and _WIDE.search(as_code(cast)) is not None
            return found if widens else None
    if _OF_A_POINTER.search(spelled) and not as_code(_target(cast)).endswith("element_ty"):
        return found  # what is loaded tells the type of both
    return found if _WIDE.search(spelled) or _SHORT.search(spelled) else None

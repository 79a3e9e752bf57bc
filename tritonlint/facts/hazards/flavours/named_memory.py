"""What memory the names of a function stand for, and what a setting decides in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.project.tree import as_code, walk

# What gives another tensor over the same memory.
_ALIASES = frozenset("view reshape flatten contiguous permute transpose unsqueeze squeeze".split())
# A test that asks a setting, not a tensor.
_SETTING = re.compile(
    r"""["'](?:fp8|float8)\w*["']|quantized\w*\(\w*dtype|cache_dtype\b(?!\s*(?:is|[!=]=)\s*torch)"""
)
_LEAVES = (ast.Return, ast.Raise, ast.Continue)


def under_settings(node: ast.AST) -> set[int]:
    """What is done in a function where a setting asks for 8-bit floats, and with names that are
    given something there."""
    found: set[int] = set()
    names: set[str] = set()
    for test, after in _tests(node):
        if _SETTING.search(as_code(test.test)):
            leaves = _refuses(test.test) and isinstance(test.body[-1], _LEAVES)
            under = after if leaves else test.body
            inner = [inner for statement in under for inner in walk(statement)]
            found.update(map(id, inner))
            stored = (name for name in inner if isinstance(name, ast.Name))
            names |= {name.id for name in stored if isinstance(name.ctx, ast.Store)}
    for each in walk(node) if names else ():
        if isinstance(each, ast.Call) and any(
            isinstance(inner, ast.Name) and inner.id in names for inner in each.args
        ):
            found.add(id(each))
    return found


def _tests(node: ast.AST) -> Iterator[tuple[ast.If, list[ast.stmt]]]:
    """The branches in a function, each with the statements after it in its block."""
    for each in walk(node):
        for field in ("body", "orelse"):
            block = getattr(each, field, None)
            block = block if isinstance(block, list) else []
            for at, statement in enumerate(block):
                if isinstance(statement, ast.If):
                    yield statement, block[at + 1 :]


def _refuses(test: ast.expr) -> bool:
    """Whether a test comes out true where what it names is not so."""
    match test:
        case ast.UnaryOp(op=ast.Not()) | ast.Compare(ops=[ast.NotEq() | ast.NotIn()]):
            return True
    return False


def items_of(function: ast.AST) -> Mapping[str, str]:
    """The names in a function that are items of the memory of a name or an attribute: of loops and
    comprehensions, where one is unpacked, and of what is mapped over one."""
    found: dict[str, str] = {}
    lambdas: dict[str, list[ast.Lambda]] = {}
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for each in walk(function):
        match each:
            case ast.Assign(targets=[ast.Tuple() as target], value=value):
                pairs += [(name, value) for name in target.elts]
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.IfExp() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Lambda() | ast.IfExp() as value)
            ):
                inner = [value] if isinstance(value, ast.Lambda) else [value.body, value.orelse]
                lambdas[name] = [one for one in inner if isinstance(one, ast.Lambda)]
            case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
                pairs += _gone_through(target, over)
            case ast.Call(func=ast.Name(id="map"), args=[mapped, *overs]):
                own = [mapped] if isinstance(mapped, ast.Lambda) else []
                for one in lambdas.get(as_code(mapped), own):
                    pairs += [
                        (ast.Name(arg.arg), over)
                        for arg, over in zip(one.args.args, overs, strict=False)
                    ]
    for target, over in pairs:
        if isinstance(target, ast.Name) and (whole := memory(over, {})):
            found.setdefault(target.id, whole)
    return found


def _gone_through(target: ast.expr, over: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of a loop, with what each is an item of."""
    match target, over:
        case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=overs):
            return list(zip(targets, overs, strict=False))
        case ast.Tuple(elts=[_, inner]), ast.Call(func=ast.Name(id="enumerate"), args=[one, *_]):
            return _gone_through(inner, one)
    return [(target, over)]


def memory(node: ast.expr, items: Mapping[str, str]) -> str:
    """The name or attribute that a tensor goes back to that begins where that begins; nothing for
    another part of one."""
    match node:
        case ast.Name(id=name):
            return items.get(name, name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return f"self.{name}"
        case ast.Subscript(value=receiver, slice=ast.Tuple(elts=[*_, ast.Slice(lower=None)])):
            return memory(receiver, items)
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in _ALIASES:
            return memory(receiver, items)
    return ""

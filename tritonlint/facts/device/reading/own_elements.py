"""Elements that one program of a kernel alone comes to, and once: what is added there is no sum."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import as_code, last_name, nodes, only_given, walk

# What may give several programs, or rounds of a loop, the same element.
_SHARING = (ast.FloorDiv, ast.Mod, ast.RShift, ast.BitAnd)


def is_own(function: ast.FunctionDef, access: ast.Call) -> bool:
    """Whether the address of an access is reckoned from all the program ids that the kernel asks
    for, and from what each loop around it goes through, and from nothing that is loaded."""
    parts = list(_spelled_out(function, access.args[0]))
    if any(isinstance(each, ast.BinOp) and isinstance(each.op, _SHARING) for each in parts):
        return False
    called = {last_name(each.func) for each in parts if isinstance(each, ast.Call)}
    if "load" in called:
        return False
    named = {each.id for each in parts if isinstance(each, ast.Name)}
    own = {as_code(each) for each in parts if _is_program_id(each)}
    every = {as_code(each) for each in nodes(function, ast.Call) if _is_program_id(each)}
    return bool(own) and own == every and all(x in named for x in _counted(function, access))


def _is_program_id(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "program_id"


def _counted(function: ast.FunctionDef, access: ast.Call) -> Iterator[str]:
    """What the loops around an access count; an empty name for another loop."""
    for loop in nodes(function, ast.For, ast.While):
        if any(inner is access for each in loop.body for inner in walk(each)):
            target = loop.target if isinstance(loop, ast.For) else None
            yield target.id if isinstance(target, ast.Name) else ""


@kept(1024)
def _spelled_out(function: ast.FunctionDef, address: ast.expr) -> tuple[ast.AST, ...]:
    """The parts of an address, and of what the names in it are given that are given one value."""
    given, parts, known = only_given(function), list[ast.AST](walk(address)), set[str]()
    for each in parts:
        if isinstance(each, ast.Name) and each.id in given and each.id not in known:
            known.add(each.id)
            parts += walk(given[each.id])
    return tuple(parts)

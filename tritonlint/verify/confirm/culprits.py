"""Which parameters of a kernel stand behind an error of the compiler: those that the code it points
at is made of, through local names and calls of device functions."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import dotted_name


def blamed(kernel: Kernel, frames: Sequence[ast.AST]) -> list[str]:
    """The parameters of `kernel` behind an error, nearest first. `frames` are the code that it came
    from: in the kernel, in the device function that is called there, and so on."""
    if not frames:
        return []
    outer = _read(frames[0])
    found = _call(kernel, frames[0]) if len(frames) > 1 else None
    if found is not None:
        call, callee = found
        passed = _passed(call, callee)
        inner = (_read(passed[each]) for each in blamed(callee, frames[1:]) if each in passed)
        outer = [name for names in inner for name in names] or outer
    made_of = _made_of(kernel.node, outer)
    decided_by = _made_of(kernel.node, _tests(kernel.node, frames[0]))
    mixed = itertools.chain.from_iterable(itertools.zip_longest(made_of, decided_by))
    return [name for name in dict.fromkeys(mixed) if name is not None]


def _tests(function: ast.FunctionDef, place: ast.AST) -> list[str]:
    """The names in the tests of the branches around a place, innermost first. The compiler counts
    lines from the `def`."""
    line = function.lineno + getattr(place, "lineno", 0) - 1
    branches = [each for each in ast.walk(function) if isinstance(each, ast.If)]
    around = [each for each in branches if each.lineno <= line <= (each.end_lineno or 0)]
    around.sort(key=lambda each: each.lineno, reverse=True)
    return [name for each in around for name in _read(each.test)]


def _call(kernel: Kernel, node: ast.AST) -> tuple[ast.Call, Kernel] | None:
    """The call of a device function in `node`, and that function."""
    for each in ast.walk(node):
        spelled = dotted_name(each.func) if isinstance(each, ast.Call) else None
        callee = kernel.scope.lookup(spelled) if spelled and "." not in spelled else None
        if isinstance(each, ast.Call) and isinstance(callee, Kernel):
            return each, callee
    return None


def _passed(call: ast.Call, callee: Kernel) -> dict[str, ast.expr]:
    """What a call passes, by parameter."""
    arguments = callee.node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    passed = dict(zip(names, call.args, strict=False))
    return passed | {each.arg: each.value for each in call.keywords if each.arg}


def _made_of(node: ast.FunctionDef, names: Iterable[str]) -> list[str]:
    """The parameters of a function that `names` are made of, nearest first."""
    arguments = node.args
    parameters = {
        each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    made = _dependencies(node)
    waiting = deque(dict.fromkeys(names))
    seen, found = set(waiting), []
    while waiting:
        name = waiting.popleft()
        if name in parameters:
            found.append(name)
        fresh = [each for each in dict.fromkeys(made.get(name, ())) if each not in seen]
        seen.update(fresh)
        waiting += fresh
    return found


def _dependencies(node: ast.FunctionDef) -> dict[str, list[str]]:
    """For each local name the names that it is made of."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in ast.walk(node):
        match each:
            case ast.Assign(targets=targets, value=value):
                bound: Iterable[ast.expr] = targets
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                bound = (target,)
            case ast.AugAssign(target=target, value=value) | ast.For(target=target, iter=value):
                bound = (target,)
            case _:
                continue
        for target in bound:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Name):
                    found[inner.id] += _read(value)
    return found


def _read(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]

"""Which functions and classes care for the types that a setting may also have: a test elsewhere
that takes it for e4m3 is then right, or is what forgets them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, last_name, nodes, only_given, walk

_NAMED_OTHERS = re.compile(r"torch\.(?:float8_e5m2\b|int8\b)")


def _cares(module: Module, said: re.Pattern[str]) -> bool:
    """Whether something is compared with a setting or a dtype of that kind."""
    if not said.search(module.source.text):
        return False
    return any(
        isinstance(node, (ast.Compare, ast.MatchValue)) and said.search(as_code(node))
        for node in walk(module.tree)
    )


def caring(module: Module, said: re.Pattern[str]) -> Sequence[Definition] | None:
    """The functions of a module that make such tensors where a setting says so, or tell a kernel by
    a flag; None where another one compares something with it, or the module does so itself."""
    if not _cares(module, said):
        return ()
    found: dict[int, Definition] = {}
    for node in walk(module.tree):
        if isinstance(node, ast.MatchValue):
            node = node.value
        elif not isinstance(node, ast.Compare):
            continue
        if said.search(as_code(node)):
            function = module.function_at(node.lineno)
            if function is None or not (_chooses(function, said) or _tells(function, said)):
                return None
            found[id(function.node)] = function
    return list(found.values())


def _chooses(function: Definition, said: re.Pattern[str]) -> bool:
    """Whether a function names such a dtype under a test of that kind."""
    for node in walk(function.as_function):
        match node:
            case ast.If(test=test, body=[first, *_]) if said.search(as_code(test)):
                if isinstance(first, ast.Raise):
                    return False
                arms: Sequence[ast.AST] = node.body
            case ast.IfExp(test=test, body=body) if said.search(as_code(test)):
                arms = (body,)
            case _:
                continue
        if any(_NAMED_OTHERS.search(as_code(arm)) for arm in arms):
            return True
    return False


def _tells(function: Definition, said: re.Pattern[str]) -> bool:
    """Whether a function passes the outcome of such a comparison to a kernel, and has no other."""
    node = function.as_function
    asked = [x for x in nodes(node, ast.Compare) if said.search(as_code(x))]
    names = {name: value for name, value in only_given(node).items() if value in asked}
    passed = [
        names.get(value.id, value) if isinstance(value, ast.Name) else value
        for call in nodes(node, ast.Call)
        if isinstance(call.func, ast.Subscript)
        for value in (*call.args, *(each.value for each in call.keywords))
    ]
    return bool(asked) and all(each in passed for each in asked)


def are_apart(function: Definition, other: Definition) -> bool:
    """Whether neither of two functions is the other or calls it."""
    return (
        not any(
            last_name(node) == called.name
            for caller, called in ((function, other), (other, function))
            for node in walk(caller.as_function)
        )
        and function.node is not other.node
    )


def cares_above(function: Definition, setting: str, said: re.Pattern[str]) -> bool:
    """Whether a class that the setting may be an attribute of cares: one that the class of the
    function is derived from."""
    if not setting.startswith("self.") or function.owner is None:
        return False
    bases = map(function.module.meant, function.owner.bases)
    return any(_cares(each.module, said) for each in bases if each is not None)

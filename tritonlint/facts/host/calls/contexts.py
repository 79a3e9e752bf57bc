"""The contexts of autograd functions: what `forward` saves is what `backward` gets."""

from __future__ import annotations

import ast

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, last_name, nodes

# Parts of the names of 8-bit types.
_BYTES = ("int8", "float8", "fp8")


def saving(kind: Definition, method: Definition, name: str) -> Definition | None:
    """The method of an autograd function that fills the context, the parameter `name` of `method`:
    where that is its `backward`, and it may save memory of an 8-bit type."""
    if method.name != "backward" or name != first(method):
        return None
    methods = {each.name: each for each in kind.as_class.body if isinstance(each, FUNCTION)}
    if "forward" not in methods:
        return None
    made = Definition(kind.module, methods["forward"], kind.inside, "forward")
    if not _names_bytes(made):
        return None
    filling = methods.get("setup_context")
    return Definition(kind.module, filling, kind.inside, filling.name) if filling else made


def first(method: Definition) -> str:
    """The name of the first parameter of a method."""
    positional = signature(method.as_function).positional
    return positional[0].arg if positional else ""


@kept(1024)
def _names_bytes(function: Definition, further: int = 2) -> bool:
    """Whether a function, or one that it calls, names an 8-bit type."""
    node, text = function.as_function, function.module.source.text
    for part in (each for each in _BYTES if each in text):
        if any(part in last_name(each) for each in nodes(node, ast.expr)):
            return True
    called = (each.func for each in nodes(node, ast.Call)) if further else ()
    found = (function.module.meant(each, function.inside) for each in called)
    return any(
        _names_bytes(each, further - 1)
        for each in found
        if each is not None and isinstance(each.node, FUNCTION)
    )

"""Whether a kernel asks what it loads for its type: a cast at the load would change the answer."""

from __future__ import annotations

import ast
from collections.abc import Collection

from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import given_names, nodes
from tritonlint.source import Span


def asks_for_types(kernel: Kernel, loads: Collection[Span]) -> bool:
    """Whether a kernel asks for the type of what it has loaded at one of `loads`
    (`k.dtype.is_fp8()`, `p.to(v.dtype)`)."""
    given = given_names(kernel.node)
    attributes = nodes(kernel.node, ast.Attribute)
    asked = (each.value for each in attributes if each.attr in ("dtype", "type"))
    names = {each.id for each in asked if isinstance(each, ast.Name)}
    values = (value for name in names for value in given.get(name, ()))
    calls = (call for value in values for call in nodes(value, ast.Call))
    return any(kernel.span(call) in loads for call in calls)

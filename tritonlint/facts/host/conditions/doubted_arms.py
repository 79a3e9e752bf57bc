"""Arms of a branch that view bytes, where a caller decides that the other one is taken."""

from __future__ import annotations

import ast

from tritonlint.facts.host.conditions.silent_tests import speaks_of_types
from tritonlint.facts.host.memory import element_types
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Spelled
from tritonlint.facts.host.values.values import Condition, Tensor, Value
from tritonlint.facts.project.tree import as_code, nodes


def doubted(frame: Frame, node: ast.If, outcome: bool) -> Condition | None:
    """An open test in place of the one of `node`, which comes out as `outcome` by what the caller
    passes, where the other arm views as codes what is made of bytes in any case, and the test does
    not ask for a type: that nothing is viewed here may be an oversight."""
    if not frame.depth:
        return None
    for each in node.orelse if outcome else node.body:
        match each:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(ast.Name(id=viewed), "view"), args=[dtype]),
            ) if name == viewed and _is_bytes(frame, frame.env.get(name)):
                types = element_types.dtype_types(frame, frame.evaluate(dtype))
                if not element_types.all_codes(types):
                    continue
                code = as_code(node.test)
                asked = (frame.env.get(each.id) for each in nodes(node.test, ast.Name))
                if speaks_of_types(code) or any(isinstance(each, Tensor) for each in asked):
                    return None
                return Condition("opaque", Spelled(code), frame.span(node.test))
    return None


def _is_bytes(frame: Frame, value: Value | None) -> bool:
    """Whether a value is a tensor that is made of bytes and not viewed."""
    return (
        isinstance(value, Tensor)
        and value.view is None
        and element_types.all_bytes(element_types.tensor_types(frame, value))
    )

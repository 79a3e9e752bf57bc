"""What values of which little is known are called: the same wherever the same value is meant."""

from __future__ import annotations

import ast

from tritonlint.facts.host.choices import only_tensor
from tritonlint.facts.host.values import Condition, Const, DType, Instance, Method, Tensor, Value
from tritonlint.facts.project.tree import as_code


def symbol(value: Value, spelled: str | ast.expr) -> str:
    """A name for a value that is the same wherever the same value is meant; else it as it is
    spelled."""
    match only_tensor(value) or value:
        case Tensor(buffer=buffer):
            return buffer
        case Const(value=constant):
            return repr(constant)
        case Condition(key=key):
            return key
        case Instance(symbol=str() as named) if named:
            return named
        case DType(of=str() as of):
            return f"{of}.dtype"
        case Method(owner=owner, name=name, node=ast.Attribute(value=inner)):
            return f"{symbol(owner, inner)}.{name}"
    return spelled if isinstance(spelled, str) else as_code(spelled)


def as_tensor(value: Value) -> Value:
    """`a.b.c` of something unknown, as an unknown with that name."""
    if not isinstance(value, Method):
        return value
    owner = as_tensor(value.owner)
    spelled = value.node.value if isinstance(value.node, ast.Attribute) else ""
    return Tensor(f"{symbol(owner, spelled)}.{value.name}")


def is_key(index: ast.expr) -> bool:
    """Whether a subscript names an entry of a container rather than a part of a tensor."""
    written = isinstance(index, ast.Constant) and isinstance(index.value, str)
    return written or isinstance(index, ast.JoinedStr)


def entry_of(owner: Tensor, node: ast.Subscript) -> str:
    """What names the entry of a container that nothing is known of."""
    return f"{owner.buffer}[{as_code(node.slice)}]"

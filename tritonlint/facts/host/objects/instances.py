"""`isinstance`, as far as it is known what a value is."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.symbols import Made
from tritonlint.facts.host.values.values import (
    Class,
    Const,
    DType,
    Instance,
    Sequence,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import last_name

# Classes of what is gone through, of what is neither that nor a tensor, and of constants.
_LISTS = frozenset(("list", "tuple"))
_OTHERS = frozenset("dict str bytes int float bool".split())
_PLAIN: Mapping[str, type] = {each.__name__: each for each in (str, bytes, int, float, bool)}
# No base is looked for further up.
_DEEPEST = 8


def is_instance(frame: Frame, value: Value, kinds: ast.expr) -> bool | None:
    """Whether a value is of one of these classes; None where that is not known."""
    written = kinds.elts if isinstance(kinds, ast.Tuple) else (kinds,)
    if isinstance(value, Instance) or value == Const(None):
        outcomes = [_is_of(value, frame.evaluate(each)) for each in written]
        return True if True in outcomes else (None if None in outcomes else False)
    names = {last_name(each) for each in written}
    match value:
        case Const(value=constant):
            if names <= _PLAIN.keys():
                return isinstance(constant, tuple(_PLAIN[each] for each in names))
            return False if names <= {"Tensor", *_LISTS, *_OTHERS} else None
        case DType():
            return True if "dtype" in names else None
        case Sequence():
            return False if names <= {"Tensor", *_OTHERS} else (True if names >= _LISTS else None)
        case Tensor() if not value.several and (value.types or frame.known(value.buffer).known):
            return True if "Tensor" in names else (False if names <= {*_LISTS, *_OTHERS} else None)
    return None


def type_of(value: Value) -> Value | None:
    """The class that `type(value)` gives, of an object that is made here, or the class of each of
    several; None where one is not."""
    found = [(path, each) for path, each in options(value) if isinstance(each, Instance)]
    made = [(path, Class(x.definition)) for path, x in found if isinstance(x.symbol, Made)]
    return choose(*made) if len(made) == len(options(value)) else None


def _is_of(value: Value, kind: Value) -> bool | None:
    """Whether an object is of a class. One that is only annotated may be of any heir."""
    if not isinstance(kind, Class):
        return None
    if not isinstance(value, Instance):
        return False
    if _inherits(value.definition, kind.definition):
        return True
    return False if isinstance(value.symbol, Made) else None


def _inherits(one: Definition, other: Definition, depth: int = _DEEPEST) -> bool:
    return one.node is other.node or bool(
        depth and any(_inherits(each, other, depth - 1) for each in one.bases)
    )

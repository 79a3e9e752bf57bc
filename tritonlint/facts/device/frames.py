"""One function of a kernel while it is run, and places in it."""

from __future__ import annotations

import ast
from dataclasses import field

from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.values import Environment, Value
from tritonlint.facts.project.kernel import Scope
from tritonlint.frozen import dataclass


@dataclass
class Frame:
    """One function being run: its names, where it is, and what it has returned so far."""

    environment: Environment
    scope: Scope
    path: str
    via: tuple[Place, ...] = ()
    stack: tuple[ast.FunctionDef, ...] = ()
    returned: list[Value] = field(default_factory=list)
    # The environments of `break` and `continue`, one list for each loop that is being run.
    left: list[list[Environment]] = field(default_factory=list)


# An expression or statement and the function that it is in: a place that is worked out only when
# something happens there.
Where = tuple[Frame, ast.expr | ast.stmt]


def place_of(where: Where) -> Place:
    """The place in the file."""
    frame, node = where
    end_line = node.end_lineno or node.lineno
    end_column = (node.end_col_offset or node.col_offset) + 1
    return Place(frame.path, node.lineno, node.col_offset + 1, end_line, end_column)

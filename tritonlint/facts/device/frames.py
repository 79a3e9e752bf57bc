"""One function of a kernel while it is run, and places in it."""

from __future__ import annotations

import ast
from abc import abstractmethod
from dataclasses import field

from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.values import Value
from tritonlint.facts.flow.walk import Walk
from tritonlint.facts.project.kernel import Kernel, Scope
from tritonlint.frozen import dataclass


@dataclass
class Frame(Walk[Value, Value]):
    """One function being run: its names, where it is, and what it has returned so far. `via` are
    the calls that led to it from the kernel, `stack` the functions."""

    scope: Scope
    path: str
    via: tuple[Place, ...] = ()
    stack: tuple[ast.FunctionDef, ...] = ()
    returns: list[Value] = field(default_factory=list)

    @abstractmethod
    def outside(self, scope: Scope) -> Frame:
        """A frame for an expression that stands around a function: nothing is bound there."""

    @abstractmethod
    def entered(self, function: Kernel, where: Where) -> Frame:
        """The frame of a device function that is called at `where`."""


# An expression or statement and the function that it is in: a place that is worked out only when
# something happens there.
Where = tuple[Frame, ast.expr | ast.stmt]
# A place, and the calls that led to it: what is seen there is seen once for each.
Key = tuple[Place, tuple[Place, ...]]


def place_of(where: Where) -> Place:
    """The place in the file."""
    frame, node = where
    end_line = node.end_lineno or node.lineno
    end_column = (node.end_col_offset or node.col_offset) + 1
    return Place(frame.path, node.lineno, node.col_offset + 1, end_line, end_column)


def key_of(where: Where) -> Key:
    return place_of(where), where[0].via

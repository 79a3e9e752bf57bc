"""What the text of one function says: what it names, and whether it may launch or copy."""

from __future__ import annotations

import ast
import sys
from functools import cached_property

from tritonlint.facts.index.gates import (
    NO_KERNEL,
    body_of,
    code,
    may_copy,
    may_copy_own,
    may_launch,
)
from tritonlint.facts.index.handing import called
from tritonlint.facts.index.words import attributes, names, names_own
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import walk
from tritonlint.frozen import dataclass

# What copies is short; longer functions are left out, since they take long to follow.
_LONG = 120


@dataclass(frozen=True)
class Calls:
    """One function, and what its text says (in strings too: what a name leads to is decided when it
    is followed)."""

    definition: Definition

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in it, each once, with the attributes after it."""
        text = self._code
        return tuple(dict.fromkeys(map(_text, names(text, 0, len(text)))))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names of attributes in it."""
        text = self._code
        return frozenset(map(_text, attributes(text, 0, len(text))))

    @cached_property
    def on_own(self) -> frozenset[str]:
        """The attributes of what it may have a name for that is an attribute of `self`."""
        text = self._code
        return self.attributes if names_own(text, 0, len(text)) else frozenset()

    @cached_property
    def called_on_self(self) -> frozenset[str]:
        """The attributes of `self` that are called."""
        text = self._code
        return frozenset(map(_text, called(text, 0, len(text))))

    @cached_property
    def only_signed(self) -> frozenset[str]:
        """The names that stand in its signature only, as annotations."""
        text = self._code
        used = names(text, body_of(text, 0, len(text)), len(text))
        parts = {part for each in used for part in _text(each).split(".")}
        return frozenset(part for each in self.names for part in each.split(".")) - parts

    @cached_property
    def launches(self) -> bool:
        """Whether it may launch a kernel that it does not name."""
        text = self._code
        if not may_launch(text, (each.encode() for each in self.names), 0, len(text)):
            return False
        nodes = walk(self.definition.node)  # type: ignore[arg-type]
        return any(_may_launch(each) for each in nodes if isinstance(each, ast.Call))

    @cached_property
    def copies(self) -> bool:
        """Whether it is short and copies between tensors, of which it, or the class that it is a
        method of, calls some 8-bit floats and some bytes."""
        node = self.definition.as_function
        if self.definition.module.code_after(node.lineno, node) >= _LONG:
            return False
        owner, source, text = self.definition.owner, self.definition.module.source, self._text
        return may_copy(text) or (owner is not None and may_copy_own(text, source.lines_of(owner)))

    @property
    def _text(self) -> str:
        node = self.definition.node
        assert isinstance(node, ast.stmt)
        return self.definition.module.source.lines_of(node)

    @cached_property
    def _code(self) -> bytes:
        """The code of the function after its name."""
        node = self.definition.node
        text = code(self._text.encode())
        name = node.name.encode()  # type: ignore[union-attr]
        return text[text.find(name) + len(name) :]


def _text(name: bytes) -> str:
    # The same names stand in many functions.
    return sys.intern(name.decode("utf-8", "replace"))


def _may_launch(call: ast.Call) -> bool:
    """Whether a call may launch what stands before it: `kernel[grid](...)`, `kernel.run(...)`."""
    if not call.args and not call.keywords:
        return False  # a kernel takes something
    match call.func:
        case ast.Subscript(
            slice=ast.Constant(value=str() | int())
            | ast.UnaryOp(op=ast.USub(), operand=ast.Constant())
        ):
            return False  # an entry of a table or a list: no grid
        case ast.Subscript(value=ast.Name(id=name)):
            return name.encode() not in NO_KERNEL
        case ast.Attribute(attr="run"):
            return any(each.arg in ("grid", None) for each in call.keywords)
        case ast.Subscript() | ast.Attribute(attr="__getitem__"):
            return True
    return False

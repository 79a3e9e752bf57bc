"""What the functions of a file make bytes of: codes of 8-bit floats, exponents, pieces of wider
floats, rows that hold several of these. What other functions of the file take is made so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import BY_NAME, ElementTypes, from_torch
from tritonlint.facts.hazards.raw_bytes.evidence import NO_FLOAT
from tritonlint.facts.hazards.torch_code import float_type, given_dtype
from tritonlint.facts.hazards.written_numbers import number
from tritonlint.facts.host.memory.tensors import CONSTRUCTORS, CONVERSIONS
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import Function, assigned, last_name, nodes
from tritonlint.frozen import dataclass
from tritonlint.source import Span

EXPONENTS = ElementTypes.of(BY_NAME["float8_e8m0fnu"])
_MOST_STEPS = 16
_JOINING = frozenset(("cat", "concat", "concatenate", "hstack"))
# Read what others wrote: that these are bytes says nothing of what is in them.
_READING = frozenset(("fromfile", "memmap", "frombuffer", "load"))
_JOINS = re.compile(r"\b(?:cat|concat|concatenate|hstack)\s*\(")
_AS_BYTES = re.compile(r"view(?<!\wview)\s*\([^)]{0,80}?int8\b")


@dataclass(frozen=True)
class Piece:
    """Bytes that are made of one tensor: what it is called, and what type it has; `NO_FLOAT` of
    two numbers of 4 bits in each byte."""

    name: str
    types: ElementTypes


@dataclass(frozen=True)
class Made:
    """Bytes that a function makes, of one piece after the other, and where. `as_codes` is whether
    it views all of them as 8-bit floats."""

    pieces: tuple[Piece, ...]
    function: str
    span: Span
    as_codes: bool = False


def may_make(text: str) -> bool:
    """Whether a file may make bytes of floats, or of several numbers."""
    return "int8" in text and ("view" in text or "<<" in text or "to" in text)


def may_put_together(text: str) -> bool:
    """Whether a file may make rows of the bytes of several tensors."""
    return views_as_bytes(text) and _JOINS.search(text) is not None


def views_as_bytes(text: str) -> bool:
    """Whether a file may view tensors as bytes."""
    return "int8" in text and "view" in text and _AS_BYTES.search(text) is not None


def only_bytes(module: Module) -> Made | None:
    """What all bytes are that a file makes; None where it makes several kinds, or some of which
    that is not known."""
    made, others = _made(module)
    kinds = {tuple(each.types for each in one.pieces) for one in made}
    return made[0] if len(kinds) == 1 and not others else None


def rows(module: Module) -> tuple[Made, ...]:
    """The rows of several pieces that a file makes."""
    return tuple(each for each in _made(module)[0] if len(each.pieces) > 1)


def codes_of(module: Module, function: ast.AST, node: ast.expr) -> ElementTypes | None:
    """The 8-bit floats that an expression in a function makes bytes of."""
    made = _reader(module, function).pieces(node)
    types = made[0].types if made is not None and len(made) == 1 else None
    codes = types is not None and types.types and all(each.is_code for each in types.types)
    return types if codes else None


@kept(64)
def _made(module: Module) -> tuple[tuple[Made, ...], bool]:
    """What a file makes bytes of, and whether it makes any of what is not known."""
    if not may_make(module.source.text):
        return (), False
    found: list[Made] = []
    others = False
    for each in module.functions:
        reader = _reader(module, each.as_function)
        for node, parts, as_codes in reader.makes(each.as_function):
            span = module.source.span(node)
            found.append(Made(parts, each.name, span, as_codes))
        others = others or reader.others
    return tuple(found), others


@kept(256)
def _reader(module: Module, function: ast.AST) -> _Reader:
    return _Reader(module, function)


class _Reader:
    """Reads the expressions of one function."""

    def __init__(self, module: Module, function: ast.AST) -> None:
        self.others = False
        self._module = module
        self._names = _assigned(function)
        self._stated = _stated(function)
        self._used: set[int] = set()

    def makes(self, function: ast.AST) -> Iterator[tuple[ast.expr, tuple[Piece, ...], bool]]:
        """The expressions that make bytes, the longest of each, what they are made of, and whether
        they are viewed as 8-bit floats."""
        expressions = list(nodes(function, ast.expr))
        for node in expressions:
            if id(node) not in self._used and not isinstance(node, ast.Name):
                made = self.pieces(node)
                if made is not None:
                    self._use(node)
                    to = _viewed_as(node)
                    yield node, made, to is not None and float_type(to) is not None
        left = (each for each in expressions if id(each) not in self._used)
        self.others = any(map(_gives_bytes, left))

    def _use(self, node: ast.expr) -> None:
        """What is in an expression is none of its own, nor is what the names in it stand for."""
        waiting: list[ast.AST] = [node]
        while waiting:
            each = waiting.pop()
            if id(each) in self._used and each is not node:
                continue
            self._used.add(id(each))
            waiting += ast.iter_child_nodes(each)
            if isinstance(each, ast.Name) and each.id in self._names:
                waiting.append(self._names[each.id])

    def pieces(self, node: ast.expr, steps: int = _MOST_STEPS) -> tuple[Piece, ...] | None:
        """What the bytes are made of that an expression gives; None where that is not known."""
        if not steps:
            return None
        match node:
            case ast.Name(id=name) if name in self._names:
                return self.pieces(self._names[name], steps - 1)
            case ast.BinOp(op=ast.BitOr()) if any(map(_by_four, (node.left, node.right))):
                return (Piece("", NO_FLOAT),)
            case ast.Call(args=[ast.List() | ast.Tuple() as parts, *_]):
                each_part = [self.pieces(each, steps - 1) for each in parts.elts]
                whole = [piece for each in each_part if each is not None for piece in each]
                joins = last_name(node.func) in _JOINING and None not in each_part
                return tuple(whole) if joins else None
            case ast.Call(func=ast.Attribute(value=owner, attr="to" | "view" | "astype")):
                return self._converted(node, owner, steps)
            case ast.Call(func=ast.Attribute(value=owner)):
                return self.pieces(owner, steps - 1)
        return None

    def _converted(self, node: ast.Call, owner: ast.expr, steps: int) -> tuple[Piece, ...] | None:
        to = _viewed_as(node)
        if to is None or not _is_byte(to):
            known = self.pieces(owner, steps - 1)
            view = to is None or last_name(node.func) == "view"
            return known if view else None
        if last_name(node.func) == "view":
            types = self._type(owner, steps)
            return None if types is None else (Piece(_called(owner), types),)
        return (Piece(_called(owner), EXPONENTS),) if self._is_biased(owner, steps) else None

    def _is_biased(self, node: ast.expr, steps: int) -> bool:
        """Whether an expression is an exponent to which the bias of 127 is added."""
        if not steps:
            return False
        match node:
            case ast.Name(id=name) if name in self._names:
                return self._is_biased(self._names[name], steps - 1)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return any(number(self._module, each) == 127 for each in (left, right))
            case ast.Call(func=ast.Attribute(value=owner)) if last_name(owner) != "torch":
                return self._is_biased(owner, steps - 1)
            case ast.Call(args=[first, *_]):
                return self._is_biased(first, steps - 1)
        return False

    def _type(self, node: ast.expr, steps: int) -> ElementTypes | None:
        """The float type of a tensor, as far as the function tells."""
        if not steps:
            return None
        match node:
            case ast.Name(id=name):
                value = self._names.get(name)
                return self._stated.get(name) or (value and self._type(value, steps - 1)) or None
            case ast.Subscript(value=owner) | ast.UnaryOp(operand=owner):
                return self._type(owner, steps - 1)
            case ast.BinOp(left=left, right=right):
                sides = {self._type(each, steps - 1) for each in (left, right)} - {None}
                return sides.pop() if len(sides) == 1 else None
            case ast.Call(func=ast.Attribute(value=owner, attr=how), args=arguments):
                to = _viewed_as(node)
                if to is not None:
                    return float_type(to)
                if how in CONVERSIONS or how in CONSTRUCTORS:
                    element = from_torch(CONVERSIONS.get(how, ""))
                    return ElementTypes.of(element) if element and element.is_float else None
                whole = last_name(owner) == "torch" and bool(arguments)
                return self._type(arguments[0] if whole else owner, steps - 1)
        return None


def _viewed_as(node: ast.expr) -> ast.expr | None:
    """The dtype that a tensor is made with, viewed as or converted to; None for a shape or a
    device."""
    match node:
        case ast.Call(keywords=[_, *_]) if (given := given_dtype(node)) is not None:
            return given
        case ast.Call(func=ast.Attribute(attr="to" | "view" | "astype"), args=[to]):
            return to if _is_byte(to) or float_type(to) is not None else None
    return None


def _is_byte(node: ast.expr) -> bool:
    return last_name(node) in ("uint8", "int8")


def _gives_bytes(node: ast.expr) -> bool:
    """Whether an expression makes, converts to or views as bytes."""
    to = _viewed_as(node)
    if isinstance(node, ast.Call) and last_name(node.func) == "byte" and not node.args:
        return True
    reads = isinstance(node, ast.Call) and last_name(node.func) in _READING
    return to is not None and _is_byte(to) and not reads


def _by_four(node: ast.expr) -> bool:
    """Whether something is shifted to the upper half of a byte."""
    match node:
        case ast.BinOp(op=ast.LShift(), right=ast.Constant(value=4)):
            return True
        case ast.Call(func=ast.Attribute(value=owner)):
            return _by_four(owner)
    return False


def _called(node: ast.expr) -> str:
    """What a tensor is called, whatever is done to its shape."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
        node = node.value if isinstance(node, ast.Attribute) else node
    return last_name(node)


@kept(1024)
def _assigned(function: ast.AST) -> Mapping[str, ast.expr]:
    """What the names of a function are given last."""
    found: dict[str, ast.expr] = {}
    for node in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(node):
            if isinstance(target, ast.Name):
                found[target.id] = value
    return found


@kept(1024)
def _stated(function: Function | ast.AST) -> Mapping[str, ElementTypes]:
    """The float types that a function asserts names to have."""
    found: dict[str, ElementTypes] = {}
    for node in nodes(function, ast.Compare):
        match node:
            case ast.Compare(left=left, ops=[*ops], comparators=[*rest]) if all(
                isinstance(each, (ast.Eq, ast.Is)) for each in ops
            ):
                types = float_type(rest[-1])
                for each in (left, *rest[:-1]):
                    if isinstance(each, ast.Attribute) and each.attr == "dtype" and types:
                        found[last_name(each.value)] = types
    return found

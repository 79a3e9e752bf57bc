"""Copies between tensors of 8-bit floats and tensors of bytes: they convert numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tritonlint.dtypes import INT8, UINT8, UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.host.calls.arguments import Arguments
from tritonlint.facts.host.events import Copy, Form
from tritonlint.facts.host.memory.element_types import (
    ANY_FLOAT,
    all_bytes,
    all_codes,
    dtype_types,
    tensor_types,
    wide_floats,
)
from tritonlint.facts.host.memory.whole_numbers import is_whole
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, options
from tritonlint.facts.host.values.symbols import HasType
from tritonlint.facts.host.values.values import DType, Sequence, Tensor, Value
from tritonlint.facts.project.tree import as_code
from tritonlint.source import Span

# What code says of bytes that are numbers.
_COUNTS = re.compile(
    r"mask|valid|bool|flag|keep|ids?\b|ind(?:ex|ices)|token|pixel|image|frame|nibble|int4|fp4|packed"
    r"|expo|e8m0|scale|\bsf|count|len|hash|rng|seed|state",
    re.IGNORECASE,
)
# Methods that convert to a type of one byte.
_BYTES = {"byte": UINT8, "char": INT8}

# Methods that copy elements into a tensor as they are: at which place, and as what, they are given
# the tensor with these.
_COPIED = {
    "copy_": (0, "src"),
    "index_copy_": (2, "source"),
    "index_put_": (1, "values"),
    "masked_scatter_": (1, "source"),
    "scatter_": (2, "src"),
}


def method(frame: Frame, node: ast.Call, owner: Value, name: str, arguments: Arguments) -> None:
    """Record `x.copy_(y)`, `x.to(dtype)` and `x.byte()`."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return
    if name in _COPIED and (source := arguments.get(*_COPIED[name])) is not None:
        keep_codes(frame, node, owner, source)
    if name == "copy_" and node.args and arguments.positional:
        _record(
            frame, node, "copy", (function.value, owner), (node.args[0], arguments.positional[0])
        )
    elif name in ("to", "type") and len(node.args) == 1 and not node.keywords:
        _conversion(frame, node, function, owner, arguments.positional[0])
    elif name in _BYTES and not node.args and not node.keywords:
        _conversion(frame, node, function, owner, DType(ElementTypes.of(_BYTES[name])))


def assignment(frame: Frame, node: ast.Assign, target: ast.Subscript, value: Value) -> None:
    """Record `x[...] = y`, where `value` is that of `y`; an item of a list is held in the place of
    what the list held."""
    owner = frame.evaluate(target.value)
    held = any_item(owner) if isinstance(owner, Sequence) else owner
    if held is not None:
        keep_codes(frame, node, held, value)
    _record(frame, node, "assignment", (target.value, owner), (node.value, value))


def keep_codes(frame: Frame, node: ast.expr | ast.stmt, target: Value, source: Value) -> None:
    """Note that codes of 8-bit floats, or pieces of wider ones, viewed as bytes, are copied into
    bytes; or whatever is viewed as bytes for that, of an unknown type."""
    for _, each in options(source):
        for _, to in options(target):
            if isinstance(each, Tensor) and isinstance(to, Tensor) and to.buffer != each.buffer:
                if all_bytes(tensor_types(frame, to)):
                    codes = _codes(frame, each)
                    codes = UNKNOWN if codes is None and _is_moved(frame, node, each) else codes
                    if codes is not None:
                        frame.note("codes", to.buffer, codes, frame.span(node), to.part)


def _is_moved(frame: Frame, node: ast.expr | ast.stmt, tensor: Tensor) -> bool:
    """Whether memory of a type that is not known is viewed as bytes to be copied: it is of another
    one, as far as no name says that it counts or masks."""
    viewed = tensor.view is not None and tensor.types is not None and all_bytes(tensor.types)
    return viewed and not frame.known(tensor.buffer).known and not _COUNTS.search(_moved(node))


def _moved(node: ast.expr | ast.stmt) -> str:
    """The code of what is copied, and of what it is copied to, without that of what selects it."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner), args=[first, *rest], keywords=keywords):
            into = [each.value for each in keywords if each.arg == "out"]
            pair = [first, *into] if into else [owner, *(rest[-1:] or [first])]
            return " ".join(map(as_code, pair))
    return as_code(node)


def keep_codes_of(frame: Frame, span: Span, made: Tensor, parts: Iterable[Value]) -> None:
    """Note that bytes which are made of others hold codes of 8-bit floats, where each of them
    does."""
    if not all_bytes(tensor_types(frame, made)):
        return
    found = {_codes(frame, each) if isinstance(each, Tensor) else None for each in parts}
    codes = found.pop() if len(found) == 1 else None
    if codes is not None:
        frame.note("codes", made.buffer, codes, span, made.part)


def _codes(frame: Frame, tensor: Tensor) -> ElementTypes | None:
    """The floats that the bytes of a tensor are codes or pieces of, as far as it was made of them,
    they were copied into it, or all of it is viewed as them. Kernels read exponents as the integers
    that they are."""
    if not all_bytes(tensor_types(frame, tensor)):
        return None
    made = frame.known(tensor.buffer)
    if (made.types and all(t.is_code for t in made.types)) or wide_floats(made):
        return made
    names = frame.run.dtypes.get(tensor.buffer, frozenset())
    names = names if not made.known or made == ANY_FLOAT else frozenset()
    for each in frame.run.notes.of_kind("default") if tensor.view is not None and names else ():
        if each.buffer in names and all_codes(each.types):
            return each.types
    notes = frame.run.notes.by_buffer(tensor.buffer)
    for each in notes if tensor.view is not None else ():
        own = HasType(tensor.buffer, str(each.types))
        if each.kind == "asserted" and all(t.is_code for t in each.types.types or ()):
            if each.types.types and {*each.path} - {(own, True)} <= {*frame.path}:
                return each.types
    codes = next((each.types for each in notes if each.kind == "codes"), None)
    if codes is not None:
        return codes
    views = {(x.types, x.part) for x in notes if x.kind == "view" and {*x.path} <= {*frame.path}}
    seen, part = views.pop() if len(views) == 1 else (UNKNOWN, None)
    return seen if part is None and seen.types and all(t.is_code for t in seen.types) else None


def _conversion(
    frame: Frame, node: ast.Call, function: ast.Attribute, owner: Value, dtype: Value
) -> None:
    """A conversion of codes to bytes, or of bytes to powers of two."""
    sides = _sides(tensor_types(frame, owner), dtype_types(frame, dtype))
    if sides is None or _guarded(owner) or _is_whole(frame, function.value):
        return
    encoded, byte, to_bytes = sides
    if to_bytes or not encoded.is_code:
        whole = frame.span(node)
        end = frame.span(function)
        name = Span(
            end.path,
            end.end_line,
            end.end_column - len(function.attr),
            end.end_line,
            end.end_column,
        )
        source = frame.span(function.value)
        frame.run.copies.append(
            Copy(
                whole,
                frame.function,
                "conversion",
                source,
                name,
                encoded,
                byte,
                to_bytes,
                _evidence(frame, owner),
            )
        )


def _record(
    frame: Frame,
    node: ast.expr | ast.stmt,
    form: Form,
    target: tuple[ast.expr, Value],
    source: tuple[ast.expr, Value],
) -> None:
    types, into = tensor_types(frame, source[1]), target[1]
    if not types.known:
        types, into = _asserted_with(frame, source[1], into)
    sides = _sides(types, tensor_types(frame, into))
    if sides is None or _guarded(target[1]) or _guarded(source[1]) or _is_whole(frame, source[0]):
        return
    encoded, byte, to_bytes = sides
    frame.run.copies.append(
        Copy(
            frame.span(node),
            frame.function,
            form,
            frame.span(source[0]),
            frame.span(target[0]),
            encoded,
            byte,
            to_bytes,
            (*_evidence(frame, target[1]), *_evidence(frame, source[1])),
        )
    )


def _asserted_with(frame: Frame, source: Value, target: Value) -> tuple[ElementTypes, Value]:
    """What the memory of `source` is asserted to be on the path of one of the values that `target`
    can be, and that value: `if kind == "scale"` asserts the one and binds the other."""
    for path, to in options(target):
        known = {*frame.path, *path, *getattr(to, "tested", ())}
        held = [each for _, each in options(source) if isinstance(each, Tensor)]
        for each in held if not any(one.view or one.types for one in held) else ():
            for note in frame.run.notes.by_buffer(each.buffer):
                own = HasType(note.buffer, str(note.types))
                if note.kind == "asserted" and {*note.path} - {(own, True)} <= known:
                    return note.types, to
    return UNKNOWN, target


def _sides(
    source: ElementTypes, target: ElementTypes
) -> tuple[ElementType, ElementType, bool] | None:
    """The 8-bit float, the byte type, and whether the copy goes to the bytes; None for any other
    pair of types."""
    one, other = source.types, target.types
    if not one or not other:
        return None
    if all(t.is_fp8 for t in one) and all(t.is_byte for t in other):
        return min(one, key=str), min(other, key=str), True
    if all(t.is_byte for t in one) and all(t.is_fp8 for t in other):
        return min(other, key=str), min(one, key=str), False
    return None


def _guarded(value: Value) -> bool:
    """Whether some view of it happens under an `if` only."""
    return any(isinstance(each, Tensor) and each.guarded for _, each in options(value))


def _is_whole(frame: Frame, node: ast.expr) -> bool:
    """Whether the numbers of `node` are whole: bytes and 8-bit floats hold them alike."""
    return bool(frame.enclosing) and is_whole(frame.enclosing[-1], node)


def _evidence(frame: Frame, value: Value) -> tuple[tuple[Span, str], ...]:
    """Where the element type of a tensor is seen: its view, else where its buffer is made or
    asserted."""
    for _, each in options(value):
        if not isinstance(each, Tensor):
            continue
        if each.view is not None and each.types is not None:
            return ((each.view, f"viewed as {each.types} here"),)
        for note in reversed(frame.run.notes):
            if note.buffer == each.buffer and note.kind in ("allocated", "asserted"):
                what = "of type" if note.kind == "allocated" else "asserted to be"
                return ((note.span, f"{what} {note.types} here"),)
    return ()

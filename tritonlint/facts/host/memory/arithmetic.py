"""What arithmetic in launching code says of element types."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from collections.abc import Sequence as Items

from tritonlint.dtypes import BY_NAME, FLOAT32, INT8, UNKNOWN, ElementTypes, from_torch
from tritonlint.facts.host.memory import byte_counts
from tritonlint.facts.host.memory.element_types import (
    ANY_FLOAT,
    FLOATS,
    dtype_symbol,
    tensor_types,
    wide_floats,
)
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Allocation, Attribute, Reckoned, Symbol
from tritonlint.facts.host.values.values import Const, Instance, Tensor, Value
from tritonlint.facts.project.tree import as_code
from tritonlint.source import Span

# Functions and methods of torch's that nobody calls with codes or with indices.
_OF_NUMBERS = frozenset(
    """abs amax aminmax norm softmax log_softmax sigmoid tanh exp log log2 sqrt rsqrt mean std var
    silu gelu relu softplus layer_norm rms_norm group_norm batch_norm linear matmul mm bmm addmm
    mse_loss l1_loss cross_entropy scaled_dot_product_attention""".split()
)

# What comes of float32 and another type of floats, unless that one is a tensor of no dimensions, by
# its name: such gives way, as a number does.
_FLOAT32 = ElementTypes.of(FLOAT32)
_WIDE = ElementTypes(frozenset({FLOAT32, BY_NAME["float64"]}))
_SCALAR = re.compile(r"scal|alpha|beta|gamma|factor|eps|temp|norm|coef|weight|lambda|amax|max|sum")
_OPERATIONS = {ast.Mod: "%", ast.FloorDiv: "//", ast.Add: "+", ast.Sub: "-"}


def reckons(frame: Frame, dtype: Value, names: Items[object], span: Span) -> None:
    """Note that the code reckons with 8-bit integers where it looks `dtype` up among `names`: those
    of types of 8 bits. A table of other types too only translates."""
    symbol = dtype_symbol(dtype)
    spelled = [str(name) for name in names] if symbol is not None else []
    if symbol is None or "torch.int8" not in spelled:
        return
    types = (name.partition("torch.")[2] for name in spelled)
    known = [element for each in types if (element := from_torch(each)) is not None]
    if all(element.width == 8 for element in known):
        frame.note("integers", symbol, ElementTypes.of(INT8), span)


def reckoned(frame: Frame, node: ast.BinOp, left: Value, right: Value) -> Tensor:
    """What arithmetic with numbers or tensors gives: floats, where it divides or one side is a
    float."""
    made = _bit_of(node, left, right) or _of_number(frame, node, left) or frame.unknown(node)
    sides = left, right
    each_side = [(each, _number_types(frame, each)) for each in sides]
    known = {types for _, types in each_side if wide_floats(types)}
    # A written number gives way: the tensor beside it keeps its type.
    known = {x for each, x in each_side if x in known and not isinstance(each, Const)} or known
    if isinstance(node.op, (ast.Div, ast.MatMult)) or (
        known and not isinstance(node.op, ast.FloorDiv)
    ):
        numbers = any(isinstance(each, Const) for each in sides)
        both = len(known) == 1 and all(types in known for _, types in each_side)
        if not both and not numbers and known == {_FLOAT32}:
            wide = node.left if each_side[0][1] == _FLOAT32 else node.right
            return _of_floats(frame, node, FLOATS if _SCALAR.search(as_code(wide)) else _WIDE)
        alone = known.pop() if both or (len(known) == 1 and numbers) else FLOATS
        return _of_floats(frame, node, alone)
    byte_counts.note_count(frame, node, made, left, right)
    return made


def negated(frame: Frame, node: ast.UnaryOp, operand: Value) -> Value:
    """What `-x` and `+x` are: of floats, floats of the same type."""
    known = tensor_types(frame, operand)
    if isinstance(operand, Tensor) and wide_floats(known):
        return _of_floats(frame, node, known)
    return frame.unknown(node)


def _of_floats(frame: Frame, node: ast.expr, types: ElementTypes) -> Tensor:
    """A new tensor of floats, which the code at `node` computes."""
    at = frame.span(node)
    made = Tensor(Allocation(at.path, at.line, at.column, frame.site, "="))
    frame.types[made.buffer] = types
    return made


def _bit_of(node: ast.BinOp, left: Value, right: Value) -> Tensor | None:
    """The bit of a setting that `flags & 1` or `kind & Kind.CODES` is: the same wherever it is
    asked for."""
    match node.op, left:
        case ast.BitAnd(), Tensor(buffer=of, types=None, part=None):
            return Tensor(Attribute(of, f"& {as_code(node.right)}"))
        case ast.BitAnd(), Instance(symbol=Symbol() as of):
            return Tensor(Attribute(of, f"& {as_code(node.right)}"))
    return None


def _of_number(frame: Frame, node: ast.BinOp, left: Value) -> Tensor | None:
    """What `layer % 4`, `layers - 1` and the like are, of something that may be a number."""
    match node.right, left:
        case ast.Constant(value=int() as by), Tensor(buffer=of, types=None, part=None):
            operation = _OPERATIONS.get(type(node.op))
            if operation is not None and not frame.known(of).known:
                return Tensor(Reckoned(of, f"{operation} {by}"))
    return None


def takes_numbers(frame: Frame, name: str, values: Iterable[Value], span: Span) -> None:
    """Note the tensors of unknown type that a function of torch's takes for numbers."""
    for value in values if name in _OF_NUMBERS else ():
        for path, each in options(value):
            if isinstance(each, Tensor) and not tensor_types(frame, each).known:
                frame.note("numbers", each.buffer, ANY_FLOAT, span, each.part, path)


def _number_types(frame: Frame, value: Value) -> ElementTypes:
    if isinstance(value, Const):
        return FLOATS if isinstance(value.value, float) else UNKNOWN
    return tensor_types(frame, value)

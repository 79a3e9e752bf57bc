"""What torch does to element types and memory: constructors, views, conversions and shape
operations."""

from __future__ import annotations

from collections.abc import Sequence as Items

from tritonlint.dtypes import BY_NAME, INT8, UNKNOWN, ElementTypes, from_torch
from tritonlint.facts.host.calls.arguments import Arguments, is_stand_in
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.memory import byte_counts
from tritonlint.facts.host.memory.element_types import (
    ANY_FLOAT,
    FLOATS,
    all_bytes,
    decides_bytes,
    dtype_of,
    dtype_symbol,
    dtype_types,
    item_size,
    known_of,
    tensor_types,
    wide_floats,
)
from tritonlint.facts.host.memory.named_dtypes import written_dtype
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, is_dtype, options
from tritonlint.facts.host.values.places import Part
from tritonlint.facts.host.values.symbols import Allocation, Attribute, HasType, Symbol
from tritonlint.facts.host.values.values import Const, DType, Path, Sequence, Tensor, Value
from tritonlint.frozen import replace
from tritonlint.source import Span

CONSTRUCTORS = frozenset(
    """
    empty zeros ones full rand randn empty_strided randint arange tensor as_tensor full_like
    empty_like zeros_like ones_like rand_like randn_like new_empty new_zeros new_ones new_full
    new_tensor new_empty_strided eye linspace frombuffer asarray memmap fromfile from_file
    empty_permuted
    """.split()
)
_UNTYPED = frozenset(
    """
    tensor as_tensor new_tensor arange randint full frombuffer asarray memmap fromfile from_file
    """.split()
)
# Give the tensor that they are given, unless a dtype is said.
_AS_IT_IS = frozenset(("as_tensor", "asarray"))
# Same memory, same element type, another shape.
SHAPES = frozenset(
    """
    contiguous permute transpose reshape squeeze unsqueeze flatten unflatten expand expand_as
    as_strided t movedim swapaxes swapdims view_as detach cuda cpu clone data pin_memory
    requires_grad_ swapdims mT T H copy zero_ fill_ copy_ set_ squeeze_ unsqueeze_ broadcast_to
    ravel refine_names contiguous_ repeat repeat_interleave tile roll flip fliplr flipud rot90
    gather take take_along_dim masked_select masked_fill index_fill tril triu share_memory_
    """.split()
)
# Give a tensor other memory, or more of it.
_RESIZES = frozenset("set_ resize_ resize_as_".split())
# New memory of the same type, where that is one of floats.
_ELEMENTWISE = frozenset(
    """
    abs clamp clamp_max clamp_min clip neg round exp expm1 log log2 log10 log1p sqrt rsqrt square
    reciprocal pow sigmoid logsigmoid tanh relu gelu silu softplus softmax log_softmax sum mean amax
    amin norm prod cumsum logsumexp std var
    """.split()
)
# The greatest or least values and where they are; the others where a dimension is given.
_PAIRS = frozenset("topk sort kthvalue mode cummax cummin".split())
_PAIRS_ALONG = frozenset("max min median nanmedian".split())
_INDICES = ElementTypes.of(BY_NAME["int64"])
# Same memory, a part of it.
PARTS = frozenset(
    """
    narrow select index_select unbind split chunk tensor_split split_with_sizes unfold
    diagonal
    """.split()
)
_TUPLES = frozenset("unbind split chunk tensor_split split_with_sizes".split())
CONVERSIONS = {
    "float": "float32",
    "half": "float16",
    "bfloat16": "bfloat16",
    "double": "float64",
    "int": "int32",
    "long": "int64",
    "short": "int16",
    "char": "int8",
    "byte": "uint8",
    "bool": "bool",
}


def construct(
    frame: Frame, name: str, arguments: Arguments, like: Value | None, span: Span
) -> Value:
    """The tensor that a constructor such as `torch.empty` or `x.new_zeros` makes; `like` is the
    tensor it takes after. Where a test decides whether it holds bytes, it is one of several."""
    dtypes = (each for each in arguments.positional if isinstance(each, DType))
    dtype = arguments.keywords.get("dtype") or next(dtypes, None)
    dtype = written_dtype(dtype or arguments.get(1, "dtype")) or dtype
    if dtype is None and name in _AS_IT_IS and isinstance(like, Tensor):
        if tensor_types(frame, like).known:
            return like
    if dtype is None and like is not None and (name.endswith("_like") or name.startswith("new_")):
        own = dtype_of(frame, like)
        dtype = own if decides_bytes(frame, own) else None
    if dtype is not None and decides_bytes(frame, dtype):
        made_on = [
            (path, allocated(frame, dtype_types(frame, each), span, f"?{index}", path))
            for index, (path, each) in enumerate(options(dtype))
            if not contradicts(path, frame.path)
        ]
        return choose(*made_on) if made_on else allocated(frame, UNKNOWN, span)
    if dtype is not None:
        types = dtype_types(frame, dtype)
    elif name.endswith("_like") or name.startswith("new_"):
        types = dtype_types(frame, dtype_of(frame, like)) if like is not None else UNKNOWN
    else:
        types = UNKNOWN if name in _UNTYPED else FLOATS
    stands_in = all_bytes(types) and is_stand_in(name, arguments)
    made = allocated(frame, UNKNOWN if stands_in else types, span)
    if stands_in:
        frame.run.stand_ins[made.buffer] = types
    if all_bytes(types):
        byte_counts.note_made(frame, made, arguments, span)
    if dtype is not None:
        _made_with(frame, made.buffer, dtype, span)
        _made_alike(frame, made.buffer, types, dtype)
    elif like is not None:
        _made_alike(frame, made.buffer, types, like)
    return made


def allocated(
    frame: Frame, types: ElementTypes, span: Span, mark: str = "", path: Path = ()
) -> Tensor:
    """New memory of these types, `mark` tells apart what one expression makes on several paths,
    each on its own `path`. What an earlier run of the same expression made is forgotten."""
    buffer = Allocation(span.path, span.line, span.column, frame.site, mark)
    frame.types.pop(buffer, None)
    if types.known:
        frame.types[buffer] = types
        frame.note("allocated", buffer, types, span, path=path)
    return Tensor(buffer)


def _made_with(frame: Frame, buffer: Symbol, dtype: Value, span: Span) -> None:
    """Remember what names the dtype of new memory, where it is not known and may be int8."""
    types = dtype_types(frame, dtype)
    if types.known and types != ANY_FLOAT:
        return
    each_path = list(options(dtype))
    named = tuple((path, s) for path, each in each_path if (s := dtype_symbol(each)) is not None)
    frame.run.named[buffer] = named
    known = (s for path, s in named if (HasType(s, str(INT8)), False) not in path)
    frame.run.dtypes[buffer] = frozenset(known)
    for path, each in each_path:
        own = each.types.single if isinstance(each, DType) else None
        if own == INT8:
            frame.note("integers", buffer, ElementTypes.of(INT8), span, path=path)
        elif own is not None and own.is_float:
            frame.note("may_be", buffer, ElementTypes.of(own), span, path=path)


def _made_alike(frame: Frame, buffer: Symbol, types: ElementTypes, like: Value) -> None:
    """Remember which tensors new memory has the type of (or which parameters name it), where it is
    not known."""
    if not types.known:
        named = {symbol for _, each in options(like) if (symbol := dtype_symbol(each)) is not None}
        further = (frame.run.alike.get(each, frozenset()) for each in named)
        frame.run.alike[buffer] = frozenset(named).union(*further)


def view(frame: Frame, tensor: Tensor, arguments: Arguments, span: Span) -> Value:
    """`tensor.view(...)`: another element type for the same bytes, or another shape. Where a test
    decides whether it is one of bytes, it is one of several."""
    first = arguments.positional[0] if len(arguments.positional) == 1 else None
    given = arguments.keywords.get("dtype") or first
    if given is None or not any(isinstance(each, DType) for _, each in options(given)):
        return tensor
    each_path = options(given) if decides_bytes(frame, given) else (((), given),)
    here = [(path, each) for path, each in each_path if not contradicts(path, frame.path)]
    return choose(*((path, _viewed(frame, tensor, each, span, path)) for path, each in here))


def _viewed(frame: Frame, tensor: Tensor, given: Value, span: Span, on: Path) -> Tensor:
    """`tensor` viewed as the dtype that is `given`, as it is `on` this path."""
    own = (isinstance(each, DType) and each.of == tensor.buffer for _, each in options(given))
    if tensor.types is None and all(own):
        return tensor
    types = dtype_types(frame, given)
    for path, seen in _viewed_as(frame, given):
        frame.note("view", tensor.buffer, seen, span, tensor.part, path=tensor.tested + on + path)
    before = tensor.types or frame.known(tensor.buffer)
    floats = (each.is_float and (each.is_code or each.width > 8) for each in before.types or ())
    if before.types and all_bytes(types) and all(floats):
        frame.note("codes", tensor.buffer, before, span, tensor.part, path=tensor.tested)
    same = replace(tensor, types=types, view=span, guarded=False, viewed_on=(), bare=False)
    # What is viewed as bytes enters the calls after that: a view before it would change nothing.
    return replace(same, passed=()) if all_bytes(types) else same


def _viewed_as(frame: Frame, given: Value) -> list[tuple[Path, ElementTypes]]:
    """The types that `given` names, of which a view is one: each on its path where they are of
    other 8-bit floats."""
    dtypes = [each for each in options(given) if isinstance(each[1], DType)]
    each_path = [(path, known_of(frame, each)) for path, each in dtypes]
    formats = {each.single for _, each in each_path}
    if len(formats) > 1 and all(each is not None and each.is_fp8 for each in formats):
        return each_path
    return [((), known_of(frame, given))]


def convert(frame: Frame, tensor: Tensor, target: Value | None, span: Span) -> Tensor:
    """`tensor.to(dtype)` and the like: new memory with that element type; without a dtype the
    tensor as it is."""
    if target is None or not any(isinstance(each, DType) for _, each in options(target)):
        return tensor
    return converted(frame, target, span)


def converted(frame: Frame, target: Value, span: Span) -> Tensor:
    """New memory with the element type that `target` names, as far as that is known."""
    types = dtype_types(frame, target)
    made = allocated(frame, types, span)
    _made_with(frame, made.buffer, target, span)
    _made_alike(frame, made.buffer, types, target)
    return made


def cut(frame: Frame, tensor: Tensor, span: Span) -> Tensor:
    """A slice of `tensor` (or a whole one, when it is already viewed as more than bytes: a slice of
    a view needs no view)."""
    if tensor.view and not all_bytes(tensor.types or UNKNOWN):
        return tensor
    return replace(tensor, part=Part(span, site=frame.site))


def piece(tensor: Tensor, index: int) -> Tensor:
    """One of the parts that an expression such as `x.split(4)` cuts out together."""
    part = replace(tensor.part, index=index) if tensor.part else None
    return replace(tensor, several=False, part=part)


def method(
    frame: Frame, tensor: Tensor, name: str, arguments: Arguments, span: Span
) -> Value | None:
    """What `tensor.name(...)` gives, or None when it is not known to keep or set memory and element
    type."""
    if name == "element_size":
        size = item_size(tensor_types(frame, tensor))
        return size or Tensor(Attribute(tensor.buffer, "itemsize"))
    if name == "view":
        return view(frame, tensor, arguments, span)
    if name in ("to", "type", "astype"):
        target = arguments.keywords.get("dtype")
        candidates: Items[Value] = (
            [target] if target else [*arguments.positional, *arguments.keywords.values()]
        )
        return convert(frame, tensor, next((c for c in candidates if is_dtype(c)), None), span)
    if name in CONVERSIONS:
        known = from_torch(CONVERSIONS[name])
        return convert(frame, tensor, DType(ElementTypes.of(known)) if known else None, span)
    if name in _RESIZES and tensor.buffer in frame.run.stand_ins:  # an empty one, made for that
        frame.types[tensor.buffer] = frame.run.stand_ins[tensor.buffer]
        frame.note("allocated", tensor.buffer, frame.known(tensor.buffer), span)
    if name == "as_strided" and arguments.get(2, "storage_offset") not in (None, Const(0)):
        return cut(frame, tensor, span)
    if name in SHAPES or (name[-1:] == "_" and name[0] != "_"):  # in place
        return tensor
    if name in _ELEMENTWISE:
        if is_dtype(target := arguments.keywords.get("dtype") or Const(None)):
            return convert(frame, tensor, target, span)
        if wide_floats(types := tensor_types(frame, tensor)):
            return allocated(frame, types, span)
    if name in _PAIRS or (name in _PAIRS_ALONG and arguments.get(0, "dim") is not None):
        if wide_floats(types := tensor_types(frame, tensor)):
            return Sequence((allocated(frame, types, span), allocated(frame, _INDICES, span, "at")))
    if name in PARTS:
        return _parts(frame, tensor, name, arguments, span)
    if name in CONSTRUCTORS:
        return construct(frame, name, arguments, tensor, span)
    return None


def _parts(frame: Frame, tensor: Tensor, name: str, arguments: Arguments, span: Span) -> Value:
    part = cut(frame, tensor, span)
    if name not in _TUPLES:
        return part
    sizes = arguments.get(0, "split_size_or_sections")
    match sizes:
        case Sequence(items=items) if name != "unbind":
            count = len(items) + (name == "tensor_split")  # of the places between parts
            return Sequence(tuple(piece(part, index) for index in range(count)))
        case Const(value=int() as count) if name in ("chunk", "tensor_split"):
            return Sequence(tuple(piece(part, index) for index in range(min(count, 16))))
    # The number of parts is not known: whatever it is unpacked to.
    return replace(part, several=True)

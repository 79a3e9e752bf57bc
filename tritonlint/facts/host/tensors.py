"""What torch does to element types and memory: constructors, views, conversions and shape
operations."""

from __future__ import annotations

from collections.abc import Sequence as Items

from tritonlint.dtypes import INT8, PLATFORM_FP8, UNKNOWN, ElementTypes, from_torch, join
from tritonlint.facts.host.arguments import Arguments, is_stand_in
from tritonlint.facts.host.choices import is_dtype
from tritonlint.facts.host.places import Part
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Allocation, HasType, Symbol
from tritonlint.facts.host.values import Const, DType, Sequence, Tensor, Value, choose, options
from tritonlint.frozen import replace
from tritonlint.source import Span

FLOATS = ElementTypes.of(
    *(t for name in ("float16", "bfloat16", "float32", "float64") if (t := from_torch(name)))
)
ANY_FLOAT = FLOATS | PLATFORM_FP8

CONSTRUCTORS = frozenset(
    """
    empty zeros ones full rand randn empty_strided randint arange tensor as_tensor full_like
    empty_like zeros_like ones_like rand_like randn_like new_empty new_zeros new_ones new_full
    new_tensor new_empty_strided eye linspace frombuffer asarray memmap fromfile
    """.split()
)
_UNTYPED = frozenset(
    "tensor as_tensor new_tensor arange randint full frombuffer asarray memmap fromfile".split()
)
# Same memory, same element type, another shape.
SHAPES = frozenset(
    """
    contiguous permute transpose reshape squeeze unsqueeze flatten unflatten expand expand_as
    as_strided t movedim swapaxes swapdims view_as detach cuda cpu clone data pin_memory
    requires_grad_ swapdims mT T H copy zero_ fill_ copy_ set_ squeeze_ unsqueeze_ broadcast_to
    ravel refine_names contiguous_
    """.split()
)
# Give a tensor other memory, or more of it.
_RESIZES = frozenset("set_ resize_ resize_as_".split())
# New memory of the same type, where that is one of floats.
_ELEMENTWISE = frozenset("abs clamp clamp_max clamp_min clip neg round".split())
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
    dtype = arguments.keywords.get("dtype") or next(
        (each for each in arguments.positional if isinstance(each, DType)), None
    )
    if dtype is None and like is not None and (name.endswith("_like") or name.startswith("new_")):
        own = dtype_of(frame, like)
        dtype = own if _decides_bytes(frame, own) else None
    if dtype is not None and _decides_bytes(frame, dtype):
        made_on = [
            (path, allocated(frame, dtype_types(frame, each), span, f"?{index}"))
            for index, (path, each) in enumerate(options(dtype))
        ]
        return choose(*made_on)
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
    if dtype is not None:
        _made_with(frame, made.buffer, dtype, span)
        _made_alike(frame, made.buffer, types, dtype)
    elif like is not None:
        _made_alike(frame, made.buffer, types, like)
    return made


def _decides_bytes(frame: Frame, dtype: Value) -> bool:
    """Whether it depends on the outcome of a test if a dtype is one of bytes."""
    each_path = list(options(dtype))
    bytes_ = [all_bytes(dtype_types(frame, each)) for _, each in each_path]
    return all(path for path, _ in each_path) and any(bytes_) and not all(bytes_)


def all_bytes(types: ElementTypes) -> bool:
    return bool(types.types) and all(each.is_byte for each in types.types or ())


def allocated(frame: Frame, types: ElementTypes, span: Span, mark: str = "") -> Tensor:
    """New memory of these types, `mark` tells apart what one expression makes on several paths.
    What an earlier run of the same expression made is forgotten."""
    buffer = Allocation(span.path, span.line, span.column, frame.site, mark)
    frame.types.pop(buffer, None)
    if types.known:
        frame.types[buffer] = types
        frame.note("allocated", buffer, types, span)
    return Tensor(buffer)


def dtype_symbol(value: Value) -> Symbol | None:
    """What is known by name only where `value` is a dtype: the buffer whose own type it is, or the
    parameter or attribute that it is."""
    match value:
        case DType(of=Symbol() as buffer) | Tensor(buffer=buffer, types=None, part=None):
            return buffer
    return None


def _made_with(frame: Frame, buffer: Symbol, dtype: Value, span: Span) -> None:
    """Remember what names the dtype of new memory, where it is not known and may be int8."""
    if dtype_types(frame, dtype).known:
        return
    each_path = list(options(dtype))
    named = ((path, s) for path, each in each_path if (s := dtype_symbol(each)) is not None)
    known = (s for path, s in named if (HasType(s, str(INT8)), False) not in path)
    frame.run.dtypes[buffer] = frozenset(known)
    for path, each in each_path:
        if isinstance(each, DType) and each.types.single == INT8:
            frame.note("integers", buffer, each.types, span, path=path)


def _made_alike(frame: Frame, buffer: Symbol, types: ElementTypes, like: Value) -> None:
    """Remember which tensors new memory has the type of (or which parameters name it), where it is
    not known."""
    if not types.known:
        named = {symbol for _, each in options(like) if (symbol := dtype_symbol(each)) is not None}
        further = (frame.run.alike.get(each, frozenset()) for each in named)
        frame.run.alike[buffer] = frozenset(named).union(*further)


def dtype_types(frame: Frame, value: Value) -> ElementTypes:
    """The element types that a dtype expression can name."""
    found = ElementTypes(frozenset())
    for _, each in options(value):
        if isinstance(each, Tensor):
            found = found | frame.known(each.buffer)
        elif not isinstance(each, DType):
            return UNKNOWN
        elif each.types.known:
            found = found | each.types
        else:
            found = found | (frame.known(each.of) if each.of else UNKNOWN)
    return found


def _known_of(frame: Frame, dtype: Value) -> ElementTypes:
    """The element types that a dtype expression can name, without those that are not known: of
    `out_dtype`, its default."""
    each_option = (dtype_types(frame, each) for _, each in options(dtype))
    found = join(each for each in each_option if each.known)
    return found if found.types else UNKNOWN


def tensor_types(frame: Frame, value: Value) -> ElementTypes:
    """The element types that a tensor can have on this path."""
    found = ElementTypes(frozenset())
    for _, each in options(value):
        if not isinstance(each, Tensor):
            return UNKNOWN
        found = found | (each.types if each.types is not None else frame.known(each.buffer))
    return found


def dtype_of(frame: Frame, owner: Value) -> Value:
    """`owner.dtype`: one on each path where a test decides whether `owner` holds bytes."""
    match owner:
        case Tensor(types=None, buffer=buffer):
            return DType(frame.run.stand_ins.get(buffer) or frame.known(buffer), buffer)
        case Tensor(types=ElementTypes() as types):
            return DType(types)
    each_path = [
        (path, DType(tensor_types(frame, each)))
        for path, each in options(owner)
        if isinstance(each, Tensor)
    ]
    several = choose(*each_path) if len(each_path) > 1 else None
    if several is not None and _decides_bytes(frame, several):
        return several
    return DType(tensor_types(frame, owner))


def wide_floats(types: ElementTypes) -> bool:
    """Whether all of these are floats of more than 8 bits."""
    return bool(types.types) and all(t.is_float and t.width > 8 for t in types.types or ())


def item_size(types: ElementTypes) -> Const | None:
    """The bytes of an element, where all the types that it can have are as wide."""
    widths = {each.width for each in types.types or ()}
    return Const(widths.pop() // 8) if len(widths) == 1 else None


def view(frame: Frame, tensor: Tensor, arguments: Arguments, span: Span) -> Tensor:
    """`tensor.view(...)`: another element type for the same bytes, or another shape."""
    given = arguments.keywords.get("dtype") or (
        arguments.positional[0] if len(arguments.positional) == 1 else None
    )
    if given is None or not any(isinstance(each, DType) for _, each in options(given)):
        return tensor
    own = all(isinstance(each, DType) and each.of == tensor.buffer for _, each in options(given))
    if own and tensor.types is None:
        return tensor
    types = dtype_types(frame, given)
    frame.note("view", tensor.buffer, _known_of(frame, given), span, tensor.part)
    return replace(tensor, types=types, view=span, guarded=False, bare=False)


def convert(frame: Frame, tensor: Tensor, target: Value | None, span: Span) -> Tensor:
    """`tensor.to(dtype)` and the like: new memory with that element type; without a dtype the
    tensor as it is."""
    if target is None or not any(isinstance(each, DType) for _, each in options(target)):
        return tensor
    types = dtype_types(frame, target)
    made = allocated(frame, types, span)
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
        return item_size(tensor_types(frame, tensor))
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
    if name in _ELEMENTWISE and wide_floats(types := tensor_types(frame, tensor)):
        return allocated(frame, types, span)
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

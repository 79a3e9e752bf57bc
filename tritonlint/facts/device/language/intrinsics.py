"""The functions of the Triton and Gluon languages by name, and what each does to types."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from tritonlint.dtypes import from_triton
from tritonlint.facts.device.contract import Store
from tritonlint.facts.device.frames import place_of
from tritonlint.facts.device.invocation import Invocation, loads_in, pointers_in
from tritonlint.facts.device.language import accesses, blocks, limits
from tritonlint.facts.device.language import mathematics as numeric
from tritonlint.facts.device.language.accesses import NOTHING
from tritonlint.facts.device.language.libdevice import library_function
from tritonlint.facts.device.types import (
    T_BOOL,
    T_INT32,
    T_UNKNOWN,
    Type,
    known,
)
from tritonlint.facts.device.values import (
    INDEX,
    UNKNOWN,
    Const,
    Dtype,
    Pointer,
    Tensor,
    Tuple,
    Unknown,
    Value,
    number,
)
from tritonlint.frozen import replace


def intrinsic(call: Invocation, qualified: str) -> Value:
    """What the function `qualified` of the language gives."""
    handler = _TABLE.get(call.name)
    if handler is not None and "libdevice" not in qualified:
        return handler(call)
    if "libdevice" in qualified:
        return library_function(call)
    if handler is None and ".math." in qualified:
        # Until Triton 3, `tl.math` was libdevice.
        if call.machine.watch is not None:
            call.machine.watch.before_3 = True
        return library_function(call)
    return unknown(call)


def is_intrinsic(name: str) -> bool:
    """Whether the language has a function or method of that name."""
    return name in _TABLE


def unknown(call: Invocation) -> Value:
    """A function that is not known: what it makes of bytes is not known, and what reaches memory
    through a pointer that it gets is not either."""
    loads = frozenset(each for value in call.everything() for each in loads_in(value))
    if loads:
        call.machine.use(loads, "unknown", call.where, "unknown")
    for value in call.everything():
        for pointer in pointers_in(value):
            for name in () if pointer.candidate else call.machine.address(pointer):
                call.machine.stored(
                    Store(name, place_of(call.where), "unknown", "unknown", via=call.frame.via)
                )
    return UNKNOWN


def _assembly(call: Invocation) -> Value:
    """Inline assembly: it may do anything with the bits that it gets."""
    arguments, dtype = call.get(2, "args"), call.get(3, "dtype")
    loads = loads_in(arguments) if arguments is not None else frozenset()
    call.machine.use(loads, "bits", call.where)
    match dtype:
        case Tuple(items):
            return Tuple(tuple(_typed(each) for each in items))
        case _:
            return _typed(dtype)


def _typed(dtype: Value | None) -> Value:
    if not isinstance(dtype, Dtype):
        return UNKNOWN
    return Tensor(dtype.types, rounded=True, bits=all(each.is_integer for each in dtype.types))


def _type_constructor(call: Invocation) -> Value:
    match call.get(0, "element_ty"):
        case Dtype(types):
            return Dtype(types, pointer=True)
    return Dtype((T_UNKNOWN,), pointer=True)


def _dtype_by_name(call: Invocation) -> Value:
    match call.get(0, "name"):
        case Const(value=str() as name):
            short = {"fp16": "float16", "bf16": "bfloat16", "fp32": "float32", "fp64": "float64"}
            element = from_triton(short.get(name, name))
            return Dtype((known(element),)) if element is not None else Dtype((T_UNKNOWN,))
    return Dtype((T_UNKNOWN,))


def _to_tensor(call: Invocation) -> Value:
    value = call.get(0, "x")
    tensor = (
        number(value) if value is not None and not isinstance(value, (Unknown, Pointer)) else None
    )
    return replace(tensor, weak=False) if tensor is not None else value or UNKNOWN


def _map(call: Invocation) -> Value:
    function = call.get(0, "scalar_fn")
    return UNKNOWN if function is None else call.apply(function, call.arguments[1:])


def _range(call: Invocation) -> Value:
    """A range to loop over: its bounds count."""
    for value in call.everything():
        if isinstance(value, Tensor):
            call.machine.evidence.integer(value.types)
    return INDEX


Handler = Callable[[Invocation], Value]


def _entries(names: str, handler: Handler) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


_TABLE: Mapping[str, Handler] = {
    **_entries(
        "load atomic_load load_tensor_descriptor gather_descriptor buffer_load load_shared_relaxed",
        accesses.load,
    ),
    **_entries("store atomic_store", accesses.store),
    **_entries("store_tensor_descriptor descriptor_store", accesses.descriptor_store),
    **_entries("scatter", accesses.scatter),
    **_entries("buffer_store", accesses.buffer_store),
    **_entries(
        "atomic_add atomic_and atomic_cas atomic_max atomic_min atomic_or atomic_xchg atomic_xor "
        "atomic_poll",
        accesses.atomic,
    ),
    **_entries(
        "async_copy_global_to_shared async_copy_shared_to_global buffer_load_to_shared "
        "global_load_to_shared async_load "
        "async_store",
        accesses.copy,
    ),
    **_entries(
        "make_block_ptr advance make_tensor_descriptor _experimental_make_tensor_descriptor "
        "tensor_descriptor",
        accesses.pointer,
    ),
    **_entries("allocate_shared_memory", accesses.shared_memory),
    **_entries("to cast", accesses.cast),
    **_entries("where", blocks.where),
    **_entries("full", blocks.full),
    **_entries("zeros", blocks.zeros),
    **_entries("zeros_like", blocks.zeros_like),
    **_entries("full_like", blocks.full_like),
    **_entries("dot warpgroup_mma mfma wmma mma_v2", blocks.dot),
    **_entries("dot_scaled mfma_scaled wmma_scaled", blocks.dot_scaled),
    **_entries("inline_asm_elementwise", _assembly),
    **_entries("split", blocks.split),
    **_entries("join cat interleave", blocks.combine),
    **_entries("broadcast broadcast_to", blocks.broadcast),
    **_entries("pointer_type", _type_constructor),
    **_entries("block_type", lambda call: call.get(0, "element_ty") or UNKNOWN),
    **_entries("dtype", _dtype_by_name),
    **_entries("get_int_dtype", lambda call: Dtype((Type("int"),))),
    **_entries("constexpr", lambda call: call.get(0, "value") or UNKNOWN),
    **_entries("tuple", lambda call: call.get(0, "args") or Tuple(())),
    **_entries("to_tensor", _to_tensor),
    **_entries("swizzle2d", lambda call: Tuple((INDEX, INDEX))),
    **_entries("map_elementwise", _map),
    **_entries(
        "debug_barrier device_print device_assert static_print static_assert assume gdc_wait "
        "gdc_launch_dependents "
        "barrier thread_barrier sched_barrier wait_group commit_group async_wait init expect "
        "invalidate wait arrive "
        "fence_async_shared",
        lambda call: NOTHING,
    ),
    **_entries(
        "num_warps num_threads numel globaltimer smid next_power_of_2 _log2",
        lambda call: Tensor((T_INT32,), weak=True),
    ),
    **_entries("is_cuda is_hip is_hip_cdna3 is_hip_cdna4 current_target", lambda call: UNKNOWN),
    **_entries("isnan isinf", lambda call: Tensor((T_BOOL,))),
    **_entries(
        "trans reshape view expand_dims permute ravel flip multiple_of max_contiguous "
        "max_constancy squeeze unsqueeze "
        "convert_layout set_auto_layout unsplat gather bitonic_merge slice index item "
        "broadcast_in_dim get",
        numeric.same_type,
    ),
    **_entries("sum xor_sum reduce_or max min cumsum cumprod sort topk", numeric.reduction),
    **_entries("reduce associative_scan", numeric.custom_reduction),
    **_entries("argmax argmin program_id num_programs arange histogram", numeric.index_of),
    **_entries("cdiv", numeric.ceiling_division),
    **_entries("range static_range", _range),
    **_entries("maximum minimum", limits.extremum),
    **_entries("clamp", limits.clamp),
    **_entries("abs", numeric.absolute),
    **_entries("fma", numeric.multiply_add),
    **_entries("fdiv div_rn", numeric.division),
    **_entries(
        "umulhi", lambda call: numeric.elementwise(call, call.number(0, "x"), call.number(1, "y"))
    ),
    **_entries("add", numeric.arithmetic(ast.Add())),
    **_entries("sub", numeric.arithmetic(ast.Sub())),
    **_entries("mul", numeric.arithmetic(ast.Mult())),
    **_entries(
        "exp exp2 log log2 log1p sqrt sqrt_rn rsqrt sin cos tanh erf sigmoid softmax floor ceil "
        "pow uint_to_uniform_float",
        numeric.float_function,
    ),
    **_entries("rand randn rand4x randn4x", numeric.random_float),
    **_entries("randint randint4x philox philox_impl", numeric.random_integer),
}

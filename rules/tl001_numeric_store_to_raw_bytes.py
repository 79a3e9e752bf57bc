"""TL001: floats stored through a pointer to raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import Argument, Confidence, Finding, Order, Rule, Step, Store
from tritonlint.rule.signature import FLOAT_TO_INTEGER
from tritonlint.rule.traces import approach
from tritonlint.rule.views import named_fix, view_argument

if TYPE_CHECKING:
    import libcst as cst

_SILENT = "-0.3 is stored as 0, 1.7 as 1 and 300.0 as 44"
_ROUNDED = {
    8: "it is rounded to 8 bits, 0.0123 to 0.01171875 and 1000.0 to 448.0",
    16: "it is rounded to 16 bits, in bfloat16 0.0123 to 0.0123291: half of what is read",
}


class NumericStoreToRawBytes(Rule[Argument, Store]):
    """Floats are stored through a pointer to raw bytes, and become integers on the way.

    ## What it does
    Finds launches that pass raw bytes (a `uint8` or `int8` slice, view or tensor that stands for
    fp8 codes or for the bytes of wider floats) to a kernel parameter through which the kernel
    stores floats. The cast may be written (`x.to(p.dtype.element_ty)`) or left to `tl.store`. Also
    regions of a packed page of fp8 or 16-bit floats that hold scales or rows in a wider type and
    are not viewed; and memory that is passed for two parameters as it is, where the kernel stores
    codes or packed integers through the other one.

    ## Why is this bad
    Triton casts what it stores to the pointer's element type. For a pointer to bytes that is a
    float to integer conversion: fp8 quantization silently becomes truncation to 0..255. Nothing
    raises. Read back as fp8, the bytes decode to other numbers, and 0x7F and 0xFF to NaN; accuracy
    degrades with the length of the context.

    ## Triggering input
    Any value: -0.3 is stored as 0, 1.7 as 1 and 300.0 as 44, where e4m3fn has the codes 0xAA, 0x3E
    and 0x79.

    ## Example
    ```python
    cache = cache.view(blocks, -1)
    values = cache[:, : block_size * head_dim]
    scales = cache[:, block_size * head_dim :].view(torch.float32)
    quantize_kernel[grid](k, values, scales)
    ```

    ## Use instead
    ```python
    cache = cache.view(blocks, -1)
    values = cache[:, : block_size * head_dim].view(torch.float8_e4m3fn)
    scales = cache[:, block_size * head_dim :].view(torch.float32)
    quantize_kernel[grid](k, values, scales)
    ```

    ## Not flagged
    A view under an `if` before the launch; a buffer that is allocated or asserted to be of a float
    type, and the regions of codes in it; a kernel that bitcasts, re-types the pointer, or stores
    integers, masks and packed codes; a kernel that rounds and clamps to the integer range on
    purpose; a copy of bytes. Where the kernel does not compile for bytes, as when 8-bit floats are
    moved as they are, and only a test of the type says that bytes can arrive, the finding is
    `possible`.

    ## Fix safety
    `.view(dtype)` on the slice or the argument. Safe: viewing a tensor as the dtype that it already
    has changes nothing. The dtype is spelled as the module spells it; where it names none,
    `torch.float8_e4m3fn` is a guess and the fix is unsafe. It is unsafe too where the slice, or
    what a function is passed, is used for something else: returned, cut again, given to a kernel
    that packs bytes.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the store is fed by `arith.fptoui` (or
    `fptosi`) as flagged and by `tt.fp_to_fp` as fixed. On a GPU the stored bytes differ from an
    independent quantizer as flagged and equal it as fixed.

    ## References
    - https://github.com/vllm-project/vllm/pull/41217
    - https://github.com/sgl-project/sglang/issues/26701
    """

    code = "TL001"
    name = "numeric-store-to-raw-bytes"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(FLOAT_TO_INTEGER, through="store")
    observes = (Argument,)

    def judge(self, argument: Argument) -> Store | None:
        harmful = [each for each in argument.stores if _harmful(each)]
        silent = [each for each in harmful if each.effect == "float_to_int"]
        return next(iter(silent or harmful), None)

    def report(self, node: cst.CSTNode, argument: Argument, store: Store) -> Finding:
        silent = store.effect != "compile_error"
        fix = view_argument(self.suspect, node, argument) if _is_code(argument) else None
        return self.finding(
            node,
            argument,
            f"`{argument.kernel}` stores {_what(argument)} through `{argument.parameter}`",
            trigger=_trigger(argument) if silent else "it does not compile",
            confidence=_confidence(argument, store),
            trace=_trace(argument, store),
            fix=fix,
            help=named_fix(fix),
            rejected=not silent,
        )


def _what(argument: Argument) -> str:
    if not argument.storage.packed:
        return "floats in raw bytes"
    held = argument.stands_for if argument.stands_for.known else "wider floats"
    return f"{held} as {argument.storage.bits}-bit floats"


def _trigger(argument: Argument) -> str:
    return _ROUNDED[argument.storage.bits] if argument.storage.packed else _SILENT


def _harmful(store: Store) -> bool:
    """Whether a store loses floats: not a mask, and not a quantization to integers on purpose."""
    on_purpose = store.kind == "bool" or store.fits_byte or store.rounded or store.counts_levels
    return store.effect != "bits" and not on_purpose


def _is_code(argument: Argument) -> bool:
    """Whether the bytes stand for floats, so that a view is the fix; else the kernel may lack a
    rounding, or store the exponents of block scales, which are integers."""
    return argument.encoded or (argument.means_fp8 and not _is_scale(argument))


def _is_scale(argument: Argument) -> bool:
    return "scale" in argument.parameter.lower()


def _confidence(argument: Argument, store: Store) -> Confidence:
    """A tensor that is merely made of uint8 may hold integers, unless the kernel or its launch
    speaks of fp8. Bytes that only a test asks for do not arrive where the kernel would not compile
    for them."""
    if store.effect == "compile_error" and argument.merely_tested:
        return "possible"
    if _is_code(argument):
        return argument.strength
    certain = argument.strength == "certain" and store.kind == "float"
    return "likely" if certain and not _is_scale(argument) else "possible"


def _trace(argument: Argument, store: Store) -> list[Step]:
    kept = f"{argument.storage.bits} bits of it are kept"
    converts = kept if argument.storage.packed else "an integer conversion"
    if store.effect == "compile_error":
        converts = "which does not compile"
    steps = approach(argument, store.via)
    if store.cast is None:
        cast = f"the store casts a float to that element type: {converts}"
        return [*steps, Step(store.place, cast)]
    cast = f"the float is cast to that element type: {converts}"
    return [*steps, Step(store.cast, cast), Step(store.place, "and stored")]

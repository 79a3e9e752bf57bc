"""TL002: raw bytes loaded as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import Argument, Confidence, Finding, Load, Order, Rule, Step
from tritonlint.rule.signature import INTEGER_TO_FLOAT
from tritonlint.rule.traces import approach
from tritonlint.rule.views import named_fix, view_argument

if TYPE_CHECKING:
    import libcst as cst

_SILENT = "0x38, which is 1.0 in e4m3fn, is read as 56.0"
# The bytes of 1.0 in the wider types, each read as a number.
_PIECES = {
    "torch.bfloat16": "128.0 and 63.0",
    "torch.float16": "0.0 and 60.0",
    "torch.float32": "0.0, 0.0, 128.0 and 63.0",
    "torch.float64": "six times 0.0, 240.0 and 63.0",
}
_CODES = {
    8: "each byte is read as a code, those of 1.0 (0x80 and 0x3F) as -0.0 and 1.875",
    16: "each half is read as a number, those of 1.0 in bfloat16 as 0.0 and 1.0",
}
_INTEGERS = "the byte 56 is read as the code of 1.0, and taken for 1"


class NumericLoadOfRawBytes(Rule[Argument, Load]):
    """Raw bytes are loaded and computed with as if they were the numbers that they encode.

    ## What it does
    Finds launches that pass raw bytes (a `uint8` or `int8` slice, view or tensor that stands for
    fp8 codes or for the bytes of wider floats) to a kernel parameter whose loaded values are used
    as numbers: cast to a float, multiplied with one, or stored through a pointer to floats. Also
    regions of a packed page of fp8 or 16-bit floats that hold scales or rows in a wider type, or
    the exponents of scales, and are not viewed; and memory that is passed for two parameters as it
    is, where the kernel decodes bytes that it loads through the other one.

    ## Why is this bad
    The kernel computes with the codes instead of the values that they stand for. Triton converts an
    integer to a float without a word.

    ## Triggering input
    Any value: the code 0x38, which is 1.0 in e4m3fn, is read as 56.0, and 0xB8 (-1.0) as 184.0.

    ## Example
    ```python
    pages = cache.view(blocks, -1)
    values = pages[:, : block_size * head_dim]
    scales = pages[:, block_size * head_dim :].view(torch.float32)
    dequantize_kernel[grid](values, scales, out)
    ```

    ## Use instead
    ```python
    pages = cache.view(blocks, -1)
    values = pages[:, : block_size * head_dim].view(torch.float8_e4m3fn)
    scales = pages[:, block_size * head_dim :].view(torch.float32)
    dequantize_kernel[grid](values, scales, out)
    ```

    ## Not flagged
    A view under an `if` before the launch; a region of codes in a page of an fp8 type; a view as
    bytes beside one of the same memory as an fp8 type in the same launch; a kernel that unpacks
    bits (shifts, masks, `bitcast=True`), re-types the pointer or looks the bytes up; integers that
    are numbers (images, counts, quantized integers with a zero point, or what is cast to integers
    first); a cast from
    bytes to fp8 without `bitcast=True`, which does not compile. Where the kernel does not compile
    for bytes in another way, as in a product of matrices with floats, and only a test of the type
    says that bytes can arrive, the finding is `possible`; `likely` where the memory is made of
    floats too, by a test that the launch is not under.

    ## Fix safety
    `.view(dtype)` on the slice or the argument. Safe: viewing a tensor as the dtype that it already
    has changes nothing. The dtype is spelled as the module spells it; where it names none,
    `torch.float8_e4m3fn` is a guess and the fix is unsafe. It is unsafe too where the slice, or
    what a function is passed, is used for something else: returned, cut again, given to a kernel
    that picks bits.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the loaded value goes through
    `arith.uitofp` (or `sitofp`) as flagged and not as fixed. On a GPU, for all 256 byte values and
    for random pages, what the kernel computes is as flagged what integers yield, and as fixed what
    the values of an independent decoder yield, to the bit.

    ## References
    - https://github.com/LMCache/LMCache/pull/4064
    - https://github.com/vllm-project/vllm/issues/6884
    """

    code = "TL002"
    name = "numeric-load-of-raw-bytes"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(INTEGER_TO_FLOAT, through="load")
    observes = (Argument,)

    def judge(self, argument: Argument) -> Load | None:
        # A tensor that is just made of integers may be an image, a count or a quantized integer.
        if not argument.encoded or _unpacked(argument):
            return None
        silent = [each for each in argument.loads if each.effect == "int_to_float"]
        return next(iter(silent or argument.loads), None)

    def report(self, node: cst.CSTNode, argument: Argument, load: Load) -> Finding:
        silent = load.effect != "compile_error"
        fix = view_argument(self.suspect, node, argument)
        return self.finding(
            node,
            argument,
            f"`{argument.kernel}` reads {_what(argument)} through `{argument.parameter}`",
            trigger=_trigger(argument) if silent else "it does not compile",
            confidence=_confidence(argument, silent),
            trace=_trace(argument, load),
            fix=fix,
            help=named_fix(fix),
            rejected=not silent,
        )


def _what(argument: Argument) -> str:
    read = f"{argument.stands_for} as {argument.storage.bits}-bit floats"
    return read if argument.storage.packed else "raw bytes as numbers"


def _trigger(argument: Argument) -> str:
    if argument.storage.packed:
        integers = {str(each) for each in argument.stands_for.types or ()} == {"torch.uint8"}
        return _INTEGERS if integers else _CODES[argument.storage.bits]
    # Of several wide types any would do.
    types = sorted(map(str, argument.stands_for.types or ()))
    wide = types[0] if types and all(each in _PIECES for each in types) else ""
    return f"1.0 in {wide} is read as {_PIECES[wide]}" if wide else _SILENT


def _confidence(argument: Argument, silent: bool) -> Confidence:
    """A page whose scales are viewed as floats and whose values are not can be of an fp8 type
    already: readers of such caches are common, and are called after fp8. Where some part of it is
    viewed as fp8, or the bytes are stated, it is not. What does not compile is noticed in the first
    run: bytes that only a test asks for do not arrive there, and those of memory that may be floats
    as well may not."""
    if argument.may_be_codes or (not silent and argument.merely_tested):
        return "possible"
    unlike = not silent and argument.conditional and argument.strength == "certain"
    return "likely" if unlike else argument.strength


def _unpacked(argument: Argument) -> bool:
    """Whether the kernel knows that it loads bytes: somewhere it picks bits out of them or re-types
    the pointer."""
    return any(each.effect == "bits" for each in argument.loads)


def _trace(argument: Argument, load: Load) -> list[Step]:
    bits = f"{argument.storage.bits} bits are loaded"
    loaded = bits if argument.storage.packed else "an integer is loaded"
    steps = [*approach(argument, load.via), Step(load.place, loaded)]
    if load.use is None or load.use == load.place:
        return steps
    silent = load.effect == "int_to_float"
    used = "and converted to a float as a number" if silent else "which does not compile"
    return [*steps, Step(load.use, used)]

"""TL003: places that disagree on the flavour of 8-bit floats."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from tritonlint.rule import (
    Finding,
    FlagLeftOut,
    Flavours,
    HardCoded,
    KernelFlavour,
    ReadAsAnother,
    Rule,
    Step,
    TakenSetting,
    Unviewed,
    VendorFlavour,
    WideClamp,
)
from tritonlint.rule.flavour_triggers import flavour_of, other_code, other_read

if TYPE_CHECKING:
    import libcst as cst

    Seen = (
        FlagLeftOut
        | Flavours
        | KernelFlavour
        | HardCoded
        | TakenSetting
        | Unviewed
        | VendorFlavour
        | WideClamp
        | ReadAsAnother
    )

# A message, and the trace.
_Said = tuple[str, tuple[Step, ...]]
_LONG = "torch.float8_"
_ON_AMD = "where the platform's type is torch.float8_e4m3fnuz, the code 0x3C is 0.75 and not 1.5"


class Fp8FlavourMismatch(Rule["Seen", str]):
    """The same bytes are written as one 8-bit float format and read as another.

    ## What it does
    Finds two places that take the same bytes for different 8-bit floats:

    - a tensor that is made or viewed as e4m3 and viewed as e5m2, or the other way round, or that a
      kernel rounds numbers to int8 in and that is viewed as one of them;
    - a kernel that names a flavour in a bit cast (`code.to(tl.float8e4nv, bitcast=True)`, a pointer
      cast, or a cast to `tl.uint8` of what it stores), where the host treats the bytes as another
      flavour or as one that depends on the platform, or another kernel wrote them as another;
    - a flag that says which flavour two tensors hold, and is asked of the platform or of the dtype
      of one of them, where the other is e4m3fn everywhere;
    - `torch.float8_e4m3fn` for a buffer, where the same code elsewhere asks a helper for the
      platform's fp8 type, or for a cache that a setting says is quantized, in a module that asks
      that helper about another tensor, or for bytes that a kernel is passed beside an argument of
      that type;
    - a kernel that takes bytes for e4m3fnuz wherever the device is AMD's: gfx942 has that, gfx950
      and later ones have e4m3fn;
    - a call that leaves out the flag by which a kernel chooses between e4m3fn and e4m3fnuz, where
      another call of the module passes what the device needs;
    - a test of a setting that selects e4m3, although `fp8_e5m2` (or `int8`, by the setting's
      annotation) is allowed in the project and passes the test too, as with
      `setting.startswith("fp8")`, `setting != "auto"` or a function `is_quantized(setting)`: the
      setting is ignored here, and bytes written in the format that it names are misread;
    - a class that asks `self.setting == "fp8"` before it views its cache, and elsewhere a test that
      `fp8_e4m3` passes too: with that setting the bytes are not viewed;
    - a file that encodes bytes in one way only (`x.to(fp8_dtype()).view(torch.uint8)`), and decodes
      what it is given in another way only, or whose one kernel writes e4m3fn where another reads
      either flavour by a flag;
    - a kernel that clamps or scales to 448, a number of its own, what it stores into memory that
      may be e4m3fnuz, whose largest value is 240;
    - at run time, memory that one kernel wrote as floats of one type and another reads as floats of
      another type of the same width, bfloat16 as float16 too.

    ## Why is this bad
    The bits of one format are read as the other: another exponent, another mantissa. A value
    between 240 and 448 has no finite code in e4m3fnuz and becomes NaN. Nothing raises.

    ## Triggering input
    The code 0x3C: 1.5 in e4m3fn, 0.75 in e4m3fnuz, 1.0 in e5m2. The value 300.0: NaN in e4m3fnuz.

    ## Example
    ```python
    codes = keys.to(torch.float8_e5m2)
    dequantize_kernel[grid](codes.view(torch.float8_e4m3fn), out)
    ```

    ## Use instead
    ```python
    codes = keys.to(torch.float8_e5m2)
    dequantize_kernel[grid](codes, out)
    ```

    ## Not flagged
    Views on paths that exclude each other; a view between e4m3fn and e4m3fnuz, which is how one is
    converted to the other; a kernel with a branch for each flavour, and bytes that it picks bits
    from; a clamp to a bound that the launch derives from the dtype; functions, files and folders
    that are for one vendor (`is_cuda()` is asked, the folder is called `nvidia`, the file
    `flashinfer`); a dtype that is asserted; a module, or a base class, that compares a setting with
    `fp8_e5m2`, but for a function that makes that type and has nothing to do with this one; a
    folder that lists what it supports without that, or a function that only such classes use, as
    far as those list it; a module that refuses
    other settings with an error, calls a function for that, or has a `supports_...` that says no; a
    setting that the class itself sets to `fp8`; a vendor that is asked where the generation is
    asked too, or where the host chooses the dtype of its tensors in the same way; different parts
    of a buffer.

    ## Fix safety
    There is no fix: the code does not say which of the two places is right.

    ## How it is verified
    On a GPU, the cases that mix e5m2 and e4m3 give other values than an independent decoder does.
    What depends on the platform only shows on some AMD GPUs.

    ## References
    - https://github.com/vllm-project/vllm/pull/54341
    - https://github.com/pytorch/ao/issues/3996
    - https://github.com/meta-pytorch/MSLK/pull/487
    - https://github.com/vllm-project/vllm/pull/14152
    - https://github.com/vllm-project/vllm/pull/45681
    """

    code = "TL003"
    name = "fp8-flavour-mismatch"
    severity = "warning"
    since = "0.1.0"
    fix = "none"
    unasked = "which platform it is for is decided outside of the kernel"
    observes = (
        FlagLeftOut,
        Flavours,
        KernelFlavour,
        HardCoded,
        TakenSetting,
        Unviewed,
        VendorFlavour,
        WideClamp,
        ReadAsAnother,
    )

    def judge(self, found: Seen) -> str | None:
        match found:
            case Flavours():
                return other_code(found.one, found.other)
            case KernelFlavour(encoding=encoding, types=types):
                assert encoding.element is not None
                others = (each for each in types.types or () if each != encoding.element)
                return other_code(min(others, key=str), encoding.element)
            case HardCoded() | FlagLeftOut():
                return _ON_AMD
            case TakenSetting():
                what = "1.0" if "e5m2" in found.member else "60"
                wrong = f"of bytes that follow it the code 0x3C is {what}, and 1.5 here"
                return f'"{found.member}" is ignored: {wrong}'
            case Unviewed():
                return f'with "{found.member}" 0.7 is stored as the byte 0 and not as 0x33'
            case VendorFlavour():
                return other_code(found.newer, found.older) + " on gfx950"
            case WideClamp():
                return "300.0 becomes NaN where the type is torch.float8_e4m3fnuz"
            case ReadAsAnother():
                return other_read(found.written, found.read)

    def report(self, node: cst.CSTNode, found: Seen, trigger: str) -> Finding:
        message, trace = _said(found, self.text(found.place))
        return self.finding(node, found, message, trigger=trigger, trace=trace)


@singledispatch
def _said(found: Seen, text: str) -> _Said:
    """The message about what stands at `text`, and the trace."""
    raise TypeError(type(found).__name__)


@_said.register
def _(found: Flavours, text: str) -> _Said:
    had = flavour_of(found.one)
    return (
        f"`{text}` takes for {found.other.flavour} what another place has as {had}",
        (
            Step(found.before, f"{found.one} here"),
            Step(found.place, f"and the same bytes as {found.other} here"),
        ),
    )


@_said.register
def _(found: KernelFlavour, _: str) -> _Said:
    kernel, encoding, types = found.kernel, found.encoding, found.types
    takes = "writes as" if encoding.written else "takes for"
    who = "a kernel writes" if found.written else "the host has"
    return (
        f"`{kernel}` {takes} {encoding.element} what {who} as {types}".replace(_LONG, ""),
        (
            Step(found.before, f"{types} here"),
            Step(found.place, f"passed to `{kernel}` as `{found.parameter}`"),
            Step(encoding.place, f"{encoding.element} here, whatever the memory's type is"),
        ),
    )


@_said.register
def _(found: HardCoded, text: str) -> _Said:
    return (
        f"`{text}` is float8_e4m3fn, and another place in this file asks the platform",
        (
            Step(found.asked, "the type of the platform here"),
            Step(found.place, "and torch.float8_e4m3fn here"),
        ),
    )


@_said.register
def _(found: FlagLeftOut, _: str) -> _Said:
    return (
        f"`{found.function}` leaves `{found.flag}` of `{found.callee}` {found.default}, "
        "and another call passes what the device needs",
        (
            Step(found.given, f"`{found.flag}` is passed here"),
            Step(found.place, "and left out here"),
            Step(found.declared, f"so that it is {found.default}"),
            Step(found.chosen, "by it the flavour is chosen"),
        ),
    )


@_said.register
def _(found: TakenSetting, text: str) -> _Said:
    return (
        f"`{text}` is e4m3, and `{found.setting}` can be {found.member}",
        (
            Step(found.declared, f'"{found.member}" can be set'),
            Step(found.test, "and passes this test"),
            Step(found.place, "e4m3 here"),
        ),
    )


@_said.register
def _(found: Unviewed, text: str) -> _Said:
    return (
        f'`{text}` is false for "{found.member}", which is stored as raw bytes then',
        (
            Step(found.declared, f'"{found.member}" can be set'),
            Step(found.place, "and does not pass this test"),
            Step(found.view, "so that it is not viewed here"),
            Step(found.wider, f'but "{found.member}" is taken for 8-bit floats here'),
        ),
    )


@_said.register
def _(found: VendorFlavour, _: str) -> _Said:
    return (
        f"`{found.kernel}` takes bytes for {found.older.flavour} on all of AMD's devices, "
        "and only gfx942 has that",
        (
            Step(found.place, f"{found.older} wherever `{found.test}` finds the vendor"),
            Step(found.used, "the bytes are taken for that here"),
        ),
    )


@_said.register
def _(found: WideClamp, _: str) -> _Said:
    does, done = ("scales", "scaled") if found.scaled else ("clamps", "clamped")
    return (
        f"`{found.kernel}` {does} to {found.largest:g} what can be e4m3fnuz (up to 240)",
        (
            Step(found.place, f"passed to `{found.kernel}` as `{found.parameter}`"),
            Step(
                found.scaled or found.store.place, f"what is stored is {done} to {found.largest:g}"
            ),
        ),
    )


@_said.register
def _(found: ReadAsAnother, _: str) -> _Said:
    kernel, written, writer = found.kernel, found.written, found.writer
    had = f"`{writer}` wrote" if writer else "the host has"
    before = f"`{writer}` is launched here, and writes {written}" if writer else ""
    return (
        f"`{kernel}` reads as {found.read} through `{found.parameter}` what {had} as {written}",
        (
            Step(found.before, before or f"{written} here"),
            Step(found.place, f"the same bytes are passed to `{kernel}`"),
            Step(found.parameter_span, f"`{found.parameter}` is read as {found.read}"),
        ),
    )

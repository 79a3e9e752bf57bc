"""TL013: floats that a kernel is passed as they are, and float64 on the way to float32."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.frozen import replace
from tritonlint.rule import Detour, Finding, FloatScalar, Order, Rule, ShortScalar, Step
from tritonlint.rule.signature import FLOAT_ARITHMETIC, INTEGER_TO_FLOAT

if TYPE_CHECKING:
    import libcst as cst

_WIDENED = Order(("arith.extf",), takes=32, gives=64)


class FloatScalarBecomesFp64(Rule["FloatScalar | Detour | ShortScalar", str]):
    """A Python float that a kernel is passed becomes a float64 when it is compiled.

    ## What it does
    Finds kernels that compute with a parameter for which the launch passes a Python float, and that
    is neither `tl.constexpr` nor cast, where the launch is compiled for certain: the kernel is
    given to `wrap_triton`, or the function is a `triton_op` or decorated by `torch.compile`. It
    also finds integers that a kernel itself casts to float64, and of which at most a power of two
    becomes a float32: float32 holds that too. And it finds numbers that are a float32, passed or
    written, in a kernel that the launching function gives nothing but float64.

    ## Why is this bad
    A launch turns such a float into a float32, `torch.compile` into a float64: everything that it
    meets in the compiled code is computed in float64, which is many times slower and rounds
    differently from the code that was tested. An explicit cast to float64 costs the same; some GPUs
    emulate it.

    ## Triggering input
    `alpha=1.702`: 1.7020000219345093 in float32, 1.702 in float64.

    ## Example
    ```python
    @triton.jit
    def scale_kernel(x_ptr, alpha, N: tl.constexpr):
        x = tl.load(x_ptr + tl.arange(0, N)).to(tl.float32)
        tl.store(x_ptr + tl.arange(0, N), x * alpha)
    ```

    ## Use instead
    ```python
    @triton.jit
    def scale_kernel(x_ptr, alpha, N: tl.constexpr):
        x = tl.load(x_ptr + tl.arange(0, N)).to(tl.float32)
        tl.store(x_ptr + tl.arange(0, N), x * alpha.to(tl.float32))
    ```

    ## Not flagged
    A parameter with an annotation (`tl.constexpr`, `tl.float32`), that is cast or bound again;
    integers; floats that another file passes; launches of which nothing says that they are
    compiled, or that stand in an opaque operator (`custom_op`); what is cast as soon as it is
    computed; float64 that is stored, or of which more is computed than powers of two.

    ## Fix safety
    There is no fix. A constant, a cast or an annotation solves it.

    ## How it is verified
    The type comes from the code that `torch.compile` generates. Compiled with the parameter as a
    float64, `arith` computes with it in 64 bits, and with it as a float32 in 32; a detour shows
    as `arith.sitofp` or an `arith.constant` of 64 bits and `arith.truncf` to 32, a number that is
    too short as `arith.extf` from 32 bits to 64.

    ## References
    - https://github.com/linkedin/Liger-Kernel/pull/1350
    - https://github.com/pytorch/FBGEMM/pull/6148
    """

    code = "TL013"
    name = "float-scalar-becomes-fp64"
    severity = "warning"
    since = "0.1.0"
    status = "preview"
    signature = Order(("arith.truncf",), INTEGER_TO_FLOAT, takes=64, gives=32, made=64)
    signatures = MappingProxyType(
        {
            "passed": Order(FLOAT_ARITHMETIC, gives=64, through="value"),
            "number": replace(signature, first=("arith.constant",)),
            "short": _WIDENED,
            "written": replace(_WIDENED, first=("arith.constant",)),
        }
    )
    observes = (FloatScalar, Detour, ShortScalar)

    def judge(self, seen: FloatScalar | Detour | ShortScalar) -> str | None:
        if isinstance(seen, ShortScalar):
            return "0.1 is 0.10000000149011612 in float32"
        if isinstance(seen, Detour):
            return "every value: float64 is computed, and rounded to float32"
        return "1.702 is 1.7020000219345093 in float32, and computed with in float64 when compiled"

    def report(
        self, node: cst.CSTNode, seen: FloatScalar | Detour | ShortScalar, trigger: str
    ) -> Finding:
        if isinstance(seen, ShortScalar):
            return self._short(node, seen, trigger)
        if isinstance(seen, Detour):
            return self.finding(
                node,
                seen,
                f"`{seen.kernel}` computes in float64 what it keeps in float32",
                trigger=trigger,
                trace=(Step(seen.place, "float64 here"), Step(seen.narrowed, "float32 again")),
                confidence="likely",
                help="compute in float32",
            )
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` computes with `{seen.parameter}`, which is a float64 when compiled",
            trigger=trigger,
            confidence="likely",
            trace=(
                Step(seen.passed, f"a float of Python's is passed as `{seen.parameter}`"),
                Step(seen.place, "and computed with as it comes"),
            ),
            help=f"make `{seen.parameter}` a `tl.constexpr`, or cast it to float32",
        )

    def _short(self, node: cst.CSTNode, seen: ShortScalar, trigger: str) -> Finding:
        what = f"`{seen.parameter}`" if seen.parameter else "a constant"
        steps = [Step(seen.said, "the tensors are float64")]
        if seen.parameter:
            steps.append(Step(seen.place, f"a float of Python's, passed as `{seen.parameter}`"))
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` has {what} as a float32, and computes with float64",
            trigger=trigger,
            confidence="likely",
            trace=(*steps, Step(seen.used, "a float32 here")),
            help="pass it in a float64 tensor" if seen.parameter else "make it a float64",
        )

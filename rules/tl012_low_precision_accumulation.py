"""TL012: sums of 16-bit floats that are computed in 16 bits and then taken for more."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.frozen import replace
from tritonlint.rule import CarriedRounding, Finding, Fix, LowSum, Order, Rule, Span, Step
from tritonlint.rule.traces import handed_on

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.rule import Confidence

# What a module may call the language whose `load` it calls.
_LANGUAGES = ("tl", "gl", "ttgl")
_BEGINS = {True: "as a float32", False: "in 16 bits"}
# Where adding to a total ends.
_LOST = {"float16": "2048.0 + 1.0 is 2048.0", "bfloat16": "256.0 + 1.0 is 256.0"}
# What to do, by whether the sum is kept in memory.
_HELP = ("widen the values first", "keep the sum in float32, and cast it after the loop")


# A sum with what the same memory held.
_UPDATE = Order(
    ("tt.store",), first=("tt.load",), gives=16, also=("arith.addf", "arith.subf"), through="memory"
)


class LowPrecisionAccumulation(Rule["LowSum | CarriedRounding", str]):
    """16-bit floats are added up without being widened to float32 first.

    ## What it does
    Finds kernels that add up 16-bit floats as they were loaded (`tl.sum(x)`, `tl.sum(x * y)`,
    `tl.cumsum(x)`) and divide the sum or keep it as a float32, and sums of products of two such
    values in a float32. Finds too sums that a loop keeps in memory of 16 bits: each round loads
    what the last one stored, adds to it, and stores it at the same address; or what a kernel does
    so once is launched in a loop, with memory that was made of zeros before it, or adds to what it
    has itself computed and stored there before. The launch passes
    tensors of bfloat16 or float16, or hands on what its own caller chooses; the finding is then
    `likely`, or `possible` where all that names that function tries it (makes random numbers) and
    says nothing of 16 bits, or all of a project that tries something. The same goes for products
    that are widened when they are rounded (`total += (a * b).to(tl.float32)`), and for zeros of 16
    bits that programs add to by `tl.atomic_add`; where these are the parts of a product of matrices
    whose programs split the dimension that is added up along (`SPLIT_K`), they are few and the
    finding is `possible`. Whatever is launched, it finds
    values that a loop carries from one round to the next and rounds to 16 bits, or to the type of
    what it loads, in each.

    ## Why is this bad
    Triton multiplies and adds in the type of the operands: `tl.sum` widens small integers, but not
    floats. Every partial sum is rounded to 8 (bfloat16) or 11 (float16) bits, float16 ends at
    65504, and a later float32 only holds what is left. Nothing raises.

    ## Triggering input
    300 float16 values of 20 each: the sum of their squares is infinite, and whatever is normalized
    by it is zero.

    ## Example
    ```python
    @triton.jit
    def mean_square(x_ptr, out_ptr, N: tl.constexpr):
        x = tl.load(x_ptr + tl.program_id(0) * N + tl.arange(0, N))
        tl.store(out_ptr + tl.program_id(0), tl.sum(x * x, axis=0) / N)
    ```

    ## Use instead
    ```python
    @triton.jit
    def mean_square(x_ptr, out_ptr, N: tl.constexpr):
        x = tl.load(x_ptr + tl.program_id(0) * N + tl.arange(0, N)).to(tl.float32)
        tl.store(out_ptr + tl.program_id(0), tl.sum(x * x, axis=0) / N)
    ```

    ## Not flagged
    A sum that names its type (`dtype=tl.float32`) or that is taken of something cast; integers,
    masks and counts; a float32 tensor, as partial sums are; a tensor whose type the caller chooses
    and whose name says that it is kept wide (`scale`, `partial`), or of which the docstring of the
    launching function or of the kernel beside it, or the comment above one, says that it is
    float32, or that a comment of the file calls so (the fp64 `x`), or that is made as float32 on
    one path or unless a caller names another type, or that goes to `tl.sqrt` or another function
    that does not compile for 16 bits; a sum that is stored in 16 bits;
    a single value picked by a mask of equal indices; a value that is cast under a flag, which a
    launch may compute from the type of what it passes; a comment at the sum or the cast that says
    that 16 bits are meant, or anywhere in the kernel that it multiplies or adds up in 16 bits; what
    is added to memory of the caller's type by `tl.atomic_add` after a cast to float32 as it stands
    there; what a program adds to rows of its own (`rows = tl.program_id(0) * BLOCK + tl.arange(0,
    BLOCK)`, whole rows in blocks of columns) where no other program, round or launch comes to them;
    what a function of the file's own launches that is only handed on (`register(run=_run)`),
    other than to make an operator of it; a total of which a loop only computes with a rounded copy,
    or that it begins anew.

    ## Fix safety
    `.to(tl.float32)` where the values are loaded, or, in a kernel that multiplies matrices or asks
    for the type of what it has loaded, where they are added up. Unsafe: the numbers change, and a
    reference may add up in 16 bits too.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, an `arith.extf` is fed by a `tt.reduce`,
    a `tt.scan` or an `arith.mulf` of 16 bits as flagged, and by none as fixed. Of a sum that is
    kept in memory a `tt.store` or an atomic `fadd` of 16 bits comes back to the address that it
    wrote, and with memory of float32 none does; what a loop carries comes back to its own
    `arith.truncf`. On a GPU the sums as flagged differ from those in
    float64 by more than float32 explains.

    ## References
    - https://github.com/vllm-project/vllm/issues/52887
    - https://github.com/linkedin/Liger-Kernel/pull/1329
    - https://github.com/pytorch/pytorch/pull/141052
    - https://github.com/triton-lang/triton/pull/6974
    """

    code = "TL012"
    name = "low-precision-accumulation"
    severity = "warning"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(("arith.extf",), first=("tt.reduce", "tt.scan", "arith.mulf"), made=16)
    signatures = MappingProxyType(
        {
            "sum": replace(signature, first=("tt.reduce", "tt.scan")),
            "atomic": Order(("fadd",), gives=16, carried="memory", through="memory"),
            "kept": replace(_UPDATE, carried="memory"),
            "again": _UPDATE,
            "carried": Order(("arith.truncf",), gives=16, carried="value"),
        }
    )
    observes = (LowSum, CarriedRounding)

    def judge(self, seen: LowSum | CarriedRounding) -> str | None:
        if isinstance(seen, CarriedRounding):
            element = "float16" if seen.target.endswith(".float16") else "bfloat16"
            where = (
                "" if seen.target.endswith("float16") else f"where `{seen.target}` is {element}, "
            )
            return f"{where}{_LOST[element]}, however often 1.0 is added"
        return _trigger(seen)

    def report(self, node: cst.CSTNode, seen: LowSum | CarriedRounding, trigger: str) -> Finding:
        if isinstance(seen, CarriedRounding):
            return self._carried(node, seen, trigger)
        others = len(seen.sum.parameters) - 1
        more = f" and {others} more" if others > 1 else ""
        names = " and ".join(f"`{each}`" for each in sorted(seen.sum.parameters))
        names = f"`{seen.parameter}`{more}" if others > 1 else names
        does = "multiplies" if seen.sum.kind == "product" else "adds up"
        message = f"`{seen.kernel}` {does} in 16 bits what it loads through {names}"
        if seen.sum.kind == "update":
            does = "reads back what it rounded" if _is_within(seen) else "keeps a sum"
            does += " to 16 bits" if _is_within(seen) else " in memory of 16 bits"
            message = f"`{seen.kernel}` {does} through {names}"
        fix = self._fix(node, seen)
        return self.finding(
            node,
            seen,
            message,
            trigger=trigger,
            confidence=_confidence(seen),
            trace=_trace(seen),
            fix=fix,
            help=_HELP[seen.sum.kind == "update"],
        )

    def _carried(self, node: cst.CSTNode, seen: CarriedRounding, trigger: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` rounds `{seen.carried}` to {seen.target} in each round of a loop",
            trigger=trigger,
            confidence="likely",
            trace=(
                Step(seen.begun, f"`{seen.carried}` begins {_BEGINS[seen.wide]}"),
                Step(seen.loop, "the loop carries it from one round to the next"),
                Step(
                    seen.place, "rounded here, and what the next round begins with is what is left"
                ),
            ),
            help="keep it in float32, and round a copy where one is needed",
        )

    def _fix(self, node: cst.CSTNode, seen: LowSum) -> Fix | None:
        """The fix of values that are loaded in the function that adds them up."""
        from tritonlint.rule.casts import language, method

        if seen.sum.via or seen.sum.kind == "update" or seen.place.path != seen.kernel_path:
            return None
        wide = f"{language(self.suspect.source)}.float32"
        operands = self._operands(node) if seen.dots or seen.asked else self._loads(seen)
        if not operands:
            return None
        return self.replacing(
            {each: method(each, "to", _of(each) or wide) for each in operands},
            "Widen the values before they are added up",
            "unsafe",
        )

    def _loads(self, seen: LowSum) -> list[cst.BaseExpression]:
        """The calls that load what is added up; none where one stands in another file."""
        import libcst as cst

        found = [self.node(each) for each in sorted(seen.sum.loads, key=_order)]
        calls = [each for each in found if isinstance(each, cst.Call)]
        return [*calls] if len(calls) == len(found) else []

    def _operands(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        """The names that are added up or multiplied, where they stand in the sum; none where
        something else does."""
        import libcst as cst

        match node:
            case cst.Call(args=[cst.Arg(value=summed, keyword=None), *_]):
                return _factors(summed)
            case cst.AugAssign(value=summed):
                return _factors(summed)
        return []


def _factors(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    import libcst as cst

    match node:
        case cst.Name():
            return [node]
        case cst.Subscript(value=cst.Name()):
            return [node]
        case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
            one, other = _factors(left), _factors(right)
            return [*one, *other] if one and other else []
    return []


def _of(node: cst.BaseExpression) -> str:
    """The float32 of the language whose `load` is called, where its usual name tells that."""
    import libcst as cst

    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=owner))) if owner in _LANGUAGES:
            return f"{owner}.float32"
    return ""


def _confidence(seen: LowSum) -> Confidence:
    if seen.split or seen.wide:
        return "possible"
    return "likely" if seen.open else "certain"


def _order(place: Span) -> tuple[int, int]:
    return place.line, place.column


def _trigger(seen: LowSum) -> str:
    element = seen.sum.element.name
    where = f"where that is {element}" if seen.open else f"in {element}"
    if seen.sum.kind == "product":
        if element == "float16":
            return f"{where}, 300.0 * 300.0 is infinity"
        return f"{where}, 1.0078125 * 1.0078125 is 1.015625 and not 1.01568603515625"
    if element == "float16" and seen.sum.kind == "sum":
        what = "20.0 * 20.0, added up 300 times," if seen.sum.squared else "300.0, 300 times,"
        return f"{where}, {what} is infinity"
    if element == "float16":
        return f"{where}, 2048.0 + 1.0 is 2048.0"
    return f"{where}, 256.0 + 1.0 is 256.0"


def _is_within(seen: LowSum) -> bool:
    """Whether the kernel itself stores what it loads and adds to."""
    use = seen.sum.use
    return use.path == seen.place.path and seen.kernel_line <= use.line < seen.place.line


def _trace(seen: LowSum) -> tuple[Step, ...]:
    chosen = seen.parameter in seen.open
    what = "of a type that the caller chooses" if chosen else f"of {seen.sum.element.name}"
    loads = sorted(seen.sum.loads, key=_order)
    steps = [
        Step(seen.argument_span, f"passed to `{seen.kernel}` as `{seen.parameter}`, {what}"),
        *handed_on(seen.sum.via),
        *(Step(each, "loaded, and not widened") for each in loads[:4]),
    ]
    if seen.sum.kind == "product":
        return (*steps, Step(seen.place, "multiplied in 16 bits, and then added to a float32"))
    if seen.sum.kind == "update" and _is_within(seen):
        steps.insert(-1, Step(seen.sum.use, "computed, and stored in 16 bits"))
        return (*steps, Step(seen.place, "reckoned with, and stored again"))
    if seen.sum.kind == "update" and seen.sum.use != seen.sum.place:
        steps.append(Step(seen.sum.use, "the loop launches the kernel again and again"))
    if seen.sum.kind == "update":
        return (*steps, Step(seen.place, "added to, and stored in 16 bits, for the next round"))
    steps.append(Step(seen.place, "added up in 16 bits"))
    return (*steps, Step(seen.sum.use, "and then divided, or kept as a float32"))

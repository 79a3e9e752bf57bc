"""TL011: offsets that are computed in 32 bits where they need 64."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.frozen import replace
from tritonlint.rule import Confidence, Finding, Fix, NarrowOffset, Order, Rule, ShortIndex, Step

if TYPE_CHECKING:
    import libcst as cst

_TRIGGER = "row 65,536 of rows of 32,768 elements begins at 2**31, which is -2**31 in 32 bits"
# Memory of one small entry for a row, a block or a request, told by the name of its pointer.
_METADATA = re.compile(
    r"table|scale|zero|(?:^|_)zp|(?:^|_)mins?(?:_|$)|lse|len|size|(?:^|_)pos(?:_|$)|position|indptr|indices|index|idx|ids?(?:_|$)|mask|cu_|loc|slot|offset|start|map"
    r"|(?:^|_)inds?(?:_|$)|(?:^|_)top_?k(?:_(?:weights?|probs?|scores?|vals?|values?|ptr))*$"
    r"|(?:^|_)tokens(?:_ptr)?$|2dst|partial|count|num_|loss|ratio|beta|mean|std|var(?:_|$)",
    re.IGNORECASE,
)
# A table from one thing to another (`expert_to_weights`), or what routes tokens.
_MAPPING = re.compile(
    r"(?:^|_)(?:tokens?|experts?|slots?|reqs?|requests?|blocks?|seqs?|batch(?:es)?|heads?|pages?)_to_[a-z]"
    r"|rout(?:ed|er|ing)_(?:weights?|probs?|scores?|ids?)(?:_|$)",
    re.IGNORECASE,
)
# What multiplies an index for a few entries each: it is no stride of rows.
_FEW = re.compile(
    r"^(?!(?:num|n)_?col)(?:num|n)(?:_|(?-i:[A-Z]))|top_?k|splits?$|heads?$|chunks?$", re.IGNORECASE
)
# A table of numbers of heads: there are few, and each has a part of one sequence or of the weights.
_HEADS = re.compile(r"(?:^|_)n?heads?(?:_|$)", re.IGNORECASE)
# The stride of heads: what each has lies in a row or a block, whose own stride is larger.
_HEAD = re.compile(r"(?:^|_)(?:[kqvo]?h|(?:kv_?)?heads?|h[kqv])(?:_|$)", re.IGNORECASE)
# A table of numbers of adapters: hundreds of them are needed.
_ADAPTERS = re.compile(r"lora|adapter", re.IGNORECASE)
_STRIDE = re.compile(r"stride|^ld[a-d]$", re.IGNORECASE)
_ROW = re.compile(r"(?:^|_)(?:n|num|row)?_?col(?:umn)?s?(?:_|$)|row_?(?:len|size)|hidden", re.I)


class Int32OffsetOverflow(Rule["NarrowOffset | ShortIndex", Confidence]):
    """An offset into memory is computed in 32 bits where it needs 64.

    ## What it does
    Finds kernels that add the product of an index and a stride to a pointer and compute that
    product in 32 bits, although the code itself says that it needs 64: the product is widened after
    the multiplication (`(row * stride).to(tl.int64)`), or a twin widens the same index before it
    multiplies by the same stride. A twin is another kernel of the file, or the kernel of the same
    name in another file of the project. Where nothing widens, it finds the entries of a table of
    blocks, pages, experts or rows that are multiplied by the stride of rows or blocks, and that the
    file says to be `torch.int32`; and memory of more than 2**31 elements, by the numbers, defaults
    and assertions that the code states, or the example of a shape that its docstrings give. A
    kernel that widens an index for one memory shows that another of the same shape
    (`torch.empty_like(x)`) needs it too; so does one of two kernels that a function passes the same
    memory and stride, and one whose entries of a table another kernel widens, where its own rows
    are. So does a kernel that widens the number of a program along one dimension of memory (its
    chunks), and not the one along a dimension around that (its batches), as the launches in the
    file pass their strides. It also finds products in 16 bits, where the launch passes
    `torch.int16` indices.

    ## Why is this bad
    `tl.program_id`, `tl.arange` and every integer argument that fits are 32 bits wide, and so is
    their product. Beyond 2**31 elements it wraps around: the kernel reads and writes before the
    tensor. Widening the product afterwards keeps the wrong number.

    ## Triggering input
    A tensor of more than 2**31 elements: row 65,536 of rows of 32,768 elements begins at 2**31,
    which is -2**31 in 32 bits.

    ## Example
    ```python
    row = tl.program_id(0)
    x = tl.load(x_ptr + (row * stride).to(tl.int64) + columns)
    ```

    ## Use instead
    ```python
    row = tl.program_id(0).to(tl.int64)
    x = tl.load(x_ptr + row * stride + columns)
    ```

    ## Not flagged
    A product that nothing shows to need 64 bits; one that is multiplied again after it was widened
    (`(batch * length).to(tl.int64) * stride`); an index that is a remainder or has an upper limit;
    strides that are known while compiling; memory with an entry for a row or a block, by the name
    of its pointer (block tables, scales, zero points, lengths, tables from one thing to another,
    weights of routing); a number of programs; a parameter annotated as 64 bits; a folder in which a
    comment says that the target has no 64-bit integers; a product whose only twin has memory with
    more dimensions, judging by the names of its strides (`stride_x_n` beside `stride_x_t`, or
    `stride_ob` alone beside `stride_ob`, `stride_om` and `stride_on`); a product next to a larger
    one that the kernel computes in 32 bits too (sums of rows beside the rows; an outer dimension of
    the same memory, which is scaled by all that scales this one), or that it widens in time; a
    stride that every launch passes as one; one element for each row, where the kernel reaches the
    rows too; entries of a table that
    count within the part of the memory that a batch and a head have, or that are numbers of heads,
    by the name of the table; the rows of a sequence, to whose begin the pointer was moved by the
    same stride in 64 bits; a row for each of a few programs that share out the work; where only a
    twin widens, the last of several strides of one memory, by their names (`stride_x_d` after
    `stride_x_n`), or an inner one of several that are found; a stride of contiguous memory whose
    shape the launching code states (`torch.empty(...)`, `x.contiguous()` with `assert n <= 16`) and
    which is small: few entries of a row each, neighbours, widths of one head; a function that
    compares with 2**31 itself. An index that is loaded may be 64 bits wide already: where only the
    late widening or a kernel of another name speaks of it, and the file does not say that it is 32
    bits wide, the finding is `possible`. It is so too for entries of a table of adapters, by its
    name, of which there would have to be hundreds; where only a twin widens what is multiplied by
    the stride of a head, by its name, since heads are few; and where a kernel reaches the memory
    one element at a time: one for each program does not fill 2**31.

    ## Fix safety
    `.to(tl.int64)` behind the index in the product, and in the others that are widened together
    with it. Safe where the product is widened anyway; unsafe where only a twin or the launch shows
    it, since the type of a variable changes. There is no fix where the index is not an expression
    of its own in the product. An integer argument is never widened in this way: Triton makes a
    constant of one that equals 1, which has no `.to`.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, an `arith.muli` of 32 bits feeds
    `arith.extsi` or `tt.addptr` as flagged, and the operand of `arith.muli` is extended as fixed;
    for indices of 16 bits the `arith.muli` is of as many.
    On a GPU the offset that the kernel stores is negative as flagged, and 2**31 as fixed.

    ## References
    - https://github.com/fla-org/flash-linear-attention/pull/1082
    - https://github.com/microsoft/dion/pull/103
    - https://github.com/linkedin/Liger-Kernel/pull/1248
    - https://github.com/stanford-futuredata/stk/pull/17
    """

    code = "TL011"
    name = "int32-offset-overflow"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(("arith.extsi", "tt.addptr"), first=("arith.muli",), made=32)
    signatures = MappingProxyType({"short": replace(signature, made=16)})
    observes = (NarrowOffset, ShortIndex)

    def judge(self, seen: NarrowOffset | ShortIndex) -> Confidence | None:
        """How sure it is that an offset overflows for tensors that the kernel is meant for."""
        if isinstance(seen, ShortIndex):
            return "likely"
        if seen.signal == "sized":
            return "possible" if seen.loaded or seen.single else "likely"
        few = any(_FEW.search(each) for each in seen.strides)
        small = _METADATA.search(seen.pointer) or _MAPPING.search(seen.pointer)
        if small or (few and not _has_rows(seen)):
            return None
        if seen.signal == "told":
            if not _has_rows(seen) or _HEADS.search(seen.table):
                return None
            return "possible" if _ADAPTERS.search(seen.table) else "likely"
        if seen.signal in ("sibling", "inside"):
            other = seen.loaded and seen.twin != seen.kernel
            heads = bool(seen.strides) and all(map(_HEAD.search, seen.strides))
            return "possible" if seen.single or other or heads else "likely"
        spelled = any(_STRIDE.search(each) for each in seen.strides)
        if seen.factors < 3 and not spelled and not seen.pitches:
            return None
        return "possible" if seen.loaded or seen.single else "likely"

    def report(
        self, node: cst.CSTNode, seen: NarrowOffset | ShortIndex, confidence: Confidence
    ) -> Finding:
        if isinstance(seen, ShortIndex):
            return self._short(node, seen)
        why = "and widens it too late"
        if seen.signal == "sized":
            why = "and it has more than 2**31 elements"
        if seen.signal == "told":
            why = f"from 32-bit `{seen.table}`"
        if seen.signal == "sibling":
            why = f"and `{seen.twin}` in 64" if seen.twin != seen.kernel else "and its twin in 64"
        if seen.signal == "inside":
            why = "and one inside it in 64"
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` computes an offset into `{seen.pointer}` in 32 bits, {why}",
            trigger=_TRIGGER,
            confidence=confidence,
            trace=_trace(seen),
            fix=self._fix(seen),
        )

    def _short(self, node: cst.CSTNode, seen: ShortIndex) -> Finding:
        import libcst as cst

        from tritonlint.rule.casts import language, method

        product = seen.product
        index = self.node(product.operand) if product.operand is not None else None
        fix = None
        if isinstance(index, (cst.Name, cst.Subscript, cst.Call)):
            wide = f"{language(self.suspect.source)}.int32"
            new: dict[cst.CSTNode, cst.CSTNode] = {index: method(index, "to", wide)}
            fix = self.replacing(new, "Widen the index before it is multiplied", "safe")
        assert product.used is not None
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` multiplies an index from `{seen.parameter}` in 16 bits",
            trigger="the index 256 times 128 is 32,768, which is -32,768 in 16 bits",
            confidence="likely",
            trace=(
                Step(seen.argument_span, f"integers of 16 bits are passed as `{seen.parameter}`"),
                Step(seen.place, "a constant takes the type of the index that it meets"),
                Step(product.used, "the product is added to a pointer"),
            ),
            fix=fix,
        )

    def _fix(self, seen: NarrowOffset) -> Fix | None:
        """`.to(tl.int64)` behind the index, where it can stand."""
        import libcst as cst

        from tritonlint.rule.casts import language, method

        found = [self.node(each) for each in (seen.operand, *seen.others) if each is not None]
        indices = [each for each in found if isinstance(each, (cst.Name, cst.Subscript, cst.Call))]
        if seen.operand is None or not indices or indices[0] is not found[0]:
            return None
        wide = f"{language(self.suspect.source)}.int64"
        return self.replacing(
            {each: method(each, "to", wide) for each in indices},
            "Widen the index before it is multiplied",
            "safe" if seen.signal == "late" else "unsafe",
        )


def _has_rows(seen: NarrowOffset) -> bool:
    """Whether a product is by the stride of rows or blocks, or the length of rows: by the name of a
    parameter, or by what the launches pass."""
    return bool(seen.pitches) or any(_STRIDE.search(s) or _ROW.search(s) for s in seen.strides)


def _trace(seen: NarrowOffset) -> tuple[Step, ...]:
    product = Step(seen.place, "an index times a stride, both of 32 bits")
    if seen.signal == "sized":
        return Step(seen.wide, "more than 2**31 elements, by the sizes that are stated"), product
    if seen.signal == "told":
        said = Step(seen.wide, f"what is passed as `{seen.table}` holds 32-bit integers")
        return said, Step(seen.place, "an entry of it times a stride, in 32 bits")
    if seen.signal == "late":
        return product, Step(seen.wide, "the product is widened, when it has wrapped around")
    if seen.signal == "inside":
        return product, Step(seen.wide, "along an inner dimension the index is widened first")
    return product, Step(seen.wide, f"`{seen.twin}` widens the index before it multiplies")

"""TL016: addresses of tensors of any type, taken for pointers to one type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import Finding, FixedTable, Order, Rule, Step

if TYPE_CHECKING:
    import libcst as cst

_TRIGGER = {
    "float16": "1.0 of a bfloat16 tensor (0x3F80) is read as 1.875",
    "bfloat16": "1.0 of a float16 tensor (0x3C00) is read as 0.0078125",
}


class PointerTableOfFixedType(Rule[FixedTable, str]):
    """Addresses from a table are read as pointers to one type, whatever the tensors hold.

    ## What it does
    Finds kernels that load an address from a table and take it for a pointer to one 16-bit type
    (`tl.load(a_ptrs + g).to(tl.pointer_type(tl.float16))`), where the function that fills the table
    with `data_ptr()`s and launches the kernel never tests the type of the tensors.

    ## Why is this bad
    An address says nothing about what lies there, so Triton cannot check it. A kernel that was
    written for `float16` reads the bits of `bfloat16` numbers as float16, and stores its results in
    the wrong format. Nothing raises.

    ## Triggering input
    The other 16-bit type: 1.0 of a bfloat16 tensor (0x3F80) is read as 1.875 in float16.

    ## Example
    ```python
    a_ptr = tl.load(a_ptrs + group).to(tl.pointer_type(tl.float16))
    ...
    table = torch.tensor([a.data_ptr() for a in tensors], device="cuda")
    kernel[(len(tensors),)](table)
    ```

    ## Use instead
    ```python
    a_ptr = tl.load(a_ptrs + group).to(tl.pointer_type(tl.float16))
    ...
    assert all(a.dtype == torch.float16 for a in tensors)
    table = torch.tensor([a.data_ptr() for a in tensors], device="cuda")
    kernel[(len(tensors),)](table)
    ```

    ## Not flagged
    A function that names the type, converts to it or tests it so that no other 16-bit type passes,
    itself or in a function of the file that it calls; one that its file calls, where all of these
    callers, functions or the file outside of functions, name exactly that type for tensors, or
    test it; a kernel that chooses between types, or takes the type of a pointer that it is given;
    tables of 8-bit or 32-bit types.

    ## Fix safety
    There is no fix: whether the kernel should take the type as a parameter or the function should
    refuse other types is for the author to say.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, a `tt.int_to_ptr` makes pointers to 16
    bits of what a `tt.load` gives, whatever is launched. On a GPU,
    tensors of the other 16-bit type give wrong numbers, and those of the kernel's own type give the
    right ones.

    ## References
    - https://github.com/triton-lang/triton/blob/main/python/tutorials/08-grouped-gemm.py
    """

    code = "TL016"
    name = "pointer-table-of-fixed-type"
    severity = "error"
    since = "0.1.0"
    signature = Order(("tt.int_to_ptr", "tt.bitcast"), first=("tt.load",), gives=16)
    observes = (FixedTable,)

    def judge(self, seen: FixedTable) -> str | None:
        return _TRIGGER.get(seen.element)

    def report(self, node: cst.CSTNode, seen: FixedTable, trigger: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` takes addresses from `{seen.table}` for pointers to {seen.element}, "
            "whatever lies there",
            trigger=trigger,
            trace=(
                Step(seen.filled, f"`{seen.host}` takes the address, and tests no type"),
                Step(seen.place, f"what lies there is taken for {seen.element}"),
            ),
            help=f"test that the tensors are {seen.element}, or pass their type",
        )

"""What a finding says about a kernel, as plain data that Triton's compiler can be asked about."""

from __future__ import annotations

from tritonlint.frozen import dataclass

Constant = bool | int | float | str | None


@dataclass(frozen=True)
class Known:
    """What the facts know of one argument of a launch. `dtypes` are torch's names of the element
    types that it can have (of the types that it can be, for a compile-time dtype), `values` the
    constants that it can be. `open` is whether it can be something else too."""

    parameter: str
    dtypes: tuple[str, ...] = ()
    values: tuple[Constant, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Claim:
    """The kernel whose `def` stands at `path` and `line` goes wrong when `parameter` points to
    `flagged`, and not when it points to `fixed` (both torch's names; `fp8` is the e4m3 type of the
    target). Without a `parameter` it goes wrong whatever it is launched with; where the fix is an
    edit of the kernel, `fixed` means nothing. `rejected` is whether it goes wrong loudly: Triton
    does not compile it as flagged. `known` are the other arguments of the launch. `ordered` is
    whether the order of operations that its rule names tells it; `form` is which of them, where the
    rule knows several."""

    path: str
    line: int
    parameter: str
    flagged: str = "uint8"
    fixed: str = "fp8"
    rejected: bool = False
    known: tuple[Known, ...] = ()
    ordered: bool = True
    form: str = ""

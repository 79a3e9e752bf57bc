"""The device side: Triton's type rules, run over the syntax tree of a kernel for one
specialization."""

from tritonlint.facts.device.contract import (
    Encoding,
    Float,
    KernelContract,
    Load,
    LoadEffect,
    OneOf,
    Place,
    Specialization,
    Store,
    StoreEffect,
    ValueKind,
)
from tritonlint.facts.device.contracts import (
    byte_contracts,
    contract,
    moves,
    narrow_sums,
    open_contract,
    roles_of,
    roundings,
    watched,
)
from tritonlint.facts.device.moves import Moves
from tritonlint.facts.device.roundings import Rounding
from tritonlint.facts.device.shorts import ShortProduct
from tritonlint.facts.device.sums import NarrowSum
from tritonlint.facts.device.watch import Watch
from tritonlint.facts.device.watched import Conversion, SignedByte
from tritonlint.facts.device.wraps import Wrapped
from tritonlint.facts.project.kernel import Kernel, Scope

__all__ = [
    "Conversion",
    "Encoding",
    "Float",
    "Kernel",
    "KernelContract",
    "Load",
    "LoadEffect",
    "Moves",
    "NarrowSum",
    "OneOf",
    "Place",
    "Rounding",
    "Scope",
    "ShortProduct",
    "SignedByte",
    "Specialization",
    "Store",
    "StoreEffect",
    "ValueKind",
    "Watch",
    "Wrapped",
    "byte_contracts",
    "contract",
    "moves",
    "narrow_sums",
    "open_contract",
    "roles_of",
    "roundings",
    "watched",
]

"""The device side: Triton's type rules, run over the syntax tree of a kernel for one
specialization."""

from tritonlint.facts.device.analysis import byte_contracts, contract
from tritonlint.facts.device.contract import (
    KernelContract,
    Load,
    LoadEffect,
    Place,
    Specialization,
    Store,
    StoreEffect,
    ValueKind,
)
from tritonlint.facts.kernel import Kernel, Scope

__all__ = [
    "Kernel",
    "KernelContract",
    "Load",
    "LoadEffect",
    "Place",
    "Scope",
    "Specialization",
    "Store",
    "StoreEffect",
    "ValueKind",
    "byte_contracts",
    "contract",
]

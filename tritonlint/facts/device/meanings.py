"""What a kernel takes the memory behind each pointer for: what it writes there, and what it reads
there, in one specialization. Shadow types at run time are made of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tritonlint.dtypes import UINT8, ElementType
from tritonlint.facts.device.contract import KernelContract, Specialization, Store
from tritonlint.facts.device.contracts import contract
from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Meaning:
    """What is in memory: `floats` of the type `element`, as such or as codes in memory of another
    type; floats `truncated` to integers of 8 bits; `integers`; or something `unknown`."""

    kind: Literal["floats", "truncated", "integers", "unknown"]
    element: ElementType | None = None


UNKNOWN_MEANING = Meaning("unknown")


@dataclass(frozen=True)
class Meanings:
    """By pointer parameter, what a kernel `writes` and `reads` there. What it reads where it writes
    too is left out: it may be its own. `complete` is whether the kernel was analysed to its end."""

    writes: Mapping[str, Meaning]
    reads: Mapping[str, Meaning]
    complete: bool = True


def meanings(kernel: Kernel, specialization: Specialization) -> Meanings:
    """What `kernel` takes its memory for when it is launched so."""
    found = contract(kernel, specialization)
    pointers = specialization.pointers
    stored = {each.parameter for each in found.stores}
    loaded = {each.parameter for each in found.loads} - stored
    copied = _copied(kernel, specialization, found)
    writes = {
        name: UNKNOWN_MEANING if name in copied else _written(name, found, pointers)
        for name in stored
        if name in pointers
    }
    reads = {
        name: UNKNOWN_MEANING if name in copied else _read(name, found, pointers)
        for name in loaded
        if name in pointers
    }
    return Meanings(writes, reads, found.incomplete is None)


def _written(name: str, found: KernelContract, pointers: Mapping[str, ElementType]) -> Meaning:
    own = pointers[name]
    codes = _codes(name, found, written=True)
    stores = [each for each in found.stores if each.parameter == name]
    if codes is not None:
        return Meaning("floats", codes) if not own.is_float else UNKNOWN_MEANING
    effects = {each.effect for each in stores}
    if effects == {"float"} and own.is_float:
        return Meaning("floats", own)
    if effects == {"float_to_int"} and own.is_byte and not any(map(_on_purpose, stores)):
        return Meaning("truncated")
    if effects <= {"int", "float_to_int"} and own.is_byte:
        return Meaning("integers")
    return UNKNOWN_MEANING


def _on_purpose(store: Store) -> bool:
    """Whether a float is made an integer on purpose: a value that is kept in the range of a byte
    is meant to be one."""
    return store.rounded or store.fits_byte or store.kind == "bool"


def _read(name: str, found: KernelContract, pointers: Mapping[str, ElementType]) -> Meaning:
    own = pointers[name]
    codes = _codes(name, found, written=False)
    effects = {each.effect for each in found.loads if each.parameter == name}
    if codes is not None:
        return Meaning("floats", codes) if not own.is_float else UNKNOWN_MEANING
    reinterpreted = any(each.parameter == name for each in found.encodings)
    if effects == {"float"} and own.is_float and not reinterpreted:
        return Meaning("floats", own)
    if effects == {"int_to_float"} and own.is_byte:
        return Meaning("integers")
    return UNKNOWN_MEANING


def _codes(name: str, found: KernelContract, written: bool) -> ElementType | None:
    """The one 8-bit float that a kernel names for bytes."""
    own = [each for each in found.encodings if each.parameter == name]
    elements = {each.element for each in own if each.written == written}
    return next(iter(elements)) if len(elements) == 1 else None


def _copied(kernel: Kernel, made: Specialization, found: KernelContract) -> set[str]:
    """The parameters of one type between which loaded values may be copied as they are: were both
    sides bytes, nothing would be converted."""
    copied: set[str] = set()
    pairs = {
        (source, each.parameter)
        for each in found.stores
        if each.effect == "float" and len(each.source) == 1
        for source in each.source
    }
    for pair in pairs:
        types = {made.pointers.get(name) for name in pair}
        if None in types or len(types) > 1:
            continue
        as_bytes = {**made.pointers, **dict.fromkeys(pair, UINT8)}
        bare = contract(kernel, Specialization(as_bytes, made.constexprs))
        stores = {each.effect for each in bare.stores if each.parameter == pair[1]}
        loads = {each.effect for each in bare.loads if each.parameter == pair[0]}
        copied |= {pair[1]} if stores == {"int"} else set()
        copied |= {pair[0]} if loads == {"int"} else set()
    return copied

"""Kinds of launches: those of one kernel from one place with the same element types and
constants."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

from tritonlint.dtypes import BY_NAME, BY_TRITON, ElementType
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.device.meanings import Meaning, Meanings, meanings
from tritonlint.facts.hazards.launched.seen import Clash, Code, Given, SeenLaunch, Sign
from tritonlint.facts.project.kernel import Kernel
from tritonlint.source import Span
from tritonlint.watch.torch_tensors import type_name

MOST_TESTS = 20
# The number of a tensor, its parameter and what the kernel does with its memory.
_Ordered = tuple[tuple[int, str, Meaning], ...]
_CONSTANTS = (bool, int, float, str, type(None))


@dataclass(eq=False)
class Kind:
    """One kind. `reads` and `writes` are what its kernel does with memory, as far as that matters
    (`Meanings`); `doubtful` are the parameters that are passed bytes which the kernel takes for
    numbers, or makes of floats; `tracked` those behind which it writes what is worth remembering.
    `test` is the last one that launched it; `findings` is what the judge said of it, where it is
    asked at each launch. `order` has the numbers of the tensors that matter among those that its
    launches pass, for reading and for writing, once it is known."""

    seen: SeenLaunch
    kernel: Kernel
    code: CodeType | None
    reads: Mapping[str, Meaning]
    writes: Mapping[str, Meaning]
    doubtful: frozenset[str]
    tracked: frozenset[str]
    count: int = 0
    test: str = ""
    tests: dict[str, None] = field(default_factory=dict)
    signs: dict[tuple[str, str], Sign] = field(default_factory=dict)
    clashes: dict[Clash, None] = field(default_factory=dict)
    ir: str | None = None
    findings: tuple[Any, ...] | None = None
    order: tuple[_Ordered, _Ordered] | None = None

    def launched(self, test: str) -> None:
        """Count a launch that a test made."""
        self.count += 1
        if test != self.test:
            self.test = test
            if len(self.tests) < MOST_TESTS:
                self.tests[test] = None

    def ordered(self, names: Sequence[str]) -> tuple[_Ordered, _Ordered]:
        """`order`, of launches that pass tensors for these parameters."""
        reads, writes = (
            tuple((number, name, each[name]) for number, name in enumerate(names) if name in each)
            for each in (self.reads, self.writes)
        )
        self.order = reads, writes
        return self.order

    def record(self) -> SeenLaunch:
        """What was seen so far."""
        return replace(
            self.seen,
            signs=tuple(self.signs.values()),
            clashes=tuple(self.clashes),
            tests=tuple(filter(None, self.tests)),
            count=self.count,
        )

    def codes(self, parameter: str) -> ElementType | None:
        """The 8-bit float that the kernel names for the bytes behind a parameter."""
        meaning = self.writes.get(parameter) or self.reads.get(parameter)
        return meaning.element if meaning is not None else None

    def sign(self, sign: Sign) -> bool:
        """Note a sign, and whether it is a new one."""
        key = (sign.parameter, sign.message)
        new = key not in self.signs
        self.signs.setdefault(key, sign)
        return new

    def clash(self, clash: Clash) -> bool:
        """Note a clash, and whether it is a new one."""
        new = clash not in self.clashes
        self.clashes.setdefault(clash)
        return new


def kind(
    where: tuple[Code, Span],
    kernel: tuple[Kernel, Code],
    given: dict[str, Given],
    code: CodeType | None,
) -> Kind:
    """The kind of a launch at a place that passes these."""
    node, own = kernel
    seen = SeenLaunch(where[0], where[1], own, tuple(given.items()))
    found = meanings(node, specialization(given))
    types = {
        n: BY_NAME[g.type] for n, g in given.items() if g.kind == "tensor" if g.type in BY_NAME
    }
    doubtful = frozenset(n for n, each in types.items() if each.is_byte and _doubtful(n, found))
    reads = {n: _one(each) for n, each in found.reads.items() if _tells(each)}
    writes = {n: _one(each) for n, each in found.writes.items()}
    kept = frozenset(n for n, each in writes.items() if _tracked(each))
    return Kind(seen, node, code, reads, writes, doubtful, kept)


@functools.cache
def _one(meaning: Meaning) -> Meaning:
    """The same object for the same meaning."""
    return meaning


def _doubtful(name: str, found: Meanings) -> bool:
    """Whether a kernel takes bytes for numbers or for codes that it names, or makes them."""
    written, read = found.writes.get(name), found.reads.get(name)
    if written is not None and written.kind in ("truncated", "floats"):
        return True
    return read is not None and read.kind in ("integers", "floats")


def _tells(meaning: Meaning) -> bool:
    """Whether a reading can clash with a writing."""
    return meaning.kind == "integers" or _narrow(meaning.element)


def _narrow(element: ElementType | None) -> bool:
    return element is not None and element.is_float and element.width <= 16


def _tracked(meaning: Meaning) -> bool:
    """Whether what was written so is worth remembering."""
    return meaning.kind in ("truncated", "integers") or _narrow(meaning.element)


def specialization(given: Mapping[str, Given]) -> Specialization:
    """What a launch that passes these makes of a kernel."""
    pointers: dict[str, ElementType] = {}
    constants: dict[str, object] = {}
    for name, each in given.items():
        known = BY_NAME.get(each.type)
        if each.kind == "tensor" and known is not None:
            pointers[name] = known
        elif each.kind == "dtype" and known is not None:
            constants[name] = known
        elif each.kind == "constant":
            constants[name] = each.constant
    return Specialization(pointers, constants)


def given_constant(value: Any) -> Given:
    """What is passed for a compile-time parameter."""
    value = getattr(value, "value", value) if type(value).__name__ == "constexpr" else value
    if isinstance(value, _CONSTANTS):
        return Given("constant", constant=value)
    named = dtype_name(value)
    return Given("dtype", named) if named else Given()


def dtype_name(value: Any) -> str:
    """torch's name of the element type that a dtype of torch's or Triton's is; empty for anything
    else."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.dtype):
        return type_name(value)
    name = getattr(value, "name", "")
    names = {"fp8e4nv": "float8e4nv", "fp8e5": "float8e5", "fp8e4b8": "float8e4b8"}
    short = {"fp16": "float16", "bf16": "bfloat16", "fp32": "float32", "fp64": "float64"}
    known = BY_TRITON.get(names.get(name, short.get(name, name))) if isinstance(name, str) else None
    return known.name if known else ""

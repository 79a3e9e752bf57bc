"""What the facts know of a module's kernels, as reveal comments say it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tests.reveal.comments import Revealed, line_number
from tritonlint.dtypes import BY_NAME
from tritonlint.facts.device import (
    Conversion,
    Encoding,
    KernelContract,
    Load,
    Place,
    Specialization,
    Store,
    byte_contracts,
    contract,
    watched,
)
from tritonlint.facts.device.intervals import ANYTHING, Interval
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels as kernels_of
from tritonlint.facts.project.modules import Module

# Above a kernel: how it is launched.
_LAUNCHED = re.compile(r"# launched with (.*)")


def kernels(module: Module) -> Iterator[Revealed]:
    """At the end of each kernel of `module` that no other calls, its contract: as the comments
    above it say that it is launched, or with each pointer in turn as bytes."""
    found = kernels_of(module)
    called = {
        node.func.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    lines = module.source.text.splitlines()
    for kernel in found:
        if kernel.name not in called:
            after, indent = kernel.node.end_lineno or kernel.line, kernel.node.col_offset + 4
            said = tuple(_contracts(kernel, list(_launched(kernel, lines))))
            yield Revealed(after, indent, said or ("nothing",))


def _launched(kernel: Kernel, lines: list[str]) -> Iterator[tuple[str, Specialization]]:
    """The specializations that comments above the kernel ask for."""
    first = min([kernel.node.lineno, *(each.lineno for each in kernel.node.decorator_list)])
    above: list[str] = []
    while first > 1 and (said := _LAUNCHED.match(lines[first - 2])):
        above.insert(0, said[1])
        first -= 1
    for said in above:
        given = dict(each.split("=") for each in said.split(", "))
        pointers = {name: BY_NAME[each] for name, each in given.items() if each in BY_NAME}
        rest = {n: ast.literal_eval(each) for n, each in given.items() if n not in pointers}
        yield said, Specialization(pointers, rest)


def _contracts(kernel: Kernel, launched: list[tuple[str, Specialization]]) -> Iterator[str]:
    if not launched:
        for name, found in byte_contracts(kernel).items():
            yield from _accesses(replace(found, encodings=()), name)
    for said, specialization in launched:
        if len(launched) > 1:
            yield f"with {said}"
        yield from _accesses(contract(kernel, specialization), None)
        yield from map(_narrows, watched(kernel, specialization).conversions())


def _accesses(found: KernelContract, only: str | None) -> Iterator[str]:
    if found.incomplete:
        yield f"incomplete: {found.incomplete}"
    accesses: Iterable[Load | Store] = (*found.loads, *found.stores)
    for each in sorted(accesses, key=lambda a: (a.place.line, a.place.column, isinstance(a, Store))):
        if only in (None, each.parameter):
            yield _store(each) if isinstance(each, Store) else _load(each)
    for encoding in found.encodings:
        yield _encoding(encoding)


def _load(load: Load) -> str:
    use = f", used {_at(load.use)}" if load.use else ""
    return f"{load.parameter}: load {_at(load.place, load.via)}: {load.effect}{use}"


def _store(store: Store) -> str:
    said = [f"{store.parameter}: store {_at(store.place, store.via)}: {store.effect}"]
    if store.kind != store.effect:
        said.append(f"of {store.kind}")
    if store.cast is not None:
        said.append(f"cast {_at(store.cast)}{' to its type' * store.explicit}")
    if store.rounded:
        said.append("rounded")
    said += _clamped(store.interval)
    if store.source:
        said.append(f"from {', '.join(sorted(store.source))}")
    return ", ".join(said)


def _encoding(encoding: Encoding) -> str:
    way = "written as" if encoding.written else "read as"
    return f"{encoding.parameter}: {way} {encoding.element or 'codes'} {_at(encoding.place)}"


def _narrows(found: Conversion) -> str:
    source = found.source.name if found.source else "float" if found.floating else "integer"
    said = [f"{source} to {found.target.name} {_at(found.place, found.via)}"]
    for what in ("rounded", "excused", "exponent", "biased"):
        said += [what] if getattr(found, what) else []
    said += _clamped(found.interval)
    if found.clamp is not None:
        said.append(f"then clamped {_at(found.clamp)}")
    if found.bias is not None:
        said.append(f"then biased {_at(found.bias)}")
    return ", ".join(said)


def _clamped(interval: Interval) -> list[str]:
    low, high = ("" if each is None else f"{each:g}" for each in interval)
    return [] if interval == ANYTHING else [f"within {low}..{high}"]


def _at(place: Place, via: tuple[Place, ...] = ()) -> str:
    lines = [place, *reversed(via)]
    return "line " + " via line ".join(line_number(each.line) for each in lines)

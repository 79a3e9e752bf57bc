"""One side of a question, as flagged or as fixed: the kernel and the type of its pointer, and what
the compiler shows of it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tritonlint.dtypes import BY_SIGNATURE
from tritonlint.rule.signature import Order
from tritonlint.verify.compiler import compile as oracle
from tritonlint.verify.compiler.compile import Conversion
from tritonlint.verify.compiler.extract import Extracted
from tritonlint.verify.compiler.order import alone, wrong
from tritonlint.verify.compiler.raw_ir import fp8_of, raw_ir
from tritonlint.verify.compiler.ttir import Graph, Op
from tritonlint.verify.compiler.ttir_text import read_graph
from tritonlint.verify.confirm.parameters import (
    CONSTEXPR,
    FP8,
    Choice,
    Setting,
    Settings,
    signature_of,
)

_FLOAT = "bfloat16"
# (file, first line, last line), absolute.
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Side:
    """A kernel with `parameter` (empty: none) as a pointer to `element` (torch's name, or `fp8` for
    the target's own); `places` are where an order is looked for that goes through no parameter,
    `name` is what reports call this side. `last` is whether only the conversion next to a store
    counts, `alike` the parameters that have the same type as `parameter`."""

    name: str
    extracted: Extracted
    parameter: str
    element: str
    places: tuple[Place, ...] = ()
    last: bool = True
    alike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Testimony:
    """What the compiler shows of an order on a side: the operations that are wrong, and how many
    there are, at the side's places, of those that come first in the order and make it so."""

    wrong: tuple[Conversion, ...] = ()
    firsts: int = 0


def near_fixes(
    flagged: Side, fixed: Side | None, order: Order, choices: Mapping[str, Choice]
) -> Iterator[Side]:
    """Other fixes of a pointer than `fixed`: of all that the launch passes the same memory to, as a
    kernel may choose between them; a float that takes what no fp8 does (`other=0`)."""
    if fixed is None or order.through not in ("store", "load"):
        return
    same = Setting(f"*{signature_of(flagged.element)}")
    others = [name for name, each in choices.items() if each.options == (same,)]
    if others:
        yield replace(fixed, alike=tuple(others))
    if order.through == "load" and fixed.element == FP8:
        yield replace(fixed, name=f"with {_FLOAT}", element=_FLOAT)


def testimony(side: Side, order: Order, settings: Settings, target: str) -> Testimony:
    """What the compiler shows of the order on this side. Raises CompileError."""
    kernel = side.extracted.function
    whole = dict(settings)
    if side.parameter:
        pointer = "" if order.through == "value" else "*"
        for name in (side.parameter, *side.alike):
            whole[name] = Setting(f"{pointer}{signature_of(side.element)}")
    types = {name: _native(whole[name].type, target) for name in kernel.arg_names}
    signature = {name: each for name, each in types.items() if each != CONSTEXPR}
    constants = {
        name: _value(whole[name], target) for name, each in types.items() if each == CONSTEXPR
    }
    graph = read_graph(raw_ir(kernel, signature, constants, target))
    index = list(signature).index(side.parameter) if side.parameter else None
    loads = None if index is None else frozenset(graph.loads(index))
    found = dict(wrong(graph, order, loads))
    firsts = {each for every in found.values() for each in every if _at(each, side)}
    return Testimony(tuple(oracle.placed(_found(graph, order, side, index, found))), len(firsts))


def _found(
    graph: Graph, order: Order, side: Side, parameter: int | None, found: dict[Op, list[Op]]
) -> list[Op]:
    """Of the operations that are `found` wrong those on the way that the order goes, or at the
    side's places. `parameter` is the index of the side's parameter."""
    if order.through and parameter is not None:
        between = oracle.between(graph, parameter, order.through, side.last)
        return [op for op in between if op in found]
    ordered = [op for op, firsts in found.items() if any(_at(each, side) for each in (op, *firsts))]
    ordered = ordered or [op for op in graph.all_ops if alone(op, order) and _at(op, side)]
    # What the finding's own place calls does it.
    own = replace(side, places=side.places[:1])
    return ordered or [op for op in found if any(_at(each, own) for each in graph.called_from(op))]


def _at(op: Op, side: Side) -> bool:
    """Whether an operation comes from one of the side's places."""
    place = op.place
    return place is not None and any(_within(place, each) for each in side.places)


def _within(place: tuple[str, int], around: Place) -> bool:
    file, first, last = around
    return os.path.abspath(place[0]) == file and first <= place[1] <= last


def _native(kind: str, target: str) -> str:
    """A type of a signature with the target's own fp8 in it."""
    pointer, _, element = kind.rpartition("*")
    return f"{'*' if kind.startswith('*') else pointer}{_own(element, target)}"


def _own(element: str, target: str) -> str:
    return fp8_of(target) if element == FP8 else element


def _value(setting: Setting, target: str) -> object:
    """The Python object of a constant: a dtype as Triton's."""
    if not setting.is_dtype:
        return setting.value
    language = importlib.import_module("triton.language")
    element = BY_SIGNATURE[_own(signature_of(str(setting.value)), target)]
    return getattr(language, element.triton)

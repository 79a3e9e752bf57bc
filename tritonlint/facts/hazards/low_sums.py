"""Sums that a launch makes a kernel compute in 16 bits, by the types of the tensors that it
passes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from tritonlint.dtypes import BFLOAT16, FLOAT16, FLOAT32, UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.device import Specialization, narrow_sums, open_contract
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.reading.asked_types import asks_for_types
from tritonlint.facts.device.reading.loaded_sums import adds_loaded
from tritonlint.facts.device.reading.read_back import may_come_back, read_back
from tritonlint.facts.device.sums import NarrowSum
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.launched.callbacks import is_callback
from tritonlint.facts.hazards.launched.known_arguments import known_arguments
from tritonlint.facts.hazards.launched.specializations import (
    as_passed,
    each_constant,
    specialization,
    types_of,
)
from tritonlint.facts.hazards.meant_sums import asked_for, is_of_one, is_stated
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.hazards.refused_types import wider
from tritonlint.facts.hazards.repeated_sums import repeated_sums
from tritonlint.facts.host.conditions.outcomes import decided
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.memory.element_types import FLOATS
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, Parameter, Symbol
from tritonlint.facts.host.values.values import Condition, DType, Tensor
from tritonlint.facts.project.comments import said_float32
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import walk
from tritonlint.findings.claim import Known
from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile, Span

# What a launch shows of a tensor: a type of 16 bits for certain; one that the caller of the
# function chooses; another type; or nothing.
Passes = Literal["narrow", "open", "wide", "unknown"]
# What is kept in full precision as a rule, by the names of parameters: where the caller chooses its
# type, that is float32.
_KEPT_WIDE = re.compile(
    r"scale|lse|logsum|expsum|partial|psum|scratch|workspace|accum|(?:^|_)acc(?:_|$)|stats?(?:_|$)"
    r"|count|mean|rstd|variance|(?:^|_)(?:tmp|var|rms|sq|part)(?:_|$)",
    re.IGNORECASE,
)
_HALVES = ElementTypes(frozenset({FLOAT16, BFLOAT16}))
# What objects are called that a function is a method of, or that the halves of an operator share.
_OWN = frozenset({"self", "cls", "ctx"})
# What parameters are called that are types.
_TYPE = re.compile(r"type(?:_|$)", re.IGNORECASE)
# The number of parts that the programs of a product of matrices add up, by its name.
_SPLIT = re.compile(r"split_?k|k_?splits?(?:_|$)", re.IGNORECASE)


@dataclass(frozen=True)
class LowSum(InKernel):
    """A sum of what a launch, at `launch` in `function`, passes to the `parameters` of a kernel.
    Of `open` ones the type is chosen by the caller of that function: 16 bits are one of those that
    it may be. `argument` is what is passed to the first of them, at `argument_span`; `known` what
    is known of all arguments. `dots` is whether the kernel multiplies matrices too, `asked` whether
    it asks for the type of what it loads, `split` whether it adds up what each of a few programs
    computed of such a product; `wide` whether what tries `function` in the project says nothing of
    16 bits."""

    sum: NarrowSum
    function: str
    launch: Span
    parameter: str
    argument: str
    argument_span: Span
    open: frozenset[str]
    known: tuple[Known, ...]
    dots: bool
    split: bool = False
    wide: bool = False
    asked: bool = False


def may_sum(text: str) -> bool:
    """Whether a file can have a kernel that adds up what it loads."""
    return "jit" in text and "load" in text and ("sum" in text or "*" in text)


def sums_loaded(kernel: Kernel, text: str) -> bool:
    """Whether `kernel`, which is written as `text`, adds up what it loads in 16 bits when all its
    floats are of 16 bits, and the memory that it only stores to of 32."""
    again = may_come_back(text) and bool(read_back(kernel.node))
    if not again and not adds_loaded(kernel, text):
        return False
    roles = roles_of(kernel)
    read = _read(kernel)
    pointers = {
        name: BFLOAT16 if name in read else FLOAT32
        for name in roles.pointers
        if roles.kind(f"{name}[]") == "float"
    }
    # What the launch passes as a type is taken for float32, as that of what sums are kept in is.
    types = dict.fromkeys((n for n in roles.constexprs if _TYPE.search(n)), FLOAT32)
    return bool(narrow_sums(kernel, Specialization(pointers, types)))


def _read(kernel: Kernel) -> frozenset[str]:
    """The pointers that `kernel` loads through, other than by an atomic."""
    made = open_contract(kernel)
    written = {(each.parameter, each.place) for each in made.stores}
    loads = (each for each in made.loads if (each.parameter, each.place) not in written)
    return frozenset(each.parameter for each in loads)


def low_sums(run: Run, kernel: Kernel, source: SourceFile) -> Iterator[LowSum]:
    """The sums that the launches of `kernel`, which `source` defines, make it compute in 16 bits,
    where no comment says that this is meant."""
    for event in run.launches:
        if event.kernel.node is kernel.node:
            for each in _of_launch(run, event):
                if not is_stated(each.place, source) and not is_of_one(each.place, source):
                    yield each


def passes(run: Run, event: LaunchEvent, parameter: str) -> Passes:
    """What a launch shows of the tensor that it passes to `parameter`."""
    return _shown(run, event, event.arguments[parameter])[0]


def _of_launch(run: Run, event: LaunchEvent) -> Iterator[LowSum]:
    roles = roles_of(event.kernel)
    shown = {
        name: _shown(run, event, passed)
        for name, passed in event.arguments.items()
        if name in roles.pointers
    }
    shown = {name: _on_all_paths(run, event, name, *each) for name, each in shown.items()}
    shown = {name: each for name, each in shown.items() if not _is_kept_wide(name, *each)}
    pointers = {
        name: element
        for name, (state, element) in shown.items()
        if element is not None and roles.kind(f"{name}[]") == "float"
    }
    if not pointers:
        return
    made = specialization(event, "", None, event.path)
    flags = _flags(event, {name: shown[name][0] for name in pointers}, pointers)
    constants = {**as_passed(event.kernel, made.constexprs), **flags, **_named(event)}
    exact = Specialization({**made.pointers, **pointers}, constants)
    narrow = {name: pointers[name] for name in pointers if shown[name][0] == "narrow"}
    seen = run.effects.of(narrow_sums, event.kernel, exact)
    if seen:
        ways = each_constant(event, exact, event.path)
        each_way = (run.effects.of(narrow_sums, event.kernel, way) for way in ways)
        happen = {(each.place, each.via) for way in each_way for each in way}
        seen = tuple(each for each in seen if (each.place, each.via) in happen)
    found = [*seen, *repeated_sums(event, narrow, pointers)]
    wide = wider(run, event, exact) if found else frozenset()
    for each in found:
        meant = each.kind == "update" and any(asked_for(run, event, n) for n in each.parameters)
        if each.parameters <= pointers.keys() - wide and not meant:
            yield _observed(event, each, pointers, shown)


def _named(event: LaunchEvent) -> Mapping[str, ElementType]:
    """The types that a launch passes by their names (`ACC_TYPE=tl.float32`)."""
    found = {name: [*options(passed.value)] for name, passed in event.arguments.items()}
    return {
        name: dtype.types.single
        for name, each in found.items()
        if len(each) == 1 and isinstance(dtype := each[0][1], DType) and dtype.types.single
    }


def _flags(
    event: LaunchEvent, states: Mapping[str, Passes], pointers: Mapping[str, ElementType]
) -> Mapping[str, bool]:
    """How the tests come out that a launch passes, where what it passes to `pointers` is of their
    types of 16 bits, or of any where the caller chooses."""
    known = {
        each.buffer: _HALVES if states[name] == "open" else ElementTypes.of(element)
        for name, element in pointers.items()
        for _, each in options(event.arguments[name].value)
        if isinstance(each, Tensor) and each.types is None
    }
    found: dict[str, bool] = {}
    for name, passed in event.arguments.items():
        match [*options(passed.value)]:
            case [(_, Condition() as test)]:
                outcome = decided(test, event.path, known)
                found |= {} if outcome is None else {name: outcome}
    return found


def _observed(
    event: LaunchEvent,
    seen: NarrowSum,
    pointers: Mapping[str, ElementType],
    shown: Mapping[str, tuple[Passes, ElementType | None]],
) -> LowSum:
    kernel = event.kernel
    first = min(seen.parameters, key=list(event.arguments).index)
    passed = event.arguments[first]
    known = (
        Known(each.parameter, (pointers[each.parameter].name,))
        if each.parameter in pointers
        else each
        for each in known_arguments(event, "", event.path)
    )
    dots = any(isinstance(n, ast.Attribute) and n.attr == "dot" for n in walk(kernel.node))
    return LowSum(
        seen.place,
        kernel.name,
        kernel.path,
        kernel.line,
        seen,
        event.function,
        event.span,
        first,
        passed.text,
        passed.span,
        frozenset(each for each in seen.parameters if shown[each][0] == "open"),
        tuple(known),
        dots,
        dots and seen.kind == "update" and not seen.loads and _splits(kernel),
        asked=asks_for_types(kernel, seen.loads),
    )


def _splits(kernel: Kernel) -> bool:
    """Whether programs share out the dimension that a product of matrices adds up along."""
    return any(_SPLIT.search(each.arg) for each in signature(kernel.node).named)


def _on_all_paths(
    run: Run, event: LaunchEvent, name: str, state: Passes, element: ElementType | None
) -> tuple[Passes, ElementType | None]:
    """What a launch shows of an argument, where it is reached on other paths too: what is of 16
    bits on some of them alone is what a caller chooses."""
    if state == "narrow":
        others = (each for each in run.launches if each.span == event.span and each is not event)
        if any(passes(run, each, name) == "wide" for each in others):
            return "open", element
    return state, element


def _shown(run: Run, event: LaunchEvent, passed: Passed) -> tuple[Passes, ElementType | None]:
    """What a launch shows of one argument, and the type of 16 bits that it has or may have."""
    tensors = [each for _, each in options(passed.value) if isinstance(each, Tensor)]
    found = [_of_tensor(run, event, each) for each in tensors]
    for state in ("wide", "unknown"):
        if any(each == state for each, _ in found) or not found:
            return state, None
    chosen = next((each for each in found if each[0] == "narrow"), found[0])
    return chosen if len({state for state, _ in found}) == 1 else ("open", chosen[1])


def _of_tensor(run: Run, event: LaunchEvent, tensor: Tensor) -> tuple[Passes, ElementType | None]:
    known = types_of(event, tensor)
    if known.types is not None and known != FLOATS:
        narrow = sorted((t for t in known.types if t.is_float and t.width == 16), key=str)
        if not narrow:
            return "wide", None
        return ("narrow" if len(narrow) == len(known.types) else "open"), narrow[0]
    symbols = {tensor.buffer, *run.alike.get(tensor.buffer, ())}
    for each in symbols:
        types = event.types.get(each, UNKNOWN).types
        if types is not None and not any(t.is_float and t.width == 16 for t in types):
            return "wide", None
    chosen = [each for each in symbols if _is_chosen(each, event.root.qualified)]
    if not chosen or is_callback(event.root):
        return "unknown", None
    lines, functions = event.root.module.source.lines, [event.root.node]
    if event.kernel.path == event.root.module.path:
        functions.append(event.kernel.node)
    names = [each.name for each in chosen if isinstance(each, Parameter)]
    if any(said_float32(lines, function, each) for function in functions for each in names):
        return "wide", None
    return "open", BFLOAT16


def _is_chosen(symbol: Symbol, function: str) -> bool:
    """Whether who calls a function chooses the type of what it is given: of what another object
    holds, who made that object did. What `backward` of an autograd function has was given to its
    `forward`."""
    owners = (each.of for each in symbol.inner if isinstance(each, Attribute))
    before, _, name = function.rpartition(".")
    given = symbol.is_given_to(function) or (
        name == "backward" and symbol.is_given_to(f"{before}.forward")
    )
    return given and all(isinstance(each, Parameter) and each.name in _OWN for each in owners)


def _is_kept_wide(name: str, state: Passes, element: ElementType | None) -> bool:
    return state == "open" and _KEPT_WIDE.search(name) is not None

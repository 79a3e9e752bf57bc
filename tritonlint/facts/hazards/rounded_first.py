"""Values that a kernel rounds to a type that is named, or back to the type that they were loaded
as, and stores through a pointer of which the launch shows another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tritonlint.dtypes import ElementType, ElementTypes
from tritonlint.facts.device import Rounding, Specialization, Store, roundings
from tritonlint.facts.hazards.carried_roundings import loaded_names
from tritonlint.facts.hazards.kernel_arms import may_choose, on_one_path
from tritonlint.facts.hazards.launched.each_path import on_each_path
from tritonlint.facts.hazards.launched.specializations import (
    passed_as,
    specialization,
    types_of,
)
from tritonlint.facts.hazards.other_pointer_casts import OtherCast, known_with, type_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.memory.element_types import FLOATS
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Condition, DType, Value
from tritonlint.facts.host.values.values import Tensor as HostTensor
from tritonlint.facts.project.kernel import Kernel, functions_of
from tritonlint.facts.project.tree import as_code, nodes
from tritonlint.source import Span

# What a cast that loses nothing of a float names.
_WIDE = ("float32", "float64", "int")
# What a test for types of 8 bits names, and what one names that others come through too.
_CODES = re.compile(r"int8|float8|fp8")
_OTHERS = re.compile(r"!=|\bnot\b|float(?:16|32|64)")


def rounded_first(run: Run) -> Iterator[OtherCast]:
    """The stores in the launches of `run` of what is rounded to a named type, or back to the type
    that it was loaded as, first."""
    for event in run.asked_launches:
        named = {name: dtype for name in event.arguments if (dtype := _named(event, name))}
        codes = any(_are_codes(event, each) for each in event.arguments.values())
        if not named and not run.effects.of(_casts, event.kernel, codes):
            continue
        for each, parameter in on_each_path(event):
            yield from _of_launch(run, each, named, parameter)


def _of_launch(
    run: Run, event: LaunchEvent, named: dict[str, ElementType], apart: str
) -> Iterator[OtherCast]:
    """The same of one launch, which passes these types by their names: of all memory, or of that
    alone which it passes as the parameter `apart` on one of several paths. What the kernel does
    there may be told by a flag."""
    memory = (apart,) if apart else event.arguments
    if not any(_types(run, event, name) for name in memory):
        return
    every = [*_specializations(run, event)]
    told = any(_by_type(value.value) for value in event.arguments.values())
    flags = every[0].constexprs.keys()
    sure = [each for each in flags if each in named or _is_one(event, each)]
    if apart and (told or may_choose(event.kernel, sure)):
        return
    all_made = [
        each
        for made in every
        for each in run.effects.of(
            roundings,
            event.kernel,
            Specialization(made.pointers, {**made.constexprs, **named}),
        )
    ]
    for each in all_made:
        found = _judged(run, event, each, named) if apart in ("", each.parameter) else None
        chosen = told or _chooses(each, all_made) or on_one_path(event.kernel, each, flags)
        if found is not None and not found.sure and not chosen:
            found = _judged(run, event, _where_wide(run, event, each, named), named) or found
        if found is not None and ((found.sure and not apart) or not chosen):
            yield found


def _are_codes(event: LaunchEvent, passed: Passed) -> bool:
    """Whether an argument may be a tensor of 8-bit floats."""
    tensors = (each for _, each in options(passed.value) if isinstance(each, HostTensor))
    types = (types_of(event, each).types or () for each in tensors)
    return any(each.is_fp8 for some in types for each in some)


def _specializations(run: Run, event: LaunchEvent) -> Iterator[Specialization]:
    """What a launch makes of its kernel on every path, with memory of a type that is left out, and
    on those on which it passes codes."""
    made = specialization(event, "", None, event.path, alike=True)
    shown = {name: type_of(run, event, passed) for name, passed in event.arguments.items()}
    by_default = {name: known for name, known in shown.items() if known is not None}
    yield Specialization({**by_default, **made.pointers}, made.constexprs)
    for name, passed in event.arguments.items():
        values = [*options(passed.value)]
        for path, value in values if len(values) > 1 else ():
            codes = isinstance(value, HostTensor) and types_of(event, value).single
            if codes and codes.is_fp8 and not contradicts(path, event.path):
                yield specialization(event, name, ElementTypes.of(codes), event.path + path)


def _where_wide(
    run: Run, event: LaunchEvent, one: Rounding, named: dict[str, ElementType]
) -> Rounding:
    """The same rounding on the path of wide memory: what no flag of the launch chooses that asks
    for types of 8 bits. Several arms may round what is stored in one place."""
    flags = [n for n, passed in event.arguments.items() if _asks_for_codes(event, passed.value)]
    if not flags:
        return one
    made = next(iter(_specializations(run, event)))
    constants = {**made.constexprs, **named, **dict.fromkeys(flags, False)}
    others = run.effects.of(roundings, event.kernel, Specialization(made.pointers, constants))
    same = (one.parameter, one.place, one.element, one.via)
    alike = (x for x in others if (x.parameter, x.place, x.element, x.via) == same)
    return next(alike, one)


def _asks_for_codes(event: LaunchEvent, value: Value) -> bool:
    """Whether a value is a test for types of 8 bits, as the launching code spells it."""
    if not isinstance(value, Condition) or value.span.path != event.module.path:
        return False
    text = event.module.source.snippet(value.span)
    return _CODES.search(text) is not None and _OTHERS.search(text) is None


def _is_one(event: LaunchEvent, name: str) -> bool:
    """Whether a launch passes one thing as a parameter."""
    return name not in event.arguments or len([*options(event.arguments[name].value)]) == 1


def _by_type(value: Value) -> bool:
    """Whether a value is the outcome of a test of some tensor's type."""
    found = [each for _, each in options(value) if isinstance(each, Condition)]
    return any(each.kind == "dtype" or any(map(_by_type, each.parts)) for each in found)


def _chooses(one: Rounding, others: Iterable[Rounding]) -> bool:
    """Whether the kernel rounds to another type on another path: a flag tells it which."""
    own = (each for each in others if each.parameter == one.parameter)
    return any(each.element != one.element for each in own)


def _casts(kernel: Kernel, codes: bool) -> bool:
    """Whether a kernel, or a device function that it calls, casts to anything but the wide types
    and the types of memory, of which those of `codes` count."""
    return any(_names_narrow(each, codes) for each in functions_of(kernel))


def _names_narrow(function: Kernel, codes: bool) -> bool:
    """Whether a kernel or device function casts so itself."""
    for node in nodes(function.node, ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(attr="to"), args=[target, *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="to"), keywords=[ast.keyword(value=target), *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="cast"), args=[_, target, *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="cast"), keywords=[ast.keyword(value=target)]):
                pass
            case _:
                continue
        text = as_code(target)
        owner, _, last = text.rpartition(".")
        of_memory = last == "element_ty" or (
            last == "dtype" and owner in loaded_names(function.node)
        )
        if (codes and of_memory) or not (of_memory or any(each in text for each in _WIDE)):
            return True
    return False


def _named(event: LaunchEvent, name: str) -> ElementType | None:
    """The type that a launch passes as a constant, on whatever path; of those in a table that is
    asked for the type of a tensor, the narrowest of 16 bits."""
    found = [each for _, each in options(event.arguments[name].value)]
    if len(found) != 1 or not isinstance(found[0], DType):
        return None
    if found[0].types.single or found[0].key is None:
        return found[0].types.single
    narrow = (each for each in found[0].types.types or () if each.is_float and each.width == 16)
    return min(narrow, key=str, default=None)


def _follows(event: LaunchEvent, name: str, parameter: str) -> bool | None:
    """Whether the type that a launch passes as `name` is looked up by that of the very memory that
    it passes as `parameter`; None where it is not looked up."""
    tensors = [each for _, each in options(event.arguments[parameter].value)]
    buffers = {each.buffer for each in tensors if isinstance(each, HostTensor)}
    for _, each in options(event.arguments[name].value):
        if isinstance(each, DType) and each.key is not None and each.types.single is None:
            return each.key in buffers
    return None


def _judged(
    run: Run, event: LaunchEvent, rounding: Rounding, named: dict[str, ElementType]
) -> OtherCast | None:
    """The hazard that a rounding is where the launch shows memory that would have kept more."""
    if rounding.parameter not in event.arguments or rounding.parameter in rounding.of:
        return None
    back = bool(rounding.of & rounding.source)
    if rounding.chained:
        return None if back else _twice(run, event, rounding)
    if rounding.element.width < 16 and not back or rounding.of and rounding.element.width >= 16:
        return None  # simulated quantization; what names another pointer
    known = _types(run, event, rounding.parameter)
    wide = sorted((each for each in known if _keeps_more(each, rounding.element)), key=str)
    constant = next((name for name, each in named.items() if each == rounding.element), None)
    open_type = constant is not None and not _single(event, constant)
    if not wide or (open_type and (len(known) > 1 or wide[0].width < 32)):
        return None
    if constant is not None and _follows(event, constant, rounding.parameter):
        return None
    sure = len(known) == 1 and not open_type
    return _cast(event, rounding, max(wide, key=_rank), constant or "", sure)


def _rank(wide: ElementType) -> tuple[bool, int, str]:
    """Orders the types that memory may have by how much of a rounded value they would have kept,
    and float64 last: few kernels are launched with that."""
    return wide.width <= 32, wide.width, str(wide)


def _twice(run: Run, event: LaunchEvent, rounding: Rounding) -> OtherCast | None:
    """The hazard that a rounding to the 16 bits of another pointer is before that to codes."""
    known = _types(run, event, rounding.parameter)
    codes = next(iter(known)) if len(known) == 1 else None
    if codes is None or not codes.is_fp8 or rounding.element.width != 16:
        return None
    return _cast(event, rounding, codes, "", True)


def _cast(
    event: LaunchEvent, rounding: Rounding, wide: ElementType, constant: str, sure: bool
) -> OtherCast:
    """A rounding of what is stored in memory of the type `wide`, to a type that the launch may give
    as `constant`."""
    toward = next(iter(sorted(rounding.of)), "")
    told = event.arguments.get(toward or constant)
    given: Span = rounding.cast if told is None else told.span
    store = Store(
        rounding.parameter, rounding.place, "float", "float", True, rounding.cast, rounding.via
    )
    where = (*passed_as(event, rounding.parameter), event.kernel.path, event.kernel.line)
    known = known_with(event, {rounding.parameter: wide, constant: rounding.element})
    return OtherCast(*where, toward, given, rounding.element, wide, store, known, sure)


def _single(event: LaunchEvent, name: str) -> bool:
    found = [each for _, each in options(event.arguments[name].value)]
    return all(isinstance(each, DType) and each.types.single is not None for each in found)


def _types(run: Run, event: LaunchEvent, parameter: str) -> frozenset[ElementType]:
    """The float types that the launch shows memory to have; empty where it does not."""
    passed = event.arguments[parameter]
    values = [each for _, each in options(passed.value) if isinstance(each, HostTensor)]
    if len(values) != 1:
        return frozenset()
    known = types_of(event, values[0])
    if known.known:
        return frozenset() if known == FLOATS else known.types or frozenset()
    own = type_of(run, event, passed)
    return frozenset((own,)) if own is not None else frozenset()


def _keeps_more(wide: ElementType, narrow: ElementType) -> bool:
    """Whether memory of a type would have kept something that a cast to another loses."""
    return wide.is_float and wide != narrow and narrow.width <= wide.width >= 16

"""Tensors that launching code takes for 8-bit integers on some path: it asks for the limits of
their type, tests it, or looks it up in a table that has int8."""

from __future__ import annotations

import re

from tritonlint.dtypes import INT8, UNKNOWN, ElementType
from tritonlint.facts.hazards.raw_bytes.names import speaks_of_codes
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note, is_also
from tritonlint.facts.host.memory.element_types import ANY_FLOAT
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.symbols import HasType, Parameter, Symbol
from tritonlint.facts.host.values.values import Path, Tensor

# What a function for 8-bit integers is called.
_INTEGERS = re.compile(r"(?:^|_)u?i(?:nt)?8(?:_|$)")
# Memory that is made of integers.
_MADE = re.compile(r"\bdtype=torch\.u?int8\b")
_TWINS = {"key": "value", "value": "key", "k": "v", "v": "k"}


def reckoned_integers(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> Note | None:
    """Where the code reckons with 8-bit integers in `tensor`, which a launch passes on `path`, or
    in the keys that belong to it, or the values; None where nothing does, or what is known on that
    path rules them out."""
    own = _reckoned(run, event, tensor, path)
    if own is not None or run.notes.by_buffer(tensor.buffer):
        return own
    twin = _twin(run, event, tensor)
    return None if twin is None else _reckoned(run, event, twin, path)


def is_of_a_helper(run: Run, event: LaunchEvent, path: Path) -> bool:
    """Whether a launch passes integers on `path` only as a helper makes tensors of any type that it
    is asked for (`make(shape, dtype)`): the root is given the type by callers in the project, who
    answer for themselves, and neither it nor the function around the launch names integers, if not
    to make other memory of them."""
    asked = (
        test.of
        for test, outcome in path
        if outcome and isinstance(test, HasType) and "int8" in test.types
    )
    if not any(map(run.passed_by_callers, asked)):
        return False
    around = event.module.function_at(event.span.line)
    own = (each for each in (event.root, around) if each is not None)
    texts = (each.module.source.lines_of(each.as_function) for each in own)
    return not any("int8" in _MADE.sub("", each) for each in texts)


def _twin(run: Run, event: LaunchEvent, tensor: Tensor) -> Tensor | None:
    """The keys that a launch is passed with values, or the values with keys: what a caller gives by
    a name that differs in that word only, of a type that nothing tells. What is asserted of the
    keys alone does not hold of the values."""
    own = tensor.buffer
    if not isinstance(own, Parameter) or event.types.get(own, UNKNOWN).known:
        return None
    words = own.name.split("_")
    found = [index for index, word in enumerate(words) if word in _TWINS]
    if len(found) != 1:
        return None
    words[found[0]] = _TWINS[words[found[0]]]
    other = Parameter(own.function, "_".join(words))
    values = (passed.value for passed in event.arguments.values())
    if any(note.kind == "asserted" for note in run.notes.by_buffer(other)):
        return None
    return next(
        (each for each in values if isinstance(each, Tensor) and each.buffer is other), None
    )


def _reckoned(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> Note | None:
    """The same of the tensor alone."""
    if tensor.view is not None or tensor.types is not None:
        return None
    symbols = {tensor.buffer, *run.dtypes.get(tensor.buffer, ())}
    for symbol in symbols:
        types = event.types.get(symbol, UNKNOWN).types
        if types is not None and not (INT8 in types and _are_open(types)):
            return None
    notes = run.notes.by_buffer(tensor.buffer)
    if len(symbols) > 1:
        notes = [note for note in run.notes if note.buffer in symbols]
    if any(_turned_away(note, path) for note in notes):
        return None
    chosen = tensor.buffer in run.dtypes
    for note in notes:
        if _holds(note, path) and not is_also(note, "refused", notes):
            any_type = _serves_any(note, path)
            if _is_of_a_helper(event, note):
                general = (chosen and any_type) or _means_fp8(run, event, symbols)
            else:
                general = any_type and _is_named_for_fp8(event)
            if not general:
                return note
    return None


def _serves_any(note: Note, path: Path) -> bool:
    """Whether a note stands where a type has been asked for what it is in general (`if not
    dtype.is_floating_point`), and not for integers by name."""
    asked = [each for each in note.path if each not in path]
    return any(not (isinstance(test, HasType) and outcome) for test, outcome in asked)


def _means_fp8(run: Run, event: LaunchEvent, symbols: set[Symbol]) -> bool:
    """Whether nothing but fp8 is meant, as long as no function on the way to the launch says more:
    the kernel, the function around the launch or the root is called after fp8; the dtype is fp8
    unless a caller says otherwise; or callers in the project pass it, who answer for themselves."""
    named = (event.kernel.name, event.function, event.root.name)
    if any(speaks_of_codes(each) for each in named) or any(map(run.passed_by_callers, symbols)):
        return True
    defaults = (note for note in run.notes.of_kind("default") if note.buffer in symbols)
    return any(each.is_fp8 for note in defaults for each in note.types.types or ())


def _is_named_for_fp8(event: LaunchEvent) -> bool:
    """Whether the function around a launch is called after fp8, and neither it nor the kernel after
    integers."""
    named = (event.function, event.kernel.name)
    return speaks_of_codes(event.function) and not any(_INTEGERS.search(each) for each in named)


def _is_of_a_helper(event: LaunchEvent, note: Note) -> bool:
    """Whether a note is about a helper for any type (`limits(dtype)`): neither the root nor the
    function around the launch."""
    line, path = note.span.line, note.span.path
    launching = event.module.function_at(event.span.line)
    return not any(
        each.module.path == path and each.line <= line <= (getattr(each.node, "end_lineno", 0) or 0)
        for each in (event.root, launching)
        if each is not None
    )


def _turned_away(note: Note, path: Path) -> bool:
    """Whether the test for integers that a note stands for came out false on `path`."""
    tested = note.kind == "integers" and note.path
    return bool(tested and _is_test(note) and (note.path[-1][0], False) in path)


def _is_test(note: Note) -> bool:
    test = note.path[-1][0]
    return isinstance(test, HasType) and test.of is note.buffer


def _holds(note: Note, path: Path) -> bool:
    """Whether a note says that integers can arrive on `path`."""
    if note.kind in ("allocated", "asserted"):
        types = note.types.types or frozenset()
        reckoned = INT8 in types and len(types) > 1 and all(_coded(each) for each in types)
    else:
        reckoned = note.kind == "integers"
    return reckoned and not contradicts(note.path, path)


def _are_open(types: frozenset[ElementType]) -> bool:
    """Whether these are types of codes only, or any float beside int8, as the arms of a test leave
    it that ask for the limits of either."""
    floats = ANY_FLOAT.types or frozenset()
    return types - {INT8} == floats or all(_coded(each) for each in types)


def _coded(element: ElementType) -> bool:
    return element == INT8 or element.is_fp8

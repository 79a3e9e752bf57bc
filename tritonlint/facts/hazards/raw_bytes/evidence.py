"""Reasons why a tensor holds raw bytes, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from tritonlint.dtypes import INT8, UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.conditions.silent_tests import asks_dtype, is_of
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.memory.element_types import all_codes
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.symbols import Compared, HasType, Joined, Symbol
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

Strength = Literal["certain", "likely", "possible"]
# The meaning of bytes of which no view makes floats: exponents, halves of bytes, rows of several.
NO_FLOAT = ElementTypes(frozenset())
STRENGTHS: tuple[Strength, ...] = ("certain", "likely", "possible")


@dataclass(frozen=True)
class Evidence:
    """One reason why a tensor holds raw bytes, and on which path it holds. `encoded` is whether it
    says that the bytes are codes or pieces of floats (a tensor that is merely made of uint8 can
    hold integers), `types` are those of the sibling that says so. `here` is whether the code around
    `span` is the one that should have viewed the tensor, `stated` whether the evidence is about
    this tensor and not about a setting, `guarded` whether what it saw happens under an `if` without
    an `else`. `tested` is whether it is a test that asks for bytes, `named` whether it is the
    name of a function, `meaning` what the bytes of this very tensor stand for, as far as it tells,
    `asked` whether that is a type which whoever calls asks for.
    """

    span: Span
    message: str
    strength: Strength
    path: Path = ()
    types: ElementTypes = UNKNOWN
    encoded: bool = True
    here: bool = False
    stated: bool = True
    guarded: bool = False
    tested: bool = False
    named: bool = False
    meaning: ElementTypes = UNKNOWN
    asked: bool = False


def at_most(strength: Strength, evidence: Sequence[Evidence]) -> list[Evidence]:
    """`evidence`, none of it stronger than that."""
    weaker = ((each, max(each.strength, strength, key=STRENGTHS.index)) for each in evidence)
    return [replace(each, strength=known) for each, known in weaker]


def only_wider(evidence: Sequence[Evidence]) -> bool:
    """Whether all that tells, beside names, is that other parts are viewed as floats of more than a
    byte: what is not viewed may be 8-bit floats by its own type."""
    told = [each for each in evidence if not each.named]
    widths = {each.width for one in told for each in one.types.types or ()}
    wider = all(each.types.known for each in told) and 8 not in widths
    return wider and not any(each.meaning.known for each in told)


def notes_about(run: Run, tensor: Tensor, path: Path) -> list[Note]:
    """What was noted of the memory of a tensor that holds on a path."""
    path += tensor.tested
    return [
        note
        for note in run.notes.by_buffer(tensor.buffer)
        if not contradicts(note.path, path)
        and not (note.kind == "handled" and _is_viewed_else(run, note))
    ]


def refused(run: Run, path: Path) -> Path:
    """The tests of settings that come out one way only, since the other outcome raises."""
    refused = [note for note in run.notes.of_kind("unquantized") if note.variable]
    return tuple((note.variable, False) for note in refused if set(note.path) <= set(path))  # type: ignore[misc]


def narrowed(run: Run, types: ElementTypes, buffer: Symbol, path: Path) -> ElementTypes:
    """`types` after the dtype tests on `path`."""
    for note in run.notes:
        if note.kind == "asserted" and note.buffer == buffer and _is_under(note, path):
            types = note.types if types.types is None else _common(types, note.types)
        if (
            note.kind == "handled"
            and note.buffer == buffer
            and note.path[-1:]
            and note.types.types is not None
        ):
            outcome = dict(path).get(note.path[-1][0])
            if outcome:
                types = note.types if types.types is None else _common(types, note.types)
            elif outcome is False and types.types is not None:
                types = ElementTypes(types.types - note.types.types)
    return types


def _is_under(note: Note, path: Path) -> bool:
    """Whether what is asserted in a note is so on a path, which may not have the test itself, nor
    the one that it is a part of (`x is None or x.dtype == torch.uint8`)."""
    asked = str(note.types)
    own = {
        (test, outcome)
        for test, outcome in note.path
        if outcome and any(isinstance(x, HasType) and x.types == asked for x in _either(test))
    }
    return set(note.path) - own <= set(path)


def _either(test: Symbol) -> tuple[Symbol, ...]:
    """The tests of which one is enough for this one."""
    return test.tests if isinstance(test, Joined) and test.word == "or" else (test,)


def _common(types: ElementTypes, other: ElementTypes) -> ElementTypes:
    return ElementTypes((types.types or frozenset()) & (other.types or frozenset()))


def seen(notes: Sequence[Note]) -> Iterator[Evidence]:
    """Evidence from what was seen at run time, or of another such object."""
    for note in notes:
        if note.kind == "seen":
            meaning = note.types if note.encoded else UNKNOWN
            yield Evidence(
                note.span,
                note.message,
                note.strength,
                note.path,
                note.types,
                encoded=note.encoded,
                meaning=meaning,
            )


def raw_integers(run: Run, tensor: Tensor, types: ElementTypes, path: Path) -> Iterator[Evidence]:
    """Evidence that 8-bit signed integers are only what bytes are stored as: the same buffer is
    viewed as a type that is not known, or cut by counts of its items; or, on another path of a test
    that does not ask for a type, viewed as any wider one."""
    notes = run.notes.by_buffer(tensor.buffer) if types.single == INT8 else ()
    if not any(note.kind == "allocated" for note in notes):
        return
    for note in notes:
        seen = note.types.types
        if note.kind == "view" and not any(each.is_byte for each in seen or ()):
            other = contradicts(note.path, path + tensor.tested)
            told = not any(asks_dtype(test) for test, _ in note.path) if other else seen is None
            if told:
                message = f"allocated as {types}, and of another type here: raw bytes"
                yield Evidence(note.span, message, "certain", encoded=False)


def viewed_by_order(
    run: Run, tensor: Tensor, types: ElementTypes, path: Path
) -> Iterator[Evidence]:
    """Evidence that bytes are codes: they are viewed so where numbers come out in another order,
    such as for more tokens, which says nothing of what the bytes are."""
    whole = path + tensor.tested
    for note in run.notes.by_buffer(tensor.buffer) if types.single == UINT8 else ():
        apart = {(test, outcome) for test, outcome in note.path if (test, not outcome) in whole}
        if (
            note.kind == "view"
            and all_codes(note.types)
            and apart
            and all(_is_order(test) and not is_of(test, tensor) for test, _ in apart)
            and not contradicts(tuple(each for each in note.path if each not in apart), whole)
        ):
            message = f"viewed as {note.types} here, by a comparison that does not ask for a type"
            yield Evidence(note.span, message, "likely", types=note.types, meaning=note.types)


def _is_order(test: Symbol) -> bool:
    return isinstance(test, Compared) and test.operator in ("Lt", "LtE", "Gt", "GtE")


def _is_viewed_else(run: Run, test: Note) -> bool:
    """Whether a buffer is viewed as the type that a test asks for where it has another one: what
    asks for bytes says nothing of what it is given."""
    return any(
        note.kind == "view" and note.types == test.types and (test.path[-1][0], False) in note.path
        for note in run.notes.by_buffer(test.buffer)
    )

"""What the rounds of a loop hand on to each other: buffers that take turns, what one round made and
the next one reads."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Env, Sequence, Tensor, Value
from tritonlint.frozen import replace


def begin_later(frame: Frame, before: Frame) -> bool:
    """Go on to the next round from the end of the one that began as `before`, where that launched
    something and left another buffer: what it made is made anew, and how its tests came out says
    nothing of the next."""
    if len(frame.run.launches) == before.launched:
        return False
    changed = {name: value for name, value in frame.env.items() if _is_changed(before, name, value)}
    if not changed or not _tells(frame, before, changed):
        return False
    known = set(frame.path)
    known |= {test for value in before.env.values() for path, _ in options(value) for test in path}
    for name, value in changed.items():
        frame.env[name] = choose(
            *((tuple(x for x in path if x in known), each) for path, each in options(value))
        )
    _note_again(frame, {each.buffer for x in changed.values() for each in _tensors(x)}, known)
    frame.site = f"{frame.site}#1"
    return True


def _note_again(frame: Frame, buffers: set[Symbol], known: set[tuple[Symbol, bool]]) -> None:
    """What buffers that a round hands on were made of holds in the next one however the tests of
    the first came out."""
    made = [x for x in frame.run.notes if x.kind == "allocated" and x.buffer in buffers]
    for note in made:
        again = replace(note, path=tuple(each for each in note.path if each in known))
        if again not in frame.run.notes:
            frame.run.notes.append(again)


def _is_changed(before: Frame, name: str | Symbol, value: Value) -> bool:
    """Whether a name that a round began with, or an attribute, stands for something else."""
    old = before.env.get(name)
    return old is not value and old != value and (old is not None or isinstance(name, Symbol))


def _tells(frame: Frame, before: Frame, changed: Env) -> bool:
    """Whether one of the names stands for a tensor of another type than before, or for one that
    the round began with under another name."""
    began = {id(each) for value in before.env.values() for each in _tensors(value)}
    for name, value in changed.items():
        old = {_known(before, each) for each in _tensors(before.env.get(name))}
        for each in _tensors(value):
            if id(each) in began or (known := _known(frame, each)).known and known not in old:
                return True
    return False


def _known(frame: Frame, tensor: Tensor) -> ElementTypes:
    return frame.known(tensor.buffer) if tensor.types is None else tensor.types


def _tensors(value: Value | None) -> Iterator[Tensor]:
    """The tensors that a value is or may be, also those in a tuple or a list."""
    for _, each in options(value) if value is not None else ():
        if isinstance(each, Sequence):
            for item in each.items:
                yield from _tensors(item)
        elif isinstance(each, Tensor):
            yield each

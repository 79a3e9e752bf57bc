"""Which functions may know something about the bytes of what they pass on: others are known from
looking at the functions that they call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from tritonlint.facts.index.callers import Leading, moved_lines, spellings
from tritonlint.facts.index.naming import Moves
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Giving:
    """The names that tell something about bytes where they are read or called; those of functions
    that do so, but launch too; of all that lead to a launch; and of what may be a kernel."""

    giving: frozenset[str]
    launching: frozenset[str]
    leads: frozenset[str]
    kernels: frozenset[str]

    def joined(self, other: Giving) -> Giving:
        """What both tell."""
        return Giving(
            self.giving | other.giving,
            self.launching | other.launching,
            self.leads | other.leads,
            self.kernels | other.kernels,
        )


@dataclass(frozen=True)
class Telling:
    """The functions that lead to a launch and may know something about bytes, by file the lines of
    their headers: over a few calls, or over any number where they are `naming` bytes: that is seen
    in their own text."""

    lines: Mapping[str, frozenset[int]]
    naming: Mapping[str, frozenset[int]]

    def moved(self, moves: Moves) -> Telling:
        """The same after the functions of some files went to other lines."""
        return Telling(moved_lines(self.lines, moves), moved_lines(self.naming, moves))


def telling(outlines: Mapping[str, Outline], leading: Leading, gives: Giving) -> Telling:
    """The functions that lead to a launch and say something about bytes, or name what does: a value
    at the top level, a class, a function that gives something back. `gives` is what names tell."""
    giving = gives.giving
    lines: dict[str, frozenset[int]] = {}
    naming: dict[str, frozenset[int]] = {}
    naming_bytes = {
        name
        for each in outlines.values()
        for function in each.functions
        if function.byte and not function.method
        for name in spellings(function)
    }
    saying = _saying_methods(outlines)
    for file, each in outlines.items():
        known = leading.lines.get(file, frozenset())
        near = leading.near.get(file, {})
        led = (f for f in each.functions if f.line in (known if f.byte else near))
        mixed = {base for heir, base in each.bases if heir in giving}
        saved = {
            f.owner
            for f in each.functions
            if f.name in ("forward", "setup_context")
            if f.byte or not naming_bytes.isdisjoint(f.named)
        }
        own = _by_use(each, giving)
        told = [
            f
            for f in led
            if f.owner in mixed
            or (f.name == "backward" and f.owner in saved)
            or not own.isdisjoint(f.calls)
            or not saying.isdisjoint(f.attributes)  # `batch.pool.get_key(layer)`
            or _tells(f, gives)
        ]
        if told:
            lines[file] = frozenset(function.line for function in told)
            naming[file] = frozenset(function.line for function in told if function.byte)
    return Telling(lines, naming)


def _saying_methods(outlines: Mapping[str, Outline]) -> set[str]:
    """The names of the methods that say something about bytes, but Python's own."""
    return {
        function.name
        for each in outlines.values()
        for function in each.functions
        if function.speaks and function.method and not function.name.startswith("__")
    }


def _by_use(outline: Outline, giving: frozenset[str]) -> set[str]:
    """What tells something about bytes where the functions of a file name it: the methods of a
    class that does, of an object that is only known by what is called on it; and the classes of
    objects that a function makes which does, with those that are given such an object."""
    functions = outline.functions
    methods = {f".{each.name}" for each in functions if each.owner in giving}
    made = {x[:-1] for each in functions if each.speaks for x in each.calls if x.endswith("(")}
    holding = (each for each in functions if each.name == "__init__")
    return methods | made | {each.owner for each in holding if not made.isdisjoint(each.calls)}


def _tells(function: Function, gives: Giving) -> bool:
    """Whether a function says something about bytes, or names what may tell it something. What one
    launching function tells is handed on only where another is called too, or a kernel launched or
    given to it."""
    giving = gives.giving
    if function.speaks or not giving.isdisjoint(function.named) or function.owner in giving:
        return True
    told = gives.launching.intersection(function.named)
    if told and (function.launches or len(gives.leads.intersection(function.named)) > 1):
        return True
    return bool(told) and any(name.lstrip(".") in gives.kernels for name in function.named)


def giving(
    outlines: Mapping[str, Outline], leading: Leading, elsewhere: Iterable[Giving] = ()
) -> Giving:
    """What the names in these files tell, and those of others that are known `elsewhere`."""
    kernels = frozenset(name for each in outlines.values() for name in each.kernels)
    giving: set[str] = set().union(*(each.giving for each in elsewhere))
    launching: set[str] = set()
    leads: set[str] = set()
    following: dict[str, set[str]] = {}
    for file, each in outlines.items():
        lines = leading.lines.get(file, frozenset())
        for name in each.telling:
            giving |= {name, f".{name}"}
        for other, name in (*each.aliases, *each.bases):
            following.setdefault(name, set()).add(other)
        for function in each.functions:
            if not function.line:
                continue
            own = spellings(function)
            if function.line in lines and function.name != "__init__":
                launching.update(own if function.speaks else ())
                leads.update(own)
                continue
            giving.update(own if function.speaks else ())
            # What makes an object is called by the name of its class.
            giving -= {"self.__init__", ".__init__"}
            for name in function.named:
                following.setdefault(name, set()).update(own)
    fresh = set(giving)
    while fresh:
        more = following.get(fresh.pop(), set()) - giving
        giving |= more
        fresh |= more
    told = Giving(frozenset(giving), frozenset(launching), frozenset(leads), kernels)
    return reduce(Giving.joined, elsewhere, told)

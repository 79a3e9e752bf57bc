"""Which functions may know something about the bytes of what they pass on: others are known from
looking at the functions that they call."""

from __future__ import annotations

from collections.abc import Mapping

from tritonlint.facts.index.callers import Leading, moved_lines, spellings
from tritonlint.facts.index.naming import Moves
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.frozen import dataclass


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


def telling(outlines: Mapping[str, Outline], leading: Leading) -> Telling:
    """The functions that lead to a launch and say something about bytes, or name what does: a value
    at the top level, a class, a function that gives something back."""
    giving, launching, leads = _giving(outlines, leading)
    kernels = {name for each in outlines.values() for name in each.kernels}
    lines: dict[str, frozenset[int]] = {}
    naming: dict[str, frozenset[int]] = {}
    naming_bytes = {
        name
        for each in outlines.values()
        for function in each.functions
        if function.byte and not function.method
        for name in spellings(function)
    }
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
            or _tells(f, giving, launching, leads, kernels)
        ]
        if told:
            lines[file] = frozenset(function.line for function in told)
            naming[file] = frozenset(function.line for function in told if function.byte)
    return Telling(lines, naming)


def _by_use(outline: Outline, giving: set[str]) -> set[str]:
    """What tells something about bytes where the functions of a file name it: the methods of a
    class that does, of an object that is only known by what is called on it; and the classes of
    objects that a function makes which does, with those that are given such an object."""
    functions = outline.functions
    methods = {f".{each.name}" for each in functions if each.owner in giving}
    made = {x[:-1] for each in functions if each.speaks for x in each.calls if x.endswith("(")}
    holding = (each for each in functions if each.name == "__init__")
    return methods | made | {each.owner for each in holding if not made.isdisjoint(each.calls)}


def _tells(
    function: Function,
    giving: set[str],
    launching: frozenset[str],
    leads: frozenset[str],
    kernels: set[str],
) -> bool:
    """Whether a function says something about bytes, or names what may tell it something. What one
    launching function tells is handed on only where another is called too, or a kernel launched or
    given to it."""
    if function.speaks or not giving.isdisjoint(function.named) or function.owner in giving:
        return True
    told = launching.intersection(function.named)
    if told and (function.launches or len(leads.intersection(function.named)) > 1):
        return True
    return bool(told) and any(name.lstrip(".") in kernels for name in function.named)


def _giving(
    outlines: Mapping[str, Outline], leading: Leading
) -> tuple[set[str], frozenset[str], frozenset[str]]:
    """The names that tell something about bytes where they are read or called; the functions that
    do so, but launch too; and all that lead to a launch."""
    giving: set[str] = set()
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
    return giving, frozenset(launching), frozenset(leads)

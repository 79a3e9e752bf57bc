"""Which functions may lead to what is looked for, and who may call them, over the outlines of many
files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from tritonlint.facts.index.naming import Moves, Naming, Placed, class_and_method
from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.frozen import dataclass, replace

# A file, and the line of the header of a function of it.
_Place = tuple[str, int]

# So many calls a launch may be away from a function that names no bytes itself.
NEAR = 3


@dataclass(frozen=True)
class Leading:
    """The functions that may lead to a launch (or to something else that is looked for): by file
    the lines of their headers; of those over at most `NEAR` calls, with how many at least; `files`
    are those that have kernels, which they may launch without naming them; `names` are how they are
    called. `away` tells of each name of one, or of a kernel, over how many calls at least what has
    that name leads there; it is not kept for other runs."""

    lines: Mapping[str, frozenset[int]]
    near: Mapping[str, Mapping[int, int]]
    files: frozenset[str]
    names: frozenset[str]
    away: Mapping[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def by_owner(self) -> Mapping[str, Mapping[str, int]]:
        """By the class of a method, or a whole name: what stands after that, and how far `away` it
        is."""
        found: dict[str, dict[str, int]] = {}
        for name, hops in self.away.items():
            owner, dot, method = class_and_method(name)
            found.setdefault(owner, {})[dot + method] = hops
        return found

    def moved(self, moves: Moves) -> Leading:
        """The same after the functions of some files went to other lines."""
        near = {file: _moved(each, moves.get(file, {})) for file, each in self.near.items()}
        return replace(self, lines=moved_lines(self.lines, moves), near=near)


def moved_lines(lines: Mapping[str, frozenset[int]], moves: Moves) -> Mapping[str, frozenset[int]]:
    """Lines of headers by file, after the functions of some went to other lines."""
    known = dict(lines)
    for file in known.keys() & moves.keys():
        now = moves[file]
        known[file] = frozenset(now[each].line if each in now else each for each in known[file])
    return known


def _moved(away: Mapping[int, int], now: Mapping[int, Function]) -> Mapping[int, int]:
    return {now[line].line if line in now else line: hops for line, hops in away.items()}


def launches(function: Function) -> bool:
    """Whether a function may launch a kernel that it does not name."""
    return function.launches


def leading(
    outlines: Mapping[str, Outline],
    names: Naming,
    to: Callable[[Function], bool] = launches,
    elsewhere: Mapping[str, int] | None = None,
) -> Leading:
    """The functions that do what `to` says, name a kernel, or name a function that does, over any
    number of calls. `elsewhere` are the names of functions and kernels of other files that do, as
    in `Leading.away`."""
    levels = _levels(elsewhere or {})
    kernels = (
        each
        for file, o in outlines.items()
        for name in (o.kernels if to is launches else ())
        for each in (*names.origins.at(file, name), f".{name}")
    )
    known = dict.fromkeys(names.with_aliases((*kernels, *levels.pop(0, ()))), 0)
    own = names.that_name(known, outlines)
    # A kernel that is not named is one that a file has: it names it elsewhere, or names Triton.
    having = {file for file, _ in own} | {file for file, o in outlines.items() if o.triton}
    every = [(file, each) for file, o in outlines.items() for each in o.functions if to(each)]
    own += [placed for placed in every if placed[0] in having]
    found = _followed(own, outlines, names, known, levels)
    # One that is given to a function elsewhere is launched from where it is named.
    for file, each in every:
        if file not in having:
            found.setdefault((file, each.line), sys.maxsize)
            known = dict.fromkeys(names.called(file, each), sys.maxsize) | known
    near: dict[str, dict[int, int]] = {}
    for (file, line), hops in found.items():
        if hops <= NEAR:
            near.setdefault(file, {})[line] = hops
    spelled = frozenset(_spelled(known))
    return Leading(_lines(found), near, frozenset(having), spelled, known)


def _levels(away: Mapping[str, int]) -> dict[int, set[str]]:
    """The names by how far they are away."""
    found: dict[int, set[str]] = {}
    for name, hops in away.items():
        found.setdefault(hops, set()).add(name)
    return found


def away_elsewhere(names: Naming, others: Iterable[tuple[Origins, Leading]]) -> Mapping[str, int]:
    """What these `names` name of other universes that leads to a launch there, as it is spelled
    here, and as in `Leading.away` how far it is away: each universe is told by where its names come
    from, and by what leads there."""
    found: dict[str, int] = {}
    for origins, leads in others:
        for name in (*names.functions, *names.aliases):
            there = origins.translated(names.origins, name)
            known = {} if there is None else leads.by_owner.get(there, {})
            for method, away in known.items():
                found[name + method] = min(away, found.get(name + method, away))
    return found


def callers(
    functions: Iterable[Placed],
    outlines: Mapping[str, Outline],
    names: Naming,
    hops: int = sys.maxsize,
) -> dict[str, frozenset[int]]:
    """The functions of `outlines` that call one of `functions`, or over at most so many calls
    another such function: for each file the lines of their headers."""
    found = _followed(functions, outlines, names, {}, {}, hops)
    return _lines(place for place, away in found.items() if away)


def may_be_called(functions: Iterable[Placed], files: Collection[str], names: Naming) -> bool:
    """Whether something in `files` may call one of `functions`, as far as all that names them
    tells; a method may be one of a larger family among fewer files."""
    placed = [each for each in functions if each[1].line]
    called = {name for each in placed for name in names.called(*each)}
    if any(each.method for _, each in placed):
        return True
    return bool(names.that_name(names.with_aliases(called), files))


def _followed(
    start: Iterable[Placed],
    outlines: Mapping[str, Outline],
    names: Naming,
    known: dict[str, int],
    elsewhere: dict[int, set[str]],
    most: int = sys.maxsize,
) -> dict[_Place, int]:
    """How many calls each function is away from `start`, if it is one of `outlines` and leads there
    over at most so many, or to what has the names `elsewhere`, by how far that is away; what they
    are called is added to `known`."""
    fresh = list(start)
    found = {(file, each.line): 0 for file, each in fresh}
    hops = 0
    while (fresh or elsewhere) and hops < most:
        hops = hops + 1 if fresh else min(elsewhere)
        called = {name for each in fresh for name in _names(*each, outlines, names)}
        called |= elsewhere.pop(hops, set())
        following = names.with_aliases(called - known.keys()) - known.keys()
        known |= dict.fromkeys(following, hops)
        fresh = []
        for file, each in names.that_name(following, outlines):
            if (file, each.line) not in found:
                found[file, each.line] = hops
                fresh.append((file, each))
    return found


def _names(
    file: str, function: Function, outlines: Mapping[str, Outline], names: Naming
) -> Iterator[str]:
    """How a function is called: by name, on `self`, by way of its class, or as a custom
    operator."""
    if function.line:
        yield from names.called(file, function)
    if file in outlines:
        yield from (f".{name}" for name in outlines[file].operators)


def _lines(places: Iterable[_Place]) -> dict[str, frozenset[int]]:
    lines: dict[str, set[int]] = {}
    for file, line in places:
        lines.setdefault(file, set()).add(line)
    return {file: frozenset(each) for file, each in lines.items()}


def _spelled(known: Iterable[str]) -> Iterator[str]:
    """Names without their origin, the family of a class or the method, and without saying that an
    object is made."""
    return (name.partition("@")[0].rstrip("(") for name in map(_first, known))


def _first(name: str) -> str:
    return class_and_method(name)[0]


def spellings(function: Function) -> tuple[str, ...]:
    """How a function is called, as `Function.calls` spells it; a method on an object first."""
    name = function.name
    if not function.method:
        return name, f".{name}"
    return f"self.{name}", f".{name}", function.owner

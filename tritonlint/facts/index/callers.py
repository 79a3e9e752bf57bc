"""Which functions may lead to what is looked for, and who may call them, over the outlines of many
files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Function, Outline, is_class_name
from tritonlint.frozen import dataclass, replace

# A file, and a function of it; and the line of its header.
Placed = tuple[str, Function]
_Place = tuple[str, int]
# By file and old line, the functions that went to other lines, as they are now.
Moves = Mapping[str, Mapping[int, Function]]


# So many calls a launch may be away from a function that names no bytes itself.
NEAR = 3
# Methods that are called where an object is made.
MAKING = frozenset(("__init__", "__post_init__"))
# Methods that are called by other means than their names.
IMPLIED = MAKING | {"__call__", "__getitem__", "__enter__"}


@dataclass(frozen=True)
class Leading:
    """The functions that may lead to a launch (or to something else that is looked for): by file
    the lines of their headers; of those over at most `NEAR` calls, with how many at least; `files`
    are those that have kernels, which they may launch without naming them; `names` are how they are
    called."""

    lines: Mapping[str, frozenset[int]]
    near: Mapping[str, Mapping[int, int]]
    files: frozenset[str]
    names: frozenset[str]

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


@dataclass(frozen=True)
class Naming:
    """Who names what in a universe: by a name, the functions that have it, and the other names that
    stand for it, or for a class that inherits from it. A method that is named on `self` is one of
    the family of the class: `families` tells for a class which of those that it is related to
    stands for all of them. `attributes` are those of `self` that are given a name (`self.store`):
    such a name can be called on any object. `elsewhere` are those of `functions` by name of which
    some went to other lines since."""

    functions: Mapping[str, Sequence[Placed]]
    aliases: Mapping[str, Sequence[str]]
    families: Mapping[str, str]
    attributes: frozenset[str]
    origins: Origins
    elsewhere: Mapping[str, Sequence[Placed]] = field(default_factory=dict)

    def moved(self, moves: Moves) -> Naming:
        """The same after the functions of some files went to other lines."""
        placed = ((file, each) for file, now in moves.items() for each in now.values())
        names = {key for each in placed for key in self.keys(*each)}
        moved = {
            name: [(file, moves.get(file, {}).get(f.line, f)) for file, f in self.having(name)]
            for name in names
        }
        return replace(self, elsewhere={**self.elsewhere, **moved})

    def having(self, name: str) -> Sequence[Placed]:
        """The functions that have a name."""
        found = self.elsewhere.get(name)
        return self.functions.get(name, ()) if found is None else found

    def keys(self, file: str, function: Function) -> Iterator[str]:
        """The names that a function of a file has, those on `self` with the family of its class,
        and as they are where they are `attributes`."""
        names = self.origins.of(file, function.calls)
        if not function.owner:
            yield from names
            return
        yield from self.attributes.intersection(function.calls)
        suffix = f"@{self.families.get(function.owner, function.owner)}"
        for name in names:
            yield name + suffix if name.startswith("self.") else name

    def called(self, file: str, function: Function) -> Iterator[str]:
        """The keys of `functions` for those that call `function`, which stands in a file."""
        if not function.method:
            yield from (*self.origins.at(file, function.name), f".{function.name}")
            return
        owner = function.owner
        yield f"self.{function.name}@{self.families.get(owner, owner)}"
        # In a function inside of a method.
        yield f"self.{function.name}"
        yield f".{function.name}"
        for each in self.origins.at(file, owner):
            yield made(each) if function.name in MAKING else f"{each}.{function.name}"

    def with_aliases(self, names: Iterable[str]) -> set[str]:
        """These names, and those that stand for one of them."""
        found = set(names)
        fresh = list(found)
        while fresh:
            spelled = fresh.pop()
            name, dot, method = _class_and_method(spelled.rstrip("("))
            ending = "(" if spelled.endswith("(") else dot + method
            others = (f"{each}{ending}" for each in self.aliases.get(name, ()))
            more = [each for each in others if each not in found]
            found.update(more)
            fresh += more
        return found

    def that_name(self, names: Iterable[str], files: Collection[str] | None = None) -> list[Placed]:
        """The functions (of `files`) that have one of these names; of a method of an object, those
        that name its class and the method."""
        found: list[Placed] = []
        for name in names:
            owner, _, method = _class_and_method(name)
            named = self.having(owner)
            if method and method not in IMPLIED:
                named = [each for each in named if method in each[1].attributes]
            found += [each for each in named if files is None or each[0] in files]
        return found


def _class_and_method(name: str) -> tuple[str, str, str]:
    """What stands before the dot in `Class.method`, the dot, and what stands after it."""
    if name.startswith((".", "self.")):
        return name, "", ""
    return name.partition(".")


def made(owner: str) -> str:
    """How `Function.calls` spells that an object of a class may be made; a class with a name in
    small letters is not told from a function."""
    return f"{owner}(" if is_class_name(owner) else owner


def naming(outlines: Mapping[str, Outline], origins: Origins) -> Naming:
    """Who names what in these files."""
    functions: dict[str, list[Placed]] = {}
    aliases: dict[str, list[str]] = {}
    named = (other for each in outlines.values() for other, _ in each.aliases)
    attributes = frozenset(each for each in named if each.startswith("self."))
    found = Naming(functions, aliases, _families(outlines), attributes, origins)
    for file, each in outlines.items():
        # The other name may stand for an attribute.
        pairs = [(other, {name, *origins.named(file, name)}) for other, name in each.aliases]
        pairs += [(own, set(origins.named(file, base))) for own, base in each.bases]
        for other, keys in pairs:
            for key in keys:
                aliases.setdefault(key, []).extend(origins.at(file, other))
        for function in each.functions:
            placed = (file, function)  # one for all of its names: there are many
            for key in found.keys(file, function):
                functions.setdefault(key, []).append(placed)
    return found


def _families(outlines: Mapping[str, Outline]) -> Mapping[str, str]:
    """For each class of these files the one that stands for all that inherit from each other."""
    known = {each.owner for outline in outlines.values() for each in outline.functions}
    known |= {own for outline in outlines.values() for own, _ in outline.bases}
    parents: dict[str, str] = {}

    def first(name: str) -> str:
        while name in parents:
            name = parents[name]
        return name

    for outline in outlines.values():
        for own, base in (*outline.bases, *outline.aliases):
            one, other = first(own), first(base)
            if base in known and one != other:
                parents[one] = other
    return {name: first(name) for name in parents}


def leading(
    outlines: Mapping[str, Outline],
    names: Naming,
    to: Callable[[Function], bool] = launches,
) -> Leading:
    """The functions that do what `to` says, name a kernel, or name a function that does, over any
    number of calls."""
    kernels = (
        spelled
        for file, o in outlines.items()
        for name in (o.kernels if to is launches else ())
        for spelled in (*names.origins.at(file, name), f".{name}")
    )
    known = names.with_aliases(kernels)
    own = names.that_name(known, outlines)
    # A kernel that is not named is one that a file has: it names it elsewhere, or names Triton.
    having = {file for file, _ in own} | {file for file, o in outlines.items() if o.triton}
    every = [(file, each) for file, o in outlines.items() for each in o.functions if to(each)]
    own += [placed for placed in every if placed[0] in having]
    found = _followed(own, outlines, names, known)
    # One that is given to a function elsewhere is launched from where it is named.
    for file, each in every:
        if file not in having:
            found.setdefault((file, each.line), sys.maxsize)
            known.update(names.called(file, each))
    near: dict[str, dict[int, int]] = {}
    for (file, line), hops in found.items():
        if hops <= NEAR:
            near.setdefault(file, {})[line] = hops
    return Leading(_lines(found), near, frozenset(having), frozenset(_spelled(known)))


def callers(
    functions: Iterable[Placed],
    outlines: Mapping[str, Outline],
    names: Naming,
    hops: int = sys.maxsize,
) -> dict[str, frozenset[int]]:
    """The functions of `outlines` that call one of `functions`, or over at most so many calls
    another such function: for each file the lines of their headers."""
    found = _followed(functions, outlines, names, set(), hops)
    return _lines(place for place, away in found.items() if away)


def _followed(
    start: Iterable[Placed],
    outlines: Mapping[str, Outline],
    names: Naming,
    known: set[str],
    most: int = sys.maxsize,
) -> dict[_Place, int]:
    """How many calls each function is away from `start`, if it is one of `outlines` and leads there
    over at most so many; what they are called is added to `known`."""
    fresh = list(start)
    found = {(file, each.line): 0 for file, each in fresh}
    hops = 0
    while fresh and hops < most:
        hops += 1
        called = {name for each in fresh for name in _names(*each, outlines, names)}
        following = names.with_aliases(called - known) - known
        known |= following
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
    return _class_and_method(name)[0]


def spellings(function: Function) -> tuple[str, ...]:
    """How a function is called, as `Function.calls` spells it; a method on an object first."""
    name = function.name
    if not function.method:
        return name, f".{name}"
    return f"self.{name}", f".{name}", function.owner

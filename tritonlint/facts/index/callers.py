"""Which functions may lead to what is looked for, and who may call them, over the outlines of many
files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.frozen import dataclass

# By file and old line, the functions that went to other lines, as they are now.
Moves = Mapping[str, Mapping[int, Function]]


@dataclass(frozen=True)
class Leading:
    """The functions that may lead to a launch (or to something else that is looked for): by file
    the lines of their headers; `names` are how they are called."""

    lines: Mapping[str, frozenset[int]]
    names: frozenset[str]

    def moved(self, moves: Moves) -> Leading:
        """The same after the functions of some files went to other lines."""
        return Leading(moved_lines(self.lines, moves), self.names)


def moved_lines(lines: Mapping[str, frozenset[int]], moves: Moves) -> Mapping[str, frozenset[int]]:
    """Lines of headers by file, after the functions of some went to other lines."""
    known = dict(lines)
    for file in known.keys() & moves.keys():
        now = moves[file]
        known[file] = frozenset(now[each].line if each in now else each for each in known[file])
    return known


def launches(function: Function) -> bool:
    """Whether a function may launch a kernel that it does not name."""
    return function.launches


@dataclass(frozen=True)
class Naming:
    """Who names what in a universe: by a name, the functions that have it, and the other names that
    stand for it, or for a class that inherits from it."""

    functions: Mapping[str, Sequence[tuple[str, Function]]]
    aliases: Mapping[str, Sequence[str]]

    def moved(self, moves: Moves) -> Naming:
        """The same after the functions of some files went to other lines."""
        functions = dict(self.functions)
        names = {n for now in moves.values() for each in now.values() for n in each.calls}
        for name in names & functions.keys():
            functions[name] = [
                (file, moves.get(file, {}).get(each.line, each)) for file, each in functions[name]
            ]
        return Naming(functions, self.aliases)


def naming(outlines: Mapping[str, Outline]) -> Naming:
    """Who names what in these files."""
    functions: dict[str, list[tuple[str, Function]]] = {}
    aliases: dict[str, list[str]] = {}
    for file, each in outlines.items():
        for other, name in (*each.aliases, *each.bases):
            aliases.setdefault(name, []).append(other)
        for function in each.functions:
            for name in function.calls:
                functions.setdefault(name, []).append((file, function))
    return Naming(functions, aliases)


def leading(
    outlines: Mapping[str, Outline],
    names: Naming,
    to: Callable[[Function], bool] = launches,
) -> Leading:
    """The functions that do what `to` says, name a kernel, or name a function that does, over any
    number of calls."""
    lines: dict[str, set[int]] = {file: set() for file in outlines}
    fresh: set[str] = set()
    for file, each in outlines.items():
        for function in each.functions:
            if to(function):
                lines[file].add(function.line)
                fresh.update(_names(function, each))
        if to is launches:
            fresh.update(spelled for name in each.kernels for spelled in (name, f".{name}"))
    known: set[str] = set()
    while fresh:
        name = fresh.pop()
        known.add(name)
        fresh.update(other for other in names.aliases.get(name, ()) if other not in known)
        for file, function in names.functions.get(name, ()):
            if file in lines and function.line not in lines[file]:
                lines[file].add(function.line)
                fresh.update(x for x in _names(function, outlines[file]) if x not in known)
    found = {file: frozenset(each) for file, each in lines.items() if each}
    return Leading(found, frozenset(known))


def _names(function: Function, outline: Outline) -> Iterator[str]:
    """How a function is called: by name, on `self`, by way of its class, or as a custom
    operator."""
    if function.line:
        yield from spellings(function)
    yield from (f".{name}" for name in outline.operators)


def spellings(function: Function) -> tuple[str, ...]:
    """How a function is called, as `Function.calls` spells it; a method on an object first."""
    name = function.name
    if not function.method:
        return name, f".{name}"
    return f"self.{name}", f".{name}", function.owner


def callers(
    functions: Mapping[str, Iterable[Function]], outlines: Mapping[str, Outline]
) -> dict[str, frozenset[int]]:
    """The functions that call one of `functions`, or another such function: for each file the lines
    of their headers. A method is called on `self` in its own file only, and elsewhere by way of its
    class."""
    found: dict[str, set[int]] = {}
    seen: set[str] = set()
    fresh: dict[str, list[Function]] = {file: list(each) for file, each in functions.items()}
    while fresh:
        wanted = {name for each in fresh.values() for name in _elsewhere(each)} - seen
        seen |= wanted
        following: dict[str, list[Function]] = {}
        for file, each in outlines.items():
            own = {spellings(function)[0] for function in fresh.get(file, ()) if function.method}
            known = found.get(file, set())
            for function in each.functions:
                called = not wanted.isdisjoint(function.calls) or not own.isdisjoint(function.calls)
                if called and function.line not in known:
                    following.setdefault(file, []).append(function)
        for file, more in following.items():
            found.setdefault(file, set()).update(function.line for function in more)
        fresh = following
    return {file: frozenset(lines) for file, lines in found.items()}


def _elsewhere(functions: Iterable[Function]) -> Iterator[str]:
    """How functions are called in other files."""
    for function in functions:
        on_self, *elsewhere = spellings(function)
        yield from elsewhere
        if not function.method:
            yield on_self

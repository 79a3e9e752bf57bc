"""Which functions may lead to what is looked for, and who may call them, over the outlines of many
files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tritonlint.facts.index.outlines import Function, Outline


@dataclass(frozen=True)
class Leading:
    """The functions that may lead to a launch (or to something else that is looked for): by file
    the lines of their headers; `names` are how they are called."""

    lines: Mapping[str, frozenset[int]]
    names: frozenset[str]


def launches(function: Function) -> bool:
    """Whether a function launches something."""
    return function.launches


def leading(
    outlines: Mapping[str, Outline], hops: int, to: Callable[[Function], bool] = launches
) -> Leading:
    """The functions that do what `to` says or call one that does over at most `hops` calls."""
    lines: dict[str, set[int]] = {}
    known: set[str] = set()
    for round_ in range(hops + 1):
        names: set[str] = set()
        for file, each in outlines.items():
            found = [
                function
                for function in each.functions
                if (to(function) if round_ == 0 else not known.isdisjoint(function.calls))
            ]
            if found:
                lines.setdefault(file, set()).update(function.line for function in found)
                names.update(_names(found, each))
        fresh = names - known
        for each in outlines.values():
            names.update(other for other, name in each.aliases if name in fresh)
        known |= names
    return Leading({file: frozenset(each) for file, each in lines.items()}, frozenset(known))


def _names(functions: Iterable[Function], outline: Outline) -> Iterator[str]:
    """How the functions of a file are called: by name, on `self`, or as custom operators."""
    for function in functions:
        yield from spellings(function)
    yield from (f".{name}" for name in outline.operators)


def spellings(function: Function) -> tuple[str, str]:
    """How a function is called, as `Function.calls` spells it; a method on an object first."""
    name = function.name
    return (f"self.{name}" if function.method else name, f".{name}")


def callers(
    functions: Mapping[str, Iterable[Function]], outlines: Mapping[str, Outline], hops: int
) -> dict[str, frozenset[int]]:
    """The functions that call one of `functions`, or another such function, over at most `hops`
    calls: for each file the lines of their headers. A method is called on `self` in its own file
    only."""
    found: dict[str, set[int]] = {}
    seen: set[str] = set()
    fresh: dict[str, list[Function]] = {file: list(each) for file, each in functions.items()}
    for _ in range(hops):
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
        on_self, on_import = spellings(function)
        yield on_import
        if not function.method:
            yield on_self

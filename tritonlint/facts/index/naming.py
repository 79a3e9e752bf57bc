"""Who names what in a universe, over the outlines of its files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Function, Outline, is_class_name
from tritonlint.frozen import dataclass, replace

# A file, and a function of it.
Placed = tuple[str, Function]
# By file and old line, the functions that went to other lines, as they are now.
Moves = Mapping[str, Mapping[int, Function]]

# Methods that are called where an object is made.
MAKING = frozenset(("__init__", "__post_init__"))
# Methods that are called by other means than their names.
CALLED = frozenset(("__call__", "forward"))  # where an object is called
IMPLIED = MAKING | CALLED | {"__getitem__", "__enter__"}


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
            name, dot, method = class_and_method(spelled.rstrip("("))
            ending = "(" if spelled.endswith("(") else dot + method
            known = self.aliases.get(name, ())
            if ending:  # what an object holds is called: nothing more is named on it
                known = [each for each in known if not _is_held(each)]
            more = [f"{each}{ending}" for each in known if f"{each}{ending}" not in found]
            found.update(more)
            fresh += more
        return found

    def that_name(self, names: Iterable[str], files: Collection[str] | None = None) -> list[Placed]:
        """The functions (of `files`) that have one of these names; of a method of an object, those
        that name its class and the method."""
        found: list[Placed] = []
        for name in names:
            owner, _, method = class_and_method(name)
            named = self.having(owner)
            if method and method not in IMPLIED:
                # Of a function that names no class, attributes are not told.
                named = [f for f in named if method in f[1].attributes or not f[1].attributes]
            found += [each for each in named if files is None or each[0] in files]
        return found


def _is_held(name: str) -> bool:
    """Whether a name is one of an attribute, on an object of a class or on any."""
    return name.startswith(".") or bool(class_and_method(name)[1])


def class_and_method(name: str) -> tuple[str, str, str]:
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
                aliases.setdefault(key, []).extend(_spelled(file, other, origins))
        for function in each.functions:
            placed = (file, function)  # one for all of its names: there are many
            for key in found.keys(file, function):
                functions.setdefault(key, []).append(placed)
    return found


def _spelled(file: str, other: str, origins: Origins) -> Iterable[str]:
    """How a name, or an attribute of the objects of a class, is spelled."""
    owner, dot, attribute = class_and_method(other)
    return (f"{each}{dot}{attribute}" for each in origins.at(file, owner))


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

"""The arguments of a call, by their values and by where they stand."""

from __future__ import annotations

from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.values import Const, DType, Partial, Sequence, Value
from tritonlint.frozen import dataclass

# Constructors that are given a size.
_SIZED = frozenset("empty zeros ones full".split())


@dataclass(frozen=True)
class Arguments:
    """The evaluated arguments of a call."""

    positional: tuple[Value, ...]
    keywords: dict[str, Value]

    def get(self, index: int, name: str) -> Value | None:
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if 0 <= index < len(self.positional) else None


@dataclass(frozen=True)
class Given:
    """The values of the arguments, and the place of each (by position or keyword). `complete` is
    whether these are all: it is False where a `*x` or `**x` cannot be unpacked. `later` are the
    positional ones from the first such on: None for each that cannot be unpacked."""

    arguments: Arguments
    places: dict[int | str, Place]
    complete: bool = True
    later: tuple[tuple[Value | None, Place], ...] = ()

    def after(self, partial: Partial) -> Given:
        """These after the arguments that `partial` has already."""
        ahead = len(partial.positional)
        values = tuple(value for value, _ in partial.positional)
        keywords = {name: value for name, value, _ in partial.keywords}
        places: dict[int | str, Place] = {i: at for i, (_, at) in enumerate(partial.positional)}
        places |= {name: place for name, _, place in partial.keywords}
        places |= {
            key + ahead if isinstance(key, int) else key: place
            for key, place in self.places.items()
        }
        arguments = Arguments(
            values + self.arguments.positional, {**keywords, **self.arguments.keywords}
        )
        return Given(arguments, places, self.complete)

    def rest(self, count: int = 1) -> Given:
        """These without the first `count`."""
        places = {
            key - count if isinstance(key, int) else key: place
            for key, place in self.places.items()
            if not isinstance(key, int) or key >= count
        }
        arguments = Arguments(self.arguments.positional[count:], self.arguments.keywords)
        return Given(arguments, places, self.complete)

    def partial(self, function: Value) -> Partial:
        """`function` with these as its first arguments."""
        positional = enumerate(self.arguments.positional)
        keywords = self.arguments.keywords.items()
        return Partial(
            function,
            tuple((value, self.places[index]) for index, value in positional),
            tuple((name, value, self.places[name]) for name, value in keywords),
        )


def is_stand_in(name: str, arguments: Arguments) -> bool:
    """Whether a constructor makes one element at most: something to pass where a flag tells the
    kernel to leave it alone."""
    if name.removeprefix("new_") not in _SIZED:
        return False
    size = arguments.get(0, "size")
    sizes = size.items if isinstance(size, Sequence) else arguments.positional
    if name.endswith("full") and not isinstance(size, Sequence):
        return False
    numbers = [e.value if isinstance(e, Const) else None for e in sizes if not isinstance(e, DType)]
    return bool(numbers) and all(each in (0, 1) for each in numbers)

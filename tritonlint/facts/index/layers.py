"""The universes that decide what is found in some files, in layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tritonlint.facts.index.universe import Texts


def layers(texts: Texts, files: Iterable[str]) -> Iterator[list[str]]:
    """The files of the universes of `files`, then those of the universes that these import from,
    and so on, each universe once. One layer may be outlined before the next is asked for."""
    homes = {texts.homes.home(file): file for file in files}
    fresh = {texts.universe(file)[0] for file in homes.values()}
    asked: set[str] = set()
    while fresh:
        yield sorted({file for first in fresh for file in texts.universe(first)})
        asked |= fresh
        fresh = {each for first in fresh for each in texts.index(first).imported} - asked

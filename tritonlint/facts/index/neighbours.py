"""The neighbours of a universe: the others of its checkout that its files import from, as tests and
benchmarks do from the package that they are for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence

from tritonlint.facts.index.homes import Homes
from tritonlint.facts.index.origins import inside
from tritonlint.facts.index.outlines import Outline


def neighbours(outlines: Mapping[str, Outline], homes: Homes) -> Sequence[str]:
    """Each neighbour of the universe whose files have these outlines, by its first file."""
    first = next(iter(outlines), "")
    beside = homes.beside(first) if first else ()
    if not beside:
        return ()
    found = {homes.home(first): first}
    for file in _imported(outlines, homes, beside):
        if homes.home(file) not in found:
            found[homes.home(file)] = homes.universe(file)[0]
    return sorted(set(found.values()) - {first})


def _imported(
    outlines: Mapping[str, Outline], homes: Homes, beside: Collection[str]
) -> Iterator[str]:
    """The files of this checkout that imports find which may leave the universe of the files: those
    of what is called as something `beside` it is, and relative ones."""
    asked: set[tuple[str, str]] = set()
    dots: dict[str, str] = {}
    for file, outline in outlines.items():
        folder = os.path.dirname(file)
        if folder not in dots:
            dots[folder] = "." * homes.level(file)
        for each in outline.imports:
            _, module, name = each.split(" ")
            leaves = module.startswith(dots[folder]) or module.partition(".")[0] in beside
            for dotted in (inside(module, name), module) if leaves else ():
                origin = (
                    homes.layout.imported(dotted, file) if (folder, dotted) not in asked else None
                )
                asked.add((folder, dotted))
                if origin is not None:
                    yield origin

"""In which order the classes that a class inherits from are asked for what it does not have."""

from __future__ import annotations

from tritonlint.facts.project.modules import Definition

# No base is looked for further up.
_DEEPEST = 64


def linearized(owner: Definition, depth: int = _DEEPEST) -> tuple[Definition, ...]:
    """A class of the project and those that it inherits from, in the order in which Python looks
    for a method: each before its own bases, and these in the order in which they are named. Bases
    outside of the project are left out."""
    known, key = owner.module.orders, id(owner.node)
    if key not in known:
        known[key] = (owner,)  # for a class that inherits from itself
        bases = list(owner.bases) if depth else []
        rows = [list(linearized(each, depth - 1)) for each in bases]
        known[key] = (owner, *_merged([*rows, bases]))
    return known[key]


def _merged(rows: list[list[Definition]]) -> list[Definition]:
    """The classes of several rows, each once and in no row after one that it stands before; where
    they contradict each other, which Python turns away, as the first row has them."""
    found: list[Definition] = []
    while rows := [each for each in rows if each]:
        later = {id(each.node) for row in rows for each in row[1:]}
        first = next((row[0] for row in rows if id(row[0].node) not in later), rows[0][0])
        found.append(first)
        rows = [[each for each in row if each.node is not first.node] for row in rows]
    return found

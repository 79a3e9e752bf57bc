"""What a rule sees of a file that the facts make a suspect of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from tritonlint.source import SourceFile, Span

if TYPE_CHECKING:
    import libcst

    from tritonlint.edits.concrete import Concrete, Parts
    from tritonlint.edits.surroundings import Surroundings
    from tritonlint.facts.hazards.observation import Observation
    from tritonlint.settings.config import Settings

T = TypeVar("T")


class Suspect:
    """A file that the facts make a suspect of: its source, what the facts observed in it, and,
    parsed when first asked for, the concrete syntax tree of the parts that matter."""

    def __init__(
        self, source: SourceFile, observations: Sequence[Observation], settings: Settings
    ) -> None:
        self.source = source
        self.settings = settings
        self.observations = tuple(observations)
        self._parts: Parts = {}

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """What the facts observed of one kind: `suspect.of(Argument)` are the launch arguments that
        hold raw bytes."""
        return tuple(each for each in self.observations if isinstance(each, kind))

    def part(self, place: Span) -> Concrete:
        """The function, or else the statement, that holds `place`, as a libcst tree."""
        from tritonlint.edits.concrete import part_around

        return part_around(self.source, place, self._parts)

    def node(self, place: Span) -> libcst.CSTNode:
        """The node that stands exactly at `place` (an expression before any other), else the
        smallest that holds it."""
        part = self.part(place)
        return part.node_at(place) or part.around(place)

    def part_of(self, node: libcst.CSTNode) -> Concrete:
        """The tree that `node` is from. Raises LookupError for a node that was made."""
        # Mostly it is from the one that was asked for last.
        for part in reversed(self._parts.values()):
            if part.holds(node):
                return part
        raise LookupError("the node is not part of the file; replace one that is")

    @property
    def whole(self) -> Concrete:
        """The whole file as a libcst tree."""
        from tritonlint.edits.concrete import whole

        return whole(self.source, self._parts)

    @property
    def tree(self) -> libcst.Module:
        """The concrete syntax tree of the whole file."""
        return self.whole.module

    @cached_property
    def surroundings(self) -> Surroundings:
        """What surrounds each node of the file: scopes, blocks, and the imports that hold there."""
        from tritonlint.edits.surroundings import Surroundings

        return Surroundings(self.source)

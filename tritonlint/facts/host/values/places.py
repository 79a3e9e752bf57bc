"""Where the values of launching code come from: expressions of the source, and what they cut out of
a tensor."""

from __future__ import annotations

import ast

from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile, Span


@dataclass(frozen=True)
class Part:
    """A part of a tensor by the expression that cuts it out. `index` tells apart those that one
    expression gives together (`x.split(4)`); None for an expression that is the part itself.
    `site` tells apart those that it gives in several calls or rounds of a loop."""

    span: Span
    index: int | None = None
    site: str = ""

    def is_same(self, other: Part) -> bool:
        """Whether the same expression cuts out both, in whichever call."""
        return (self.span, self.index) == (other.span, other.index)


@dataclass(frozen=True, eq=False)
class Place:
    """An expression of the source, perhaps in another file than the one that uses its value."""

    source: SourceFile
    node: ast.expr

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.source.span(self.node)

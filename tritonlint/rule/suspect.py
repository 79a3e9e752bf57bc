"""What a rule sees of a file that the facts make a suspect of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from tritonlint.source import SourceFile, Span

if TYPE_CHECKING:
    import libcst

    from tritonlint.facts.hazards.observation import Observation
    from tritonlint.rule.syntax import Tree
    from tritonlint.settings.config import Settings

T = TypeVar("T")


class Suspect:
    """A file that the facts make a suspect of: its source, what the facts observed in it, and,
    parsed when first asked for, its concrete syntax tree."""

    def __init__(
        self, source: SourceFile, observations: Sequence[Observation], settings: Settings
    ) -> None:
        self.source = source
        self.settings = settings
        self._observations = tuple(observations)

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """What the facts observed of one kind: `suspect.of(Argument)` are the launch arguments that
        hold raw bytes."""
        return tuple(each for each in self._observations if isinstance(each, kind))

    @cached_property
    def syntax(self) -> Tree:
        """The abstract syntax tree of the file, with the way up from each node."""
        from tritonlint.rule.syntax import Tree

        return Tree(self.source.tree)

    @cached_property
    def tree(self) -> libcst.Module:
        """The concrete syntax tree of the file."""
        return self._wrapper.module

    @cached_property
    def nodes(self) -> list[tuple[libcst.CSTNode, Span]]:
        """Every node of the tree with its place."""
        return [
            (
                node,
                Span(
                    self.source.path,
                    at.start.line,
                    at.start.column + 1,
                    at.end.line,
                    at.end.column + 1,
                ),
            )
            for node, at in self._positions.items()
        ]

    def expression_at(self, span: Span) -> libcst.BaseExpression | None:
        """The expression that stands exactly at `span`, or None."""
        return self._expressions.get(span)

    @cached_property
    def _expressions(self) -> dict[Span, libcst.BaseExpression]:
        import libcst

        return {span: node for node, span in self.nodes if isinstance(node, libcst.BaseExpression)}

    @cached_property
    def _wrapper(self) -> libcst.MetadataWrapper:
        import libcst
        from libcst.metadata import MetadataWrapper

        return MetadataWrapper(libcst.parse_module(self.source.data), unsafe_skip_copy=True)

    @cached_property
    def _positions(self) -> dict[libcst.CSTNode, libcst.metadata.CodeRange]:
        from libcst.metadata import PositionProvider

        try:
            return dict(self._wrapper.resolve(PositionProvider))
        except KeyError as error:
            # What libcst's clean-up makes of a recursion that goes too deep.
            raise RecursionError(str(self.source.path)) from error

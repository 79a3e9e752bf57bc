"""The base class of a rule, what a rule sees of a file, and the registry: which rules there are and
which are selected."""

from __future__ import annotations

import importlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from tritonlint.claim import Witness
from tritonlint.errors import UsageError
from tritonlint.findings import Finding, Fix, Severity
from tritonlint.source import SourceFile, Span

if TYPE_CHECKING:
    import libcst

    from tritonlint.config import Settings
    from tritonlint.directives import Directive
    from tritonlint.facts.observation import Observation
    from tritonlint.suppressions import Review

T = TypeVar("T")

_FILE = re.compile(r"^(tl\d{3})_(\w+)\.py$")


@dataclass(frozen=True)
class RuleInfo:
    """What is known of a rule without importing it: from the name of its file."""

    code: str
    name: str
    module: str


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


class Rule(ABC):
    """One hazard. The docstring of a subclass is its documentation, in these sections: What it
    does, Why is this bad, Triggering input, Example, Use instead, Not flagged, Fix safety, How it
    is verified, References."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    status: ClassVar[Literal["default", "preview"]] = "default"
    since: ClassVar[str]
    fix: ClassVar[Literal["safe", "unsafe", "sometimes", "none"]] = "none"
    witness: ClassVar[Witness | None] = None  # what `check --confirm compile` looks for

    @abstractmethod
    def check(self, suspect: Suspect) -> Iterator[Finding]:
        """The findings whose primary span is in this file."""

    def fixed(self, finding: Finding) -> Fix | None:
        return finding.fix


class CommentRule(Rule):
    """A rule about the comments that suppress findings. It looks at a file after the other rules,
    and at files that are no suspects too."""

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        return iter(())

    @abstractmethod
    def review(self, review: Review) -> Iterator[Finding]:
        """The findings about the comments of a file."""

    def about(self, directive: Directive, message: str, trigger: str, fix: Fix | None) -> Finding:
        """A finding of this rule at a directive."""
        return Finding(
            self.code,
            self.name,
            message,
            self.severity,
            "certain",
            directive.span,
            trigger,
            fix=fix,
            snippet=directive.text,
        )


@cache
def codes() -> dict[str, RuleInfo]:
    """Every rule by its code, from the file names of the package `tritonlint.rules`; nothing of it
    is imported."""
    package = importlib.import_module("tritonlint.rules")
    found: dict[str, RuleInfo] = {}
    for folder in package.__path__:
        for file in sorted(Path(folder).iterdir()):
            matched = _FILE.match(file.name)
            if matched:
                code = matched[1].upper()
                name = matched[2].replace("_", "-")
                found[code] = RuleInfo(code, name, f"tritonlint.rules.{file.stem}")
    return found


def load(code: str) -> type[Rule]:
    """The class of the rule `code`. Raises UsageError when there is none."""
    info = codes().get(code)
    if info is None:
        raise UsageError(f"unknown rule: {code}")
    module = importlib.import_module(info.module)
    for each in vars(module).values():
        if (
            isinstance(each, type)
            and issubclass(each, Rule)
            and getattr(each, "code", None) == code
        ):
            return each
    raise UsageError(f"{info.module} defines no rule {code}")


def select(select: Iterable[str], ignore: Iterable[str], preview: bool) -> frozenset[str]:
    """The codes that are on: those that `select` names (default: all), less those of `ignore`; a
    preview rule only with `preview` or when it is selected by its full code or name. Raises
    UsageError for a name that no rule has."""
    wanted = list(select)
    chosen: set[str] = set()
    for each in wanted or codes():
        chosen |= _matching(each)
    exact = {
        code for each in wanted for code in _matching(each) if each in (code, codes()[code].name)
    }
    for each in ignore:
        chosen -= _matching(each)
    return frozenset(
        code for code in chosen if preview or code in exact or load_status(code) == "default"
    )


@cache
def load_status(code: str) -> str:
    """`default` or `preview`, read from the text of the rule's file, so that a run without suspects
    imports no rule."""
    package = importlib.import_module("tritonlint.rules")
    file = codes()[code].module.rpartition(".")[2] + ".py"
    for folder in package.__path__:
        path = Path(folder) / file
        if path.exists():
            return (
                "preview"
                if re.search(r'^    status = "preview"', path.read_text(), re.M)
                else "default"
            )
    return "default"


def _matching(wanted: str) -> set[str]:
    """The codes that a code, a prefix of codes, a name or `ALL` stands for."""
    known = codes()
    found = {
        code
        for code, info in known.items()
        if wanted == "ALL" or code.startswith(wanted) or info.name == wanted
    }
    if not found or not wanted:
        raise UsageError(f"unknown rule: {wanted!r} (known: {', '.join(known)})")
    return found

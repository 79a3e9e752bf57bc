"""Rules about the shape of code: libcst visitors, all of them run in one walk over a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from tritonlint.findings import Applicability, Confidence, Finding
from tritonlint.rule.base import BaseRule
from tritonlint.rule.fixes import fix_by
from tritonlint.rule.headline import headline

if TYPE_CHECKING:
    import re

    import libcst as cst

    from tritonlint.rule.suspect import Suspect

T = TypeVar("T")
Visit = Callable[["cst.CSTNode"], None]


class SyntaxRule(BaseRule):
    """A rule that is a libcst visitor: its methods `visit_Call(self, node)`, `leave_Call(self,
    node)` and the like are called as the file is walked through, together with those of other
    rules. What they return means nothing.

    It looks at files in which the facts observed something of the kinds `suspects`, or whose text
    `text` is found in; with neither, at those in which they observed anything.
    """

    suspects: ClassVar[tuple[type, ...]] = ()
    text: ClassVar[re.Pattern[str] | None] = None
    suspect: Suspect

    def __init__(self) -> None:
        self.found: list[Finding] = []

    @classmethod
    def looks_at(cls, suspect: Suspect) -> bool:
        """Whether the rule looks at a file."""
        if cls.text is not None and cls.text.search(suspect.source.text):
            return True
        if cls.suspects:
            return any(isinstance(each, cls.suspects) for each in suspect.observations)
        return cls.text is None and bool(suspect.observations)

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        """The findings of this rule alone."""
        yield from walk([self], suspect)

    def facts(self, kind: type[T], node: cst.CSTNode) -> tuple[T, ...]:
        """What the facts observed of one kind at `node`, or, of launches, in the call `node`."""
        part = self.suspect.whole
        places = {part.span(node), part.whole(node)}
        return tuple(
            each
            for each in self.suspect.of(kind)
            if {getattr(each, "place", None), getattr(each, "launch", None)} & places
        )

    def code_for(self, node: cst.CSTNode) -> str:
        """The code of `node`."""
        return self.suspect.whole.text(node)

    def report(
        self,
        node: cst.CSTNode,
        message: str,
        *,
        replacement: cst.CSTNode | None = None,
        help: str = "",
        trigger: str = "",
        confidence: Confidence = "likely",
        imports: str = "",
    ) -> None:
        """Report `message` at `node`. `replacement` is what the fix puts in its place, after it has
        added the import statement `imports`; it is safe if the rule's `fix` says so. `help` is what
        to do, and `trigger` the value that goes wrong."""
        part = self.suspect.whole
        place, fix = part.span(node), None
        if replacement is not None:
            applicability: Applicability = "safe" if self.fix == "safe" else "unsafe"
            fix = fix_by(self.suspect, {node: replacement}, help or message, applicability, imports)
        self.found.append(
            Finding(
                self.code,
                self.name,
                headline(message),
                self.severity,
                confidence,
                place,
                trigger,
                fix=fix,
                function=_function(part.above(node)),
                snippet=self.suspect.source.snippet(place),
                help=help,
            )
        )


Failed = Callable[[SyntaxRule, Exception], None]


def walk(
    rules: Sequence[SyntaxRule], suspect: Suspect, failed: Failed | None = None
) -> Iterator[Finding]:
    """What `rules` find, in one walk over the tree of the whole file. A rule that raises is left
    out from there on, and `failed` is told; without it, the exception is raised."""
    from libcst import visit_batched

    for each in rules:
        each.suspect = suspect
    visit_batched(suspect.tree, [_Visitor(each, failed) for each in rules])  # type: ignore[misc]
    for each in rules:
        yield from each.found


class _Visitor:
    """What libcst asks of a visitor that is run with others."""

    def __init__(self, rule: SyntaxRule, failed: Failed | None) -> None:
        self.rule = rule
        self.failed = failed
        self.runs = True

    def get_visitors(self) -> Mapping[str, Visit]:
        names = (name for name in dir(self.rule) if name.startswith(("visit_", "leave_")))
        return {name: self._guarded(getattr(self.rule, name)) for name in names}

    def _guarded(self, visit: Callable[[cst.CSTNode], object]) -> Visit:
        def visited(node: cst.CSTNode) -> None:
            if not self.runs:
                return
            try:
                visit(node)
            except RecursionError:
                raise
            except Exception as error:
                if self.failed is None:
                    raise
                self.runs = False
                self.failed(self.rule, error)

        return visited


def _function(above: Iterator[cst.CSTNode]) -> str:
    """The qualified name of the function around a node, as observations have it."""
    import libcst as cst

    names = [each.name.value for each in above if isinstance(each, cst.FunctionDef)]
    return names[0] if names else ""

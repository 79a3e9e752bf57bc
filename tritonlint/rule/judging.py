"""The rules that judge what the facts observed, and then speak of it by a libcst node."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tritonlint.findings import Applicability, Confidence, Finding, Fix, Span, Step
from tritonlint.frozen import replace
from tritonlint.rule.base import BaseRule
from tritonlint.rule.fixes import fix_by
from tritonlint.rule.headline import headline

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.rule.about import About
    from tritonlint.rule.suspect import Suspect

O = TypeVar("O")  # noqa: E741
H = TypeVar("H")


class Rule(BaseRule, Generic[O, H]):
    """A rule that judges observations of the kinds `observes`, one at a time.

    `judge` sees data alone and says whether, and which, hazard it is; `report` runs for a hazard
    only, with the libcst node at the observation's place, and makes the finding of it.
    """

    observes: ClassVar[tuple[type[Any], ...]] = ()
    suspect: Suspect

    @abstractmethod
    def judge(self, observation: O, /) -> H | None:
        """The hazard that `observation` is, None when it is none."""

    @abstractmethod
    def report(self, node: cst.CSTNode, observation: O, hazard: H, /) -> Finding:
        """The finding of `hazard`. `node` is what stands at the observation's place: the expression
        where there is one, else the smallest node that holds the place."""

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        """The findings about the observations of a file; where several are one, of the first,
        in whatever order they were observed."""
        from tritonlint.rule.about import about

        self.suspect = suspect
        judged: list[tuple[About, Any, H]] = []
        observed: Iterable[Any] = suspect.observations
        for observation in observed:
            if isinstance(observation, self.observes):
                hazard = self.judge(observation)
                if hazard is not None:
                    judged.append((about(observation), observation, hazard))
        reported = set()
        for what, observation, hazard in sorted(judged, key=_rank):
            if what.one not in reported:
                reported.add(what.one)
                yield self.report(suspect.node(what.place), observation, hazard)

    def node(self, place: Span) -> cst.CSTNode | None:
        """The libcst node that stands exactly at `place`, in the tree of the function, or else the
        statement, that holds it; None where there is none, or in another file."""
        if place.path != self.suspect.source.path:
            return None
        return self.suspect.part(place).node_at(place)

    def text(self, place: Span) -> str:
        """The text of the file at `place`."""
        return self.suspect.source.snippet(place)

    def finding(
        self,
        node: cst.CSTNode,
        observation: Any,
        message: str,
        *,
        trigger: str,
        confidence: Confidence = "likely",
        trace: Iterable[Step] = (),
        fix: Fix | None = None,
        help: str = "",
        rejected: bool = False,
    ) -> Finding:
        """A finding about `observation`: what is wrong (`message`, of which `headline` makes one
        line), the value that goes wrong (`trigger`), the way there (`trace`) and what to do
        (`help`). `rejected` is whether Triton
        does not compile it as it is. The code, the place, the function, the launch and the claim
        for the compiler are filled in."""
        from tritonlint.rule.about import about

        what = about(observation)
        return Finding(
            self.code,
            self.name,
            headline(message),
            self.severity,
            confidence,
            what.place,
            trigger,
            tuple(trace),
            what.launch,
            fix,
            claim=replace(what.claim, rejected=rejected) if what.claim else None,
            function=what.function,
            snippet=self.suspect.source.snippet(what.place),
            help=help,
        )

    def replacing(
        self,
        replaced: Mapping[cst.CSTNode, cst.CSTNode],
        message: str,
        applicability: Applicability,
        imports: str = "",
    ) -> Fix:
        """The fix that puts other nodes in the place of nodes of one function or statement, with
        the import statement that this needs."""
        return fix_by(self.suspect, replaced, message, applicability, imports)


def _rank(judged: tuple[About, object, object]) -> tuple[object, ...]:
    from tritonlint.facts.hazards.raw_bytes.once import written

    return type(judged[1]).__name__, judged[0].rank, written(judged[1])

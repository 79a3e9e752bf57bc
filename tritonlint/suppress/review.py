"""What the rules about comments see of a file, and what such a rule is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from tritonlint.findings import Finding, Fix
from tritonlint.frozen import dataclass
from tritonlint.rule.base import BaseRule
from tritonlint.rule.headline import headline
from tritonlint.rule.suspect import Suspect
from tritonlint.source import SourceFile
from tritonlint.suppress.comment_edits import without
from tritonlint.suppress.directives import Directive

# The rules about the comments. They come last, since they look at what the others have found.
CODES = frozenset({"TL901", "TL902", "TL903"})


@dataclass(frozen=True)
class Use:
    """A directive and the codes of the findings that it met."""

    directive: Directive
    met: frozenset[str]


@dataclass(frozen=True)
class Review:
    """What the rules about comments see of a file: its directives and their use, the codes of the
    rules that looked at it, and the findings that no directive suppresses."""

    source: SourceFile
    uses: tuple[Use, ...]
    selected: frozenset[str]
    findings: tuple[Finding, ...]

    def unmet(self, use: Use) -> list[str]:
        """What `use` names in vain, as it is written: rules that looked and found nothing there.
        Whether a rule about comments is met depends on this very question, so they do not count."""
        looked = self.selected - CODES - use.met
        return [each.text for each in use.directive.names if each.code in looked]

    def in_vain(self, expected: bool) -> Iterator[tuple[Directive, str, Fix]]:
        """The directives that name rules in vain, those names, and the fix that removes them: of
        the comments that expect a finding, or of the others."""
        for use in self.uses:
            unmet = self.unmet(use)
            if unmet and expected == (use.directive.kind == "expect"):
                names = ", ".join(unmet)
                edit = without(self.source, use.directive, unmet)
                yield use.directive, names, Fix("safe", f"Remove {names} from the comment", (edit,))


class CommentRule(BaseRule):
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
            headline(message),
            self.severity,
            "certain",
            directive.span,
            trigger,
            fix=fix,
            snippet=directive.text,
        )

"""What every rule has: its metadata, and findings to give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import GenericAlias, MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, TypeGuard

from tritonlint.findings import Finding, Severity
from tritonlint.rule.signature import Order

if TYPE_CHECKING:
    from tritonlint.rule.examples import Invalid
    from tritonlint.rule.suspect import Suspect


class BaseRule(ABC):
    """One hazard. The docstring of a subclass is its documentation, in these sections, each under a
    heading on a line of its own: What it does, Why is this bad, Triggering input, Example, Use
    instead, Not flagged, Fix safety, How it is verified, References.

    Rules are subclasses of Rule, of SyntaxRule or, about comments, of CommentRule.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    status: ClassVar[Literal["default", "preview"]] = "default"
    since: ClassVar[str]
    fix: ClassVar[Literal["safe", "unsafe", "sometimes", "none"]] = "none"
    # What Triton's IR shows where the rule is right: fixtures' probes ask for it, and so does
    # `check --confirm compile`. None where the compiler cannot tell; `unasked` is why.
    signature: ClassVar[Order | None] = None
    unasked: ClassVar[str] = ""
    # The same of findings of further forms, by the form that their claims name.
    signatures: ClassVar[Mapping[str, Order]] = MappingProxyType({})
    # Modules in which the rule finds nothing, and modules in which it finds something; see
    # `tritonlint test-rules`.
    VALID: ClassVar[Sequence[str]] = ()
    INVALID: ClassVar[Sequence[str | Invalid]] = ()

    @abstractmethod
    def check(self, suspect: Suspect) -> Iterator[Finding]:
        """The findings whose primary span is in this file."""


def is_rule(value: object) -> TypeGuard[type[BaseRule]]:
    """Whether a value is a rule's class. In Python 3.10 `tuple[str, int]` says that it is a class,
    and is none."""
    return (
        isinstance(value, type)
        and not isinstance(value, GenericAlias)
        and issubclass(value, BaseRule)
    )

"""TL902: a comment that was meant to suppress and cannot be understood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from tritonlint.findings import Applicability, Edit, Finding, Fix
from tritonlint.rule.registry import codes
from tritonlint.suppress.comment_edits import removal
from tritonlint.suppress.directives import KINDS, Directive, Named, near_codes, resolve
from tritonlint.suppress.review import CODES, CommentRule, Review

_VERB = re.compile(r"(#\s*tritonlint:\s*)([\w-]+)")
_REST = re.compile(r"[\s\[\](:=]*(.*)", re.S)
_RULE = re.compile(r"([\w-]+)[\s\])]*,?[\s\])]*")
# What other tools call it.
_OTHERWISE = {"ignore-file": "file-ignore", "disable": "ignore", "noqa": "ignore"}


class MalformedSuppression(CommentRule):
    """A suppression comment cannot be understood.

    ## What it does
    Finds `# tritonlint:` comments that cannot be understood: an unknown word, no rules in brackets,
    or a rule that does not exist.

    ## Why is this bad
    The comment does not do what it says. Either the finding that it was written for is still
    reported, or it documents a decision about a rule that does not exist.

    ## Triggering input
    `# tritonlint: ignore`, which names no rule.

    ## Example
    ```python
    quantize_kernel[grid](k, values)  # tritonlint: ignore TL001 integers on purpose
    ```

    ## Use instead
    ```python
    quantize_kernel[grid](k, values)  # tritonlint: ignore[TL001] integers on purpose
    ```

    ## Not flagged
    `# noqa` comments with codes that tritonlint does not know: they belong to other tools.

    ## Fix safety
    Only the comment changes, and a reason is never lost. Safe: brackets are added, a misspelt word
    is corrected, and so is a rule that nearly names the one that is found there; a comment that
    names no rule gets the names of those that are found there. Unsafe: a rule that resembles no
    other is removed, and so is a comment that names no rule where no finding is (its reason stays
    as a plain comment). A word that could be anything has no fix. The fixes of comments come first
    in `tritonlint autofix`, and a statement whose comment is not understood is left as it is for
    the whole run.

    ## How it is verified
    By reading the comments with Python's own tokenizer.

    ## References
    - https://docs.astral.sh/ruff/rules/invalid-rule-code/
    """

    code = "TL902"
    name = "malformed-suppression"
    severity = "warning"
    since = "0.1.0"
    fix = "sometimes"

    def review(self, review: Review) -> Iterator[Finding]:
        for use in review.uses:
            directive = use.directive
            if directive.problem:
                message = f"`{directive.text}` is not understood: {directive.problem}"
                fix = _fix(review, directive)
                yield self.about(directive, message, directive.problem, fix)


def _fix(review: Review, directive: Directive) -> Fix | None:
    if directive.kind == "unknown":
        return _word(directive)
    if directive.names:
        return _known_names(review, directive)
    head = _VERB.match(directive.text)
    assert head is not None
    named, reason = _leading_rules(directive.text[head.end() :])
    if named:
        text = f"{head[0]}[{', '.join(named)}] {reason}".rstrip()
        return Fix("safe", f"Put {', '.join(named)} in brackets", (Edit(directive.span, text),))
    there = _found_there(review, directive)
    if there:
        text = f"{head[0]}[{', '.join(sorted(there))}] {reason}".rstrip()
        edit = Edit(directive.span, text)
        return Fix("safe", "Name the rules that are found there", (edit,))
    return Fix("unsafe", "Remove the comment", (removal(review.source, directive, reason),))


def _word(directive: Directive) -> Fix | None:
    """The fix of a misspelt word; None for a word that could be anything."""
    head = _VERB.match(directive.text)
    if head is None:
        return None
    meant = _OTHERWISE.get(head[2]) or _near(head[2], KINDS)
    text = f"{head[1]}{meant}{directive.text[head.end() :]}"
    return Fix("safe", f"Write `{meant}`", (Edit(directive.span, text),)) if meant else None


def _known_names(review: Review, directive: Directive) -> Fix:
    """The fix of a list with rules that do not exist: corrected where each nearly names one, else
    without them, which only someone who knows what was meant should do."""
    meant = {each.text: _meant(each, review, directive) for each in directive.names}
    names = list(dict.fromkeys(filter(None, meant.values())))
    applicability: Applicability = "safe" if all(meant.values()) else "unsafe"
    if not names:
        return Fix("unsafe", "Remove the comment", (removal(review.source, directive),))
    edit = Edit(directive.span, directive.naming(names))
    return Fix(applicability, f"Name {', '.join(names)}", (edit,))


def _meant(name: Named, review: Review, directive: Directive) -> str | None:
    """The rule that was meant: itself, the one found there that it nearly names, or the one whose
    name it nearly is. Codes alone are too much alike to tell: of one that is not found there, only
    the case is corrected."""
    if name.code:
        return name.text
    known = codes()
    if name.text.upper() in known:
        return name.text.upper()
    near = set(near_codes(name.text)) & _found_there(review, directive)
    if len(near) == 1:
        return near.pop()
    return _near(name.text.lower(), tuple(info.name for info in known.values()))


def _found_there(review: Review, directive: Directive) -> set[str]:
    """The codes of the findings that the comment is about, those about comments aside."""
    first, last = directive.lines
    return {each.code for each in review.findings if first <= each.span.line <= last} - CODES


def _near(word: str, known: tuple[str, ...]) -> str | None:
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.7)), None)


def _leading_rules(rest: str) -> tuple[list[str], str]:
    """The rules that a text without proper brackets begins with, and what follows them."""
    matched = _REST.match(rest)
    left = matched[1] if matched else ""
    named = []
    while (each := _RULE.match(left)) and resolve(each[1]):
        named.append(each[1])
        left = left[each.end() :]
    return named, left.strip()

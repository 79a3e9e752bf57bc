"""TL902: a comment that was meant to suppress and cannot be understood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from tritonlint.findings import Edit, Finding, Fix
from tritonlint.rule import CommentRule, codes
from tritonlint.suppress.directives import KINDS, Directive, Named, resolve
from tritonlint.suppress.suppressions import CODES, Review, removal

_VERB = re.compile(r"(#\s*tritonlint:\s*)([\w-]+)")
_REST = re.compile(r"[\s\[(:=]*(.*)", re.S)
_RULE = re.compile(r"([\w-]+)[\s\])]*,?[\s\])]*")
# What other tools call it.
_OTHERWISE = {"ignore-file": "file-ignore", "disable": "ignore", "noqa": "ignore"}


class MalformedSuppression(CommentRule):
    """## What it does Finds `# tritonlint:` comments that cannot be understood: an unknown word, no
    rules in brackets, or a rule that does not exist.

    ## Why is this bad The comment does not do what it says. Either the finding that it was written
    for is still reported, or it documents a decision about a rule that there is not.

    ## Triggering input `# tritonlint: ignore`, which names no rule.

    ## Example
    ```python
    quantize_kernel[grid](k, values)  # tritonlint: ignore TL001 integers on purpose
    ```

    ## Use instead
    ```python
    quantize_kernel[grid](k, values)  # tritonlint: ignore[TL001] integers on purpose
    ```

    ## Not flagged `# noqa` comments with codes that tritonlint does not know: they belong to other
    tools.

    ## Fix safety Safe: only the comment changes. Brackets are added, a misspelt word is corrected,
    a rule that does not exist is removed. A comment that names no rule gets the names of those that
    are found there, and is removed where there are none. A word that could be anything has no fix.
    In `tritonlint autofix` the fixes of comments come first, so that what they silence is left as
    it is.

    ## How it is verified By reading the comments with Python's own tokenizer.

    ## References
    - https://docs.astral.sh/ruff/rules/invalid-rule-code/
    """

    code = "TL902"
    name = "malformed-suppression"
    severity = "warning"
    status = "default"
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
    first, last = directive.lines
    there = {each.code for each in review.findings if first <= each.span.line <= last} - CODES
    if there:
        text = f"{head[0]}[{', '.join(sorted(there))}] {reason}".rstrip()
        edit = Edit(directive.span, text)
        return Fix("safe", "Name the rules that are found there", (edit,))
    return Fix("safe", "Remove the comment", (removal(review.source, directive),))


def _word(directive: Directive) -> Fix | None:
    """The fix of a misspelt word; None for a word that could be anything."""
    head = _VERB.match(directive.text)
    if head is None:
        return None
    meant = _OTHERWISE.get(head[2]) or _near(head[2], KINDS)
    text = f"{head[1]}{meant}{directive.text[head.end() :]}"
    return Fix("safe", f"Write `{meant}`", (Edit(directive.span, text),)) if meant else None


def _known_names(review: Review, directive: Directive) -> Fix:
    """The fix of a list with rules that do not exist: corrected where the name is nearly one, else
    without."""
    names = [meant for each in directive.names if (meant := _meant(each))]
    if not names:
        return Fix("safe", "Remove the comment", (removal(review.source, directive),))
    edit = Edit(directive.span, directive.naming(list(dict.fromkeys(names))))
    return Fix("safe", f"Name {', '.join(names)}", (edit,))


def _meant(name: Named) -> str | None:
    """The rule that was meant: itself, or the one it nearly names. One code is as near as another,
    so that only the case of a code is corrected."""
    if name.code:
        return name.text
    known = codes()
    if name.text.upper() in known:
        return name.text.upper()
    return _near(name.text.lower(), tuple(info.name for info in known.values()))


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

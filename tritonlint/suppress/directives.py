"""What comments ask of tritonlint: `# tritonlint: ignore[TL001] reason`, `expect`, `file-ignore`,
and `# noqa: TL001`."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator
from typing import Literal, get_args

from tritonlint.frozen import dataclass
from tritonlint.rule import registry
from tritonlint.source import SourceFile, Span
from tritonlint.suppress import statements
from tritonlint.suppress.statements import Comment, Lines, Statements

Kind = Literal["ignore", "expect", "file-ignore", "noqa", "unknown"]
KINDS: tuple[Kind, ...] = ("ignore", "expect", "file-ignore")

_NEAR_ENOUGH = 0.3
_EVERYWHERE = Lines(1, sys.maxsize)
# Where a directive begins in a comment, and where the next remark of the same comment does.
_BEGIN = re.compile(r"(?:^|(?<=\s))#\s*(?:(tritonlint:)|(?i:noqa)(?=[\s:,]|$))")
_NEXT = re.compile(r"\s+#\s|\s+#(?=noqa|tritonlint:)")
_OWN = re.compile(r"#\s*tritonlint:\s*([\w-]*)\s*(\[?)([^\]]*)(\]?)\s*(.*)", re.S)
_NOQA = re.compile(r"#\s*(?i:noqa)(?:(\s*:\s*)((?:[A-Z]+[0-9]+\b[,\s]*)*))?")
_OURS = re.compile(rb"(?i)noqa[^\n]*TL\d")


@dataclass(frozen=True)
class Named:
    """A rule as a comment writes it, and its code; None where there is no such rule."""

    text: str
    code: str | None


@dataclass(frozen=True)
class Directive:
    """One request of a comment.

    `span` covers its `text`, from the `#` on, and `listed` is where in `text` the rules stand that
    it names. `blanket` says that it means every rule (a bare `# noqa`). `lines` are those that it
    is about. With a `problem` it cannot be understood; what it names correctly holds all the same.
    """

    kind: Kind
    text: str
    span: Span
    lines: Lines
    names: tuple[Named, ...] = ()
    listed: tuple[int, int] = (0, 0)
    reason: str = ""
    blanket: bool = False
    problem: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """The rules that it names."""
        return frozenset(each.code for each in self.names if each.code)

    def names_rule(self, code: str) -> bool:
        """Whether it means the rule `code`."""
        return self.kind != "unknown" and (self.blanket or code in self.codes)

    def naming(self, names: list[str]) -> str:
        """Its text with other rules in the place of those that it names."""
        start, end = self.listed
        return f"{self.text[:start]}{', '.join(names)}{self.text[end:]}"


def may_suppress(data: bytes) -> bool:
    """Whether a file may hold a directive of any kind: a search in bytes, so that others need not
    be taken apart."""
    return b"tritonlint:" in data or b"noqa" in data.lower()


def may_need_review(data: bytes) -> bool:
    """Whether a file may hold a directive that can be unused or malformed. A bare `# noqa` cannot:
    it may be there for another tool."""
    if b"tritonlint:" in data:
        return True
    return (b"noqa" in data or b"NOQA" in data) and bool(_OURS.search(data))


def read(source: SourceFile) -> tuple[Statements, tuple[Directive, ...]]:
    """The logical lines of a file and the directives in its comments."""
    found = statements.read(source)
    directives = [
        _directive(source.path, comment, start, end, found)
        for comment in found.comments
        for start, end in _parts(comment.text)
    ]
    return found, tuple(each for each in directives if each)


def resolve(name: str) -> str | None:
    """The code of the rule that a comment calls `name`: a code or a rule's name."""
    known = registry.codes()
    if name in known:
        return name
    return next((code for code, info in known.items() if info.name == name), None)


def plain_comment(words: str) -> str:
    """A comment with these words that asks for nothing."""
    comment = f"# {words}"
    return f"# was: {words}" if _BEGIN.search(comment) else comment


def near_codes(name: str) -> list[str]:
    """The codes that `name` may be a misspelling of, the nearest first."""

    def distance(code: str) -> float:
        return 1 - difflib.SequenceMatcher(None, name.lower(), code.lower()).ratio()

    near = ((distance(code), code) for code in registry.codes())
    return [code for far, code in sorted(near) if far < _NEAR_ENOUGH]


def _no_such_rule(name: str) -> str:
    names = [info.name for info in registry.codes().values()]
    near = near_codes(name)[:3] or difflib.get_close_matches(name.lower(), names, 1, 0.7)
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    return f"there is no rule `{name}`{hint}"


def _parts(comment: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each directive in a comment's text."""
    for begin in _BEGIN.finditer(comment):
        following = _NEXT.search(comment, begin.start() + 1)
        end = following.start() if following else len(comment)
        yield begin.start(), len(comment[:end].rstrip())


def _directive(
    path: str, comment: Comment, start: int, end: int, found: Statements
) -> Directive | None:
    text = comment.text[start:end]
    column = comment.column + start
    span = Span(path, comment.line, column, comment.line, column + len(text))
    own = _OWN.fullmatch(text)
    return _own(own, span, comment, found) if own else _noqa(text, span, found)


def _own(match: re.Match[str], span: Span, comment: Comment, found: Statements) -> Directive:
    verb, opening, inside, closing, rest = match.groups()
    if verb not in KINDS:
        problem = f"there is no `{verb}`; known: {', '.join(KINDS)}" if verb else "says nothing"
        return Directive("unknown", match[0], span, _about(comment, found), problem=problem)
    kind: Kind = next(each for each in get_args(Kind) if each == verb)
    lines = _EVERYWHERE if kind == "file-ignore" else _about(comment, found)
    if not (opening and closing):
        problem = "`]` is missing" if opening else "the rules in brackets are missing"
        return Directive(kind, match[0], span, lines, problem=problem)
    names = tuple(Named(each, resolve(each)) for each in map(str.strip, inside.split(",")) if each)
    unknown = [each.text for each in names if not each.code]
    problem = "; ".join(map(_no_such_rule, unknown))
    reason = rest.lstrip(":-\N{EN DASH}\N{EM DASH} ")
    problem = problem if names else "the brackets name no rule"
    where = match.span(3)
    return Directive(kind, match[0], span, lines, names, where, reason, problem=problem)


def _noqa(text: str, span: Span, found: Statements) -> Directive | None:
    match = _NOQA.match(text)
    # With a colon and no code it suppresses nothing, as in ruff.
    if match is None or (match[1] and not match[2]):
        return None
    lines = found.around(span.line) or Lines(span.line, span.line)
    if not match[1]:
        return Directive("noqa", text, span, lines, blanket=True)
    names = tuple(Named(each, resolve(each)) for each in re.split(r"[,\s]+", match[2]) if each)
    listed = match.start(2), match.start(2) + len(match[2].rstrip(", \t"))
    return Directive("noqa", text, span, lines, names, listed, text[match.end() :].strip())


def _about(comment: Comment, found: Statements) -> Lines:
    """The logical line that a comment stands in, or else above, with the comment's own line."""
    around = found.around(comment.line)
    below = found.below(comment.line)
    if around:
        return around
    return Lines(comment.line, below.last if comment.alone and below else comment.line)

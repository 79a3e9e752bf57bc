"""What an editor offers to do about findings: make their fixes, or write a comment about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lsprotocol import types

from tritonlint.errors import SourceError
from tritonlint.facts.index.universe import Texts
from tritonlint.findings import Edit, Finding
from tritonlint.findings.result import Result
from tritonlint.fixing import fixing
from tritonlint.fixing.plans import Change
from tritonlint.server.diagnostics import diagnostic
from tritonlint.server.documents import Checked, Document, overlaps
from tritonlint.server.places import Places, uri
from tritonlint.source import SourceFile, Span
from tritonlint.suppress import comment_edits, review
from tritonlint.suppress.directives import Kind

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.tritonlint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)


@dataclass(frozen=True)
class Editor:
    """What edits are told in terms of: the open documents by path, their places, and whether the
    client takes edits that name a document's version."""

    documents: Mapping[str, Document]
    places: Places
    versioned: bool

    def workspace_edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """The edits, by file."""
        by_path: dict[str, list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]]
        by_path = {}
        for each in edits:
            by_path.setdefault(each.span.path, []).append(self.places.edit(each))
        if not self.versioned:
            plain = {self._uri(path): _texts(found) for path, found in by_path.items()}
            return types.WorkspaceEdit(changes=plain)
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(
                        self._uri(path), self._version(path)
                    ),
                    found,
                )
                for path, found in by_path.items()
            ]
        )

    def _uri(self, path: str) -> str:
        known = self.documents.get(path)
        return known.uri if known else uri(path)

    def _version(self, path: str) -> int | None:
        known = self.documents.get(path)
        return known.version if known else None


def _texts(edits: Iterable[object]) -> list[types.TextEdit]:
    return [each for each in edits if isinstance(each, types.TextEdit)]


def actions(
    checked: Checked, where: types.Range, only: Sequence[str] | None, editor: Editor
) -> Iterator[types.CodeAction]:
    """What can be done about the findings of a document that touch `where`, of the kinds `only`.
    The edit of the last, which makes all safe fixes, is told when it is asked for (`fix_all`)."""
    if _is_wanted(types.CodeActionKind.QuickFix.value, only):
        for finding in checked.findings:
            if overlaps(editor.places.range(finding.span), where):
                yield from _about(finding, checked.document.source, editor)
    if _is_wanted(FIX_ALL, only) and any(_is_safe(each) for each in checked.findings):
        yield types.CodeAction(
            title="Make all safe fixes of tritonlint",
            kind=FIX_ALL,
            data={"uri": checked.document.uri, "version": checked.document.version},
        )


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether `kind` is among the kinds `only`, or below one of them."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _is_safe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability == "safe"


def _about(finding: Finding, source: SourceFile, editor: Editor) -> Iterator[types.CodeAction]:
    fix = finding.fix
    if fix:
        safe = fix.applicability == "safe"
        yield _quick(f"{fix.message} ({fix.applicability} fix)", finding, fix.edits, editor, safe)
    if finding.code in review.CODES:
        return
    comments: tuple[tuple[Kind, str], ...] = (
        ("ignore", f"Ignore {finding.code} here"),
        ("expect", f"Expect {finding.code} here, and be told when it is gone"),
    )
    for kind, title in comments:
        edits = comment_edits.comment_edits(source, [finding], kind)
        yield _quick(title, finding, edits, editor, False)


def _quick(
    title: str, finding: Finding, edits: Iterable[Edit], editor: Editor, preferred: bool
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(finding, editor.places)],
        edit=editor.workspace_edit(edits),
        is_preferred=preferred,
    )


def fix_all(checked: Checked, editor: Editor, known: Texts | None = None) -> types.WorkspaceEdit:
    """The edit that makes every safe fix of a document that holds, as `tritonlint autofix` does;
    `known` is what is told of all files already.

    Raises TritonlintError when the fixes do not come to rest.
    """
    texts = {path: each.source.data for path, each in editor.documents.items()}
    result = Result(checked.findings, (), 1)
    plan = fixing.plan(result, checked.settings, texts=texts, known=known)
    return editor.workspace_edit(edit for change in plan.changes for edit in _difference(change))


def _difference(change: Change) -> Iterator[Edit]:
    """The edits, line by line, that a change comes to."""
    try:
        before, after = (
            SourceFile(change.path, data).lines for data in (change.before, change.after)
        )
    except SourceError:
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new, new_end in matcher.get_opcodes():
        if tag != "equal":
            span = Span(change.path, start + 1, 1, end + 1, 1)
            yield Edit(span, "".join(after[new:new_end]))

"""`tritonlint check --add-ignore`: write a comment for each finding."""

from __future__ import annotations

import ast
from pathlib import Path

from tritonlint.cli import running
from tritonlint.edits import edits
from tritonlint.errors import SourceError
from tritonlint.findings import Finding
from tritonlint.findings.result import Result
from tritonlint.fixing import writing
from tritonlint.fixing.plans import Change
from tritonlint.report import output
from tritonlint.report.summary import count
from tritonlint.source import SourceFile, read_source
from tritonlint.suppress import comment_edits, review


def add(result: Result, reason: str) -> int:
    """Add ignore comments for the findings of `result`, those about comments aside. Returns the
    exit code: 0, or 2 when some file could not be checked or written."""
    by_path: dict[str, list[Finding]] = {}
    for each in result.findings:
        if each.code not in review.CODES:
            by_path.setdefault(each.span.path, []).append(each)
    failures = [SourceError(each.path, each.reason) for each in result.skipped]
    written = 0
    for path, findings in sorted(by_path.items()):
        try:
            writing.write([_change(read_source(Path(path)), findings, reason)])
            written += 1
        except SourceError as error:
            failures.append(error)
            del by_path[path]
    ignored = count(sum(map(len, by_path.values())), "finding")
    with output.destination(None) as stream:
        stream.write(f"Ignored {ignored} in {count(written, 'file')}.\n")
    output.complain(map(str, failures))
    return running.FAILED if failures else running.CLEAN


def _change(source: SourceFile, findings: list[Finding], reason: str) -> Change:
    """The file with the comments, which is the same program. Raises SourceError when it is not, or
    cannot be written in its encoding."""
    # A comment is one line.
    added = comment_edits.comment_edits(source, findings, reason=" ".join(reason.split()))
    try:
        after = edits.apply(source.text, added).encode(source.encoding)
    except ValueError as error:
        raise SourceError(source.path, f"no comment could be added: {error}") from error
    changed = SourceFile(source.path, after)
    if ast.dump(changed.tree) != ast.dump(source.tree):
        raise SourceError(source.path, "no comment could be added without changing the program")
    return Change(source.path, source.data, after)

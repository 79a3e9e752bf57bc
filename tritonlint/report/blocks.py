"""One finding for people: its code, its trace across files, its trigger and its fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from tritonlint.findings import Finding, Fix, Span
from tritonlint.report import Options
from tritonlint.report.frames import Row, excerpt, patch
from tritonlint.report.printable import printable
from tritonlint.report.sources import Sources

_SEVERITY = {"error": "bold red", "warning": "bold yellow"}
_ROW = {
    "code": "",
    "mark": "bold red",
    "elision": "dim",
    "removed": "red",
    "added": "green",
}
_SIGN = {"removed": "-", "added": "+"}
_GUTTER = "blue"
_PLACE = "cyan"
_LABEL = "bold"
_INSET = " " * 6


def write(findings: Iterable[Finding], out: TextIO, options: Options) -> None:
    """Write the block of each finding and an empty line after it."""
    console = Console(
        file=out,
        force_terminal=options.color,
        no_color=not options.color,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
    )
    sources = Sources(options.text)
    for finding in findings:
        for line in _Block(finding, sources).lines():
            console.print(line)
        console.print()


class _Block:
    """The lines of one finding. Every excerpt in it has the same gutter, `width` digits wide."""

    def __init__(self, finding: Finding, sources: Sources) -> None:
        self.finding = finding
        self.sources = sources
        spans = [finding.span, *(step.span for step in finding.trace)]
        spans += [edit.span for edit in finding.fix.edits] if finding.fix else []
        self.width = len(str(max(span.end_line for span in spans) + 1))

    def lines(self) -> list[Text]:
        finding = self.finding
        lines = [self._head(), self._text(("--> ", _GUTTER), (_position(finding.span), _PLACE))]
        lines += self._frame(excerpt(self.sources, finding.span, "^", context=1))
        if finding.trigger and finding.trigger not in finding.message:
            lines.append(self._note("trigger", finding.trigger))
        lines += self._trace()
        if finding.confirmed:
            lines.append(self._note("compiler", f"{finding.confirmed}: {finding.confirmed_reason}"))
        if finding.held:
            return [*lines, self._note("help", f"no fix while {finding.held}")]
        if finding.fix is None:
            return [*lines, self._note("help", finding.help or "no automatic fix")]
        return [*lines, *self._fix(finding.fix)]

    def _head(self) -> Text:
        finding = self.finding
        label = f"{finding.severity}[{finding.code}]"
        confirmed = f" [{finding.confirmed}]" if finding.confirmed else ""
        return Text.assemble(
            (label, _SEVERITY[finding.severity]),
            (f" {finding.name}: ", _LABEL),
            printable(" ".join(finding.message.split())),
            (f" ({finding.confidence}){confirmed}", "dim"),
        )

    def _trace(self) -> list[Text]:
        lines = [self._note("trace", "")] if self.finding.trace else []
        shown, path = {self.finding.span}, self.finding.span.path
        for number, step in enumerate(self.finding.trace, 1):
            # A path is worth its room where it changes.
            place = _position(step.span) if step.span.path != path else f"line {step.span.line}"
            message = f": {printable(step.message)}"
            lines.append(self._text((f"   {number}. ", _GUTTER), (place, _PLACE), message))
            if step.span not in shown:
                lines += [self._row(row, _INSET) for row in excerpt(self.sources, step.span, "-")]
            shown.add(step.span)
            path = step.span.path
        return lines

    def _fix(self, fix: Fix) -> list[Text]:
        lines = [self._note("help", f"{fix.message} ({fix.applicability} fix)")]
        blocks: dict[str, list[Row]] = {}
        for path, rows in patch(self.sources, fix.edits):
            between = [Row("elision", None, "...")] if path in blocks else []
            blocks[path] = [*blocks.get(path, ()), *between, *rows]
        for path, rows in blocks.items():
            if path != self.finding.span.path:
                lines.append(self._text(("--> ", _GUTTER), (printable(path), _PLACE)))
            lines += self._frame(rows)
        return lines

    def _note(self, label: str, text: str) -> Text:
        return self._text((" = ", _GUTTER), (f"{label}:", _LABEL), f" {printable(text)}".rstrip())

    def _frame(self, rows: Sequence[Row]) -> list[Text]:
        bar = self._text((" |", _GUTTER))
        return [bar, *(self._row(row) for row in rows), bar] if rows else []

    def _row(self, row: Row, inset: str = "") -> Text:
        number = "" if row.number is None else str(row.number)
        text = f" {row.text}".rstrip()
        gutter = f"{inset}{number:>{self.width}} "
        sign = _SIGN.get(row.kind)
        if sign:
            return Text.assemble((gutter, _GUTTER), (sign + text, _ROW[row.kind]))
        return Text.assemble((f"{gutter}|", _GUTTER), (text, _ROW[row.kind]))

    def _text(self, *parts: str | tuple[str, str]) -> Text:
        return Text.assemble(" " * self.width, *parts)


def _position(span: Span) -> str:
    return f"{printable(span.path)}:{span.line}:{span.column}"

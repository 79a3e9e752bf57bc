"""What a run comes to: the counts that every format ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from tritonlint.findings import Applicability, Suppressed
from tritonlint.findings.result import Limit, Result
from tritonlint.report import Options
from tritonlint.report.printable import printable

_MOST_LIMITS = 5
# What a line says of the fix of its finding.
MARKS: dict[Applicability, str] = {"safe": "[*]", "unsafe": "[-]"}


@dataclass(frozen=True)
class Summary:
    """Counts of files, findings and fixes; `codes` are (code, number of findings), sorted by
    code, `verdicts` the same for what the compiler said, where it was asked."""

    files: int
    findings: int
    errors: int
    warnings: int
    skipped: int
    suppressed: int
    safe: int
    unsafe: int
    codes: tuple[tuple[str, int], ...]
    verdicts: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, result: Result) -> Summary:
        severities = Counter(each.severity for each in result.findings)
        fixes = Counter(each.fix.applicability for each in result.findings if each.fix)
        verdicts = (each.confirmed for each in result.findings)
        codes = Counter(each.code for each in result.findings)
        return cls(
            files=result.files,
            findings=len(result.findings),
            errors=severities["error"],
            warnings=severities["warning"],
            skipped=len(result.skipped),
            suppressed=len(result.suppressed),
            safe=fixes["safe"],
            unsafe=fixes["unsafe"],
            codes=tuple(sorted(codes.items())),
            verdicts=tuple(sorted(Counter(filter(None, verdicts)).items())),
        )

    def _fixable(self, marked: bool) -> str:
        safe, unsafe = (f"{MARKS[each]} " if marked else "" for each in ("safe", "unsafe"))
        if not self.safe:
            command = "tritonlint autofix --apply --unsafe-fixes"
            return f"{unsafe}{self.unsafe} fixable with `{command}`."
        more = f", {unsafe}{self.unsafe} more with `--unsafe-fixes`" if self.unsafe else ""
        return f"{safe}{self.safe} fixable with `tritonlint autofix --apply`{more}."

    def as_data(self) -> dict[str, Any]:
        """The counts as the JSON report has them."""
        return {
            "files": self.files,
            "findings": self.findings,
            "errors": self.errors,
            "warnings": self.warnings,
            "skipped": self.skipped,
            "suppressed": self.suppressed,
            "fixable": {"safe": self.safe, "unsafe": self.unsafe},
            "codes": dict(self.codes),
        }

    def lines(self, marked: bool = False) -> list[str]:
        """The closing lines of the text formats, with the marks of fixes if they are used."""
        looked = f"{count(self.files, 'file')} checked"
        if self.skipped:
            looked = f"{count(self.files, 'file')}, some not checked"
        if self.findings:
            lines = [f"Found {count(self.findings, 'finding')} ({looked})."]
        else:
            lines = [f"No findings ({looked})."]
        if self.verdicts:
            told = ", ".join(f"{number} {verdict}" for verdict, number in self.verdicts)
            lines.append(f"By the compiler: {told}.")
        if self.safe or self.unsafe:
            lines.append(self._fixable(marked))
        if self.suppressed:
            lines.append(f"{count(self.suppressed, 'finding')} suppressed.")
        if self.skipped:
            lines.append(f"{count(self.skipped, 'file')} could not be checked.")
        return lines


def closing(result: Result, out: TextIO, options: Options, marked: bool = False) -> None:
    """Write what the text formats end with: the suppressed findings and the files that were not
    checked, where asked for, and the counts."""
    lines = [_suppressed(each) for each in result.suppressed if options.list_suppressed]
    skipped = result.skipped if options.list_skipped else ()
    lines += [printable(f"{each.path}: not checked: {each.reason}") for each in skipped]
    lines += [] if options.quiet else _limits(result.limits)
    counts = [] if options.quiet else Summary.of(result).lines(marked)
    out.writelines(f"{line}\n" for line in [*lines, *counts])


def _limits(limits: Sequence[Limit]) -> list[str]:
    """The first limits at which functions were not followed, and how many more there are."""
    lines = [
        printable(f"{each.path}:{each.line}: note: `{each.function}` {each.reason}")
        for each in limits[:_MOST_LIMITS]
    ]
    more = len(limits) - len(lines)
    return lines + ([f"note: {more} more such limits (JSON lists all)"] if more else [])


def _suppressed(each: Suppressed) -> str:
    span, code = each.finding.span, each.finding.code
    by = {"in-source": "a comment", "baseline": "the baseline"}[each.kind]
    why = f": {printable(each.justification)}" if each.justification else ""
    place = f"{printable(span.path)}:{span.line}:{span.column}"
    return f"{place}: {code} suppressed by {by}{why}"


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `2 fixes`."""
    plural = "es" if noun.endswith("x") else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"

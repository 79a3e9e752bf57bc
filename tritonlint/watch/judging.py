"""What the rules say of what was seen, as a report at the end of a run, or at each launch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.errors import UsageError
from tritonlint.facts.hazards.launched.seen import Seen, SeenLaunch

if TYPE_CHECKING:
    from tritonlint.findings import Finding
    from tritonlint.findings.result import Result
    from tritonlint.settings.config import Settings

_SUFFIXES = {
    ".json": "json",
    ".jsonl": "json-lines",
    ".sarif": "sarif",
    ".xml": "junit",
    ".txt": "text",
    ".log": "text",
}
_MOST_TESTS = 3


def settings(root: Path) -> Settings:
    """The settings that hold at `root`, as for `check`. Raises ConfigError and UsageError."""
    from tritonlint.engine.run_settings import check_rules
    from tritonlint.settings import config

    found = config.load(root, {})
    check_rules(found)
    return found


@dataclass(frozen=True)
class ReportFile:
    """A report that is asked for: one of `check`'s formats, and the file it goes to."""

    format: str
    file: Path


def report_file(value: str) -> ReportFile:
    """What `FILE` or `FORMAT=FILE` stands for; a file's suffix says its format. Raises
    UsageError."""
    from tritonlint.report import FORMATS

    name, separate, file = value.partition("=")
    if separate and name in FORMATS and file:
        return ReportFile(name, Path(file))
    suffix = Path(value).suffix
    if suffix not in _SUFFIXES:
        known = ", ".join(FORMATS)
        raise UsageError(
            f"{value}: which format? write FORMAT=FILE, with one of {known}, or a file that ends "
            f"in {', '.join(_SUFFIXES)}"
        )
    return ReportFile(_SUFFIXES[suffix], Path(value))


def write(result: Result, reports: Iterable[ReportFile]) -> None:
    """Write the reports. Raises UsageError for a file that cannot be written."""
    from tritonlint.report import writing

    writing.write(result, [writing.Report(each.format, each.file) for each in reports])


class AtEachLaunch:
    """Judges one kind at a time, and says each finding of it in a few lines."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, seen: Seen) -> tuple[str, ...]:
        from tritonlint.engine.seen import judged

        result, _ = judged([seen], self._settings)
        return tuple("\n".join(said(each)) for each in result.findings)


def said(finding: Finding, tests: Iterable[str] = ()) -> Iterator[str]:
    """The lines that a person reads: place, rule, message, the launch, how it came about, the fix
    and the tests."""
    span = finding.span
    yield f"{span.path}:{span.line}:{span.column}: {finding.code} {finding.name}"
    yield f"  {finding.message}"
    site = finding.launch
    if site is not None and (site.path, site.line) != (span.path, span.line):
        yield f"  launched at {site.path}:{site.line}: `{site.kernel}`, `{site.parameter}`"
    for step in finding.trace:
        yield f"  - {step.span.path}:{step.span.line}: {step.message}"
    if finding.confirmed is not None:
        reason = f": {finding.confirmed_reason}" if finding.confirmed_reason else ""
        yield f"  {finding.confirmed} by Triton's IR of the launch{reason}"
    if finding.fix is not None:
        yield f"  fix ({finding.fix.applicability}): {finding.fix.message}"
    names = list(tests)
    if names:
        more = f" and {len(names) - _MOST_TESTS} more" if len(names) > _MOST_TESTS else ""
        yield f"  in {', '.join(names[:_MOST_TESTS])}{more}"


def tests_of(finding: Finding, seen: Iterable[Seen]) -> list[str]:
    """The tests that made the launches, or the copy, that a finding is about."""
    found: dict[str, None] = {}
    for each in seen:
        if isinstance(each, SeenLaunch):
            here = _shows(each, finding)
        else:
            here = (each.span.path, each.span.line) == (finding.span.path, finding.span.line)
        if here:
            found |= dict.fromkeys(each.tests)
    return list(found)


def _shows(seen: SeenLaunch, finding: Finding) -> bool:
    """Whether a finding is about these launches: of that kernel there, with the element type that
    it is about."""
    site, claim = finding.launch, finding.claim
    if site is None:
        kernel = (seen.kernel.path, seen.kernel.line)
        return claim is not None and kernel == (claim.path, claim.line)
    if (seen.span.path, seen.span.line, seen.kernel.name) != (site.path, site.line, site.kernel):
        return False
    if claim is not None and claim.parameter == site.parameter:
        types = [given.type for name, given in seen.arguments if name == site.parameter]
        return claim.flagged in types
    clashes = [each for each in seen.clashes if each.parameter == site.parameter]
    return bool(clashes) or finding.code != "TL003"


def summary(counts: Mapping[str, object], kinds: int) -> Iterator[str]:
    """What was watched, and what was not."""
    yield f"{counts['launches']} launches of {kinds} kinds were watched"
    left = {
        "measured": "launches with which the autotuner measures were left alone",
        "captured": "launches that a CUDA graph captured were left alone",
        "sourceless": "launches come from code, or are of kernels, without a source file: not seen",
        "traced": "kinds of launches, in functions that torch compiles, are judged by types alone",
        "generated": "launches by code that torch generated were not seen",
    }
    for name, text in left.items():
        if counts.get(name):
            yield f"{counts[name]} {text}"
    if counts.get("errors"):
        yield (
            f"{counts['errors']} errors of tritonlint's own changed no test; the first: "
            f"{counts['first_error']}; please report it"
        )

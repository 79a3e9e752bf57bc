"""`check`: from files over facts and rules to findings."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tritonlint import rule
from tritonlint.config import Settings
from tritonlint.errors import SourceError
from tritonlint.facts.analysis import GATE, Analysis
from tritonlint.facts.arguments import Argument
from tritonlint.findings import CONFIDENCES, Finding
from tritonlint.source import SourceFile, read_source


@dataclass(frozen=True)
class Skipped:
    """A file that was not analysed, or not by every rule, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Result:
    """The findings that the settings select, sorted; what was skipped; how many files were looked at."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Syntax trees hold no cycles worth collecting: looking for them again and again takes longer than parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collection()
def check(files: Sequence[Path], settings: Settings) -> Result:
    """Check `files`. What cannot be read, decoded or parsed is skipped with its reason; the others are checked."""
    sources: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path in files:
        try:
            source = read_source(path)
            _readable(source)
        except SourceError as error:
            skipped.append(Skipped(error.path, error.reason))
        else:
            sources.append(source)
    return _check(sources, skipped, Analysis(), settings)


def check_text(
    path: Path, data: bytes, settings: Settings, others: Mapping[Path, bytes] | None = None
) -> Result:
    """Check the file at `path` as if it held `data`, and the files `others` theirs; further files are read from disk."""
    from tritonlint.source import display_path

    source = SourceFile(display_path(path), data)
    try:
        _readable(source)
    except SourceError as error:
        return Result((), (Skipped(error.path, error.reason),), 1)
    contents = {os.path.abspath(other): each for other, each in (others or {}).items()}
    return _check([source], [], Analysis(contents | {os.path.abspath(path): data}), settings)


def _readable(source: SourceFile) -> None:
    """Raise SourceError for a file that Python could not read; a file that the gate lets pass is parsed for that."""
    _ = source.text
    if GATE.search(source.data):
        _ = source.tree


def _check(
    sources: Sequence[SourceFile], skipped: list[Skipped], analysis: Analysis, settings: Settings
) -> Result:
    selected = rule.select(
        (*(settings.select or ("ALL",)), *settings.extend_select), settings.ignore, settings.preview
    )
    gated = [source for source in sources if GATE.search(source.data)]
    suspects: dict[str, list[Argument]] = {}
    for argument in analysis.arguments(gated):
        suspects.setdefault(argument.place.path, []).append(argument)
    by_path = {source.path: source for source in gated}
    findings: list[Finding] = []
    for path, arguments in sorted(suspects.items()):
        suspect = rule.Suspect(by_path[path], arguments, settings)
        for code in sorted(selected):
            findings += rule.load(code)().check(suspect)
    shown = _shown(findings, settings)
    return Result(tuple(shown), tuple(skipped), len(sources) + len(skipped))


def _shown(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    lowest = CONFIDENCES.index(settings.confidence)
    kept = (each for each in findings if CONFIDENCES.index(each.confidence) <= lowest)
    return sorted(kept, key=lambda finding: finding.sort_key)

"""A run as `check` and `autofix` begin it, and what becomes of its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.engine import run_settings
from tritonlint.engine.observer import QUIET, Observer
from tritonlint.errors import SourceError
from tritonlint.report import output
from tritonlint.settings.scopes import Scopes

if TYPE_CHECKING:
    from tritonlint.facts.index.universe import Texts
    from tritonlint.findings.result import Result
    from tritonlint.settings.config import Settings

CLEAN, FINDINGS, FAILED = 0, 1, 2


def run(
    paths: tuple[Path, ...],
    settings: Settings,
    cached: bool = False,
    jobs: int | None = None,
    observer: Observer = QUIET,
    on_notebook: Callable[[Path], None] | None = None,
    texts: Texts | None = None,
) -> Result:
    """Check the files at and below `paths`. A folder that cannot be listed is among the skipped,
    and so is every named file that cannot be parsed, even if nothing in it is about Triton. With
    `cached`, results of earlier runs are used and kept. Notebooks that are left out go to
    `on_notebook`; `texts` as in `engine.check`."""
    from tritonlint.caching.cache import Cache, default_folder
    from tritonlint.engine.check import check
    from tritonlint.engine.discovery import discover
    from tritonlint.findings.result import Skipped

    errors: list[SourceError] = []
    with observer.stage("discover"):
        files = discover(paths, settings, errors.append, on_notebook)
        for each in Scopes(settings).every(files)[1:]:
            run_settings.check_rules(each, output.note)
    cache = Cache(default_folder(settings, paths)) if cached else None
    named = frozenset(paths).intersection(files)
    result = check(files, settings, cache, named, jobs, observer, texts)
    skipped = {*result.skipped, *(Skipped(each.path, each.reason) for each in errors)}
    return replace(result, skipped=tuple(sorted(skipped, key=lambda s: (s.path, s.reason))))


def run_text(path: Path, data: bytes, settings: Settings) -> Result:
    """Check `data` as if the file at `path` held it; one that `settings` exclude is no file."""
    from tritonlint.engine.check import check_texts
    from tritonlint.engine.discovery import is_excluded
    from tritonlint.findings.result import Result
    from tritonlint.settings.patterns import matcher

    excluded = matcher((*settings.exclude, *settings.extend_exclude))
    if settings.force_exclude and is_excluded(path, excluded):
        return Result((), (), 0)
    return check_texts({path: data}, settings, named=True)


def confirmed(
    result: Result,
    settings: Settings,
    cached: tuple[Path, ...] | None = None,
    unconfined: bool = False,
) -> Result:
    """The result with what the compiler says of each finding. One that it refutes is `possible`
    then, and where that is not shown, a note says what is left out. Where the paths of the run are
    given (`cached`), answers of earlier runs are used and kept. Raises VerifyError where the
    compiler cannot be asked."""
    from tritonlint.caching.cache import default_folder
    from tritonlint.engine.selection import shown
    from tritonlint.verify.confirm.answers import Answers
    from tritonlint.verify.confirm.confirm import confirm

    folder = None if cached is None else default_folder(settings, cached)
    answers = Answers(folder)
    told = confirm(result.findings, settings, answers, unconfined)
    kept = shown(told, Scopes(settings))
    output.note(
        f"{each.span.path}:{each.span.line}:{each.span.column}: {each.code} is refuted by the "
        f"compiler and left out: {each.confirmed_reason}"
        for each in told
        if each not in kept
    )
    return replace(result, findings=kept)


def nothing_checked(result: Result, paths: tuple[Path, ...]) -> list[str]:
    """What is to be said of a run that found no file to check."""
    if result.files or result.skipped:
        return []
    where = ", ".join(map(str, paths))
    return [f"{where}: no Python file, or all are excluded: nothing was checked"]


def exit_code(result: Result, exit_zero: bool = False) -> int:
    """0 clean, 1 findings, 2 when something was skipped, which `exit_zero` does not excuse."""
    if result.skipped:
        return FAILED
    return FINDINGS if result.findings and not exit_zero else CLEAN

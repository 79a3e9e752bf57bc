"""The last run about the same files: what it found holds where nothing changed since but comments
and blank lines, and files that cannot matter. Only what the comments themselves decide, which
findings are suppressed, is asked again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from tritonlint.caching import results
from tritonlint.caching.cache import Asked
from tritonlint.caching.store import Store
from tritonlint.engine.moved_code import Lost, MovedCode, paths_of
from tritonlint.errors import SourceError
from tritonlint.facts.index.gates import may_matter, may_set, may_tell
from tritonlint.facts.index.homes import is_package
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.code_lines import numbers
from tritonlint.facts.project.comments import code_digest
from tritonlint.findings import Finding, Suppressed
from tritonlint.findings.result import Result
from tritonlint.frozen import dataclass, replace
from tritonlint.source import SourceFile, read_source

KIND = "last run"
# Stands for the digest of a file that decides nothing, whatever its code.
_NO_MATTER = "no matter"
# What comments leave of the findings of some files, and what they take out.
Suppressing = Callable[
    [Sequence[SourceFile], Sequence[Finding]],
    tuple[Sequence[Finding], Sequence[Suppressed]],
]
# Numbers that follow each other: the first, and how many.
_Runs = list[tuple[int, int]]


@dataclass(frozen=True)
class LastRun:
    """By absolute path, the stamp of each file and a digest of its code; by shown path, the lines
    of code of those that a finding speaks of; what the run came to; and the names that were sought
    in the text of all files."""

    files: Mapping[str, tuple[str, str]]
    code: Mapping[str, Sequence[int]]
    result: Result
    sought: frozenset[str]

    @staticmethod
    def of(
        asked: Asked,
        result: Result,
        texts: Texts,
        code_of: Callable[[str], str | None],
        before: LastRun | None = None,
    ) -> LastRun:
        """A run that judged files; `texts` are what they held, `code_of` gives the digest of the
        code of one where it is known; what the run `before` knew of files that did not change
        holds. Raises Lost where rules were not loaded, which comments may be meant for."""
        if {os.path.abspath(each.path) for each in result.skipped} - asked.stamps.keys():
            raise Lost
        spoken = {path for each in _all(result) for path in paths_of(each)}
        sought = result.sought
        files = {} if before is None else before._unchanged(asked, sought)
        for path, stamped in asked.stamps.items():
            if path in files:
                continue
            # Of a file that was not outlined, as those beside a package are not, it is only asked
            # what it names.
            matters = sought is None or (texts.outlined(path) and texts.passes(path))
            text = texts.read(path)
            if matters or may_set(text) or may_tell(text, sought or ()):
                files[path] = (stamped, code_of(path) or code_digest(text))
            else:
                files[path] = (stamped, _NO_MATTER)
        code = {path: numbers(texts.read(os.path.abspath(path))) for path in spoken}
        return LastRun(files, code, result, sought or frozenset())

    def _unchanged(self, asked: Asked, sought: frozenset[str] | None) -> dict[str, tuple[str, str]]:
        """What is known of the files that are as they were, for a run in which these names were
        sought."""
        known = {path: self.files.get(path, ("", "")) for path in asked.stamps}
        # That a file decides nothing holds for the names that it was asked about.
        holds = sought is not None and sought <= self.sought
        return {
            path: each
            for path, each in known.items()
            if each[0] == asked.stamps[path] and (holds or each[1] != _NO_MATTER)
        }

    def again(self, asked: Asked, suppressing: Suppressing) -> LastRun:
        """The run with the stamps that files have now. Raises Lost where more may have changed than
        comments, blank lines and files that decide nothing."""
        changed = [path for path, said in asked.stamps.items() if self.files[path][0] != said]
        sources = [self._unless_changed(path) for path in changed]
        here = {each.path for each in sources}
        spoken = {each.path for each in self.result.skipped}
        if here & (spoken | {each.path for each in self.result.limits}):
            raise Lost
        code = {each.path: numbers(each.data) for each in sources if each.path in self.code}
        moved = MovedCode(self.code, code)
        judged = tuple(map(moved.finding, self.result.judged))
        kept = [moved.finding(each) for each in self.result.findings if each.span.path not in here]
        quiet = [
            replace(each, finding=moved.finding(each.finding))
            for each in self.result.suppressed
            if each.finding.span.path not in here
        ]
        own = [each for each in sources if os.path.abspath(each.path) in asked.checked]
        more, silent = suppressing(own, [each for each in judged if each.span.path in here])
        result = replace(
            self.result,
            findings=tuple(sorted((*kept, *more), key=lambda each: each.sort_key)),
            suppressed=tuple(sorted((*quiet, *silent), key=lambda each: each.finding.sort_key)),
            judged=judged,
            read={each.path: each.data for each in own},
        )
        files = {path: (said, self.files[path][1]) for path, said in asked.stamps.items()}
        return LastRun(files, {**self.code, **code}, result, self.sought)

    def _unless_changed(self, path: str) -> SourceFile:
        """The file at `path`. Raises SourceError, and Lost when what it decides may have
        changed."""
        source = read_source(Path(path))
        if self.files[path][1] == _NO_MATTER:
            text = source.data
            decides = may_matter(text) or may_set(text) or may_tell(text, self.sought)
            if is_package(path) or decides:
                raise Lost
            _ = source.tree  # it may be among those that must be parsed
        elif code_digest(source.data) != self.files[path][1]:
            raise Lost
        _ = source.text
        return source


def keep(
    store: Store,
    asked: Asked,
    result: Result,
    texts: Texts,
    code_of: Callable[[str], str | None],
) -> None:
    """Keep what a run came to that judged files; see `LastRun.of`."""
    with contextlib.suppress(Lost):
        before = _last(store, asked)
        _put(store, asked, LastRun.of(asked, result, texts, code_of, before))


def again(store: Store, asked: Asked, suppressing: Suppressing) -> Result | None:
    """What the last run that was asked the same came to, if nothing but comments and blank lines
    changed since."""
    last = _last(store, asked)
    with contextlib.suppress(ValueError, TypeError, LookupError, SourceError, Lost):
        if last is not None:
            run = last.again(asked, suppressing)
            _put(store, asked, run)
            return run.result
    return None


def _last(store: Store, asked: Asked) -> LastRun | None:
    """The last run that was asked the same."""
    body = store.get(KIND, [asked.about]).get(asked.about)
    with contextlib.suppress(ValueError, TypeError, LookupError):
        return None if body is None else _run(json.loads(body))
    return None


def _put(store: Store, asked: Asked, run: LastRun) -> None:
    data = {
        "files": run.files,
        "code": {path: _runs(lines) for path, lines in run.code.items()},
        "result": results.plain(run.result),
        "judged": [asdict(each) for each in run.result.judged],
        "sought": sorted(run.sought),
    }
    store.put(KIND, {asked.about: json.dumps(data).encode()})


def _run(data: dict[str, Any]) -> LastRun:
    judged = tuple(map(results.finding, data["judged"]))
    code = {path: _numbers(runs) for path, runs in data["code"].items()}
    result = replace(results.result(data["result"]), judged=judged)
    return LastRun(data["files"], code, result, frozenset(data["sought"]))


def _all(result: Result) -> Sequence[Finding]:
    return (*result.findings, *(each.finding for each in result.suppressed), *result.judged)


def _runs(lines: Sequence[int]) -> _Runs:
    grouped = groupby(enumerate(lines), key=lambda each: each[1] - each[0])
    together = ([line for _, line in group] for _, group in grouped)
    return [(each[0], len(each)) for each in together]


def _numbers(runs: _Runs) -> list[int]:
    return [line for first, count in runs for line in range(first, first + count)]

"""Fixing: apply fixes in passes until nothing changes, keeping only those that do what they
promise.

Every accepted fix was made in memory, parsed and checked again: its finding is gone and no other
has come. A fix is accepted whole or not at all; two that overlap are made one pass after the other,
the second from a fresh finding. Nothing here writes a file: that is `writing`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tritonlint.edits import edits
from tritonlint.engine import check
from tritonlint.errors import SourceError, TritonlintError
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.survey.survey import Analysis
from tritonlint.findings import Edit, Finding
from tritonlint.findings.result import Result
from tritonlint.fixing.batches import by_files, compatible, edits_by_path, joined
from tritonlint.fixing.plans import Ask, Change, Plan, Reverted
from tritonlint.fixing.promises import broken_promise
from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile, display_path, read_source
from tritonlint.suppress.review import CODES as COMMENT_CODES

MOST_PASSES = 10


def plan(
    result: Result,
    settings: Settings,
    unsafe: bool = False,
    ask: Ask | None = None,
    texts: Mapping[str, bytes] | None = None,
    known: Texts | None = None,
) -> Plan:
    """What becomes of the files when the fixes of `result`'s findings are made, the unsafe ones too
    if `unsafe`; only those that `ask` wants, if it is given. `texts` stand in for files on disk, by
    the paths that findings have; `known` is what is told of these already (see `engine.check`).

    Raises TritonlintError when the fixes do not come to rest within MOST_PASSES passes.
    """
    work = _Work(result, settings, unsafe, ask, texts or {}, known or Texts({}))
    for _ in range(MOST_PASSES):
        if not work.one_pass():
            return work.outcome()
    codes = ", ".join(sorted({each.code for each in work.wanted()}))
    paths = ", ".join(sorted({each.span.path for each in work.wanted()}))
    raise TritonlintError(
        f"{paths}: the fixes of {codes} do not come to rest after {MOST_PASSES} passes, so nothing"
        " is changed; this is a bug in tritonlint, please report it with the file"
    )


def fixed_text(path: Path, settings: Settings | None = None, known: Texts | None = None) -> str:
    """The text of the file at `path` with every fix made, the unsafe ones too; the text as it is
    without any. `known` is what is told of other files already, and gets to know more of them.

    Raises SourceError when the file cannot be read, decoded, parsed or checked.
    """
    settings, texts = settings or config.load(path), known or Texts({})
    result = check.check([path], settings, texts=texts)
    for each in result.skipped:
        raise SourceError(each.path, each.reason)
    shown = display_path(path)
    for change in plan(result, settings, unsafe=True, known=texts).changes:
        if change.path == shown:
            return SourceFile(shown, change.after).text
    return read_source(path).text


class _Work:
    """The files as fixed so far, and what is still to do in them."""

    def __init__(
        self,
        result: Result,
        settings: Settings,
        unsafe: bool,
        ask: Ask | None,
        texts: Mapping[str, bytes],
        known: Texts,
    ) -> None:
        self.settings = settings
        self.texts = texts
        self.known = known
        self.unsafe = unsafe
        self.ask = ask
        self.findings: dict[str, tuple[Finding, ...]] = {}
        self.read = result.read
        for each in result.findings:
            self.findings[each.span.path] = (*self.findings.get(each.span.path, ()), each)
        self.before: dict[str, bytes] = {}
        self.now: dict[str, bytes] = {}
        self.applied: list[Finding] = []
        self.reverted: list[Reverted] = []
        self.groups: list[frozenset[str]] = []
        # A statement whose comment is not understood is left alone for the whole run, even when a
        # fix of the comment makes the finding's own fix available.
        every = [each for found in self.findings.values() for each in found]
        self.refused = {each.fingerprint for each in every if each.held}
        self.passes = 0
        self.deferred = 0
        self.declined = 0

    def wanted(self) -> list[Finding]:
        """The findings with a fix that may be made and was not refused before, sorted."""
        every = [each for found in self.findings.values() for each in found]
        return sorted((each for each in every if self._may_fix(each)), key=lambda f: f.sort_key)

    def _may_fix(self, finding: Finding) -> bool:
        fix = finding.fix
        if fix is None or finding.fingerprint in self.refused:
            return False
        return self.unsafe or fix.applicability == "safe"

    def one_pass(self) -> bool:
        """Make every fix that excludes no other of this pass; whether there was one to make."""
        wanted = self.wanted()
        # Comments first: what they silence, once they can be understood, is to be left as it is.
        wanted = [each for each in wanted if each.code in COMMENT_CODES] or wanted
        batch = compatible(wanted)
        if not batch:
            return False
        self.passes += 1
        self.deferred += len(wanted) - len(batch)
        for group in by_files(batch):
            self._make(group)
        return True

    def _make(self, group: Sequence[Finding]) -> None:
        """Make the group's fixes together; one by one, keeping the good ones, when they fail
        together, or when each is asked about."""
        if self.ask is None and self._attempt(group) is None:
            self._accept(group)
            return
        good: list[Finding] = []
        so_far: dict[str, bytes] = {}
        for each in group:
            reason = self._attempt([*good, each])
            if reason is None and self._is_wanted(each, so_far):
                good.append(each)
                so_far = self.tried
                continue
            self.refused.add(each.fingerprint)
            if reason is None:
                self.declined += 1
            else:
                self.reverted.append(Reverted(each, reason))
        if good and self._attempt(good) is None:
            self._accept(good)

    def _is_wanted(self, finding: Finding, so_far: dict[str, bytes]) -> bool:
        """Whether to keep the fix that was just tried on top of those in `so_far`. What changes
        nothing more (another finding had the same fix) needs no question."""
        if self.ask is None:
            return True
        before = {path: so_far.get(path, self._data(path)) for path in self.tried}
        changes = [
            Change(path, before[path], after)
            for path, after in sorted(self.tried.items())
            if before[path] != after
        ]
        return not changes or self.ask(finding, changes)

    def _attempt(self, group: Sequence[Finding]) -> str | None:
        """Try the group's fixes: None when they hold, with the outcome in `self.tried`; else why
        they do not."""
        self.tried: dict[str, bytes] = {}
        self.rechecked: dict[str, tuple[Finding, ...]] = {}
        edits_of = edits_by_path(group)
        try:
            for path, changes in edits_of.items():
                self.tried[path] = _edited(SourceFile(path, self._data(path)), changes)
            for path in sorted({*edits_of, *(each.span.path for each in group)}):
                self.rechecked[path] = self._recheck(path)
        except SourceError as error:
            return error.reason
        except ValueError as error:
            return str(error)
        return broken_promise(group, self.findings, self.rechecked)

    def _accept(self, group: Sequence[Finding]) -> None:
        """Keep what the last attempt tried."""
        self.now |= self.tried
        self.findings |= self.rechecked
        self.applied += group
        self.groups.append(frozenset(self.tried))

    def _data(self, path: str) -> bytes:
        if path not in self.before:
            # Places are those of the text that was checked; `writing` sees whether it is still so.
            text = self.texts.get(path, self.read.get(path))
            self.before[path] = read_source(Path(path)).data if text is None else text
        return self.now.get(path, self.before[path])

    def _recheck(self, path: str) -> tuple[Finding, ...]:
        """The findings in `path` with the tried fixes made. Raises SourceError when they made a
        file unreadable."""
        contents = {**self.texts, **self.now, **self.tried}
        data = contents.pop(path, self._data(path))
        others = {Path(other): each for other, each in contents.items()}
        now = {os.path.abspath(each): text for each, text in {**contents, path: data}.items()}
        # Of all other files the same holds as before.
        self.known = self.known.instead(now)
        analysis = Analysis(texts=self.known)
        result = check.check_text(Path(path), data, self.settings, others, analysis)
        for each in result.skipped:
            # What is to be said of others was so before the fix.
            if each.path in {path, *contents}:
                raise SourceError(each.path, f"with the fix the file {each.reason}")
        return tuple(each for each in result.findings if each.span.path == path)

    def outcome(self) -> Plan:
        groups = []
        for paths in joined(self.groups):
            changes = (Change(p, self.before[p], self.now[p]) for p in sorted(paths))
            groups.append(tuple(each for each in changes if each.before != each.after))
        remaining = [each for found in self.findings.values() for each in found]
        return Plan(
            groups=tuple(sorted((g for g in groups if g), key=lambda group: group[0].path)),
            applied=tuple(self.applied),
            reverted=tuple(self.reverted),
            remaining=tuple(sorted(remaining, key=lambda f: f.sort_key)),
            passes=self.passes,
            deferred=self.deferred,
            declined=self.declined,
        )


def _edited(source: SourceFile, changes: Sequence[Edit]) -> bytes:
    """The file's bytes with the edits made, in its own encoding. Raises ValueError when that is not
    possible."""
    text = source.text
    if text.encode(source.encoding) != source.data:
        raise ValueError(f"the file does not survive a round trip through {source.encoding}")
    return edits.apply(text, changes).encode(source.encoding)

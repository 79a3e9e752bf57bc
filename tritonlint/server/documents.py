"""The open documents of an editor, and what is found in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls import uris

from tritonlint.caching.cache import project_folder
from tritonlint.caching.store import Store
from tritonlint.engine.discovery import is_excluded
from tritonlint.engine.run_settings import settings_for
from tritonlint.engine.session import Session
from tritonlint.errors import TritonlintError
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.survey.pointed import Pointed
from tritonlint.findings import Finding
from tritonlint.findings.moving import Moved, at
from tritonlint.findings.result import Result, Skipped
from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.settings.patterns import matcher
from tritonlint.source import SourceFile, display_path
from tritonlint.suppress import review


@dataclass(frozen=True)
class Document:
    """One state of an open file."""

    uri: str
    version: int | None
    source: SourceFile

    @property
    def path(self) -> Path:
        return Path(self.source.path)


@dataclass(frozen=True)
class Checked:
    """What was found in one state of a document, or why it could not be checked. `own` is what the
    document shows by itself; of that, `refuted` is what other files refute, and `added` is what
    they add to it. Both are empty until the others were asked."""

    document: Document
    settings: Settings
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    own: tuple[Finding, ...] = ()
    refuted: tuple[Finding, ...] = ()
    added: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Round:
    """What checking all open documents came to: `errors` are those of settings, by which nothing
    can be said of some documents."""

    checked: tuple[Checked, ...]
    errors: tuple[str, ...]


def document(uri: str, version: int | None, text: str) -> Document | None:
    """The document, or None when it is no file on this machine."""
    path = uris.to_fs_path(uri)
    if path is None:
        return None
    shown = display_path(Path(path))
    return Document(uri, version, SourceFile(shown, _encoded(text)))


def _encoded(text: str) -> bytes:
    """`text` as its file would hold it: in the encoding that it declares, if it can be."""
    data = text.encode("utf-8", errors="surrogatepass")
    try:
        return text.encode(SourceFile("", data).encoding)
    except (TritonlintError, UnicodeEncodeError):
        return data


@dataclass
class Checker:
    """Checks documents, each as the others have it. `given` are options of the command line. A
    document that its settings exclude has no findings. One thread at a time may ask."""

    given: dict[str, object] = field(default_factory=dict)
    cached: bool = True
    _session: Session | None = None

    def alone(
        self, one: Document, documents: Sequence[Document], before: Checked | None
    ) -> Checked | None:
        """What `one` shows by itself. What other files refuted and added `before` is taken to hold
        still, where the lines did not change. None where its settings are wrong."""
        try:
            settings = self._settings(one)
        except TritonlintError:
            return None
        if _excluded(one.path, settings):
            return Checked(one, settings)
        result = self._open(one, settings).quick(one.path, _contents(documents), settings)
        own, skipped = _of(one, result)
        if before is not None and before.document.source == one.source:
            whole = Result(before.findings, before.skipped, 0)
            return _compared(one, settings, whole, Checked(one, settings, own=own))
        if before is None:
            # Whether a comment is in vain is known when all was looked at.
            shown = tuple(each for each in own if each.code not in review.CODES)
            return Checked(one, settings, shown, skipped, own)
        move = Moved(before.document.source, one.source)
        refuted, added = (tuple(move.all(each)) for each in (before.refuted, before.added))
        gone = {at(each) for each in (*refuted, *added)}
        left = (each for each in own if at(each) not in gone)
        findings = sorted((*left, *added), key=lambda each: each.sort_key)
        return Checked(one, settings, tuple(findings), skipped, own, refuted, added)

    def known(self, one: Document, documents: Sequence[Document]) -> Checked | None:
        """What an earlier session found in `one` when the same `documents` were open, if nothing
        has changed since."""
        try:
            settings = {each.uri: self._settings(each) for each in documents}
            wanted = [each for each in documents if not _excluded(each.path, settings[each.uri])]
            paths = [each.path for each in wanted]
            run = settings_for(paths, self.given)
            known = self._open(one, settings[one.uri]).known(paths, _contents(documents), run)
        except TritonlintError:
            return None  # said when all are checked
        return None if known is None else _compared(one, settings[one.uri], known, None)

    def all(
        self,
        documents: Sequence[Document],
        known: Mapping[str, Checked],
        before_root: Callable[[], None],
    ) -> Round:
        """Check all `documents`; `known` is what was found before, by URI. Calls `before_root`
        again and again: what that raises ends the round."""
        settings: dict[str, Settings] = {}
        errors: dict[str, None] = {}
        for each in documents:
            try:
                settings[each.uri] = self._settings(each)
                refused = config.refusal(settings[each.uri])
                if refused:
                    errors[f"{settings[each.uri].file}: {refused}"] = None
            except TritonlintError as error:
                errors[str(error)] = None
        fine = [each for each in documents if each.uri in settings]
        wanted = [each for each in fine if not _excluded(each.path, settings[each.uri])]
        result = Result((), (), 0)
        if wanted:
            paths = [each.path for each in wanted]
            run = settings_for(paths, self.given)
            session = self._open(wanted[0], settings[wanted[0].uri])
            result = session.whole(paths, _contents(documents), run, before_root)
        checked = (
            _compared(each, settings[each.uri], result, known.get(each.uri)) for each in fine
        )
        return Round(tuple(checked), tuple(errors))

    def argument(
        self, one: Document, documents: Sequence[Document], line: int, column: int
    ) -> Pointed | None:
        """What is known of the launch argument at a place of a document, if there is one there."""
        try:
            session = self._open(one, self._settings(one))
        except TritonlintError:
            return None
        return session.argument(one.path, _contents(documents), line, column)

    def texts(self) -> Texts | None:
        """What is known of all files from the last round."""
        return None if self._session is None else self._session.texts

    def _settings(self, one: Document) -> Settings:
        return settings_for((one.path,), self.given)

    def _open(self, one: Document, settings: Settings) -> Session:
        if self._session is None:
            folder = project_folder(settings, [one.path]) if self.cached else None
            self._session = Session(Store(folder) if folder else None)
        return self._session


def _contents(documents: Sequence[Document]) -> dict[Path, bytes]:
    return {each.path: each.source.data for each in documents}


def _of(one: Document, result: Result) -> tuple[tuple[Finding, ...], tuple[Skipped, ...]]:
    """What a result says of one document."""
    path = one.source.path
    return (
        tuple(each for each in result.findings if each.span.path == path),
        tuple(each for each in result.skipped if each.path == path),
    )


def _compared(one: Document, settings: Settings, result: Result, before: Checked | None) -> Checked:
    """What was found in a document, and how that differs from what it shows by itself, if that is
    known."""
    findings, skipped = _of(one, result)
    if before is None or before.document.source != one.source:
        return Checked(one, settings, findings, skipped, findings)
    own, present = {at(each) for each in before.own}, {at(each) for each in findings}
    refuted = tuple(each for each in before.own if at(each) not in present)
    added = tuple(each for each in findings if at(each) not in own)
    return Checked(one, settings, findings, skipped, before.own, refuted, added)


def _excluded(path: Path, settings: Settings) -> bool:
    return is_excluded(path, matcher((*settings.exclude, *settings.extend_exclude)))


def overlaps(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges touch."""

    def key(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)

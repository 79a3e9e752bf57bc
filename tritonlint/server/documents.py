"""The open documents of an editor, and what is found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls import uris

from tritonlint.cli import options
from tritonlint.engine import check as engine
from tritonlint.engine.check import Skipped
from tritonlint.engine.discovery import is_excluded
from tritonlint.errors import TritonlintError
from tritonlint.findings import Finding
from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.settings.patterns import matcher
from tritonlint.source import SourceFile, display_path


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
    """What was found in one state of a document, or why it could not be checked."""

    document: Document
    settings: Settings
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()


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


def check(documents: Sequence[Document]) -> Round:
    """Check the documents, each as the others have it. A document that its settings exclude has no
    findings."""
    settings: dict[Path, Settings] = {}
    errors: dict[str, None] = {}
    for each in documents:
        try:
            settings[each.path] = options.settings_for((each.path,), {})
            refused = config.refusal(settings[each.path])
            if refused:
                errors[f"{settings[each.path].file}: {refused}"] = None
        except TritonlintError as error:
            errors[str(error)] = None
    known = [each for each in documents if each.path in settings]
    wanted = {
        each.path: each.source.data
        for each in known
        if not _excluded(each.path, settings[each.path])
    }
    others = {each.path: each.source.data for each in documents}
    result = engine.Result((), (), 0)
    if wanted:
        run = config.load(options.common_folder(wanted), {})
        result = engine.check_texts(wanted, run, others, named=True)
    checked = (
        Checked(
            each,
            settings[each.path],
            tuple(f for f in result.findings if f.span.path == each.source.path),
            tuple(s for s in result.skipped if s.path == each.source.path),
        )
        for each in known
    )
    return Round(tuple(checked), tuple(errors))


def _excluded(path: Path, settings: Settings) -> bool:
    return is_excluded(path, matcher((*settings.exclude, *settings.extend_exclude)))


def overlaps(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges touch."""

    def key(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)

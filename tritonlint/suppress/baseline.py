"""The baseline: findings that are known and do not count, kept in a file that only shrinks.

A finding is known by its rule, its path, the function around it and the code of its span, not by
its line, so that edits elsewhere leave it known. The same finding may be known several times.
"""

from __future__ import annotations

import io
import json
import os
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tritonlint.errors import ConfigError
from tritonlint.findings import Finding, Suppressed
from tritonlint.frozen import dataclass, replace

if TYPE_CHECKING:
    from tritonlint.findings.result import Result

VERSION = 1
DEFAULT = "tritonlint-baseline.json"


@dataclass(frozen=True, order=True)
class Entry:
    """What is known of a finding. `path` is relative to the folder of the baseline, with forward
    slashes; `snippet` is the code of the span without its layout."""

    path: str
    code: str
    function: str
    snippet: str

    def __str__(self) -> str:
        where = f" in {self.function}" if self.function else ""
        return f"{self.path}: {self.code}{where}: {self.snippet}"


@dataclass(frozen=True)
class Baseline:
    """The entries of the file at `path`, and how often each is known."""

    path: Path
    counts: Mapping[Entry, int]

    def text(self) -> str:
        """The file: the same for the same entries, one finding a block, so that it merges well."""
        findings = [
            {**vars(entry), "count": count} for entry, count in sorted(self.counts.items()) if count
        ]
        document = {"version": VERSION, "findings": findings}
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def entry(self, finding: Finding) -> Entry:
        """What this baseline would know `finding` by."""
        path = relative_path(finding.span.path, self.path)
        return Entry(path, finding.code, finding.function, normalised(finding.snippet))

    def counted(self, findings: Iterable[Finding]) -> Counter[Entry]:
        """How often each entry stands for one of `findings`."""
        return Counter(map(self.entry, findings))


def relative_path(path: str, baseline: Path) -> str:
    """`path` (relative to the working directory) as the entries of `baseline` write it."""
    absolute = os.path.abspath(path)
    try:
        shown = os.path.relpath(absolute, os.path.abspath(baseline.parent))
    except ValueError:  # on another drive
        shown = absolute
    return shown.replace(os.sep, "/")


def normalised(snippet: str) -> str:
    """The code of an expression without what a formatter may change: spaces, line breaks, comments,
    commas before a closing bracket. Text that is no expression loses only its layout."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({snippet}\n)").readline))
    except (tokenize.TokenError, SyntaxError):
        return " ".join(snippet.split())
    words: list[str] = []
    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER)
    for token in tokens:
        if token.type in layout or not token.string:
            continue
        if words and token.string in (")", "]", "}") and words[-1] == ",":
            words.pop()
        apart = words and _is_word(words[-1][-1]) and _is_word(token.string[0])
        words.append(f" {token.string}" if apart else token.string)
    return "".join(words[1:-1]).strip() or " ".join(snippet.split())


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def read(path: Path) -> Baseline:
    """The baseline at `path`. Raises ConfigError for a file that is absent or is none."""
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such baseline; write it with `tritonlint baseline write`"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is no baseline: not valid JSON: {error}") from error
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        raise ConfigError(f"{path}: is no baseline of version {VERSION}: its version is {version}")
    counts: Counter[Entry] = Counter()
    try:
        for each in document["findings"]:
            entry, count = _entry(each)
            counts[entry] += count
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: is no baseline: {error!r} in its findings") from error
    return Baseline(path, counts)


def _entry(data: Any) -> tuple[Entry, int]:
    texts = [data[name] for name in ("path", "code", "function", "snippet")]
    count = data["count"]
    if not all(isinstance(each, str) for each in texts):
        raise ValueError("a text is missing")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"count {count!r}")
    return Entry(*texts), count


def apply(result: Result, baseline: Baseline) -> Result:
    """`result` with the findings that `baseline` knows among the suppressed. Of equal findings the
    first are the known ones."""
    left = Counter(baseline.counts)
    kept: list[Finding] = []
    known: list[Suppressed] = []
    for finding in result.findings:
        entry = baseline.entry(finding)
        if left[entry] > 0:
            left[entry] -= 1
            known.append(Suppressed(finding, "baseline", ""))
        else:
            kept.append(finding)
    suppressed = sorted((*result.suppressed, *known), key=lambda each: each.finding.sort_key)
    return replace(result, findings=tuple(kept), suppressed=tuple(suppressed))


def stale(
    baseline: Baseline, result: Result, paths: Iterable[Path], selected: frozenset[str]
) -> Counter[Entry]:
    """The entries, and how many of each, that no finding of `result` answers to (`baseline` is
    applied to it). Only those count that this run could have found: of a rule of `selected`, at or
    below one of `paths`, in a file that was not skipped."""
    known = baseline.counted(e.finding for e in result.suppressed if e.kind == "baseline")
    looked = {os.path.abspath(each) for each in paths}
    skipped = {os.path.abspath(each.path) for each in result.skipped}
    unmet = Counter(baseline.counts)
    unmet.subtract(known)

    def could_be_found(entry: Entry) -> bool:
        file = Path(os.path.abspath(baseline.path.parent / entry.path))
        below = any(os.fspath(each) in looked for each in (file, *file.parents))
        return below and entry.code in selected and os.fspath(file) not in skipped

    return Counter(
        {entry: n for entry, n in sorted(unmet.items()) if n > 0 and could_be_found(entry)}
    )


def lines(entries: Counter[Entry], label: str) -> Iterator[str]:
    """One line for each of `entries`, with its number where that is not one."""
    for entry, count in sorted(entries.items()):
        times = f" ({count} times)" if count > 1 else ""
        yield f"{label}: {entry}{times}"

"""The outlines of files from earlier runs: so that a file that changed does not have all others of
its package read again."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from typing import Any

from tritonlint import __version__
from tritonlint.caching.cache import Cache, stamp
from tritonlint.caching.kept import keep, kept, tidy
from tritonlint.facts.index import outlines
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.facts.index.universe import Texts

# More entries than these, of projects that were checked before, are dropped.
_MOST = 50_000
# A change of one in so many files is not worth writing down.
_FEW = 50


class OutlineCache:
    """The outlines of the files of a universe, in the folder of `cache`. What cannot be read, or is
    of a file that has changed since, is as if it were not there."""

    def __init__(self, cache: Cache, universe: Sequence[str], texts: Texts) -> None:
        self._path = cache.folder / "outlines" / f"{_tool()}.json"
        self._texts = texts
        self._stamps = {file: stamp(file) for file in universe}
        self._known: dict[str, Any] = {}
        self._fresh: frozenset[str] = frozenset()

    def load(self) -> None:
        """Have the outlines that hold used."""
        self._known = kept(self._path, self._path.stem) or {}
        fresh: dict[str, Outline] = {}
        for file, now in self._stamps.items():
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
                then, data = self._known[file]
                if then == now:
                    fresh[file] = _outline(data)
        self._texts.learn(fresh)
        self._fresh = frozenset(fresh)

    def store(self) -> None:
        """Keep the outlines that were made since."""
        texts = self._texts
        made = {
            file: (now, _plain(texts.outline(file)))
            for file, now in self._stamps.items()
            if file not in self._fresh and texts.outlined(file) and file not in texts.overrides
        }
        if len(made) <= len(self._known) // _FEW:
            return  # these are made again sooner than all are written
        old = self._known if len(self._known) + len(made) <= _MOST else {}
        with contextlib.suppress(OSError):
            keep(self._path, self._path.stem, {**old, **made})
            for other in self._path.parent.glob("*.json"):
                if other != self._path:
                    other.unlink(missing_ok=True)
            tidy(self._path.parent)


def _tool() -> str:
    """What outlines depend on beside the files."""
    digest = hashlib.sha256(__version__.encode())
    digest.update(f"\0{outlines.__file__}\0{stamp(outlines.__file__)}".encode())
    return digest.hexdigest()[:16]


def _plain(outline: Outline) -> Sequence[Any]:
    if not outline.gated:
        return ()
    functions = [
        (
            each.line,
            each.name,
            each.owner,
            each.launches,
            each.speaks,
            each.byte,
            each.narrows,
            " ".join(sorted(each.calls)),
        )
        for each in outline.functions
    ]
    return (
        outline.triton,
        functions,
        sorted(outline.kernels),
        outline.bases,
        sorted(outline.telling),
        outline.aliases,
        sorted(outline.operators),
        outline.byte_entry,
    )


def _outline(data: Sequence[Any]) -> Outline:
    if not data:
        return Outline()
    triton, functions, kernels, bases, telling, aliases, operators, byte_entry = data
    return Outline(
        True,
        triton,
        tuple(
            Function(line, name, owner, launches, speaks, byte, narrows, frozenset(calls.split()))
            for line, name, owner, launches, speaks, byte, narrows, calls in functions
        ),
        frozenset(kernels),
        tuple((own, base) for own, base in bases),
        frozenset(telling),
        tuple((other, name) for other, name in aliases),
        frozenset(operators),
        byte_entry,
    )

"""The outlines of files from earlier runs: so that a file that changed does not have all others of
its package read again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tritonlint import __version__
from tritonlint.caching.stamps import stamp
from tritonlint.caching.store import Store
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.comments import code_digest
from tritonlint.source import read_bytes

KIND = "outline"


class OutlineCache:
    """The outlines of files, in memory and in `store` (None: in memory alone), each with what its
    file was like: size and time of change, and a digest of its content. What cannot be read, or is
    of a file that has changed since, is as if it were not there."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._tool = _tool()
        # By file: what it was like when it was last looked at, its outline then, and a digest of
        # its code.
        self._known: dict[str, tuple[str, Outline, str]] = {}
        self._stamps: dict[str, str] = {}
        # How often a file was not as it had been before, or another set of files was asked for.
        self.changes = 0
        self._asked: frozenset[str] = frozenset()

    def load(self, texts: Texts, files: Iterable[str]) -> None:
        """Have `texts`, which has read none of `files` yet, use the outlines that hold."""
        now = {file: stamp(file) for file in files}
        on_disk = now.keys() - texts.overrides.keys()
        if self._asked != now.keys() or any(self._stamps.get(f) != now[f] for f in on_disk):
            self.changes += 1
        self._asked = frozenset(now)
        self._stamps |= now
        fresh = {}
        absent = []
        for file, stamped in now.items():
            known = self._known.get(file)
            if known is not None and known[0] == stamped:
                fresh[file] = known[1]
            elif not texts.outlined(file):
                absent.append(file)
        loaded = self._loaded(absent, now)
        self._known |= {file: (now[file], *each) for file, each in loaded.items()}
        texts.learn(fresh | {file: outline for file, (outline, _) in loaded.items()})

    def code(self, file: str) -> str | None:
        """The digest of the code of a file, as `comments.code_digest` tells it, if its outline was
        loaded or stored."""
        known = self._known.get(file)
        return None if known is None else known[2]

    def store(self, texts: Texts, files: Iterable[str]) -> None:
        """Keep the outlines of `files`, which were loaded as far as they were there, that `texts`
        made since."""
        made: dict[str, bytes] = {}
        for file in files:
            if not texts.outlined(file) or file in texts.overrides or file not in self._stamps:
                continue
            outline = texts.outline(file)
            known = self._known.get(file)
            if known is not None and known[1] is outline:
                continue
            stamped, text = self._stamps[file], texts.read(file)
            code = "" if self._store is None else code_digest(text)
            self._known[file] = (stamped, outline, code)
            if self._store is not None:
                entry = (self._tool, stamped, _digest(text), code, _plain(outline))
                made[self._key(file)] = json.dumps(entry).encode()
        if self._store is not None:
            self._store.put(KIND, made)

    def _loaded(self, files: Sequence[str], now: dict[str, str]) -> dict[str, tuple[Outline, str]]:
        """What the store knows of `files`, as far as it holds."""
        if self._store is None or not files:
            return {}
        keys = {self._key(file): file for file in files}
        found: dict[str, tuple[Outline, str]] = {}
        for key, body in self._store.get(KIND, list(keys)).items():
            file = keys[key]
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError, OSError):
                tool, stamped, digest, code, data = json.loads(body)
                # A checkout of the same text has another time.
                if tool == self._tool and (
                    stamped == now[file] or digest == _digest(read_bytes(file))
                ):
                    found[file] = (_outline(data), code)
        return found

    def _key(self, file: str) -> str:
        """The path from the folder of the store, so that both may move together."""
        assert self._store is not None
        try:
            return os.path.relpath(file, os.path.abspath(self._store.folder)).replace(os.sep, "/")
        except ValueError:  # another drive
            return file


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _tool() -> str:
    """What outlines depend on beside the files: the code that makes them."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(f"\0{file.name}\0{stamp(os.fspath(file))}".encode())
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
            " ".join(each.calls),
            " ".join(each.attributes),
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
        "\n".join(outline.imports),
        sorted(outline.operators),
        outline.byte_entry,
    )


def _outline(data: Sequence[Any]) -> Outline:
    if not data:
        return Outline()
    triton, functions, kernels, bases, telling, aliases, imports, operators, byte_entry = data
    return Outline(
        True,
        triton,
        tuple(_function(*each) for each in functions),
        frozenset(kernels),
        tuple((own, base) for own, base in bases),
        frozenset(telling),
        tuple((other, name) for other, name in aliases),
        tuple(map(sys.intern, imports.splitlines())),
        frozenset(operators),
        byte_entry,
    )


def _function(
    line: int,
    name: str,
    owner: str,
    launches: bool,
    speaks: bool,
    byte: bool,
    narrows: bool,
    calls: str,
    attributes: str,
) -> Function:
    own = (_names(calls), _names(attributes))
    return Function(line, name, owner, launches, speaks, byte, narrows, *own)


def _names(text: str) -> tuple[str, ...]:
    """Names between spaces, each of which many files share."""
    return tuple(map(sys.intern, text.split()))

"""The files of a project as text: which can matter, which belong together, and what can be told
without parsing them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tritonlint.facts.layout import Layout
from tritonlint.facts.modules import Definition
from tritonlint.source import Span, display_path

# A file without any of these neither launches a kernel nor says what the bytes of a tensor mean.
GATE = re.compile(rb"triton|uint8|int8|fp8|float8|cache_dtype")
# What a file says when it says something about the bytes of a tensor.
EVIDENCE = re.compile(rb"uint8|fp8|float8|cache_dtype|\.view\([^()]*dtype|\.view\(torch\.")
# An entry of a table from settings to dtypes that stores fp8 as bytes.
_BYTE_ENTRY = re.compile(rb"""["']fp8\w*["']\s*:\s*torch\.uint8""")


class Texts:
    """Reads each file once. `overrides` are texts that stand in for files on disk, by absolute
    path."""

    def __init__(self, overrides: Mapping[str, bytes]) -> None:
        self._overrides = overrides
        self._layout = Layout([])
        self._bytes: dict[str, bytes] = {}
        self._passing: dict[str, bool] = {}
        self._universes: dict[str, tuple[str, ...]] = {}
        self._called: dict[str, bool] = {}
        self._tables: dict[str, Span | None] = {}

    def read(self, file: str) -> bytes:
        """The text of a file; nothing for one that cannot be read (said where that file itself is
        checked)."""
        if file in self._overrides:
            return self._overrides[file]
        if file not in self._bytes:
            try:
                self._bytes[file] = Path(file).read_bytes()
            except OSError:
                self._bytes[file] = b""
        return self._bytes[file]

    def passes(self, file: str) -> bool:
        """Whether a file passes the gate."""
        if file not in self._passing:
            package = os.path.basename(file) == "__init__.py"
            self._passing[file] = package or bool(GATE.search(self.read(file)))
        return self._passing[file]

    def speaks(self, file: str) -> bool:
        """Whether a file says anything about the bytes of a tensor."""
        return bool(EVIDENCE.search(self.read(file)))

    def universe(self, file: str) -> tuple[str, ...]:
        """The files whose functions can decide what a function of `file` is given: its top-level
        package, or the folder of a file that belongs to none."""
        root = self._layout.package_root(file)
        relative = os.path.relpath(file, root)
        top = relative.split(os.sep)[0] if os.sep in relative else ""
        key = os.path.join(root, top) if top else root
        if key not in self._universes:
            self._universes[key] = tuple(_python_files(key, deep=bool(top)))
        return self._universes[key]

    def is_called(self, function: Definition, universe: Sequence[str]) -> bool:
        """Whether `function` is called in a way that can be followed: by its name in the universe,
        a method by `self.name` in its own file."""
        method = bool(function.enclosing)
        key = f"{function.module.file}:self.{function.name}" if method else function.name
        if key not in self._called:
            spelled = (b"self." if method else b"") + function.name.encode()
            called = re.compile(rb"(?<!def )\b%s\(" % re.escape(spelled))
            files = [str(function.module.file)] if method else filter(self.passes, universe)
            texts = map(self.read, files)
            self._called[key] = any(spelled in text and called.search(text) for text in texts)
        return self._called[key]

    def byte_table(self, universe: Sequence[str]) -> Span | None:
        """Where the universe maps the setting "fp8" to torch.uint8: it stores quantized caches as
        bytes."""
        key = universe[0] if universe else ""
        if key not in self._tables:
            self._tables[key] = next(self._byte_tables(universe), None)
        return self._tables[key]

    def _byte_tables(self, universe: Sequence[str]) -> Iterator[Span]:
        for file in universe:
            found = _BYTE_ENTRY.search(self.read(file))
            if found:
                line = self.read(file).count(b"\n", 0, found.start()) + 1
                yield Span(display_path(Path(file)), line, 1, line, 1)


def _python_files(folder: str, deep: bool) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".")) if deep else []
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(base, name)

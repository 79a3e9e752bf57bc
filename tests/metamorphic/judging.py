"""What the linter says of the text of a file, in this process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings


def codes(text: str, beside: Mapping[str, str]) -> frozenset[str]:
    """The codes of what is found in a folder that holds `text` and the files `beside`."""
    with tempfile.TemporaryDirectory() as folder, _inside(folder):
        for name, other in {**beside, "case.py": text}.items():
            Path(name).write_text(other, encoding="utf-8")
        settings = Settings(root=Path.cwd())
        result = check.check(discover([Path()], settings), settings, jobs=1)
        assert result.skipped == (), result.skipped
        return frozenset(f.code for f in result.findings if f.span.path == "case.py")


@contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)

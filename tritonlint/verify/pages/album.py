"""The pictures of a page, in its folder: one that is equal to an earlier one is shown once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from tritonlint.verify.pages.html import figure


class Album:
    """The pictures that were drawn into `folder`, by what is in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._first: dict[str, str] = {}

    def add(self, draw: Callable[[Path], None], names: tuple[str, ...], caption: str) -> str:
        """A figure of what `draw` draws into the file that it is given, or, where an equal picture
        is shown already, a link to that. `names` make the file's name."""
        path = self.folder / f"{plain(*names)}.png"
        draw(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        first = self._first.setdefault(digest, path.name)
        if first == path.name:
            return figure(path.name, caption)
        path.unlink()
        link = f"<a href='#{escape(first, quote=True)}'>the picture above</a>"
        return f"<p class='note'>{escape(caption)} It is equal to {link}.</p>"


def plain(*parts: str) -> str:
    """A name of plain characters, for a file or a section."""
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", "_", part).strip("_") for part in parts)

"""TOML, as settings files and the command line write it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from tritonlint.errors import ConfigError


def parsed(file: Path, data: bytes) -> dict[str, Any]:
    """The TOML document that `file` holds. Raises ConfigError."""
    try:
        # Some editors on Windows begin a file with a byte order mark.
        return toml(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from error


def misspelt(data: bytes, tool: str) -> str | None:
    """The table of a `pyproject.toml` that is named almost as that of `tool`, which is not there
    itself."""
    import difflib

    found = re.findall(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*\"?([\w-]+)", data, re.M)
    names = {each.decode(): re.sub("[-_]", "", each.decode().lower()) for each in found}
    near = difflib.get_close_matches(tool, names.values(), n=1, cutoff=0.85)
    meant = (f"tool.{name}" for name, plain in names.items() if plain in near)
    return None if tool in names else next(meant, None)


def toml(text: str) -> dict[str, Any]:
    """The table that a text in TOML states. Raises ValueError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)

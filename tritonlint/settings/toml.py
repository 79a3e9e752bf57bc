"""TOML, as settings files and the command line write it."""

from __future__ import annotations

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


def toml(text: str) -> dict[str, Any]:
    """The table that a text in TOML states. Raises ValueError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)

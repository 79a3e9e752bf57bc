"""What belongs to the user and not to the tree that is checked: folders outside of it, and what the
user lets a tree do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tritonlint.errors import ConfigError
from tritonlint.settings.toml import parsed

# Whether settings files may name modules to import: `1` for all, or folders, apart as in PATH.
UNFINISHED = "unfinished"
ALLOW = "TRITONLINT_ALLOW_RULE_MODULES"
FILE = "user.toml"
_KEY = "allow-rule-modules"


def config_folder() -> Path:
    """Where the user's own settings of tritonlint are."""
    return _folder("XDG_CONFIG_HOME", "APPDATA", ".config")


def state_folder() -> Path:
    """Where tritonlint keeps what is this installation's own, such as the key of its caches."""
    return _folder("XDG_STATE_HOME", "LOCALAPPDATA", ".local/state")


def unfinished_folder() -> Path | None:
    """Where journals of files that are being replaced are kept; None where there is no such
    folder."""
    try:
        found = state_folder() / UNFINISHED
    except RuntimeError:  # no home folder
        return None
    return found if found.is_dir() else None


def _folder(variable: str, on_windows: str, below_home: str) -> Path:
    """The folder for tritonlint below what the environment names, else below the home folder."""
    named = os.environ.get(on_windows if sys.platform == "win32" else variable, "")
    base = Path(named) if os.path.isabs(named) else Path.home() / below_home
    return base / "tritonlint"


def may_import(folder: Path) -> bool:
    """Whether the environment, or the user's own settings file, lets the settings files in `folder`
    name modules to import. Raises ConfigError for a file of the user that is not understood."""
    said = os.environ.get(ALLOW, "")
    if said:
        return said == "1" or _is_below(folder, said.split(os.pathsep))
    file = config_folder() / FILE
    allowed = _read(file).get(_KEY, False)
    if isinstance(allowed, bool):
        return allowed
    if isinstance(allowed, list) and all(isinstance(each, str) for each in allowed):
        return _is_below(folder, allowed)
    raise ConfigError(f"{file}: {_KEY}: expected true, false or a list of folders, got {allowed!r}")


def _is_below(folder: Path, allowed: list[str]) -> bool:
    real = Path(os.path.realpath(folder))
    named = [os.path.expanduser(each) for each in allowed]
    return any(real.is_relative_to(os.path.realpath(each)) for each in named if os.path.isabs(each))


def _read(file: Path) -> dict[str, Any]:
    try:
        data = file.read_bytes()
    except OSError:
        return {}
    return parsed(file, data)

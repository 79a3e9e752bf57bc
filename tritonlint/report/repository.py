"""Where files stand in their repository: what CI systems count paths from."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

# The checkout, as GitHub and GitLab name it to a job.
_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


def root() -> Path:
    """The top of the repository: the checkout that the CI system names, else the nearest folder
    with a `.git` at or above the working directory, else the working directory."""
    working = Path.cwd()
    for name in _VARIABLES:
        named = os.environ.get(name)
        if named and working.is_relative_to(named):
            return Path(named)
    for folder in (working, *working.parents):
        if (folder / ".git").exists():
            return folder
    return working


def from_top(path: str, top: Path) -> str:
    """The path of a report counted from `top`, with forward slashes; as it is when not below."""
    absolute = Path(os.path.abspath(path))
    return absolute.relative_to(top).as_posix() if absolute.is_relative_to(top) else path


def uri(path: str, top: Path) -> str:
    """A URI reference relative to `top`, or a `file:` URI for a path that is not below it. Every
    byte that is not plain ASCII is percent-encoded, UTF-8 or not."""
    absolute = Path(os.path.abspath(path))
    if absolute.is_relative_to(top):
        # A colon in the first part would read as a scheme; quoted it does not.
        return quote(os.fsencode(absolute.relative_to(top).as_posix()))
    return absolute.as_uri()

"""Running git in a tree that nobody vouches for: its settings and attributes may name programs, and
git runs none of them here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# What git would run of its own accord: hooks, a watcher of files, a pager, an editor, a program
# that signs or fetches. Attributes (`.gitattributes`, `.git/info/attributes`) name filters and
# converters; those that settings define are emptied one by one (`_drivers`).
_NOTHING_RUN = (
    "core.hooksPath=" + os.devnull,
    "core.fsmonitor=false",
    "core.attributesFile=" + os.devnull,
    "core.pager=cat",
    "core.editor=true",
    "core.askPass=true",
    "core.sshCommand=false",
    "core.alternateRefsCommand=",
    "log.showSignature=false",
    "protocol.allow=never",
    "submodule.recurse=false",
    "maintenance.auto=false",
    "gc.auto=0",
)
# Of a driver that the settings define, the keys that name programs, and what they become: a filter
# that is empty leaves content alone, and so does one that is not required.
_PROGRAMS = {
    "clean": "",
    "smudge": "",
    "process": "",
    "required": "false",
    "textconv": "",
    "command": "",
    "driver": "",
}


def run(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """`git ARGUMENTS` in `folder`, which writes nothing and runs no other program. Raises OSError
    where there is no git."""
    safe = {
        **environment,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }
    safe.pop("GIT_EXTERNAL_DIFF", None)
    settings = [*_NOTHING_RUN, *_drivers(folder, safe)]
    return _run(folder, settings, arguments, safe)


def _drivers(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The settings that empty the programs of every filter, converter and merge driver that is
    defined: attributes of the tree could name them."""
    asked = ("config", "-z", "--name-only", "--get-regexp", r"^(filter|diff|merge)\..*\.")
    done = _run(folder, _NOTHING_RUN, asked, environment)
    for name in sorted(set(filter(None, done.stdout.decode(errors="surrogateescape").split("\0")))):
        key = name.rpartition(".")[2].lower()
        if key in _PROGRAMS:
            yield f"{name}={_PROGRAMS[key]}"


def _run(
    folder: Path, settings: Sequence[str], arguments: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    options = (option for each in settings for option in ("-c", each))
    return subprocess.run(
        ["git", "--no-pager", "-C", os.fspath(folder), *options, *arguments],
        env=dict(environment),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )

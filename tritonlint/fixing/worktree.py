"""Which files hold changes that git could not give back: no fix is mixed into them unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from tritonlint import git


def unsaved(paths: Iterable[str]) -> list[str]:
    """The files of `paths`, sorted, whose content git has nowhere: changed since they were last
    staged or committed, or untracked. Files that are staged as they are, ignored files and files
    outside of any repository are not among them; without git none is."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(os.path.dirname(os.path.realpath(path)), []).append(path)
    return sorted(path for folder, inside in folders.items() for path in _unsaved(folder, inside))


def _unsaved(folder: str, paths: list[str]) -> list[str]:
    names = {os.path.basename(os.path.realpath(path)): path for path in paths}
    command = ["--literal-pathspecs", "status", "--porcelain=v1", "-z", "--no-renames"]
    command += ["--untracked-files=all", "--ignore-submodules=all", "--", *names]
    try:
        done = git.run(Path(folder), command, _environment(os.environ))
    except OSError:
        # No git here: there is no work tree to be careful of.
        return []
    if done.returncode:
        return []
    # "XY path": the state of the index, and that of the work tree against it.
    dirty = [entry for entry in done.stdout.split(b"\0") if entry and entry[1:2] != b" "]
    found = {os.path.basename(os.fsdecode(entry[3:])) for entry in dirty}
    return [path for name, path in names.items() if name in found]


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment for git run in another folder. In a hook git names its folder and index from
    the top of the work tree: a commit of some files only has an index of its own."""
    found = dict(inherited)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        if name in found:
            found[name] = os.path.abspath(found[name])
    return found

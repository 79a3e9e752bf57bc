"""Which files git leaves alone: the `.gitignore` files of the repository that a folder is in, and
its `.git/info/exclude`. What only one user's git leaves alone counts for nobody else, so a user's
own settings of git are not read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.frozen import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class Ignores:
    """What a folder's files are judged by: the patterns of the folders from the top of the
    repository down, each with where they stand."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    inside: bool = False

    def below(self, folder: str) -> Ignores:
        """The same one folder further down, at `folder`, which may begin a repository of its
        own."""
        top = os.path.lexists(os.path.join(folder, ".git"))
        if not top and not self.inside:
            return self
        files = [os.path.join(folder, ".gitignore")]
        if top:
            files.insert(0, os.path.join(folder, ".git", "info", "exclude"))
        read = (_spec(file) for file in files)
        own = tuple((folder, spec) for spec in read if spec)
        return Ignores(own if top else (*self.specs, *own), True)

    def ignored(self, path: str, is_folder: bool) -> bool:
        """Whether git leaves `path` alone, an absolute one, which lies in the folder that this is
        of. The innermost pattern that matches decides."""
        for folder, spec in reversed(self.specs):
            relative = path[len(folder) :].lstrip(os.sep).replace(os.sep, "/")
            include = spec.check_file(f"{relative}/" if is_folder else relative).include
            if include is not None:
                return include
        return False


def above(folder: str) -> Ignores:
    """What holds in `folder`, an absolute path, by what stands in the folders above it. Someone who
    names an ignored folder means it: the patterns outside do not count in there."""
    ignores = Ignores()
    for each in reversed(Path(folder).parents):
        ignores = ignores.below(os.fspath(each))
    return Ignores(inside=True) if ignores.ignored(folder, True) else ignores


def _spec(file: str) -> GitIgnoreSpec | None:
    """The patterns of a file; None where there are none. A line that is no pattern is passed over,
    as git does."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError:
        return None
    from pathspec import GitIgnoreSpec

    lines = text.splitlines()
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(_patterns(lines))


def _patterns(lines: Iterable[str]) -> list[str]:
    from pathspec import GitIgnoreSpec

    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        good.append(line)
    return good

"""Which lines have changed since a revision, as git tells, and which findings lie on them."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint import git
from tritonlint.errors import UsageError
from tritonlint.findings import Finding, Span
from tritonlint.frozen import dataclass, replace

if TYPE_CHECKING:
    from tritonlint.findings.result import Result

# Nothing of the user's settings may change how the difference reads, and no attribute of the tree
# may call a file binary. Submodules are asked for one by one: git would go by their own settings.
_DIFF = (
    "-c core.quotePath=true diff --unified=0 --find-renames --no-color --no-ext-diff "
    "--no-textconv --text --no-relative --ignore-submodules=all --src-prefix=a/ "
    "--dst-prefix=b/ --diff-filter=d"
).split()
_HUNK = re.compile(rb"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Changes:
    """The lines that changed since a revision in the working tree below `top`: ranges by path below
    `top`; a file that git does not track has changed as a whole."""

    top: str
    lines: Mapping[str, tuple[range, ...]]
    tracked: frozenset[str] = field(repr=False)

    def touch(self, span: Span) -> bool:
        """Whether `span` has a changed line."""
        path = os.path.relpath(os.path.realpath(span.path), self.top).replace(os.sep, "/")
        if path.startswith("../"):
            return False
        if path not in self.tracked:
            return True
        return any(
            span.line < each.stop and each.start <= span.end_line
            for each in self.lines.get(path, ())
        )

    def concern(self, finding: Finding) -> bool:
        """Whether the finding, or any step of its trace, lies on a changed line."""
        return any(map(self.touch, (finding.span, *(step.span for step in finding.trace))))


def only_changed(result: Result, changes: Changes) -> Result:
    """`result` with those findings only, reported and suppressed, that `changes` concern."""
    return replace(
        result,
        findings=tuple(each for each in result.findings if changes.concern(each)),
        suppressed=tuple(each for each in result.suppressed if changes.concern(each.finding)),
    )


def since(revision: str, folder: Path) -> Changes:
    """What changed between `revision` and the working tree around `folder`: commits, staged and
    unstaged edits, and files that git does not track. Where the history has forked since, what
    counts is the commit at which it did.

    Raises UsageError where git, a repository or the revision is missing.
    """
    top = _git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")
    root = Path(os.fsdecode(top))
    commit = _commit(revision, root)
    lines, tracked = _difference(root, commit)
    return Changes(os.path.realpath(root), lines, frozenset(tracked))


def _difference(root: Path, commit: str) -> tuple[dict[str, tuple[range, ...]], set[str]]:
    """The changed lines of each file below `root` since `commit`, and the files that git tracks,
    those of submodules too. A submodule that was not there has changed as a whole."""
    lines = _changed_lines(_git(root, *_DIFF, commit, "--"))
    tracked: set[str] = set()
    for entry in filter(None, _git(root, "ls-files", "-z", "--stage").split(b"\0")):
        head, _, name = entry.partition(b"\t")
        path = os.fsdecode(name)
        if not head.startswith(b"160000 "):
            tracked.add(path)
        elif (root / path / ".git").exists():
            with contextlib.suppress(UsageError):
                before = _git(root, "rev-parse", "--verify", "--quiet", f"{commit}:{path}")
                inner, inside = _difference(root / path, before.decode().strip())
                lines |= {f"{path}/{each}": ranges for each, ranges in inner.items()}
                tracked |= {f"{path}/{each}" for each in inside}
    return lines, tracked


def _commit(revision: str, root: Path) -> str:
    """The commit at which the history of `revision` and the present one part; `revision` itself
    when they have nothing in common."""
    if not revision or revision.startswith("-"):
        raise UsageError(f"--diff-base: {revision!r} is no revision")
    try:
        named = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UsageError as error:
        raise UsageError(
            f"--diff-base: git knows no revision {revision!r}; fetch it first where the clone is"
            " shallow"
        ) from error
    with contextlib.suppress(UsageError):
        named = _git(root, "merge-base", named.decode().strip(), "HEAD")
    return named.decode().strip()


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints. Raises UsageError with what it says when it fails."""
    # Set in hooks, relative to another folder: git finds the repository of `folder` by itself.
    located = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in located}
    try:
        done = git.run(folder, arguments, environment)
    except OSError as error:
        raise UsageError(f"--diff-base: git cannot be run: {error.strerror or error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise UsageError(f"--diff-base: {folder}: git: {said or 'failed'}")
    return done.stdout


def _changed_lines(difference: bytes) -> dict[str, tuple[range, ...]]:
    """The changed lines of each file of a diff without context. Where lines were only taken out,
    those on both sides of the gap have changed."""
    changed: dict[str, list[range]] = {}
    path = ""
    left = 0
    for line in difference.split(b"\n"):
        hunk = _HUNK.match(line) if left == 0 else None
        if left and line.startswith(b"+"):
            left -= 1
        elif hunk:
            start, count = int(hunk[1]), int(hunk[2] or 1)
            lines = range(start, start + count) if count else range(max(start, 1), start + 2)
            changed.setdefault(path, []).append(lines)
            left = count
        elif not left and line.startswith(b"+++ "):
            path = _path(line[4:])
    return {path: tuple(ranges) for path, ranges in changed.items()}


def _path(written: bytes) -> str:
    """The path that a header of a diff names (`b/path`, quoted as in C where it holds odd
    characters)."""
    written = written.rstrip(b"\t")
    if written.startswith(b'"'):
        written = ast.literal_eval(f"b{written.decode('ascii')}")
    return os.fsdecode(written.removeprefix(b"b/"))

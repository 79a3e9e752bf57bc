"""Writing changed files: a group at once or not at all, and never over what someone else wrote
meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.fixing.journal import together
from tritonlint.fixing.plans import Change
from tritonlint.fixing.temporary import Temporary, tidy


@dataclass(frozen=True)
class _Staged:
    """A change whose new content lies beside its file, ready to be moved over it."""

    change: Change
    target: str
    temporary: Temporary


def write(group: Sequence[Change]) -> None:
    """Write the changes, keeping each file's permissions and the links to it.

    Each file is replaced by a complete one, never written in place. Raises SourceError, with every
    file as it was, when one cannot be written or is no longer what was read. Of several files there
    is a journal meanwhile: the next run puts back what one that is killed has replaced.
    """
    staged: list[_Staged] = []
    try:
        # Not a comprehension: what was staged before a failure is to be cleaned up.
        for change in group:
            staged.append(_stage(change))  # noqa: PERF401
        for each in staged:
            _must_be_unchanged(each.change, each.target)
        with together([replace(each.change, path=each.target) for each in staged]):
            _move(staged)
    finally:
        for each in staged:
            each.temporary.close()
        for folder in {os.path.dirname(each.target) for each in staged}:
            tidy(folder)


def _stage(change: Change) -> _Staged:
    # Follow links: the file that is linked to changes, the link stays.
    target = os.path.realpath(change.path)
    try:
        state = os.stat(target)
        if not os.access(target, os.W_OK):
            raise SourceError(change.path, "cannot be written: the file is read-only")
        temporary = Temporary(target)
    except OSError as error:
        raise _cannot(change, error) from error
    try:
        temporary.write(change.after, state)
    except OSError as error:
        temporary.close()
        raise _cannot(change, error) from error
    return _Staged(change, target, temporary)


def _must_be_unchanged(change: Change, target: str) -> None:
    try:
        now = Path(target).read_bytes()
    except OSError as error:
        raise _cannot(change, error) from error
    if now != change.before:
        reason = "changed while it was being checked, so it is left alone; run tritonlint again"
        raise SourceError(change.path, reason)


def _move(staged: Sequence[_Staged]) -> None:
    """Move each staged file over its target; put the earlier ones back when one fails."""
    done: list[_Staged] = []
    for each in staged:
        try:
            each.temporary.replace()
        except BaseException as error:
            _put_back(done)
            if isinstance(error, OSError):
                raise _cannot(each.change, error) from error
            raise
        done.append(each)


def _put_back(done: Sequence[_Staged]) -> None:
    for each in done:
        back = _stage(Change(each.change.path, b"", each.change.before))
        back.temporary.replace()
        back.temporary.close()


def _cannot(change: Change, error: OSError) -> SourceError:
    return SourceError(change.path, f"cannot be written: {error.strerror or error}")

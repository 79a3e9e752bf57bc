"""Files that belong together, of which a killed run had replaced some, are put back by the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.fixing.journal import Unfinished, unfinished
from tritonlint.fixing.plans import Change
from tritonlint.fixing.writing import write

_KILLED = "a run was killed before it had replaced all of these files"


def repair(paths: Sequence[Path]) -> list[str]:
    """Put back what killed runs left half done at or below `paths`. Returns what to tell of it."""
    told = []
    for each in unfinished():
        if not each.is_half():
            each.forget()
        elif each.is_below(paths):
            told.append(f"{each.shown}: {_KILLED}; {_put_back(each)}")
            if not each.is_half() or each.is_touched():
                each.forget()
    return told


def half_done(paths: Sequence[Path]) -> list[str]:
    """What to tell of groups at or below `paths` that are half replaced."""
    hint = "`tritonlint autofix --apply` puts them back"
    found = (each for each in unfinished() if each.is_half() and each.is_below(paths))
    return [f"{each.shown}: {_KILLED}; {hint}" for each in found]


def _put_back(group: Unfinished) -> str:
    """Make every file what it was, unless one has been changed since. Returns what came of it."""
    if group.is_touched():
        return "some were changed since, so they are left as they are: look at them"
    try:
        for each, held in zip(group.changes, group.contents(), strict=True):
            if held == each.after:
                write([Change(each.path, each.after, each.before)])
    except SourceError as error:
        return f"they could not be put back: {error}"
    return "they are as they were before it"

"""Replays of a user's launches as a table for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.source import display_path
from tritonlint.verify.replay.replay import Difference, Flagged, Replayed, Replays

if TYPE_CHECKING:
    from rich.console import Console

_HEADINGS = (
    "launch", "kernel", "argument", "written", "differ", "NaN as passed", "NaN as fixed"
)  # fmt: skip


def as_json(replays: Replays) -> str:
    """The replays as one JSON document (version 1)."""
    data = {"version": 1, **asdict(replays)}
    for each, launch in zip(data["launches"], replays.launches, strict=True):
        each["differs"] = launch.differs
    return json.dumps(data, indent=2, ensure_ascii=False)


def show(replays: Replays, console: Console) -> None:
    """Print a row for each argument of each launch that was replayed, and what was not."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    for launch in replays.launches:
        for row in _rows(launch):
            table.add_row(*map(escape, row))
    console.print(table)
    for line in _footer(replays):
        console.print(escape(line), highlight=False)


def _rows(launch: Replayed) -> Iterator[tuple[str, ...]]:
    place = f"{_place(launch.flagged)} #{launch.number}"
    if launch.reason:
        yield place, launch.flagged.kernel, launch.flagged.parameter, "not replayed", "", "", ""
    for each in launch.differences:
        name = each.parameter
        if name == launch.flagged.parameter:
            name += f" ({_short(launch.as_passed)} viewed as {_short(launch.as_fixed)})"
        yield place, launch.flagged.kernel, name, *_numbers(each)


def _numbers(each: Difference) -> tuple[str, str, str, str]:
    share = f" ({100 * each.differing / each.written:.1f} %)" if each.differing else ""
    return (
        f"{each.written} of {each.elements}",
        f"{each.differing}{share}",
        str(each.nan_as_passed),
        str(each.nan_as_fixed),
    )


def _short(dtype: str) -> str:
    return dtype.removeprefix("torch.")


def _place(flagged: Flagged) -> str:
    return f"{display_path(Path(flagged.path))}:{flagged.line}"


def _footer(replays: Replays) -> Iterator[str]:
    yield f"{replays.entry} on {replays.device}"
    for each in replays.launches:
        if each.reason:
            yield f"{_place(each.flagged)} #{each.number} was not replayed: {each.reason}"
    if replays.passed_over:
        yield f"{replays.passed_over} further launches of these were not replayed"
    for flagged in replays.never_launched:
        yield f"{_place(flagged)}: flagged ({flagged.code}), and not launched"
    if replays.error:
        yield f"the program ended with {replays.error}"
    differ = sum(each.differs for each in replays.launches)
    yield f"{differ} of {len(replays.launches)} replayed launches differ"

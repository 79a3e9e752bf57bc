"""Runs contestants on a workload, in turns, so that a busy moment of the machine meets all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contestants import Contestant
from timing import Failed, Measured, Sample, run, summary


@dataclass(frozen=True)
class Workload:
    """What is checked: `target`, a path below `folder`. `changed_folder` is a copy of `folder` in
    which the file `edited` may be rewritten; where that is `target`, one file is checked."""

    name: str
    folder: Path
    target: str
    changed_folder: Path | None = None
    edited: str = ""

    @property
    def single(self) -> bool:
        """Whether one file is checked."""
        return self.edited == self.target


@dataclass(frozen=True)
class Rounds:
    """How often: `runs` after a warm-up; what takes minutes, only with `slow`, `slow_runs` times
    and without a warm-up (the warm-ups of the others have read the files)."""

    runs: int
    slow: bool
    slow_runs: int


@dataclass(frozen=True)
class Outcome:
    """The figures of a workload by contestant, and why each other one has none."""

    workload: Workload
    measured: dict[str, Measured]
    not_measured: dict[str, str]


def copy_python_files(tree: Path, into: Path) -> None:
    """Copy the Python files below `tree` to `into`, where no settings, .gitignore or cache of its
    project have a say."""

    def others(folder: str, names: list[str]) -> list[str]:
        paths = {name: os.path.join(folder, name) for name in names}
        return [
            name
            for name, path in paths.items()
            if not (os.path.isdir(path) or name.endswith(".py") and os.path.isfile(path))
        ]

    shutil.copytree(tree, into, ignore=others)


def contest(workload: Workload, contestants: Sequence[Contestant], rounds: Rounds) -> Outcome:
    """Run each of `contestants` in turn, round after round."""
    samples: dict[str, list[Sample]] = {each.name: [] for each in contestants}
    failed: dict[str, str] = {}
    for number in range(rounds.runs + 1):
        print(f"{workload.name}: round {number} of {rounds.runs}", file=sys.stderr)
        for each in _in_round(number, workload, contestants, rounds):
            if each.name in failed:
                continue
            try:
                sample = _once(each, workload, number)
            except Failed as error:
                failed[each.name] = str(error)
            else:
                if number > 0:
                    samples[each.name].append(sample)
    for each in contestants:
        if not samples[each.name] and each.name not in failed:
            failed[each.name] = "takes minutes; add --slow"
    measured = {
        name: summary(each) for name, each in samples.items() if each and name not in failed
    }
    return Outcome(workload, measured, failed)


def _in_round(
    number: int, workload: Workload, contestants: Sequence[Contestant], rounds: Rounds
) -> Iterator[Contestant]:
    """Who runs in round `number`; round 0 is the warm-up."""
    for each in contestants:
        takes_minutes = each.slow and not workload.single
        if not takes_minutes or rounds.slow and 1 <= number <= rounds.slow_runs:
            yield each


def _once(contestant: Contestant, workload: Workload, number: int) -> Sample:
    folder = workload.folder
    if contestant.changes and workload.changed_folder is not None:
        folder = workload.changed_folder
        with (folder / workload.edited).open("ab") as stream:
            stream.write(b"\n# %d\n" % number)
    contestant.prepare()
    return run(
        contestant.for_target(workload.target),
        folder,
        os.environ | contestant.environment,
        contestant.accepted,
    )

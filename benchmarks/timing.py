"""Time and peak memory of whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """A command did not start, or ended with an exit code that does not mean "done"."""


@dataclass(frozen=True)
class Sample:
    """One run: wall-clock and processor seconds (its children included), and the peak resident
    size of its largest process in MiB.

    Linux counts towards a child's peak what the runner held when it started the child, so that no
    peak is below the runner's own size (about 15 MiB).
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], accepted: Sequence[int]
) -> Sample:
    """Run `command` in `folder` once, its output thrown away.

    Raises Failed, with the last line that it wrote, for an exit code that is not `accepted`.
    """
    with tempfile.TemporaryFile() as complaints:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
        except OSError as error:
            raise Failed(f"cannot be started: {error.strerror or error}") from error
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in accepted:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").split("\n")
            last = next((line.strip() for line in reversed(said) if line.strip()), "no message")
            raise Failed(f"exit code {process.returncode}: {last}")
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@dataclass(frozen=True)
class Measured:
    """What the runs of one contestant came to: medians of the times, the largest peak."""

    runs: int
    seconds: float
    fastest: float
    slowest: float
    cpu_seconds: float
    peak_mib: float


def summary(samples: Sequence[Sample]) -> Measured:
    """The figures of `samples`, of which there is at least one."""
    seconds = [sample.seconds for sample in samples]
    return Measured(
        runs=len(samples),
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        cpu_seconds=statistics.median(sample.cpu_seconds for sample in samples),
        peak_mib=max(sample.peak_mib for sample in samples),
    )

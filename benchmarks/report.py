"""The figures as a table and as JSON: ratios first, since seconds belong to one machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from contest import Outcome
from timing import Measured

OWN = ("tritonlint cold", "tritonlint warm", "tritonlint changed")


@dataclass(frozen=True)
class Aim:
    """tritonlint's median, in the state `own`, is to be at most `at_most` times `peer`'s: of wall
    time, or of processor time. `of` is the workload of `peer` where that is another one."""

    workload: str
    own: str
    peer: str
    at_most: float
    by: Literal["wall", "CPU"] = "wall"
    of: str = ""


AIMS = (
    Aim("tree", "tritonlint cold", "semgrep, 1 rule", 0.5),
    Aim("tree", "tritonlint cold", "ruff cold", 4.5),
    Aim("tree", "tritonlint cold", "ruff cold", 4.5, "CPU"),
    Aim("tree", "tritonlint warm", "ruff warm", 0.5),
    Aim("tree", "tritonlint changed", "ruff cold", 0.5, "CPU"),
    Aim("part of the tree", "tritonlint cold", "tritonlint cold", 0.6, "CPU", "tree"),
    Aim("clean file", "tritonlint cold", "flake8", 1.0),
    Aim("clean file", "tritonlint changed", "flake8", 1.0),
    Aim("suspect file", "tritonlint cold", "fixit, 1 rule", 1.0),
    Aim("suspect file", "tritonlint changed", "fixit, 1 rule", 1.0),
)


def ratios(outcome: Outcome) -> dict[str, dict[str, float]]:
    """For each state of tritonlint, its median time divided by that of each other contestant."""
    measured = outcome.measured
    return {
        own: {
            name: measured[own].seconds / other.seconds
            for name, other in measured.items()
            if name not in OWN
        }
        for own in OWN
        if own in measured
    }


def judged(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Each aim with its ratio and whether it is reached, None where a side was not measured."""
    measured = {outcome.workload.name: outcome.measured for outcome in outcomes}
    verdicts: list[dict[str, object]] = []
    for aim in AIMS:
        own = measured.get(aim.workload, {}).get(aim.own)
        peer = measured.get(aim.of or aim.workload, {}).get(aim.peer)
        ratio = None if own is None or peer is None else _taken(own, aim) / _taken(peer, aim)
        reached = None if ratio is None else ratio <= aim.at_most
        verdicts.append({**asdict(aim), "ratio": ratio, "reached": reached})
    return verdicts


def _taken(measured: Measured, aim: Aim) -> float:
    """The seconds that an aim is about."""
    return measured.cpu_seconds if aim.by == "CPU" else measured.seconds


def table(outcome: Outcome, versions: Mapping[str, str]) -> Iterator[str]:
    """The lines of the table of one workload."""
    compared = ratios(outcome)
    states = [own.removeprefix("tritonlint ") for own in compared]
    yield f"{outcome.workload.name}: {outcome.workload.target}"
    head = f"  {'':<20}{'version':>10}{'median s':>10}{'from':>9}{'to':>9}{'CPU s':>9}{'MiB':>7}"
    yield head + f"{'runs':>6}" + "".join(f"{state + ' /':>11}" for state in states)
    for name, each in outcome.measured.items():
        row = f"  {name:<20}{versions.get(name, ''):>10}{each.seconds:>10.3f}{each.fastest:>9.3f}"
        row += f"{each.slowest:>9.3f}{each.cpu_seconds:>9.3f}{each.peak_mib:>7.0f}{each.runs:>6}"
        cells = (f"{of[name]:>11.2f}" if name in of else " " * 11 for of in compared.values())
        yield (row + "".join(cells)).rstrip()
    for name, reason in outcome.not_measured.items():
        yield f"  {name:<20}not measured: {reason}"


def verdict(aim: Mapping[str, object]) -> str:
    """One line about a judged aim."""
    ratio, said = aim["ratio"], {True: "reached", False: "MISSED", None: "not measured"}
    figure = f"{ratio:.2f}" if isinstance(ratio, float) else "-"
    of = f" of the {aim['of']}" if aim["of"] else ""
    text = f"{aim['workload']}: {aim['own']} / {aim['peer']}{of}, {aim['by']}"
    return f"  {text:<70}{figure:>7}  at most {aim['at_most']}  {said[_flag(aim['reached'])]}"


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def as_data(
    outcomes: Sequence[Outcome], versions: Mapping[str, str], machine: Mapping[str, object]
) -> dict[str, object]:
    """Everything measured, for a script to read. Times are seconds, sizes MiB."""
    return {
        "version": 1,
        "machine": dict(machine),
        "versions": dict(versions),
        "workloads": [
            {
                "name": outcome.workload.name,
                "target": outcome.workload.target,
                "measured": {name: asdict(each) for name, each in outcome.measured.items()},
                "not_measured": outcome.not_measured,
                "ratios": ratios(outcome),
            }
            for outcome in outcomes
        ],
        "aims": judged(outcomes),
    }

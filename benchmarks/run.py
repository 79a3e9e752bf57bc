"""Times tritonlint and its peers on a tree and on single files; see README.md beside this file.

python benchmarks/run.py TREE [--part FOLDER] [--clean FILE] [--suspect FILE] [--slow] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contest import Outcome, Rounds, Workload, contest, copy_python_files
from contestants import Contestant, find, own, peers, references, version
from report import OWN, as_data, judged, table, verdict


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; ends the process with exit code 2 where it is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("tree", type=Path, help="a folder, such as an unpacked release's package")
    parser.add_argument("--clean", type=Path, help="a file of the tree that is no suspect")
    parser.add_argument("--suspect", type=Path, help="a file of the tree that is one")
    parser.add_argument("--part", type=Path, help="a folder of the tree, to be checked by itself")
    parser.add_argument("--runs", type=int, default=7, help="measured rounds (default: 7)")
    parser.add_argument("--slow", action="store_true", help="on the tree, run slow peers too")
    parser.add_argument("--slow-runs", type=int, default=1, help="rounds of those (default: 1)")
    parser.add_argument("--bin", type=Path, action="append", default=[], help="look here for tools")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(argv)
    given.tree = given.tree.resolve()
    if not given.tree.is_dir():
        parser.error(f"{given.tree}: no such folder")
    if given.runs < 1 or given.slow_runs < 1:
        parser.error("--runs and --slow-runs are at least 1")
    for file in filter(None, (given.clean, given.suspect)):
        if not file.is_file() or given.tree not in file.resolve().parents:
            parser.error(f"{file}: no file of {given.tree}")
    if given.part is not None and given.tree not in given.part.resolve().parents:
        parser.error(f"{given.part}: no folder of {given.tree}")
    given.bin = [folder.resolve() for folder in given.bin]
    if find("tritonlint", given.bin) is None:
        parser.error("tritonlint: not found; install it, or name its folder with --bin")
    return given


def workloads(given: argparse.Namespace, scratch: Path) -> list[Workload]:
    """The tree and the files, as copies below `scratch`."""
    tree: Path = given.tree
    copy_python_files(tree, scratch / "plain" / tree.name)
    plain, edited = scratch / "plain", given.clean or given.suspect
    found = [Workload("tree", plain, tree.name)]
    if edited is not None:
        # One comment line is added to one file, and all is checked again.
        copy_python_files(tree, scratch / "changed tree" / tree.name)
        path = edited.resolve().relative_to(tree.parent).as_posix()
        found = [replace(found[0], changed_folder=scratch / "changed tree", edited=path)]
    if given.part is not None:
        path = given.part.resolve().relative_to(tree.parent).as_posix()
        found.append(Workload("part of the tree", plain, path))
    for name, file in (("clean file", given.clean), ("suspect file", given.suspect)):
        if file is not None:
            changed = scratch / f"changed {name}"
            copy_python_files(tree, changed / tree.name)
            target = file.resolve().relative_to(tree.parent).as_posix()
            found.append(Workload(name, plain, target, changed, target))
    return found


def field(workload: Workload, caches: Path, folders: Sequence[Path]) -> list[Contestant]:
    """Who could run on `workload`."""
    states = own(("tritonlint",), caches)
    changes = workload.changed_folder is not None
    everyone = [each for each in states if changes or not each.changes]
    everyone += [*peers(caches), *references()]
    return [
        replace(each, command=(find(each.command[0], folders) or "", *each.command[1:]))
        for each in everyone
    ]


def measure(workload: Workload, caches: Path, given: argparse.Namespace) -> Outcome:
    """The figures of one workload; who is not installed is named as not measured."""
    everyone = field(workload, caches, given.bin)
    rounds = Rounds(given.runs, given.slow, given.slow_runs)
    outcome = contest(workload, [each for each in everyone if each.command[0]], rounds)
    absent = {each.name: "not installed" for each in everyone if not each.command[0]}
    return replace(outcome, not_measured=outcome.not_measured | absent)


def versions(given: argparse.Namespace, folder: Path) -> dict[str, str]:
    """The version of each contestant that is installed, by its name."""
    known = field(Workload("", folder, "", folder), folder, given.bin)
    return {
        each.name: version(each.command[0], os.environ | each.environment)
        for each in known
        if each.command[0]
    }


def machine() -> dict[str, object]:
    """What the seconds depend on. The load average tells whether the machine was quiet before."""
    cpus = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return {
        "cpus": cpus,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write the JSON. Returns 0; 1 when an aim was missed; 2 when
    tritonlint failed."""
    given = arguments(argv)
    about = machine()
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items()))
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        known = versions(given, scratch)
        for number, workload in enumerate(workloads(given, scratch)):
            outcome = measure(workload, scratch / "caches" / str(number), given)
            outcomes.append(outcome)
            print("", *table(outcome, known), sep="\n", flush=True)
    verdicts = judged(outcomes)
    print("\naims", *map(verdict, verdicts), sep="\n")
    if given.json is not None:
        data = as_data(outcomes, known, about)
        given.json.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    if any(name in outcome.not_measured for outcome in outcomes for name in OWN):
        return 2
    return 1 if any(each["reached"] is False for each in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.metamorphic`: every rewriting of every program, and what becomes of what is found.

For each rewriting: the programs that it changes, the findings that stay, those that are lost, and
alarms on programs that are correct. Exit 1 if a loss or an alarm is not known (known.txt).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.metamorphic.judging import codes
from tests.metamorphic.programs import Source, fixtures, folder, reason
from tests.metamorphic.rewritings import REWRITINGS, rewritten


def main() -> int:
    arguments = _arguments()
    sources = [s for each in arguments.programs for s in folder(each)] or fixtures()
    sources = [s for s in sources if arguments.only in s.name]
    if arguments.sample:
        sources = random.Random(arguments.seed).sample(sources, min(arguments.sample, len(sources)))
    steps = list(_steps(arguments))
    rows: dict[str, list[dict[str, Any]]] = {"+".join(step): [] for step in steps}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for results in pool.map(_judged, sources, [steps] * len(sources), chunksize=2):
            for each in results:
                rows[each["rewriting"]].append(each)
    if arguments.output:
        arguments.output.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return _report(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, nargs="*", default=[], help="folders of *_hazard.py and *_correct.py; default: the fixtures")
    parser.add_argument("--only", default="", help="programs with this in their name")
    parser.add_argument("--rewriting", nargs="*", default=[], help="names of rewritings; default: all")
    parser.add_argument("--pairs", type=int, default=0, help="so many pairs of rewritings, drawn with --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample", type=int, default=0, help="so many programs, drawn with --seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write every result there as JSON")
    return parser.parse_args()


def _steps(arguments: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    names = arguments.rewriting or list(REWRITINGS)
    if not arguments.pairs:
        yield from ((name,) for name in names)
        return
    choose = random.Random(arguments.seed)
    yield from {tuple(choose.sample(names, 2)): None for _ in range(arguments.pairs)}


def _judged(source: Source, steps: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """What is found after each of the rewritings that change the program."""
    before = codes(source.text, source.beside)
    right = bool(before) if source.expected == {"?"} else before == source.expected
    if not right:
        return []
    results = []
    for step in steps:
        name = "+".join(step)
        try:
            text = rewritten(source.text, step)
            if text is None or text == source.text:
                continue
            after = sorted(codes(text, source.beside))
        except Exception as error:
            after = [f"ERROR {type(error).__name__}: {error}"]
        results.append({"rewriting": name, "program": source.name, "before": sorted(before), "after": after})
    return results


def _report(rows: dict[str, list[dict[str, Any]]]) -> int:
    bad, total = 0, [0, 0, 0, 0]
    print(f"{'rewriting':44} programs  found  lost  alarms")
    for name, results in rows.items():
        hazards = [each for each in results if each["before"]]
        lost = [each for each in hazards if not set(each["before"]) <= set(each["after"])]
        alarms = [each for each in results if set(each["after"]) - set(each["before"])]
        counts = [len(results), len(hazards) - len(lost), len(lost), len(alarms)]
        total = [a + b for a, b in zip(total, counts, strict=True)]
        print(f"{name:44} {counts[0]:8} {counts[1]:6} {counts[2]:5} {counts[3]:7}")
        for each in [*alarms, *lost]:
            why = "" if each in alarms else reason(name, each["program"])
            bad += not why
            print(f"    {each['program']}: {each['before']} -> {each['after']}  {why}".rstrip())
    print(f"{'all':44} {total[0]:8} {total[1]:6} {total[2]:5} {total[3]:7}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

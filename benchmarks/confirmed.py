"""How many of the hazards in real releases does `check --confirm compile` confirm, and how fast?

python benchmarks/confirmed.py LABELS RELEASES [--only NAME]

LABELS has one JSON object a line, each a launch argument of a release below RELEASES: `corpus` (the
release's folder), `path`, `launch_line`, `kernel`, `param`, and `label`. A HAZARD is asked about as
it is. A SAFE-VIEWED argument whose `mutant_effect` begins with `silent` becomes a hazard: in a copy
of the release its view is deleted (`view_text` at `view_line` of `view_path`, default `path`).
"""

from __future__ import annotations

import argparse
import collections
import gc
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tritonlint.engine.check import check
from tritonlint.findings import Finding
from tritonlint.settings.config import Settings
from tritonlint.verify.confirm import confirm
from tritonlint.verify.confirm.question import Question
from tritonlint.verify.worker import Worker

Label = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> None:
    """Ask about every label and print the verdicts and the seconds that they took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("labels", type=Path)
    parser.add_argument("releases", type=Path)
    parser.add_argument("--only", help="this release only")
    given = parser.parse_args(argv)
    rows = [json.loads(line) for line in given.labels.read_text().splitlines() if line.strip()]
    verdicts: collections.Counter[str] = collections.Counter()
    seconds: list[float] = []
    settings = Settings()
    with Worker(confirm.ENVIRONMENT, confirm.MEMORY_BYTES) as worker:
        worker.ask("tritonlint.verify.confirm.confirm", "has_triton", (), confirm.HARD_SECONDS)
        for label, finding in hazards(rows, given.releases, given.only, settings):
            verdict, reason = "not reported", ""
            question = confirm.question_of(finding, settings.targets) if finding else None
            if isinstance(question, Question):
                start = time.perf_counter()
                answer = confirm.ask(worker, question)
                seconds.append(time.perf_counter() - start)
                verdict, reason = answer.verdict, answer.reason
            verdicts[verdict] += 1
            print(f"{verdict}: {label['path']} {label['kernel']}({label['param']}): {reason}")
    asked = len(seconds) or 1
    print(f"{dict(verdicts)}; confirmed {verdicts['confirmed'] / asked:.0%} of those reported")
    if seconds:
        print(f"seconds: median {statistics.median(seconds):.2f}, longest {max(seconds):.2f}")


def hazards(
    rows: Sequence[Label], releases: Path, only: str | None, settings: Settings
) -> Iterator[tuple[Label, Finding | None]]:
    """Each hazard with the finding about it, if there is one; the working directory is a copy of
    its release."""
    for corpus in sorted({row["corpus"] for row in rows}):
        if not (releases / corpus).is_dir() or (only and corpus != only):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / corpus
            shutil.copytree(releases / corpus, copy)
            os.chdir(copy)
            for row in (row for row in rows if row["corpus"] == corpus):
                if row["label"] == "HAZARD" or row.get("mutant_effect", "").startswith("silent"):
                    yield row, asked_about(row, settings)
            os.chdir(releases)


def asked_about(row: Label, settings: Settings) -> Finding | None:
    """The finding about a label, its view deleted for as long as it takes to find it: kernels are
    not changed by that."""
    viewing = Path(row.get("view_path") or row["path"])
    original = viewing.read_text()
    if row["label"] != "HAZARD":
        viewing.write_text(without_view(original, row))
    files = sorted({Path(row["path"]), viewing})
    if row["label"] == "HAZARD":
        files = sorted(Path(row["path"]).parents[1].rglob("*.py"))
    found = [each for each in check(files, settings).findings if is_about(each, row)]
    viewing.write_text(original)
    gc.collect()  # syntax trees of a whole release
    # What is silent before what the compiler refuses anyway.
    return min(found, key=lambda each: bool(each.claim and each.claim.rejected), default=None)


def is_about(finding: Finding, row: Label) -> bool:
    """Whether a finding is about the launch and the parameter of a label."""
    site = finding.launch
    return site is not None and (site.kernel, site.parameter, site.path, site.line) == (
        row["kernel"],
        row["param"],
        row["path"],
        row["launch_line"],
    )


def without_view(text: str, row: Label) -> str:
    """The text with the label's view deleted; it may span lines, which stay."""
    lines = text.split("\n")
    start = row["view_line"] - 1
    for count in range(1, 8):
        block = "\n".join(lines[start : start + count])
        if row["view_text"] in block:
            lines[start : start + count] = block.replace(row["view_text"], "", 1).split("\n")
            return "\n".join(lines)
    raise SystemExit(f"{row['path']}:{row['view_line']}: no {row['view_text']}")


if __name__ == "__main__":
    main()

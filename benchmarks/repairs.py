#!/usr/bin/env python3
"""How many deleted views `tritonlint autofix --apply` puts back, in copies of real releases.

    repairs.py LABELS.jsonl DIR [--only RELEASE] [--verbose]

LABELS names launch arguments that are viewed, a JSON object a line: `corpus` (the folder of the
release below DIR), `path`, `launch_line`, `kernel`, `param`, `view_line`, `view_text`, and
`view_path` where the view stands in another file. In a copy of the release one view is deleted, the
fixes are applied, and the whole release is compared with what it was:

  identical    byte for byte the release
  name         the release but for the dtype that is named in that view, and an import for it
  elsewhere    the finding is gone, by another edit
  other dtype  the view is back with a dtype of another width: wrong
  unrepaired   reported, and not fixed
  silent       not reported

Exit code 0 when at least --floor of the reported ones whose view stands in the launching function
are identical or differ in the name only, and none was given another width; else 1.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTHS = {"float32": 32, "bfloat16": 16, "float16": 16, "half": 16}


def run(tool: str, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One run of `tool` in `root`. Ends the script when it failed."""
    command = [*shlex.split(tool), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done


def without_view(text: str, label: dict) -> tuple[int, str] | None:
    """Where the label's view stands, and the text without it; None when it is not there."""
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: label["view_line"] - 1]))
    end = start + sum(map(len, lines[label["view_line"] - 1 : label["view_line"] + 7]))
    at = text.find(label["view_text"], start, end)
    return None if at < 0 else (at, text[:at] + text[at + len(label["view_text"]) :])


def reported(tool: str, root: Path, paths: list[str], label: dict) -> bool:
    """Whether the labelled argument is among the findings."""
    answer = run(tool, root, "check", "--no-cache", "--output-format", "json", *paths)
    for found in json.loads(answer.stdout)["findings"]:
        launch = found["launch"] or {}
        if (launch.get("kernel"), launch.get("parameter")) == (label["kernel"], label["param"]):
            return True
    return False


def verdict(before: str, broken: str, at: int, after: str, label: dict) -> str:
    """What became of the mutated file; see the top of this file."""
    if after == before:
        return "identical"
    if after == broken:
        return "unrepaired"
    head, tail = broken[:at], broken[at:]
    while head and not (after.startswith(head)):
        # An import may have been added above: compare from the first line on that both have.
        added = [line for line in after.splitlines(True) if line not in head.splitlines(True)]
        imports = [line for line in added if re.match(r"\s*(from|import) ", line)]
        if not imports:
            return "elsewhere"
        after = after.replace(imports[0], "", 1)
    view = re.fullmatch(r"\.view\((.*)\)", after[len(head) : len(after) - len(tail)], re.S)
    if view is None or not after.endswith(tail):
        return "elsewhere"
    same = _width(view[1]) == _width(label["view_text"])
    return f"name ({label['view_text']} -> {view[0]})" if same else f"other dtype {view[0]}"


def _width(dtype: str) -> int:
    return next((width for name, width in WIDTHS.items() if name in dtype), 8)


def in_launching_function(before: str, label: dict) -> bool:
    """Whether the view stands in the function that launches."""
    if label.get("view_path") not in (None, label["path"]):
        return False
    functions = [
        (node.lineno, node.end_lineno)
        for node in ast.walk(ast.parse(before))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    around = [(a, b) for a, b in functions if a <= label["launch_line"] <= b]
    return bool(around) and max(around)[0] <= label["view_line"] <= max(around)[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--tool", default=f"{sys.executable} -m tritonlint")
    parser.add_argument("--floor", type=float, default=0.9)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    labels = [json.loads(line) for line in options.labels.read_text().splitlines() if line.strip()]
    counts: collections.Counter[str] = collections.Counter()
    good = asked = 0
    for corpus in sorted({label["corpus"] for label in labels}):
        if options.only not in (None, corpus) or not (options.dir / corpus).is_dir():
            continue
        mutants = [
            label
            for label in labels
            if label["corpus"] == corpus
            and label["label"] == "SAFE-VIEWED"
            and label.get("mutant_effect", "").startswith("silent")
        ]
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch, corpus)
            shutil.copytree(options.dir / corpus, copy)
            for label in mutants:
                found, inside = repair(options.tool, copy, options.dir / corpus, label)
                kind = found.partition(" ")[0]
                counts[f"{kind}{' (launching function)' if inside else ''}"] += 1
                if inside and kind != "silent":
                    asked += 1
                    good += kind in ("identical", "name")
                if options.verbose:
                    place = f"{label['path']}:{label['view_line']}"
                    print(f"{found}: {place} {label['kernel']}({label['param']})", flush=True)
    for kind, number in sorted(counts.items()):
        print(f"{kind}: {number}")
    share = good / asked if asked else 0.0
    print(f"repaired in the launching function: {good}/{asked} = {share:.3f}")
    wrong = sum(number for kind, number in counts.items() if kind.startswith("other"))
    sys.exit(0 if share >= options.floor and not wrong else 1)


def repair(tool: str, copy: Path, release: Path, label: dict) -> tuple[str, bool]:
    """Delete the label's view in `copy`, apply the fixes, say what came of it, and put all back."""
    name = label.get("view_path") or label["path"]
    target = copy / name
    original = target.read_bytes()
    before = original.decode()
    made = without_view(before, label)
    if made is None:
        return "not made", False
    at, broken = made
    target.write_bytes(broken.encode())
    paths = sorted({label["path"], name})
    inside = in_launching_function(before, label)
    if not reported(tool, copy, paths, label):
        found = "silent"
    else:
        run(tool, copy, "autofix", "--apply", "--unsafe-fixes", "--allow-dirty", *paths)
        found = verdict(before, broken, at, target.read_bytes().decode(), label)
    target.write_bytes(original)
    for each in {*copy.rglob("*.py")} - {target}:
        if each.read_bytes() != (release / each.relative_to(copy)).read_bytes():
            found = "elsewhere"
            shutil.copy(release / each.relative_to(copy), each)
    return found, inside


if __name__ == "__main__":
    main()

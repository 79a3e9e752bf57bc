"""Edits of several files of a project, one after the other: what a run finds with what the runs before
kept is what it finds without."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from support import ROOT
from tritonlint.caching.cache import Cache
from tritonlint.engine.check import check
from tritonlint.settings import config

# What is covered is told by the tests that say what should be found: these cost twice with it.
pytestmark = pytest.mark.no_cover

# Those of several files.
CASES = sorted(
    each.parent
    for each in ROOT.glob("fixtures/TL0*/*/flagged.py")
    if len({*each.parent.glob("*.py")} - {each.parent / "fixed.py", each.parent / "verifier.py"}) > 1
)[::3]
EDITS: dict[str, Callable[[list[str], int], list[str]]] = {
    "a comment": lambda lines, at: [*lines[:at], "# a note", *lines[at:]],
    "a line less": lambda lines, at: lines[:at] + lines[at + 1 :],
    "a line twice": lambda lines, at: [*lines[: at + 1], *lines[at:]],
    "other types": lambda lines, at: [
        each.replace("uint8", "float16").replace("float32", "uint8") if i == at else each
        for i, each in enumerate(lines)
    ],
    "another name": lambda lines, at: [
        each.replace("_ptr", "_pointer") if i == at else each for i, each in enumerate(lines)
    ],
    "a constant": lambda lines, _: [*lines, f"_MORE_{len(lines)} = {len(lines)}"],
}


def _edit(path: Path, choose: random.Random) -> str:
    """Edit a line of a file so that Python can still parse it; what was done."""
    lines = path.read_text(encoding="utf-8").split("\n")
    while True:
        name = choose.choice(list(EDITS))
        text = "\n".join(EDITS[name](lines, choose.randrange(len(lines))))
        try:
            compile(text, path.name, "exec")
        except SyntaxError:
            continue
        path.write_text(text, encoding="utf-8")
        return f"{path.name}: {name}"


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.parent.name}-{each.name}")
def test_edits_one_after_the_other_find_what_a_run_without_a_cache_finds(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in case.glob("*.py"):
        if file.name not in ("fixed.py", "verifier.py"):
            shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    settings = config.load(Path(), {"preview": True, "confidence": "possible"})
    files, cache = sorted(Path().glob("*.py")), Cache(tmp_path / "cache")
    choose = random.Random(case.name)

    def found(asked: Sequence[Path], kept: Cache | None) -> object:
        result = check(asked, settings, kept, asked, 1)
        findings = [asdict(each) for each in result.findings]
        return findings, result.skipped, result.suppressed, result.limits, result.files

    done = []
    for _ in range(8):
        done.append(_edit(choose.choice(files), choose))
        for asked in ([choose.choice(files)], files):
            assert found(asked, cache) == found(asked, None), (asked, done)

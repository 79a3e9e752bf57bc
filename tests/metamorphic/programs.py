"""The programs that are rewritten: single files which the linter judges rightly as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import EXPECT, ROOT, without_expectations

RULES = ("TL001", "TL002", "TL003", "TL004")


@dataclass(frozen=True)
class Source:
    """A file, the modules beside it that it imports, and the codes that are to be found in it."""

    name: str
    text: str
    expected: frozenset[str]
    beside: Mapping[str, str] = field(default_factory=dict)


def fixtures() -> list[Source]:
    """The flagged, fixed and correct files of the fixtures of RULES that are one file."""
    found = []
    for rule in RULES:
        for case in sorted((ROOT / "fixtures" / rule).iterdir()):
            files = {each.name: each.read_text(encoding="utf-8") for each in case.glob("*.py")} if case.is_dir() else {}
            beside = {n: t for n, t in files.items() if n not in _CASES and n != "verifier.py"}
            if any(each.is_dir() and each.name[0] != "_" for each in case.glob("*")):
                continue
            for name in sorted(set(files) & set(_CASES)):
                marks = EXPECT.findall(files[name])
                expected = frozenset(each.strip() for codes in marks for each in codes.split(","))
                text = without_expectations(files[name])
                found.append(Source(f"{rule}/{case.name}/{name}", text, expected, beside))
    return found


_CASES = ("flagged.py", "fixed.py", "correct.py")


def folder(path: Path) -> list[Source]:
    """The `*_hazard.py` and `*_correct.py` of a folder, which TL001 or TL002 should find or not;
    of other files each is as correct as it is found to be."""
    return [
        Source(f"{path.parent.name}/{path.name}/{each.name}", each.read_text(encoding="utf-8"), frozenset({"?"} if each.stem.endswith("_hazard") else ()))
        for each in sorted(path.glob("*.py"))
        if each.stem.endswith(("_hazard", "_correct"))
    ]


def known() -> dict[str, str]:
    """The rewritings after which findings are known to be lost, and the programs of which they are
    after some, each with the reason."""
    lines = Path(__file__).with_name("known.txt").read_text(encoding="utf-8").splitlines()
    pairs = (each.partition(": ") for each in lines if not each.startswith("#"))
    return {name: reason for name, _, reason in pairs}


def reason(rewriting: str, program: str) -> str:
    """Why a finding in a program is known to be lost after a rewriting, or several; else nothing."""
    every = known()
    names = (*rewriting.split("+"), program.rpartition("/")[0])
    return next((every[each] for each in names if each in every), "")

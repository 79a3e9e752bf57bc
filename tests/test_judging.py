"""Rules judge data alone: without a file, a tree or libcst."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from support import ROOT
from tritonlint.engine import check, judging
from tritonlint.findings import Finding
from tritonlint.rule import Rule, registry
from tritonlint.rule.suspect import Suspect
from tritonlint.settings.config import Settings

CASES = sorted(
    {path.parent.parent: path for path in ROOT.glob("fixtures/TL0*/*/flagged.py")}.values()
)


def _suspects(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Suspect], list[Finding]]:
    seen: list[Suspect] = []

    def suspect(*given: Any) -> Suspect:
        seen.append(Suspect(*given))
        return seen[-1]

    monkeypatch.setattr(judging, "Suspect", suspect)
    settings = Settings(root=path.parent, preview=True, confidence="possible")
    return seen, list(check.check([path], settings).findings)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.parent.name)
def test_the_hazards_are_known_before_there_is_a_tree(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, findings = _suspects(path, monkeypatch)
    rules = [found for code in registry.codes() if issubclass(found := registry.load(code), Rule)]
    imported = builtins.__import__

    def without_libcst(name: str, *rest: Any) -> Any:
        assert not name.startswith("libcst"), "a judge asks for syntax"
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_libcst)
    judged = {
        (rule.code, each.place)
        for suspect in seen
        for rule in rules
        for each in suspect.observations
        if isinstance(each, rule.observes) and rule().judge(each) is not None
    }
    assert {(each.code, each.span) for each in findings} == judged

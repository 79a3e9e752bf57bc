"""The corpus, replayed: what the fuzzer found, and inputs that between them reach most of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.invariants import TARGETS

CORPUS = Path(__file__).with_name("corpus")
CASES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_breaks_on_the_corpus(case: Path) -> None:
    TARGETS[case.parent.name](case.read_bytes())


def test_every_target_has_a_corpus() -> None:
    assert {case.parent.name for case in CASES} == set(TARGETS)

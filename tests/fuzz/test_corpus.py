"""The corpus, replayed: what the fuzzer found, and inputs that between them reach most of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.invariants import TARGETS

CORPUS = Path(__file__).with_name("corpus")
CASES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())
# What is checked has its facts looked at too, with nothing that hides an error in them.
PAIRS = [(case.parent.name, case) for case in CASES]
PAIRS += [("facts", case) for target, case in PAIRS if target == "check"]


@pytest.mark.parametrize(
    ("target", "case"), PAIRS, ids=[f"{target}/{case.name}" for target, case in PAIRS]
)
def test_nothing_breaks_on_the_corpus(target: str, case: Path) -> None:
    TARGETS[target](case.read_bytes())


def test_every_target_has_a_corpus() -> None:
    assert {case.parent.name for case in CASES} == set(TARGETS)

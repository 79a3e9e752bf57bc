"""Some trees of the grammar: what holds for every tree (`grammar.hold`) holds for them."""

from __future__ import annotations

import pytest

from tests.fuzz.grammar import hold

# What is covered is told by the tests that say what should be found: these cost twice with it.
pytestmark = pytest.mark.no_cover

TREES, AT_ONCE = 90, 10
# Trees whose findings once depended on the order of the files.
FOUND = (1000025, 3000125, 5000404)


@pytest.mark.parametrize("seed", FOUND)
def test_what_the_long_run_found(seed: int) -> None:
    hold(seed)


@pytest.mark.parametrize("first", range(0, TREES, AT_ONCE))
def test_what_holds_for_every_tree(first: int) -> None:
    files = findings = 0
    for seed in range(first, first + AT_ONCE):
        held = hold(seed)
        files, findings = files + held.files, findings + held.findings
    assert files >= AT_ONCE * 2
    assert findings, "no tree has anything to be found"

"""What is put into a dict that nothing else is known of by `update`: the states of an optimizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
def first(p):
    return {{
        "step": 0,
        "moment": torch.zeros(p.numel(), dtype=torch.uint8),
        "largest": torch.zeros(p.numel(), dtype=torch.uint8),
    }}


class Optimizer:
    def live(self, group):
        for p in group["params"]:
            state = self.state[p]
            if not state:
                state.update({given})
            yield p, state

    def step(self, group):
        for p, state in self.live(group):
            moment = state["moment"].view(torch.float8_e4m3fn)
            quantize[(1,)](p.grad, moment, 64)
            if group["amsgrad"]:
                quantize[(1,)](p.grad, {passed}, 64){mark}
"""
LARGEST = 'state["largest"]'
CASES = {
    "what a function gives": ("first(p)", LARGEST, HIT),
    "a dict that is written": (
        '{"moment": torch.zeros(8, dtype=torch.uint8), "largest": torch.zeros(8, dtype=torch.uint8)}',
        LARGEST,
        HIT,
    ),
    "by names": (
        "dict(moment=torch.zeros(8, dtype=torch.uint8), largest=torch.zeros(8, dtype=torch.uint8))",
        LARGEST,
        HIT,
    ),
    "correct: viewed": ("first(p)", f"{LARGEST}.view(torch.float8_e5m2)", ""),
    "correct: floats": (
        '{"moment": torch.zeros(8, dtype=torch.uint8), "largest": torch.zeros(8)}',
        LARGEST,
        "",
    ),
}


@pytest.mark.parametrize(("given", "passed", "mark"), CASES.values(), ids=list(CASES))
def test_updated_states(
    given: str, passed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"optim.py": KERNELS + MODULE.format(given=given, passed=passed, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)

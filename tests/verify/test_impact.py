"""The impact experiment's report; the experiment itself needs a GPU."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from verify_support import FIXTURES

from support import Command
from tritonlint.verify.cases import run
from tritonlint.verify.gpu import impact
from tritonlint.verify.pages import impact_report

DEVICE = {"device": "NVIDIA H200", "torch": "2.11.0", "triton": "3.6.0"}


def point(context: int) -> impact.Point:
    """A point as the experiment makes it: no parity for k at or above the context."""
    parity = {
        impact.key(cache, reference, k): 1.0 if cache == "fixed" else 0.5
        for k in impact.CHOICES
        if k < context
        for cache in ("as_written", "fixed")
        for reference in ("bf16", "same_quantization")
    }
    return impact.Point(context, context // 4, 0, parity)


IMPACT = impact.Impact("TL001/case", DEVICE, tuple(map(point, (64, 128, 2048, 4096))))


def rows(text: str) -> dict[int, list[str]]:
    lines = (line.split() for line in text.splitlines())
    return {int(cells[0]): cells for cells in lines if cells and cells[0].isdigit()}


def test_cells_with_k_at_or_above_the_context_are_empty() -> None:
    table = rows(impact_report.text(IMPACT))
    assert table[64] == ["64", "16", "0"]
    assert table[128] == ["128", "32", "0", "0.5000", "1.0000", "0.5000", "1.0000"]
    assert len(table[2048]) == 7 and len(table[4096]) == 11


def test_the_text_says_why_they_are_empty_and_what_it_ran_on() -> None:
    text = " ".join(impact_report.text(IMPACT).split())
    assert "every position is kept and parity is 1 whatever the scores are" in text
    assert "NVIDIA H200 (torch 2.11.0, triton 3.6.0)" in text


def test_json_holds_the_points() -> None:
    data = json.loads(impact_report.as_json(IMPACT))
    assert [each["context"] for each in data["points"]] == [64, 128, 2048, 4096]
    assert data["points"][0]["parity"] == {}


def test_it_writes_a_table_data_and_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the picture needs matplotlib (extra `report`)")
    paths = impact_report.write(IMPACT, tmp_path / "new")
    assert [path.name for path in paths] == ["impact.txt", "impact.json", "impact.png"]
    assert paths[2].read_bytes().startswith(b"\x89PNG")


def test_without_a_gpu_it_says_so(tritonlint: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    ran = tritonlint("verify", "--impact", str(FIXTURES / "TL001" / "whole_tensor"))
    assert ran.code == 2 and "torch and triton and numpy not installed" in ran.err


def test_output_needs_impact(tritonlint: Command) -> None:
    ran = tritonlint("verify", "--output", "there", str(FIXTURES))
    assert ran.code == 2 and "--output goes with --impact" in ran.err

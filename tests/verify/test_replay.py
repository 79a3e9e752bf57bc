"""Replaying a user's own launches: what is replayed, and what is said when it cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support import Command
from tritonlint import triton_hook
from tritonlint.verify.cases import run
from tritonlint.verify.replay import recorder, replay
from tritonlint.verify.replay.replay import Flagged, Replayed, viewed_as

APPLICATION = """
import torch
from flagged import quantize_k_into_pages

def main():
    print("the program's own words")
    cache = torch.zeros((4, 16, 132), dtype=torch.uint8)
    keys = torch.linspace(-3, 3, 40 * 128).view(40, 128).to(torch.bfloat16)
    for _ in range(6):
        quantize_k_into_pages(keys, cache, torch.arange(40), "NHD", "ue8m0")
"""


@pytest.mark.parametrize(
    ("inserted", "dtype"),
    [
        (".view(torch.float8_e4m3fn)", "torch.float8_e4m3fn"),
        (").view(platform.fp8_dtype())", "platform.fp8_dtype()"),
        ("(", None),
        (".to(torch.uint8)", None),
        (".view(2, 3)", None),
        ("import x\n", None),
    ],
)
def test_the_dtype_of_a_view_is_read_from_the_fix(inserted: str, dtype: str | None) -> None:
    assert viewed_as(inserted) == dtype


def test_the_flagged_launch_names_kernel_parameter_and_dtype(flagged: Path) -> None:
    found = replay.find_flagged([flagged.parent])
    assert [(e.code, e.kernel, e.parameter, e.view) for e in found] == [
        ("TL001", "_quantize_k_into_pages_kernel", "value_ptr", "current_platform.fp8_dtype()")
    ]


def test_what_cannot_be_replayed_is_said(
    flagged: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tritonlint("verify", "--launch", "flagged")
    assert ran.code == 2 and "flagged: not of the form module:function" in ran.err
    Path("clean.py").write_text("x = 1\n")
    ran = tritonlint("verify", "--launch", "flagged:main", "clean.py")
    assert ran.code == 2 and "no finding here that a view" in ran.err
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    ran = tritonlint("verify", "--launch", "flagged:main")
    assert ran.code == 2 and "torch and triton and numpy not installed" in ran.err


class Kernel:
    """As little of a jit function as the hook looks at."""

    arg_names = ("source", "target", "size")

    def __init__(self, name: str) -> None:
        self.fn = type(lambda: None)((lambda: None).__code__, {}, name)

    def run(self, *args: Any, grid: Any, warmup: bool, **kwargs: Any) -> None:
        """Launch nothing."""


def launch(kernel: Kernel, recorded: recorder.Recorder, *args: Any, **kwargs: Any) -> None:
    run = triton_hook._seen_by(recorded, Kernel.run)
    run(kernel, *args, grid=(1,), warmup=kwargs.pop("warmup", False), **kwargs)


HERE = Flagged("TL001", str(Path(__file__).resolve()), 1, "writer", "target", "x", __file__)


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> recorder.Recorder:
    """A recorder whose replays only keep the arguments."""
    monkeypatch.setattr(recorder, "fixed_dtype", lambda flagged, frames: None)

    def kept(flagged: Flagged, number: int, dtype: Any, seen: recorder.Launch) -> Replayed:
        return Replayed(flagged, number, reason=str(dict(seen.arguments)))

    monkeypatch.setattr(recorder, "_replay", kept)
    return recorder.Recorder([HERE])


def test_the_first_launches_of_the_flagged_kernel_are_replayed(replays: recorder.Recorder) -> None:
    launch(Kernel("other"), replays, 1, 2)
    launch(Kernel("writer"), replays, 1, 2, warmup=True)
    # The autotuner measures.
    triton_hook._measured(lambda _: launch(Kernel("writer"), replays, 1, 2))(None)
    for size in range(recorder.MOST + 2):
        launch(Kernel("writer"), replays, 1, target=2, size=size, num_warps=4)
    assert [each.number for each in replays.replayed] == list(range(1, recorder.MOST + 1))
    assert replays.replayed[0].reason == "{'source': 1, 'target': 2, 'size': 0}"
    assert replays.seen[HERE] == recorder.MOST + 2


def test_a_launch_from_another_file_is_not_the_flagged_one(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Flagged("TL001", "/elsewhere.py", 1, "writer", "target", "x", "/elsewhere.py")
    recorded = recorder.Recorder([elsewhere])
    launch(Kernel("writer"), recorded, 1, 2)
    assert recorded.replayed == []


def test_what_the_replay_raises_is_the_reason_and_the_launch_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: Any) -> Any:
        raise MemoryError("out of memory\nand more")

    monkeypatch.setattr(recorder, "fixed_dtype", broken)
    recorded = recorder.Recorder([HERE])
    launch(Kernel("writer"), recorded, 1, 2)
    assert [each.reason for each in recorded.replayed] == ["MemoryError: out of memory"]
    assert not recorded.replayed[0].differs


def test_a_program_is_replayed_in_the_interpreter(
    flagged: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="running a program needs torch (extra `gpu`)")
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    Path("application.py").write_text(APPLICATION)
    ran = tritonlint("verify", "--launch", "application:main", "--output-format", "json")
    assert ran.code == 0
    data = json.loads(ran.out)
    assert [each["number"] for each in data["launches"]] == [1, 2, 3, 4]
    assert data["passed_over"] == 2 and data["never_launched"] == []
    values, scales = data["launches"][0]["differences"]
    assert values["written"] == 40 * 128 and values["differing"] > 0.9 * values["written"]
    assert values["nan_as_passed"] > 0 == values["nan_as_fixed"]
    assert (scales["parameter"], scales["differing"]) == ("scale_ptr", 0)
    assert "Triton's interpreter" in data["device"]


def test_a_program_that_fails_is_said_with_what_it_launched(
    flagged: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="running a program needs torch (extra `gpu`)")
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    Path("application.py").write_text(APPLICATION + '        raise ValueError("halfway")\n')
    ran = tritonlint("verify", "--launch", "application:main")
    assert ran.code == 2
    assert "the program ended with ValueError: halfway" in ran.out
    assert "1 of 1 replayed launches differ" in ran.out

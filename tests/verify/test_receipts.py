"""Receipts: written, read back, judged against the present sources; and those that are
committed."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from verify_support import FIXTURES, case_id, cases, fixed_texts

from tritonlint.errors import VerifyError
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases import receipts, recorded
from tritonlint.verify.cases.outcome import Figures, Outcome
from tritonlint.verify.cases.sources import of_fixture

FACTS = {
    "device": "NVIDIA H200", "capability": "sm_90", "torch": "2.11.0", "triton": "3.6.0",
    "python": "3.12.3", "driver": "580.159",
}  # fmt: skip
FIGURES = Figures("e4m3fn layout=NHD", "values", 8192, (8176, 8170), (0, 0))
OUTCOME = Outcome("TL001/case", "gpu", "NVIDIA H200", "confirmed", "a", "b", figures=(FIGURES,))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of a case with the module that its family shares."""
    source = FIXTURES / "TL001" / "imported_kernel"
    shutil.copytree(source, tmp_path / "TL001" / "imported_kernel")
    shutil.copy(FIXTURES / "TL001" / "paged_cache.py", tmp_path / "TL001")
    return tmp_path / "TL001" / "imported_kernel"


def hashes(folder: Path, fixed: str | None = None) -> receipts.Hashes:
    source = of_fixture(folder)
    fixed_text = (folder / "fixed.py").read_text() if fixed is None else fixed
    return receipts.hashes(source, source.texts() | {"flagged.py": fixed_text})


def written(case: Path, facts: dict[str, str] = FACTS) -> dict[str, Any]:
    path = case / "receipt.json"
    receipts.write(path, receipts.make_run(OUTCOME, facts, hashes(case)))
    return next(run for run in receipts.read(path) if run["device"] == facts["device"])


def test_a_receipt_says_what_ran_on_what(case: Path) -> None:
    run = written(case)
    assert {key: run[key] for key in FACTS} == FACTS
    assert run["figures"][0]["flagged"] == [8176, 8170]
    assert all(len(digest) == 64 for digest in run["hashes"].values())
    assert receipts.stale(run, hashes(case)) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ("flagged.py", "the flagged source is not the one that was run"),
        ("kernels.py", "the flagged source is not the one that was run"),
        ("verifier.py", "the verifier is not the one that was run"),
        ("../paged_cache.py", "the verifier is not the one that was run"),
    ],
)
def test_a_changed_file_makes_it_stale(case: Path, changed: str, reason: str) -> None:
    run = written(case)
    with (case / changed).open("a") as file:
        file.write("# changed\n")
    assert reason in receipts.stale(run, hashes(case))


def test_another_fix_makes_it_stale(case: Path) -> None:
    run = written(case)
    reasons = receipts.stale(run, hashes(case, fixed="something else\n"))
    assert reasons == ["the fix that the tool makes is not the one that was run"]


def test_another_quantizer_makes_it_stale(case: Path) -> None:
    run = written(case)
    reasons = receipts.stale(run, replace(hashes(case), quantizer="0" * 64))
    assert reasons == ["the quantizer is not the one that was run"]


def test_a_receipt_without_hashes_or_without_confirmation_is_stale(case: Path) -> None:
    run = written(case)
    assert len(receipts.stale({**run, "hashes": None}, hashes(case))) == len(
        fields(receipts.Hashes)
    )
    assert receipts.stale({**run, "verdict": "not confirmed"}, hashes(case)) == [
        "the run's verdict is 'not confirmed'"
    ]


def test_devices_stand_side_by_side_and_a_second_run_replaces_the_first(case: Path) -> None:
    written(case)
    written(case, {**FACTS, "device": "AMD Instinct MI355X"})
    written(case, {**FACTS, "torch": "2.12.0"})
    runs = receipts.read(case / "receipt.json")
    assert [(run["device"], run["torch"]) for run in runs] == [
        ("AMD Instinct MI355X", "2.11.0"),
        ("NVIDIA H200", "2.12.0"),
    ]


def test_figures_come_back_also_from_a_receipt_that_is_older_than_a_column(case: Path) -> None:
    figures = replace(FIGURES, unexplained=(0, 0))
    run = receipts.make_run(replace(OUTCOME, figures=(figures,)), FACTS, hashes(case))
    receipts.write(case / "receipt.json", run)
    (again,) = receipts.read(case / "receipt.json")
    assert receipts.outcome_of(again, "TL001/case").figures == (figures,)
    del again["figures"][0]["unexplained"]
    assert receipts.outcome_of(again, "TL001/case").figures == (FIGURES,)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "runs": []}', '{"version": 1}'])
def test_a_broken_receipt_is_named(case: Path, text: str) -> None:
    (case / "receipt.json").write_text(text)
    with pytest.raises(VerifyError, match=r"receipt\.json: not a receipt"):
        receipts.read(case / "receipt.json")


def test_a_missing_receipt_fails(case: Path) -> None:
    (case / "receipt.json").unlink(missing_ok=True)
    assert "no receipt" in receipts.check(of_fixture(case), hashes(case))[0]


def test_numbers_of_a_figure_stay_on_one_line(case: Path) -> None:
    written(case)
    text = (case / "receipt.json").read_text()
    assert '"flagged": [ 8176, 8170 ]' in text
    json.loads(text)


def running() -> list[Path]:
    """The cases that have a meaning at run time."""
    return [folder for folder in cases() if load_verifier(folder).configurations]


@pytest.fixture(scope="module")
def problems() -> list[str]:
    """What is wrong with the committed receipts, asked of all together: what is told of the files
    around them is the same for each."""
    return recorded.check([of_fixture(folder) for folder in running()])


@pytest.mark.parametrize("folder", running(), ids=case_id)
def test_the_committed_receipt_speaks_for_the_present_code(
    folder: Path, problems: list[str]
) -> None:
    assert [each for each in problems if f"{case_id(folder)}/" in each] == []


def test_no_other_receipt_is_stale(problems: list[str]) -> None:
    assert problems == []


def test_every_case_states_its_fix() -> None:
    fixable = [folder for folder in cases() if getattr(load_verifier(folder), "fixable", True)]
    assert all(fixed_texts(folder)["flagged.py"] for folder in fixable)
    assert not [each for each in cases() if each not in fixable and (each / "fixed.py").exists()]

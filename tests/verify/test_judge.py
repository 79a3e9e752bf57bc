"""What the GPU oracle makes of the figures."""

from __future__ import annotations

import numpy as np
import pytest
from verify_support import FIXTURES

from tritonlint.errors import VerifyError
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases.outcome import Figures, Outcome, differ_text
from tritonlint.verify.gpu.agreement import differing
from tritonlint.verify.gpu.gpu import judge, native_flavour

START = Outcome("TL001/case", "gpu", "NVIDIA H200", "confirmed")
VERIFIER = load_verifier(FIXTURES / "TL001" / "keyword_launch")
RIGHT_SCALES = Figures("c", "scales", 256, (0, 0), (0, 0))


def values(flagged: tuple[int, ...], fixed: tuple[int, ...], name: str = "c") -> Figures:
    return Figures(name, "values", 8192, flagged, fixed)


def test_wrong_as_flagged_and_right_as_fixed_is_confirmed() -> None:
    outcome = judge(START, (values((8176, 8176), (0, 0)), RIGHT_SCALES), VERIFIER)
    assert outcome.verdict == "confirmed"
    assert outcome.flagged == "8176 / 8192 differ (99.8 %)"
    assert outcome.fixed == "0 / 8192 differ"


def test_one_wrong_byte_as_fixed_is_not_confirmed() -> None:
    outcome = judge(START, (values((8176, 8176), (0, 1)), RIGHT_SCALES), VERIFIER)
    assert outcome.verdict == "not confirmed"
    assert outcome.reason == "wrong as fixed: c, values: 1 / 8192 differ (0.0 %)"
    assert outcome.fixed == "1 / 8192 differ (0.0 %)"


def test_a_configuration_that_shows_nothing_is_not_confirmed() -> None:
    figures = (values((8176,), (0,)), values((0,), (0,), "d"), RIGHT_SCALES)
    outcome = judge(START, figures, VERIFIER)
    assert outcome.reason == "nothing differs as flagged: d"


@pytest.mark.parametrize(("flagged", "fixed"), [((4, 0), (0, 0)), ((0, 0), (4, 0))])
def test_a_wrong_scale_is_not_confirmed(flagged: tuple[int, ...], fixed: tuple[int, ...]) -> None:
    scales = Figures("c", "scales", 256, flagged, fixed)
    outcome = judge(START, (values((8176, 8176), (0, 0)), scales), VERIFIER)
    assert outcome.verdict == "not confirmed" and "scales: 4 / 256" in outcome.reason


def test_harm_other_than_the_verifier_says_is_not_confirmed() -> None:
    explained = Figures("c", "values", 8192, (8176, 8176), (0, 0), "", (0, 0))
    assert judge(START, (explained, RIGHT_SCALES), VERIFIER).verdict == "confirmed"
    otherwise = Figures("c", "values", 8192, (8176, 8176), (0, 0), "", (0, 1))
    outcome = judge(START, (otherwise, RIGHT_SCALES), VERIFIER)
    assert outcome.verdict == "not confirmed"
    assert "not what the hazard makes of it: c, values: 1 / 8192" in outcome.reason


def test_values_are_compared_bit_for_bit_and_nans_as_one() -> None:
    right = np.array([[1.0, 0.0, np.nan, np.nan, np.inf]], np.float32)
    other_nan = np.uint32(0xFFC00001).view(np.float32)
    seen = np.array([[np.nextafter(np.float32(1), 2), -0.0, other_nan, 3, np.inf]], np.float32)
    assert differing(right, seen, "").tolist() == [[True, True, False, True, False]]


def test_bytes_where_values_are_expected_are_a_mistake_of_the_verifier() -> None:
    with pytest.raises(VerifyError, match=r"expects float32 \(1, 2\), the launch wrote uint8"):
        differing(np.zeros((1, 2), np.float32), np.zeros((1, 2), np.uint8), "")


def test_nothing_to_run_is_not_confirmed() -> None:
    assert judge(START, (), VERIFIER).verdict == "not run"


def test_flavours_of_the_devices() -> None:
    assert native_flavour("gfx942") == "e4m3fnuz"
    assert native_flavour("gfx950") == native_flavour("") == "e4m3fn"


def test_differ_text() -> None:
    assert differ_text(8176, 8192) == "8176 / 8192 differ (99.8 %)"
    assert differ_text(0, 8192) == "0 / 8192 differ"

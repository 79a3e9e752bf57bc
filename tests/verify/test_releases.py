"""The verifiers of the releases: their references and their allowance, without a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from verify_support import FIXTURES, case_id, released

from tritonlint.rule import registry
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases import recorded
from tritonlint.verify.cases.load import import_file
from tritonlint.verify.cases.sources import of_release

VLLM = FIXTURES / "TL001" / "release_vllm_0_20_0"


@pytest.fixture
def exact() -> tuple[Any, Any, Any, dict[str, Any]]:
    """The verifier of a released cache, a configuration, its inputs, and the right regions."""
    verifier: Any = load_verifier(VLLM)
    chosen = next(c for c in verifier.configurations if c.settings["scale_fmt"] is None)
    inputs = verifier.inputs(chosen)
    return verifier, chosen, inputs, dict(verifier.expected(chosen, inputs))


def test_a_scale_that_division_leaves_a_unit_off_is_allowed(exact: Any) -> None:
    verifier, chosen, inputs, right = exact
    held = right["scales"].copy().view(np.float32)
    off = np.nextafter(held, np.float32(np.inf)).view(np.uint8)
    written = np.unique(inputs["slots"][inputs["slots"] >= 0])
    for codes in (right["values"], right["values"] & np.uint8(0x07)):
        judged = verifier.within_division({"values": codes, "scales": off}, chosen, inputs)
        assert (judged["scales"][written] == right["scales"][written]).all()


def test_a_scale_or_a_code_that_is_further_off_is_not(exact: Any) -> None:
    verifier, chosen, inputs, right = exact
    held = (right["scales"].copy().view(np.float32) * np.float32(1.0001)).view(np.uint8)
    judged = verifier.within_division({**right, "scales": held}, chosen, inputs)
    assert (judged["scales"] == held).all()
    codes = right["values"] ^ np.uint8(0x08)
    judged = verifier.within_division({**right, "values": codes}, chosen, inputs)
    assert (judged["values"] == codes).all()


def test_codes_truncated_to_integers_stay_wrong(exact: Any) -> None:
    verifier, chosen, inputs, right = exact
    truncated = dict(right)
    truncated["values"] = right["values"] & np.uint8(0x07)
    judged = verifier.within_division(truncated, chosen, inputs)
    assert (judged["values"] != right["values"]).mean() > 0.8


def test_tiles_are_put_back_in_rows() -> None:
    shared: Any = import_file(FIXTURES / "TL001" / "paged_cache.py")
    codes = np.arange(2 * 32 * 128, dtype=np.int64).astype(np.uint8).reshape(2, 32, 128)
    for layout in ("NHD", "SHUFFLE"):
        arranged = shared.arrange(codes, layout)
        assert (shared.restore(arranged, layout, codes.shape) == codes).all()


def test_mxfp4_exponents_on_both_sides_of_their_borders() -> None:
    module: Any = import_file(FIXTURES / "TL005" / "release_aiter" / "verifier.py")
    x = np.zeros((1, 5 * module.GROUP), np.float32)
    x[0, :: module.GROUP] = [4.0, 6.875, 7.0, 2.0**-20, 0.0]
    assert module.group_exponents(x).tolist() == [[0, 0, 1, -22, -127]]


@pytest.mark.parametrize("folder", released(), ids=case_id)
def test_what_is_expected_has_the_shape_of_what_is_given(folder: Path) -> None:
    verifier = load_verifier(folder)
    for each in verifier.configurations[:2]:
        regions = verifier.expected(each, verifier.inputs(each))
        assert verifier.harmed <= set(regions)
        assert all(r.dtype == np.uint8 and r.ndim == 2 for r in regions.values())


@pytest.mark.parametrize(
    "folder", [f for f in released() if f.parent.name in registry.codes()], ids=case_id
)
def test_the_receipt_of_a_release_speaks_for_the_present_code(folder: Path) -> None:
    assert recorded.check([of_release(folder, Path("not-unpacked"))]) == []

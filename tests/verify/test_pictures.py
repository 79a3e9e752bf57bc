"""The data of the pictures, the casts that they show, and the page that they stand on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from verify_support import FIXTURES

from support import Command
from tritonlint import __version__
from tritonlint.verify import quantize
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases import receipts
from tritonlint.verify.cases.outcome import ByteMap, Curve, Figures, Outcome
from tritonlint.verify.cases.sources import of_fixture
from tritonlint.verify.gpu import evidence, vendor_casts
from tritonlint.verify.pages import origin, pictures

VALUES = [1.7, -0.3, -1.7, -3.2, 255.9, 256.5, 300, 448, -448, 1e6]


def test_a_float_becomes_a_byte_as_was_measured_on_an_h200() -> None:
    stored = vendor_casts.to_uint8(VALUES, "cuda").tolist()
    assert stored == [1, 0, 0, 0, 255, 0, 44, 192, 0, 255]


def test_amd_wraps_negative_numbers() -> None:
    stored = vendor_casts.to_uint8([*VALUES, float("nan"), float("inf")], "hip").tolist()
    assert stored == [1, 0, 255, 253, 255, 0, 44, 192, 64, 64, 0, 255]


def test_exponent_bytes_decode_to_powers_of_two() -> None:
    codes = np.array([0, 126, 127, 130, 255], np.uint8)
    assert vendor_casts.decode(codes, "e8m0").tolist()[:4] == [2.0**-127, 0.5, 1.0, 8.0]
    assert np.isnan(vendor_casts.decode(codes, "e8m0")[4])


def test_a_packed_array_comes_back() -> None:
    array = np.arange(-5, 5, dtype=np.float32)
    assert evidence.unpack(evidence.pack(array), "float32").tolist() == array.tolist()
    with pytest.raises(ValueError, match="not a packed array"):
        evidence.unpack("AAAA")


def seen(region: str, wrong: Any, codes: Any) -> evidence.Seen:
    counts = tuple(int(n) for n in wrong.sum(axis=1))
    figures = Figures("e4m3fn", region, wrong.shape[1], counts, (0,) * len(counts))
    return evidence.Seen(figures, "e4m3fn", wrong, np.zeros_like(wrong), codes, codes)


def test_the_map_is_of_the_median_block_and_tells_nan_from_wrong() -> None:
    verifier = load_verifier(FIXTURES / "TL001" / "implicit_store")
    wrong = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]], bool)
    codes = np.array([[0] * 4, [0x7F, 1, 0x7F, 2], [0] * 4], np.uint8)
    found = evidence.byte_map(
        verifier, [seen("values", wrong, codes), seen("scales", ~wrong, codes)]
    )
    assert found is not None
    assert (found.region, found.block) == ("values", 1)
    expected = [evidence.NAN, evidence.WRONG, evidence.RIGHT, evidence.RIGHT]
    assert evidence.unpack(found.flagged).tolist() == expected


def test_the_map_of_values_tells_nan_from_wrong_too() -> None:
    verifier = load_verifier(FIXTURES / "TL002" / "implicit_store")
    wrong = np.array([[1, 1, 0, 0]], bool)
    numbers = np.array([[np.nan, 1, np.nan, 2]], np.float32)
    figures = Figures("e4m3fn", "keys", 4, (2,), (0,))
    found = evidence.byte_map(
        verifier, [evidence.Seen(figures, "", wrong, ~wrong & False, numbers, numbers)]
    )
    assert found is not None
    expected = [evidence.NAN, evidence.WRONG, evidence.RIGHT, evidence.RIGHT]
    assert evidence.unpack(found.flagged).tolist() == expected


@pytest.mark.parametrize(("size", "width"), [(8192, 128), (2048, 64), (16384, 128), (8, 4), (7, 1)])
def test_a_block_is_drawn_about_square(size: int, width: int) -> None:
    assert pictures.row_width(size) == width


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Two cases of a family with receipts of two devices; those of the second are stale."""
    inputs = np.linspace(-448, 448, 50, dtype=np.float32)
    codes = {backend: evidence.pack(vendor_casts.to_uint8(inputs, backend)) for backend in vendor_casts.VENDORS}
    fixed = evidence.pack(quantize.encode(inputs, "e4m3fn"))
    classes = evidence.pack(np.resize([1, 1, 2, 0], 2048).astype(np.uint8))
    shown = Figures("e4m3fn layout=NHD", "values", 2048, (1536,), (0,), "the table")
    for name in ("implicit_store", "keyword_launch"):
        case = tmp_path / "TL001" / name
        shutil.copytree(FIXTURES / "TL001" / name, case)
        (case / "receipt.json").unlink(missing_ok=True)
        shutil.copy(FIXTURES / "TL001" / "paged_cache.py", tmp_path / "TL001")
        source = of_fixture(case)
        now = receipts.hashes(source, source.fixed_texts())
        for device, backend in (("NVIDIA H200", "cuda"), ("AMD Instinct MI300X", "hip")):
            outcome = Outcome(
                f"TL001/{name}", "gpu", device, "confirmed", "1536 / 2048 differ (75.0 %)",
                "0 / 2048 differ", figures=(shown,),
                map=ByteMap("e4m3fn layout=NHD", "values", 0, classes, evidence.pack(np.zeros(2048, np.uint8))),
                curve=Curve("e4m3fn", evidence.pack(inputs), codes[backend], fixed),
            )  # fmt: skip
            facts = dict.fromkeys(("capability", "torch", "triton", "python", "driver"), "1")
            stale = name == "keyword_launch" and backend == "hip"
            held = replace(now, verifier="0" * 64) if stale else now
            receipts.write(
                case / "receipt.json", receipts.make_run(outcome, facts | {"device": device}, held)
            )
    return tmp_path / "TL001"


def test_devices_stand_side_by_side_in_the_table(recorded: Path, tritonlint: Command) -> None:
    ran = tritonlint("verify", "--receipts", str(recorded))
    rows = [line for line in ran.out.splitlines() if line.startswith("TL001/implicit_store ")]
    assert [("MI300X" in row, "H200" in row, "on record" in row) for row in rows] == [
        (True, False, True),
        (False, True, True),
    ]
    assert ran.code == 1
    assert "AMD Instinct MI300X: the verifier is not the one that was run" in ran.out


def test_a_run_says_what_is_only_on_record(recorded: Path, tritonlint: Command) -> None:
    pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")
    out = tritonlint("verify", str(recorded / "implicit_store")).out
    assert "3 confirmed" in out
    assert "receipts, not run now: 1 of AMD Instinct MI300X, 1 of NVIDIA H200" in out
    assert "receipt" not in tritonlint("verify", "--oracle", "compile", str(recorded)).out


def test_the_page_shows_what_is_known_of_each_device(recorded: Path, tritonlint: Command) -> None:
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib (extra `report`)")
    ran = tritonlint("verify", "--receipts", "--report", "page", str(recorded))
    assert "wrote page/index.html" in ran.err
    page = Path("page", "index.html").read_text()
    names = {path.name for path in Path("page").glob("*.png")}
    assert {f"src='{name}'" in page for name in names} == {True}
    # Both devices have one map, and both cases one curve of the H200: each is shown once.
    assert names == {
        "TL001_implicit_store-map-AMD_Instinct_MI300X.png",
        "TL001_implicit_store-curve-AMD_Instinct_MI300X.png",
        "TL001_implicit_store-curve-NVIDIA_H200.png",
    }
    assert page.count("<a href='#TL001_implicit_store-map-AMD_Instinct_MI300X.png'>") == 2
    assert page.count("<a href='#TL001_implicit_store-curve-NVIDIA_H200.png'>") == 1
    assert all(Path("page", name).read_bytes().startswith(b"\x89PNG") for name in names)


def test_the_page_says_when_and_by_what_it_was_made(
    recorded: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib (extra `report`)")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    case = recorded / "implicit_store"
    tritonlint("verify", "--receipts", "--report", "page", str(case))
    assert f">1970-01-02, tritonlint {__version__}</p>" in Path("page", "index.html").read_text()
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm a"):
        subprocess.run(["git", *command.split()], cwd=case, check=True)
    assert re.fullmatch(r".*, commit [0-9a-f]{7,}", origin.line(case))
    (case / "flagged.py").write_text("")
    assert origin.line(case).endswith(" with changes")


def test_a_case_without_a_run_shows_what_is_documented(tmp_path: Path, tritonlint: Command) -> None:
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib (extra `report`)")
    family, unrun = FIXTURES / "TL002", shutil.ignore_patterns("receipt.json")
    case = shutil.copytree(family / "arithmetic", tmp_path / "TL002" / "arithmetic", ignore=unrun)
    shutil.copy(family / "paged_reader.py", case.parent)
    tritonlint("verify", "--receipts", "--report", "page", str(case))
    assert "TL002_arithmetic-loads.png" in Path("page", "index.html").read_text()


def test_without_matplotlib_the_page_says_so(
    recorded: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = tritonlint("verify", "--receipts", "--report", "page", str(recorded))
    assert ran.code == 2 and "pip install 'matplotlib>=3.8'" in ran.err

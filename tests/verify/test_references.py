"""Which reference is chosen, with stand-ins for AITER and for the package of the same name."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support import ROOT
from tritonlint.errors import VerifyError
from tritonlint.verify.case import Configuration
from tritonlint.verify.gpu import agreement, references
from tritonlint.verify.gpu.references import AITER, INDEPENDENT, Reference


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a test puts into tmp_path is there to import, and nothing of it stays."""
    for name in [each for each in sys.modules if each.partition(".")[0] == "aiter"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [each for each in sys.modules if each.partition(".")[0] == "aiter"]:
        del sys.modules[name]


def package(tmp_path: Path, **files: str) -> Path:
    """A package aiter of the given modules."""
    folder = tmp_path / "aiter"
    for name, text in {"__init__": "", **files}.items():
        path = folder / f"{name.replace('__in_', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def real(tmp_path: Path, **changed: str) -> Path:
    """A stand-in with AITER's layout."""
    modules = {
        "ops__in_cache": "def indexer_k_quant_and_cache(*args): return 'quantized'\n",
        "ops__in_shuffle": "def shuffle_weight(x, layout=(16, 16)): return ('shuffled', layout)\n",
    }
    return package(tmp_path, **(modules | changed))


def test_without_aiter_the_quantizer_is_the_reference_and_nothing_needs_saying(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(references.importlib.util, "find_spec", lambda name: None)
    assert references.available(rocm=True) == references.References((Reference(INDEPENDENT),))


def test_the_real_aiter_on_rocm_is_the_reference(tmp_path: Path) -> None:
    real(tmp_path)
    there = references.available(rocm=True)
    assert [each.name for each in there.found] == [AITER, INDEPENDENT] and there.notes == ()
    pair = there.found[0].pair
    assert pair is not None and pair.shuffle is not None
    assert pair.quantize() == "quantized"
    assert pair.shuffle(None, layout=(16, 16)) == ("shuffled", (16, 16))


def test_on_another_gpu_it_is_not_imported(tmp_path: Path) -> None:
    real(tmp_path, __init__="raise SystemExit('imported')\n")
    assert references.available(rocm=False).found == (Reference(INDEPENDENT),)


def test_its_shuffle_needs_neither_rocm_nor_the_package_around_it(tmp_path: Path) -> None:
    folder = real(tmp_path, __init__="raise SystemExit('imported')\n")
    assert references.shuffle_of(folder)("x") == ("shuffled", (16, 16))


def test_a_shuffle_that_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    folder = real(tmp_path, ops__in_shuffle="import a_module_that_is_nowhere\n")
    with pytest.raises(VerifyError, match=r"shuffle\.py cannot be loaded: ModuleNotFoundError"):
        references.shuffle_of(folder)


def test_a_producer_without_its_release_is_said(tmp_path: Path) -> None:
    there = references.available(rocm=False, releases=tmp_path)
    assert there.found == (Reference(INDEPENDENT),)
    assert len(there.notes) == 1 and "vLLM's producer is not compiled" in there.notes[0]


def test_without_a_shuffle_the_tiled_layout_is_asked_of_the_next() -> None:
    pair = references.Pair(quantize=lambda *all: None, shuffle=None)
    assert [Reference("p", pair).can(layout) for layout in ("NHD", "SHUFFLE", None)] == [
        True, False, True,
    ]  # fmt: skip


def test_the_other_package_of_that_name_is_recognised_and_never_imported(tmp_path: Path) -> None:
    folder = package(
        tmp_path, __init__="raise SystemExit('imported')\n", iter="async def anext(it): ...\n"
    )
    there = references.available(rocm=True)
    assert there.found == (Reference(INDEPENDENT),)
    (note,) = there.notes
    assert f"the package aiter in {folder} is not AMD's AITER" in note
    assert "asynchronous iterators" in note and "\n" not in note
    assert "aiter" not in sys.modules


def test_an_aiter_that_fails_to_import_is_said(tmp_path: Path) -> None:
    real(tmp_path, ops__in_cache="raise RuntimeError('no hipcc\\nand more')\n")
    there = references.available(rocm=True)
    assert there.found == (Reference(INDEPENDENT),)
    (note,) = there.notes
    assert "cannot be used: RuntimeError: no hipcc" in note and "\n" not in note


class _Verifier:
    """Two bytes and a scale: `right`, and what others say."""

    harmed = frozenset({"values"})
    allowance = "rounding"

    def __init__(self, others: int) -> None:
        self.others = others

    def inputs(self, configuration: Configuration) -> dict[str, Any]:
        return {}

    def expected(self, configuration: Configuration, inputs: Any) -> dict[str, Any]:
        return {"values": np.zeros((1, 2), np.uint8)}

    def expected_by(
        self, pair: Any, configuration: Any, inputs: Any, device: str
    ) -> dict[str, Any]:
        return {"values": np.array([[0, self.others]], np.uint8)}

    launch_exactly = expected_by


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (0, ("p against the independent quantizer: 0 of 4 bytes of the values differ",)),
        (
            1,
            (
                "p against the independent quantizer: 2 of 4 bytes of the values differ"
                " (in 2 of 2 configurations)",
            ),
        ),
    ],
)
def test_it_is_said_how_far_the_references_agree(others: int, said: tuple[str, ...]) -> None:
    there = (Reference("p", references.Pair(print, None)), Reference(INDEPENDENT))
    every = (
        Configuration("", {"layout": "NHD", "n": 1}),
        Configuration("", {"layout": "NHD", "n": 2}),
        Configuration("", {"layout": "SHUFFLE"}),  # which p does not know
    )
    assert agreement.of_references(_Verifier(others), every, there, "cpu") == said
    usable = agreement.usable(_Verifier(others), every[2], there)
    assert [each.name for each in usable] == [INDEPENDENT]


def test_it_is_said_what_the_allowance_covers() -> None:
    configuration = Configuration("", {})
    lines = agreement.before_allowance(_Verifier(7), (configuration,), sys, "cpu")
    assert lines == (
        "as fixed, to the bit (rounding): 1 of 2 bytes of the values differ"
        " (in 1 of 1 configurations)",
    )
    assert agreement.before_allowance(_Verifier(7), (configuration,), None, "cpu") == ()


def _tiles(codes: Any) -> Any:
    """Our own permutation of one block [tokens, width]."""
    sys.path.insert(0, str(ROOT / "fixtures/TL001"))
    try:
        paged_cache = importlib.import_module("paged_cache")
    finally:
        sys.path.remove(str(ROOT / "fixtures/TL001"))
    return paged_cache.arrange(codes[None], "SHUFFLE")[0]


def test_our_tiles_are_those_of_the_real_wheel(tmp_path: Path) -> None:
    """The wheel is downloaded, and its shuffle run where torch is installed."""
    torch = pytest.importorskip("torch", reason="NOT TRIED: shuffle_weight needs torch")
    folder = _wheel(tmp_path)
    codes = np.random.default_rng(0).integers(0, 256, (64, 128), dtype=np.uint8)
    shuffled = references.shuffle_of(folder)(torch.from_numpy(codes.copy()), layout=(16, 16))
    assert (_tiles(codes) == shuffled.numpy().reshape(-1)).all()


def test_the_real_wheel_is_taken_for_aiter(tmp_path: Path) -> None:
    _wheel(tmp_path)
    notes: list[str] = []
    assert references._aiter(notes) == tmp_path / "aiter" and notes == []


def _wheel(tmp_path: Path) -> Path:
    """The folder of AITER's package, of its files only those that are looked for."""
    download = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--pre"]
    pip = subprocess.run(
        [*download, "--dest", str(tmp_path), "amd-aiter"], capture_output=True, text=True
    )
    if pip.returncode:
        pytest.skip("NOT TRIED: the package index is not reachable, or has no amd-aiter")
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {"aiter/__init__.py", "aiter/ops/cache.py", "aiter/ops/shuffle.py"}
        archive.extractall(tmp_path, sorted(names & set(archive.namelist())))
    return tmp_path / "aiter"

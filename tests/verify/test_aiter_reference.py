"""Which reference is chosen, with stand-ins for AITER and for the package of the same name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tritonlint.verify import aiter_reference


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
    monkeypatch.setattr(aiter_reference.importlib.util, "find_spec", lambda name: None)
    assert aiter_reference.select(rocm=True) == aiter_reference.Reference(
        aiter_reference.INDEPENDENT
    )


def test_the_real_aiter_on_rocm_is_the_reference(tmp_path: Path) -> None:
    real(tmp_path)
    chosen = aiter_reference.select(rocm=True)
    assert chosen.name == aiter_reference.AITER and chosen.note == ""
    assert chosen.pair is not None
    assert chosen.pair.quantize() == "quantized"
    assert chosen.pair.shuffle(None, layout=(16, 16)) == ("shuffled", (16, 16))


def test_on_another_gpu_it_is_not_imported(tmp_path: Path) -> None:
    real(tmp_path, __init__="raise SystemExit('imported')\n")
    chosen = aiter_reference.select(rocm=False)
    assert chosen.pair is None and "needs ROCm" in chosen.note


def test_the_other_package_of_that_name_is_recognised_and_never_imported(tmp_path: Path) -> None:
    folder = package(
        tmp_path, __init__="raise SystemExit('imported')\n", iter="async def anext(it): ...\n"
    )
    chosen = aiter_reference.select(rocm=True)
    assert chosen.pair is None
    assert f"the package aiter in {folder} is not AMD's AITER" in chosen.note
    assert "asynchronous iterators" in chosen.note and "\n" not in chosen.note
    assert "aiter" not in sys.modules


def test_an_aiter_that_fails_to_import_is_said(tmp_path: Path) -> None:
    real(tmp_path, ops__in_cache="raise RuntimeError('no hipcc\\nand more')\n")
    chosen = aiter_reference.select(rocm=True)
    assert chosen.pair is None
    assert "cannot be used: RuntimeError: no hipcc" in chosen.note and "\n" not in chosen.note

"""Some kernels of the long run of `differential.py`: contracts say what Triton's compiler does."""

from __future__ import annotations

import pytest

pytest.importorskip("triton", reason="needs Triton's compiler: pip install '.[verify]'")

from tests.fuzz.differential import run

KERNELS = 30


@pytest.mark.filterwarnings("ignore")
def test_contracts_and_the_compiler_agree(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    counts, found = run(range(KERNELS))
    assert not found
    assert counts["rejected by Triton"] < KERNELS / 2
    assert counts["stores that convert"] and counts["loads that convert"]

"""TL008 by executing the guards: as flagged they let pass what they are to turn away, as fixed they
do not. Torch is not needed: a guard compares a dtype, and stand-ins do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from verify_support import FIXTURES, case_id, cases, fixed_texts

from tritonlint.verify.case import Verifier, load_verifier
from tritonlint.verify.cases.load import import_file, stage

GUARDS = [folder for folder in cases() if folder.parent == FIXTURES / "TL008"]


@dataclass(eq=False, frozen=True)
class DType:
    """Equal to itself only, as a torch.dtype is."""

    name: str


class Passed(Exception):
    """The guard let the tensor pass: something else of it than its dtype was asked for."""


class Tensor:
    """A tensor of which only the dtype is there."""

    def __init__(self, dtype: DType) -> None:
        self.dtype = dtype

    def __getattr__(self, name: str) -> Any:
        raise Passed(name)

    def __getitem__(self, index: object) -> Any:
        raise Passed("[]")


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    stand_in = ModuleType("torch")
    names = ("uint8", "int8", "float16", "bfloat16", "float8_e4m3fn")
    vars(stand_in).update({name: DType(name) for name in names}, Tensor=Tensor)
    vars(stand_in).update({name: lambda *_, **__: SimpleNamespace() for name in ("ones", "arange")})
    vars(stand_in)["zeros"] = lambda *_, **__: Tensor(vars(stand_in)["float16"])
    vars(stand_in)["dtype"] = DType
    monkeypatch.setitem(sys.modules, "torch", stand_in)
    yield stand_in


def turned_away(verifier: Verifier, folder: Path, torch: ModuleType) -> bool:
    module = import_file(folder / "flagged.py")
    tensor = Tensor(getattr(torch, verifier.dtype))  # type: ignore[attr-defined]
    vars(tensor)["device"] = "cpu"
    try:
        verifier.call(module, torch, tensor)  # type: ignore[attr-defined]
    except (AssertionError, TypeError, ValueError):
        return True
    except Passed:
        return False
    return False


@pytest.mark.parametrize("folder", GUARDS, ids=case_id)
def test_the_guard_fires_as_fixed_only(folder: Path, torch: ModuleType, tmp_path: Path) -> None:
    verifier = load_verifier(folder)
    assert not turned_away(verifier, stage(folder, {}, tmp_path / "flagged"), torch)
    assert turned_away(verifier, stage(folder, fixed_texts(folder), tmp_path / "fixed"), torch)

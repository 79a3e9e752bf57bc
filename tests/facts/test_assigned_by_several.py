"""Attributes that several methods give memory of one type, of their object or of what they are
handed, and what the classes of heirs say of that type. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

STORED, READ, VIEW = "  # expect: TL001", "  # expect: TL002", ".view(torch.float8_e4m3fn)"
OBJECT = """
class Weights:
    def __init__(self, n):
        self.data = torch.empty(n, dtype=torch.uint8)

    def load(self, codes):
        assert codes.dtype == torch.float8_e4m3fn
        self.data = {load}

    def merge(self, other):
        self.data = {merge}

    def multiply(self, out):
        dequantize[(1,)](self.data{view}, out, 64){mark}

    def codes(self):
        return self.data.view(torch.float8_e4m3fn)
"""
BYTES = "codes.view(torch.uint8)"
MERGED = "torch.cat([other]).to(torch.float8_e4m3fn).view(torch.uint8)"
OBJECTS = {
    "bytes by each": (BYTES, MERGED, "", READ),
    "correct: viewed": (BYTES, MERGED, VIEW, ""),
    "correct: codes by one": ("codes", MERGED, "", ""),
    "correct: floats by one": (BYTES, "other.float()", "", ""),
    "correct: unknown by one": (BYTES, "other", "", ""),
}


@pytest.mark.parametrize(("load", "merge", "view", "mark"), OBJECTS.values(), ids=list(OBJECTS))
def test_attributes_of_an_object(
    load: str, merge: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + OBJECT.format(load=load, merge=merge, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


LAYER = """
class Method:
    def create(self, layer, n):
        {first}
        {given}
        layer.codes.loader = self.load

    def after_loading(self, layer):
        if self.scaled:
            layer.wide = layer.codes.view(torch.float8_e4m3fn).float()

    def apply(self, layer, out):
        dequantize[(1,)](layer.codes{view}, out, 64){mark}
"""
GIVEN = 'layer.register_buffer("codes", torch.empty(n, dtype=torch.uint8))'
SET = "layer.codes = torch.empty(n, dtype=torch.uint8)"
AGAIN = "layer.codes = layer.codes.view(torch.float8_e4m3fn)"
LAYERS = {
    "registered, then read": ("pass", GIVEN, "", READ),
    "given, then read": ("pass", SET, "", READ),
    "correct: viewed": ("pass", GIVEN, VIEW, ""),
    "correct: given again": (SET, AGAIN, "", ""),
}


@pytest.mark.parametrize(("first", "given", "view", "mark"), LAYERS.values(), ids=list(LAYERS))
def test_attributes_of_a_parameter(
    first: str, given: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + LAYER.format(first=first, given=given, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


HEIRS = """
class Rows:
    kind: torch.dtype

    def __init__(self, n):
        self.rows = torch.zeros(n, 64, dtype=self.kind)

    def put(self, x):
        quantize[(1,)](x, self.rows, 64){mark}


class Wide(Rows):
    kind = torch.bfloat16

    def typed(self):
        return self.rows


class Narrow(Rows):
    kind = torch.{kind}

    def typed(self):
        return self.rows{typed}
"""
KINDS = {
    "bytes": ("uint8", VIEW, STORED),
    "correct: codes": ("float8_e4m3fn", "", ""),
    "correct: floats": ("float32", "", ""),
}


@pytest.mark.parametrize(("kind", "typed", "mark"), KINDS.values(), ids=list(KINDS))
def test_types_of_heirs(
    kind: str, typed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HEIRS.format(kind=kind, typed=typed, mark=mark)
    if kind != "uint8":
        text = text.replace("self.rows, 64)", "self.rows, 64)  # not looked at")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})

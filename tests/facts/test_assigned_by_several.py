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


# Methods that give an attribute more memory of its type, or move it, and one that changes the type.
KEPT = {
    "moved": ("self.data.to(other.device)", "", READ),
    "longer": ("torch.cat([self.data, self.data.new_zeros(64)])", "", READ),
    "shorter": ("self.data[:64].contiguous()", "", READ),
    "correct: viewed": ("self.data.to(other.device)", VIEW, ""),
    "correct: of another type": ("self.data.to(other.dtype)", "", ""),
    "correct: made as another type": ("self.data.new_zeros(64, dtype=torch.float8_e4m3fn)", "", ""),
    "correct: longer by others": ("torch.cat([self.data, other])", "", ""),
    "correct: as asked for a device": ("self.data.to(kind_on(self.device))", "", ""),
    "correct: as a type of the device": ("self.data.to(self.device_dtype)", "", ""),
    "correct: joined by another function": ("stack([self.data])", "", ""),
}


@pytest.mark.parametrize(("merge", "view", "mark"), KEPT.values(), ids=list(KEPT))
def test_attributes_that_keep_their_type(
    merge: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + OBJECT.format(load=BYTES, merge=merge, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


BLOCK = """
class Method:
    def create(self, layer, n):
        {block}:
            layer.codes = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8))
            layer.codes.loader = self.load

    def apply(self, layer, out):
        dequantize[(1,)](layer.codes{view}, out, 64){mark}

    def dump(self, layer):
        return layer.codes.view(torch.float8_e4m3fn).float()
"""


@pytest.mark.parametrize(("view", "mark"), [("", READ), (VIEW, "")], ids=["bytes", "correct"])
@pytest.mark.parametrize("block", ["with torch.device('cuda')", "if n > 1"])
def test_attributes_that_are_given_in_a_block(
    block: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BLOCK.format(block=block, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


# What other code of the file does to the attribute, and a method that a class leaves to its heirs.
OUTSIDE = {
    "a loop": "\ndef view_all(model):\n    for each in model:\n"
    "        each.data = each.data.view(torch.float8_e4m3fn)\n",
    "by a name": "\ndef view(weights, name):\n    setattr(weights, name, weights.data.view(torch.float8_e4m3fn))\n",
    "by a table": "\ndef view(weights):\n    vars(weights).update(data=weights.data.view(torch.float8_e4m3fn))\n",
    "an heir": "\nclass Viewed(Weights):\n    def finish(self):\n"
    "        self.data = self.data.view(torch.float8_e4m3fn)\n",
}


@pytest.mark.parametrize("outside", OUTSIDE.values(), ids=list(OUTSIDE))
def test_attributes_that_others_may_give(
    outside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = OBJECT.format(load=BYTES, merge=MERGED, view="", mark="") + outside
    write(tmp_path, {"user.py": KERNELS + text})
    assert not found(select=("TL001", "TL002"))


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


VIEWING = """
class Base:
    def create(self, layer, n):
        layer.codes = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8), requires_grad=False)
        layer.codes.loader = self.load

    {method}

    def apply(self, layer, out):
        dequantize[(1,)](layer.codes, out, 64)


class Heir(Base):
    {heir}
"""
LEFT = "def after_loading(self, layer):\n        raise NotImplementedError"
NAMED = (
    "def after_loading(self, layer):\n        weight = layer.codes\n"
    "        weight.data = weight.data.view(torch.float8_e4m3fn)"
)
ITS = "def after_loading(self, layer):\n        layer.codes = layer.codes.view(torch.float8_e4m3fn)"
METHODS = {
    "by another name": (NAMED, "name = 1"),
    "by an heir": (LEFT, ITS),
    "by an heir, registered": (
        LEFT,
        "def after_loading(self, layer):\n"
        '        layer.register_buffer("codes", layer.codes.view(torch.float8_e4m3fn))',
    ),
    "by an heir of an heir": (LEFT, "name = 1\n\n\nclass Last(Heir):\n    " + ITS),
    "of a module": (ITS.replace("layer", "module"), "name = 1"),
    "of each layer": (
        "def after_loading(self, model):\n        for layer in model.layers:\n"
        "            layer.codes = layer.codes.view(torch.float8_e4m3fn)",
        "name = 1",
    ),
    "by a function": (
        "pass",
        "name = 1\n\n\ndef convert(layer):\n    layer.codes = layer.codes.view(torch.float8_e4m3fn)",
    ),
}


@pytest.mark.parametrize(("method", "heir"), METHODS.values(), ids=list(METHODS))
def test_attributes_that_are_viewed_later(
    method: str, heir: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + VIEWING.format(method=method, heir=heir)})
    assert not found(select=("TL001", "TL002"))


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


SWITCHED = """
class Rows:
    kind = torch.bfloat16
    {base}

    def __init__(self, n):
        self.rows = torch.zeros(n, 64, dtype=self.kind)

    def put(self, x):
        {put}


class Narrow(Rows):
    kind = torch.uint8
    {own}

    def typed(self):
        return self.rows.view(torch.float8_e4m3fn)
"""
PLAIN = f"quantize[(1,)](x, self.rows, 64){STORED}"
PACKING = "quantize_or_pack[(1,)](x, self.rows, PACK=self.packs, BLOCK=64)"
BY_BITS = "rows = self.rows.view(torch.float8_e4m3fn) if self.bits == 8 else self.rows\n        quantize[(1,)](x, rows, 64)"
SWITCHES = {
    "nothing else": ("packs = False", "packs = True", PLAIN),
    "a flag that says no": ("packs = True", "packs = False", PACKING + STORED),
    "correct: a flag": ("packs = False", "packs = True", PACKING),
    "correct: a number": ("bits = 16", "bits = 8", BY_BITS),
    "correct: a kernel": (
        "kernel = None",
        "kernel = copy",
        "kernel = self.kernel or quantize\n        kernel[(1,)](x, self.rows, 64)",
    ),
    "correct: a flag of the class": (
        "packs = False",
        "packs = True",
        "quantize_or_pack[(1,)](x, self.rows, PACK=type(self).packs, BLOCK=64)",
    ),
    "correct: a flag by its name": (
        "packs = False",
        "packs = True",
        'quantize_or_pack[(1,)](x, self.rows, PACK=getattr(self, "packs", False), BLOCK=64)',
    ),
    "correct: another method": (
        "def write(self, x):\n        pass",
        "put = Rows.write",
        PLAIN.replace(STORED, ""),
    ),
}


@pytest.mark.parametrize(("base", "own", "put"), SWITCHES.values(), ids=list(SWITCHES))
def test_switches_of_heirs(
    base: str, own: str, put: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What else an heir says of itself counts for its methods too."""
    monkeypatch.chdir(tmp_path)
    text = KERNELS + SWITCHED.format(base=base, own=own, put=put)
    if "type(self)" in put or "getattr" in put:
        text = text.replace("BLOCK=64)\n", "BLOCK=64)  # not looked at\n")
    if "Rows.write" in own:
        text = text.replace("self.rows, 64)", "self.rows, 64)  # not looked at")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})

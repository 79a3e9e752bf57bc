"""Methods that classes extend: in a mixin in front of the class that launches, over `super()`, or
in an heir of the class that an annotation names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
VIEW = ".view(torch.float8_e4m3fn)"
BASE = """
class Writer:
    def __init__(self, n):
        self.page = torch.zeros(n, dtype=self.stored())

    def stored(self):
        raise NotImplementedError

    def memory(self):
        return self.page

    def write(self, x):
        quantize[(1,)](x, self.memory(), 64)%s
"""
WIDE = """
class Wide(Writer):
    def stored(self):
        return torch.bfloat16
"""
BYTES = """
class InBytes:
    def stored(self):
        return torch.uint8
"""
VIEWING = """
    def memory(self):
        return super().memory()%s
"""
# The classes after that which launches.
MIXED = {
    "bytes from a mixin": (WIDE + BYTES + "\n\nclass Narrow(InBytes, Writer):\n    pass\n", HIT),
    "the mixin views": (
        WIDE + BYTES + VIEWING % VIEW + "\n\nclass Narrow(InBytes, Writer):\n    pass\n",
        "",
    ),
    "the mixin hands on": (
        WIDE + BYTES + VIEWING % "" + "\n\nclass Narrow(InBytes, Writer):\n    pass\n",
        HIT,
    ),
    "the heir of the mixin views": (
        WIDE + BYTES + "\n\nclass Narrow(InBytes, Writer):" + VIEWING % VIEW,
        "",
    ),
    "the type over two classes": (
        WIDE
        + BYTES
        + "\n\nclass Narrow(InBytes, Writer):\n    def stored(self):\n        return super().stored()\n",
        HIT,
    ),
    "the mixin comes too late": (
        WIDE
        + BYTES.replace("uint8", "int32")
        + "\n\nclass Narrow(Wide, InBytes):\n    def clear(self):\n        self.page.zero_()\n",
        "",
    ),
}


@pytest.mark.parametrize(("classes", "mark"), MIXED.values(), ids=list(MIXED))
def test_mixins(
    classes: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BASE % mark + "\n" + classes
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


CODEC = """
class Codec:
    def opened(self, page):
        return page


class Narrow(Codec):
    def opened(self, page):
        return page%s


class Layer:
    def __init__(self, %s, n):
        self.codec = %s
        self.page = torch.zeros(n, dtype=torch.uint8)

    def write(self, x):
        quantize[(1,)](x, self.codec.opened(self.page), 64)%s
"""
# What the heir views, what the initializer takes and keeps, and what is expected.
ANNOTATED = {
    "an heir views": (VIEW, "codec: Codec", "codec", ""),
    "no heir views": (".contiguous()", "codec: Codec", "codec", HIT),
    "the class is made": (VIEW, "codec", "Codec()", HIT),
    "the heir is made": (VIEW, "codec", "Narrow()", ""),
    "the annotation names the heir": (VIEW, "codec: Narrow", "codec", ""),
}


@pytest.mark.parametrize(
    ("view", "parameter", "kept", "mark"), ANNOTATED.values(), ids=list(ANNOTATED)
)
def test_annotated_owners(
    view: str,
    parameter: str,
    kept: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CODEC % (view, parameter, kept, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


PAIR = """
def decode(q, n):
    k = torch.zeros(n, dtype=torch.uint8)
    v = torch.zeros(n, dtype=%s)
    out = torch.empty_like(q)
    attend[(1,)](k%s, v%s, out, 64)
"""
ATTEND = """
@triton.jit
def attend(%s, %s, out_ptr, D: tl.constexpr):
    d = tl.arange(0, D)
    k = tl.load(%s + d).to(tl.float32) * 0.5
    v = tl.load(%s + d).to(tl.float32)%s * 0.5
    tl.store(out_ptr + d, k + v)

"""
READ = "  # expect: TL002"
# What the kernel calls its parameters, what holds the values, and how they are viewed.
PAIRS = {
    "capitals": ("K", "V", "torch.uint8", VIEW, "", READ),
    "pointers": ("k_ptr", "v_ptr", "torch.uint8", VIEW, "", READ),
    "words": ("key_cache", "value_cache", "torch.uint8", VIEW, "", READ),
    "both viewed": ("K", "V", "torch.uint8", VIEW, VIEW, ""),
    "none viewed": ("K", "V", "torch.uint8", "", "", ""),
    "no pair": ("k_ptr", "levels_ptr", "torch.uint8", VIEW, "", ""),
    "no bytes": ("K", "V", "q.dtype", VIEW, "", ""),
}


@pytest.mark.parametrize(
    ("keys", "values", "stored", "key_view", "value_view", "mark"), PAIRS.values(), ids=list(PAIRS)
)
def test_pairs_by_what_the_kernel_calls_them(
    keys: str,
    values: str,
    stored: str,
    key_view: str,
    value_view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    attend = ATTEND % (keys, values, keys, values, "")
    text = (KERNELS + attend + PAIR % (stored, key_view, value_view)).rstrip() + mark + "\n"
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


def test_a_zero_point_says_that_values_are_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    attend = (ATTEND % ("K", "V", "K", "V", " - 8.0")).replace("- 8.0 * 0.5", "- 8.0")
    text = KERNELS + attend + PAIR % ("torch.uint8", VIEW, "")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


ORDERED = """
class Root:
    def make(self, shape):
        return torch.zeros(shape, dtype=self.stored)

    def typed(self, page):
        return page


class Narrow(Root):
    stored = torch.uint8

    def typed(self, page):
        return page.view(torch.float8_e4m3fn)


class Shared(Root):
    {shared}


class Layer(Root):
    stored = torch.bfloat16

    def __init__(self, n):
        self.page = self.make((n, 64))

    def memory(self):
        return self.typed(self.page){mark}


class Plain(Narrow, Layer):
    pass


class Sharing({bases}, Layer):
    pass


def choose(settings, n):
    if not settings.narrow:
        return Layer(n)
    return {chosen}
"""
USES = {
    "a parameter": "def use(x, settings):\n    write(x, choose(settings, 64))\n\n\n",
    "an attribute": (
        "class User:\n    def __init__(self, settings):\n        self.layer = choose(settings, 64)\n\n"
        "    def use(self, x):\n        write(x, self.layer)\n\n\n"
    ),
}
WRITE = "def write(x, layer):\n    quantize[(1,)](x, layer.memory(), 64)\n"
IDENTITY = "def typed(self, page):\n        return page"
EITHER = "Sharing(n) if settings.shared else Plain(n)"
# What a mixin has of its own, in which order the mixins are named, and which objects are made.
ORDERS = {
    "the mixin that views comes later": (IDENTITY, "Shared, Narrow", EITHER, HIT),
    "the mixin that views comes first": (IDENTITY, "Narrow, Shared", EITHER, ""),
    "what both extend comes after both": ("pass", "Shared, Narrow", EITHER, ""),
    "only where the other one is made": (IDENTITY, "Shared, Narrow", "Plain(n)", ""),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("shared", "bases", "chosen", "mark"), ORDERS.values(), ids=list(ORDERS))
def test_the_order_of_bases(
    shared: str,
    bases: str,
    chosen: str,
    mark: str,
    use: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = ORDERED.format(shared=shared, bases=bases, chosen=chosen, mark=mark)
    files = {"user.py": KERNELS + text + "\n\n" + USES[use] + WRITE}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)


KEPT = """
class Wide:
    stored = torch.bfloat16

    def __init__(self, n):
        self.page = torch.zeros(n, 64, dtype=self.stored)


class Narrow(Wide):
    stored = torch.uint8


def write(x, {parameters}):
    {first}
    {second}
"""
WIDE_FIRST = ("wide: Wide, narrow: Narrow", "quantize[(1,)](x, wide.page, 64)")
NARROW = "quantize[(1,)](x, narrow.page, 64)" + HIT


@pytest.mark.parametrize("swapped", [False, True])
def test_each_class_has_memory_of_its_own(
    swapped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parameters, wide = WIDE_FIRST
    first, second = (NARROW, wide) if swapped else (wide, NARROW)
    text = KEPT.format(parameters=parameters, first=first, second=second)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)

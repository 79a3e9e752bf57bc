"""What one way views and another one leaves as it is; bytes that are known by what was copied, or by
what another function keeps under a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

READ = "  # expect: TL002"
STORED = "  # expect: TL001"


def _check(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + text
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


BY_NAME = """\
STORAGE = {{"auto": torch.bfloat16, "fp8_e4m3": torch.uint8, "fp8_e5m2": torch.uint8}}
TYPED = {{
    "auto": lambda cache: cache,
    "fp8_e4m3": lambda cache: cache.view(torch.float8_e4m3fn),
    "fp8_e5m2": {other},
}}

class Keys:
    def __init__(self, n, kv_cache_dtype):
        self.kv_cache_dtype = kv_cache_dtype
        self.data = torch.zeros(n, dtype=STORAGE[kv_cache_dtype])

    def typed(self):
        change = TYPED[self.kv_cache_dtype]
        return change(self.data){mark}

def read(keys: Keys, out):
    dequantize[(1,)](keys.typed(), out, 64)
"""
OTHERS = {
    "left as it is": ("lambda cache: cache", READ),
    "made whole": ("lambda cache: cache.contiguous()", READ),
    "viewed": ("lambda cache: cache.view(torch.float8_e5m2)", ""),
    "made anew": ("lambda cache: decoded(cache)", ""),
}


@pytest.mark.parametrize(("other", "mark"), OTHERS.values(), ids=list(OTHERS))
def test_functions_of_a_table(
    other: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(BY_NAME.format(other=other, mark=mark), tmp_path, monkeypatch)


EARLY = """\
@triton.jit
def scale_of(x_ptr, scale_ptr, BLOCK: tl.constexpr):
    x = tl.load(x_ptr + tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)).to(tl.float32)
    tl.store(scale_ptr + tl.program_id(0), tl.max(tl.abs(x), axis=0) / 448.0)

def as_floats(region, kind):
    if {test}:
        return region
    return region.view(torch.float32){after}

class Index:
    def __init__(self, slots, width):
        self.rows = torch.zeros((slots, width + 4), dtype=torch.float8_e4m3fn)
        self.width = width

    def update(self, x, kind):
        scales = as_floats({region}, kind){mark}
        scale_of[(1,)](x, scales, 64)
"""
REGION = "self.rows[:, self.width:]"
EARLIER = {
    "another question": ("not region.is_contiguous()", "", REGION, STORED),
    "an empty one": ("region.numel() > 1 << 20", ".flatten()", REGION, STORED),
    "a test of the type": ("region.dtype == torch.float32", "", REGION, ""),
    "what it is packed as": ("kind == 'packed'", "", REGION, ""),
    "viewed before": ("not region.is_contiguous()", "", REGION + ".view(torch.float32)", ""),
}


@pytest.mark.parametrize(
    ("test", "after", "region", "mark"), EARLIER.values(), ids=list(EARLIER)
)
def test_a_region_that_leaves_early(
    test: str, after: str, region: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = EARLY.format(test=test, after=after, region=region, mark=mark)
    _check(text, tmp_path, monkeypatch)


HOST = """\
class Pool:
    def __init__(self, n):
        self.host = torch.empty(n, dtype=torch.uint8, device="cpu")

    def offload(self, x, n):
        page = torch.empty(n, dtype=torch.{made})
        quantize[(1,)](x, page{view}, 64)
        self.host[:n].copy_(page{copied})

    def restore(self, out, n):
        rows = self.host[:n].to("cuda"){mark}
        dequantize[(1,)](rows, out, 64)
"""
FP8 = ".view(torch.float8_e4m3fn)"
OFFLOADED = {
    "viewed for the launch": ("uint8", FP8, "", READ),
    "a view of bytes again": ("float8_e4m3fn", "", ".view(torch.uint8)", READ),
    "in parts": ("uint8", "[:64]" + FP8, "", ""),
    "never viewed": ("int8", "", ".view(torch.uint8)", ""),
}


@pytest.mark.parametrize(
    ("made", "view", "copied", "mark"), OFFLOADED.values(), ids=list(OFFLOADED)
)
def test_what_was_offloaded(
    made: str, view: str, copied: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HOST.format(made=made, view=view, copied=copied, mark=mark)
    _check(text, tmp_path, monkeypatch)


HOOKED = """\
class Rows:
    def __init__(self, n):
        self.raw = torch.empty(n * self.width(), dtype=torch.uint8)
        self.table = self.finish(self.raw){mark}

    def width(self):
        raise NotImplementedError

    def finish(self, raw):
        return raw

    def look_up(self, out):
        dequantize[(1,)](self.table, out, 64)

class Half(Rows):
    def width(self):
        return 2

    def finish(self, raw):
        return raw.view(torch.float16)

class Codes(Rows):
    def width(self):
        return 1

    def finish(self, raw):
        return {finished}{inside}

    def put(self, x, start, end):
        self.raw[start:end] = {put}
"""
CODES = "x.to(torch.float8_e5m2).view(torch.uint8)"
FINISHED = {
    "left as it is": ("raw", CODES, READ, ""),
    "cut": ("raw[:64]", CODES, "", READ),
    "viewed": ("raw.view(torch.float8_e5m2)", CODES, "", ""),
    "levels": ("raw", "x.round().clamp(0, 255).to(torch.uint8)", "", ""),
}


@pytest.mark.parametrize(
    ("finished", "put", "mark", "inside"), FINISHED.values(), ids=list(FINISHED)
)
def test_what_an_heir_makes_of_it(
    finished: str, put: str, mark: str, inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HOOKED.format(finished=finished, put=put, mark=mark, inside=inside)
    _check(text, tmp_path, monkeypatch)


ARENAS = """\
ARENAS = {{}}

def arena(device, n):
    found = ARENAS.get(device)
    if found is None:
        found = torch.empty(n, dtype=torch.{made})
        ARENAS[device] = found
    return found

def place(x, device, at, n):
    arena(device, n)[at:at + n].copy_(x.to(torch.float8_e4m3fn).view(torch.uint8))

def read_fp8(x, at, n, out):
    region = ARENAS[{key}][at:at + n]{mark}
    dequantize[(1,)](region{view}, out, 64)
"""
KEPT = {
    "under another spelling": ("uint8", "x.device", "", READ),
    "under the same": ("uint8", "device_of(x)", "", READ),
    "viewed": ("uint8", "x.device", FP8, ""),
    "made as codes": ("float8_e4m3fn", "x.device", "", ""),
}


@pytest.mark.parametrize(("made", "key", "view", "mark"), KEPT.values(), ids=list(KEPT))
def test_what_is_kept_under_any_key(
    made: str, key: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(ARENAS.format(made=made, key=key, view=view, mark=mark), tmp_path, monkeypatch)


PIECES = """\
class Gates(torch.nn.Module):
    def __init__(self, gates):
        super().__init__()
        self.register_buffer("ratio", gates.to(torch.{type}).view(torch.uint8))

    def scale(self, out):
        dequantize[(1,)](self.ratio{view}, out, 64){mark}

def packed(gates, out, n):
    page = torch.zeros(n, dtype=torch.uint8)
    page[:64].copy_(gates.to(torch.{type}).view(torch.uint8))
    dequantize[(1,)](page[:64]{view}, out, 64){mark}
"""
WIDER = {
    "float32": ("float32", "", READ),
    "bfloat16": ("bfloat16", "", READ),
    "viewed again": ("bfloat16", ".view(torch.bfloat16)", ""),
    "levels": ("uint8", "", ""),
    "counts": ("int32", "", ""),
}


@pytest.mark.parametrize(("type_", "view", "mark"), WIDER.values(), ids=list(WIDER))
def test_pieces_of_wider_floats(
    type_: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PIECES.format(type=type_, view=view, mark=mark)
    _check(text, tmp_path, monkeypatch)


OF_A_MODULE = """\
class Quantizer:
    def prepare(self, module, gates):
        ratio = (gates.amax(1) / 448.0).to(torch.float32)
        module.register_buffer("ratio", {kept})

    def scale(self, module, out):
        ratio = getattr(module, "ratio", None)
        dequantize[(1,)](ratio{view}, out, 64){mark}
{more}
"""
MORE = """
    def finish(self, module):
        module.ratio = other(module)
"""
GIVEN = {
    "as bytes": ("ratio.view(torch.uint8)", "", "", READ),
    "as it is": ("ratio", "", "", "  # not looked at"),
    "viewed again": ("ratio.view(torch.uint8)", ".view(torch.float32)", "", ""),
    "and something else later": ("ratio.view(torch.uint8)", "", MORE, ""),
}


@pytest.mark.parametrize(("kept", "view", "more", "mark"), GIVEN.values(), ids=list(GIVEN))
def test_what_another_method_registers(
    kept: str, view: str, more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = OF_A_MODULE.format(kept=kept, view=view, more=more, mark=mark)
    _check(text, tmp_path, monkeypatch)


OUTSIDE = """\
from elsewhere import dtypes

class Layer:
    def put(self, k, v, kv_cache):
        k_cache, v_cache = kv_cache.unbind(0)
        if self.kv_cache_dtype == "{asked}":
            target = {table}[self.kv_cache_dtype]
            v_cache = v_cache.view(target)
            k_cache = k_cache{view}
        quantize[(1,)](k, k_cache, 64){mark}
        quantize[(1,)](v, v_cache, 64)
"""
TABLES = {
    "one of dtypes": ("fp8", "dtypes.d_dtypes", "", STORED),
    "both viewed": ("fp8", "dtypes.d_dtypes", ".view(target)", ""),
    "of something else": ("fp8", "dtypes.shapes", "", ""),
    "for another name": ("bf16", "dtypes.d_dtypes", "", ""),
}


@pytest.mark.parametrize(("asked", "table", "view", "mark"), TABLES.values(), ids=list(TABLES))
def test_a_table_of_another_package(
    asked: str, table: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(
        OUTSIDE.format(asked=asked, table=table, view=view, mark=mark), tmp_path, monkeypatch
    )

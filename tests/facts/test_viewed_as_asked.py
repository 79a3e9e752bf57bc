"""Bytes of which another region, or another path, is viewed as a type that is asked for are raw,
though nobody says which type that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

ARENA = """\
TABLE = {{"bf16": torch.bfloat16, "fp8": torch.float8_e4m3fn, "words": torch.int32}}
INTEGERS = {{"words": torch.int32, "pairs": torch.int16}}


class Arena:
    def __init__(self, size):
        self.memory = torch.empty(size, dtype=torch.{made})
        self.used = 0

    def take(self, size):
        start = self.used
        self.used += size
        return self.memory[start : start + size]{mark}


class Tables:
    def __init__(self, arena: Arena, n, {parameter}):
        self.words = arena.take(n).view({asked})
        self.places = arena.take(n){view}

    def look_up(self, out):
        dequantize[(1,)](self.words, out, 64)
        dequantize[(1,)](self.places, out, 64)
"""
HIT = "  # expect: TL002"
ARENAS = {
    "one is not viewed": ("uint8", "dtype", "dtype", "", HIT),
    "both are viewed": ("uint8", "dtype", "dtype", ".view(dtype)", ""),
    "of signed bytes": ("int8", "dtype", "dtype", "", HIT),
    "of signed bytes, viewed": ("int8", "dtype", "dtype", ".view(dtype)", ""),
    "by its annotation": ("uint8", "kind: torch.dtype", "kind", "", HIT),
    "of a table": ("uint8", "kind", "TABLE[kind]", "", HIT),
    "of a table, both": ("uint8", "kind", "TABLE[kind]", ".view(TABLE[kind])", ""),
    "of integers": ("uint8", "kind", "INTEGERS[kind]", "", ""),
    "a shape": ("uint8", "rows: int", "rows", "", ""),
    "as bytes": ("uint8", "dtype", "torch.uint8", "", ""),
}
CHUNKS = """\
class Slab:
    def __init__(self, size):
        self.memory = torch.empty(size, dtype=torch.uint8)
        self.entries = {{}}

    def chunks(self, key, n):
        start, count, dtype = self.entries[key]
        for at in range(0, count, n):
            yield self.memory[start + at : start + at + n].view(dtype)
        yield self.memory[start + count :]{view}


def restore(slab: Slab, key, out):
    for each in slab.chunks(key, 64):
        dequantize[(1,)](each, out, 64)
"""
ELSEWHERE = """\
class Builder:
    def __init__(self, cache, kind: torch.dtype):
        assert {asserted}
        self.cache = cache
        self.kv_dtype = kind

    def prefill(self):
        return self.cache.view({asked}).unbind(0)

    def decode(self):
        return self.cache{view}.unbind(0)


def step(builder: Builder, out):
    keys, values = builder.decode()
    dequantize[(1,)](keys, out, 64){mark}
    dequantize[(1,)](values, out, 64){mark}
"""
BYTES, OR_NONE = "cache.dtype == torch.uint8", "cache is None or cache.dtype == torch.uint8"
BUILDERS = {
    "not viewed": (BYTES, "self.kv_dtype", "", HIT),
    "viewed": (BYTES, "self.kv_dtype", ".view(self.kv_dtype)", ""),
    "where there is one": (OR_NONE, "self.kv_dtype", "", HIT),
    "where there is one, viewed": (OR_NONE, "self.kv_dtype", ".view(self.kv_dtype)", ""),
    "viewed as signed": (BYTES, "torch.int8", "", ""),
    "asserted to be floats": ("cache.dtype == torch.float16", "self.kv_dtype", "", ""),
}


@pytest.mark.parametrize(
    ("made", "parameter", "asked", "view", "mark"), ARENAS.values(), ids=list(ARENAS)
)
def test_arenas(
    made: str,
    parameter: str,
    asked: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ARENA.format(made=made, parameter=parameter, asked=asked, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


@pytest.mark.parametrize(("view", "mark"), [("", HIT), (".view(dtype)", "")])
def test_chunks(view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CHUNKS.format(view=view + mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


@pytest.mark.parametrize(
    ("asserted", "asked", "view", "mark"), BUILDERS.values(), ids=list(BUILDERS)
)
def test_elsewhere(
    asserted: str, asked: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ELSEWHERE.format(asserted=asserted, asked=asked, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


def test_no_type_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever calls asks for is not what the file calls its fp8 type."""
    monkeypatch.chdir(tmp_path)
    told = {"made": "uint8", "parameter": "dtype", "asked": "dtype", "view": "", "mark": ""}
    text = KERNELS + "CODES_DTYPE = torch.float8_e4m3fn\n\n\n" + ARENA.format(**told)
    write(tmp_path, {"user.py": text})
    settings = Settings(root=tmp_path)
    result = check.check(discover([tmp_path], settings), settings, jobs=1)
    assert [(each.code, each.fix) for each in result.findings] == [("TL002", None)]

"""The same bug, and the same correct code, through what holds a buffer of bytes or decides that it
is one: records, dicts that branches fill, attributes of attributes, and settings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

BYTES = "torch.empty(64, dtype=torch.uint8)"
VIEW = ".view(torch.float8_e4m3fn)"

# `<<...>>` is what the correct code has and the wrong code has not.
HOLDERS = {
    "namedtuple": f"""
        from collections import namedtuple

        Row = namedtuple("Row", "codes scale")


        def f(x):
            row = Row({BYTES}<<{VIEW}>>, 1.0)
            quantize[(1,)](x, row.codes, 64)  # expect: TL001""",
    "namedtuple with a list": f"""
        import collections

        Row = collections.namedtuple("Row", ["codes", "scale"])


        def f(x):
            codes, scale = Row(scale=1.0, codes={BYTES}<<{VIEW}>>)
            quantize[(1,)](x, codes, 64)  # expect: TL001""",
    "typed named tuple by a call": f"""
        import typing

        Row = typing.NamedTuple("Row", [("codes", torch.Tensor), ("scale", float)])


        def f(x):
            quantize[(1,)](x, Row({BYTES}<<{VIEW}>>, 1.0)[0], 64)  # expect: TL001""",
    "simple namespace": f"""
        from types import SimpleNamespace


        def f(x):
            row = SimpleNamespace(codes={BYTES}<<{VIEW}>>, scale=1.0)
            quantize[(1,)](x, row.codes, 64)  # expect: TL001""",
    "typed dict": f"""
        from typing import TypedDict


        class Row(TypedDict):
            codes: torch.Tensor


        def f(x):
            row = Row(codes={BYTES}<<{VIEW}>>)
            quantize[(1,)](x, row["codes"], 64)  # expect: TL001""",
    "ordered dict of keywords": """
        from collections import OrderedDict

        LAYOUT = OrderedDict(codes=(torch.float8_e4m3fn, 64), scales=(torch.float32, 1))


        def regions(page):
            found, at = {}, 0
            for name, (dtype, n) in LAYOUT.items():
                part = page[at : at + n * dtype.itemsize]  # expect: TL001
                at += n * dtype.itemsize
                found[name] = part.view(dtype) if dtype.itemsize ><<=>> 1 else part
            return found


        def f(x):
            page = torch.zeros(68, dtype=torch.uint8)
            quantize[(1,)](x, regions(page)["codes"], 64)
            return page""",
    "ordered dict of pairs": f"""
        import collections


        def f(x):
            rows = collections.OrderedDict([("codes", {BYTES}<<{VIEW}>>), ("scales", torch.ones(1))])
            quantize[(1,)](x, rows["codes"], 64)  # expect: TL001""",
    "dict that nobody changes": f"""
        from types import MappingProxyType

        ROWS = MappingProxyType(dict(codes={BYTES}<<{VIEW}>>))


        def f(x):
            quantize[(1,)](x, ROWS["codes"], 64)  # expect: TL001""",
    "function with its first argument on an object": f"""
        import functools


        def put(page, x):
            quantize[(1,)](x, page, 64)


        class Store:
            def __init__(self):
                self.page = {BYTES}
                self.put = functools.partial(put, self.page<<{VIEW}>>)  # expect: TL001


        def f(store: Store, x):
            store.put(x)""",
    "function on an object that another one holds": f"""
        def put(page, x):
            quantize[(1,)](x, page, 64)


        class Writer:
            def __init__(self, name):
                self.write = put


        class Layer:
            def __init__(self):
                self.writer = Writer("rows")
                self.page = {BYTES}

            def f(self, x):
                self.writer.write(self.page<<{VIEW}>>, x)  # expect: TL001""",
    "function on an object that holds others of its class": f"""
        def put(page, x):
            quantize[(1,)](x, page, 64)


        class Node:
            def __init__(self, depth):
                self.page = {BYTES}
                self.kind = Node
                self.first = isinstance(Node, type)
                self.write = put

            def run(self, x):
                self.kind(0).write(self.page, x)


        def f(node: Node, x):
            node.write(node.page<<{VIEW}>>, x)  # expect: TL001""",
    "function of an object by another name": f"""
        from functools import partial


        def put(page, scale, x):
            quantize[(1,)](x * scale, page, 64)


        class Store:
            def __init__(self, scale):
                self.put = partial(put, scale=scale)


        def f(x):
            write = Store(2.0).put
            write({BYTES}<<{VIEW}>>, x=x)  # expect: TL001""",
    "dict that a branch fills": f"""
        def f(x, packed, floats):
            kwargs = dict(x_ptr=x)
            if packed:
                kwargs["out_ptr"] = {BYTES}<<{VIEW}>>
            else:
                kwargs["out_ptr"] = floats.float()
            quantize[(1,)](**kwargs, BLOCK=64)  # expect: TL001""",
    "partial that an inner function calls": f"""
        from functools import partial


        def go(out, x):
            quantize[(1,)](x, out, 64)


        def f():
            out = {BYTES}
            step = partial(go, out<<{VIEW}>>)  # expect: TL001

            def run(x):
                step(x)

            return run""",
    "pool under unknown keys": f"""
        POOL: dict = {{}}


        def scratch(key):
            return POOL.setdefault(key, {BYTES})


        def f(x):
            quantize[(1,)](x, scratch(x.shape)<<{VIEW}>>, 64)  # expect: TL001""",
    "numpy": f"""
        import numpy as np


        def f(x):
            out = torch.from_numpy(np.zeros(64, dtype=np.uint8)).to(x.device)
            quantize[(1,)](x, out<<{VIEW}>>, 64)  # expect: TL001""",
    "keywords of a thread": f"""
        from threading import Thread


        def go(x, out):
            quantize[(1,)](x, out, 64)


        def f(x):
            Thread(target=go, kwargs={{"x": x, "out": {BYTES}<<{VIEW}>>}}).start()  # expect: TL001""",
    "entered": f"""
        class Scratch:
            def __enter__(self):
                return {BYTES}

            def __exit__(self, *what):
                return False


        def f(x):
            with Scratch() as out:
                quantize[(1,)](x, out<<{VIEW}>>, 64)  # expect: TL001""",
    "object in an attribute": f"""
        class Backend:
            def write(self, x, out):
                quantize[(1,)](x, out, 64)


        class Layer:
            def __init__(self):
                self.backend = Backend()
                self.codes = {BYTES}

            def forward(self, x):
                self.backend.write(x, self.codes<<{VIEW}>>)  # expect: TL001""",
    "object in an attribute, annotated": f"""
        class Backend:
            def write(self, x, out):
                quantize[(1,)](x, out, 64)


        class Layer:
            def __init__(self, backend: Backend):
                self.backend = backend

            def forward(self, x):
                self.backend.write(x, {BYTES}<<{VIEW}>>)  # expect: TL001""",
    "function in an attribute": f"""
        def go(x, out):
            quantize[(1,)](x, out, 64)


        class Layer:
            def __init__(self):
                self.store = go

            def forward(self, x):
                self.store(x, {BYTES}<<{VIEW}>>)  # expect: TL001""",
    "set by one of several methods": f"""
        class Pool:
            def __init__(self):
                self.codes = None

            def make(self):
                self.codes = {BYTES}

            def attach(self, other):
                self.codes = other.codes

            def write(self, x):
                quantize[(1,)](x, self.codes<<{VIEW}>>, 64)  # expect: TL001""",
    "copy to what is called fp8": f"""
        @triton.jit
        def move(x_ptr, out_fp8_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_fp8_ptr + offsets, tl.load(x_ptr + offsets))


        def f(x):
            out = {BYTES}
            move[(1,)](x, out<<{VIEW}>>, 64)  # expect: TL001""",
    "codes that are copied into floats": f"""
        @triton.jit
        def move(x_fp8_ptr, out_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_ptr + offsets, tl.load(x_fp8_ptr + offsets))


        def f(x):
            out = torch.empty(64, dtype=torch.bfloat16)
            move[(1,)]({BYTES}<<{VIEW}>>, out, 64)  # expect: TL002""",
    "region beside one of a dtype with a default": """
        def f(x, page, n, dtype=None):
            if dtype is None:
                dtype = torch.bfloat16
            rope = page[:, n:].view(dtype)
            codes = page[:, :n]<<.view(torch.float8_e4m3fn)>>  # expect: TL001
            quantize[(1,)](x, codes, 64)
            copy[(1,)](x, rope, 64)""",
    "method of another base": f"""
        class Storing:
            def storage(self):
                return {BYTES}


        class Launching:
            def run(self, x):
                out = self.storage()
                quantize[(1,)](x, out<<{VIEW}>>, 64)  # expect: TL001


        class Both(Launching, Storing):
            pass


        def f(x):
            Both().run(x)""",
    "same slice in several rounds": """
        def f(x, page):
            kwargs = {}
            for name, low, high, dtype in (("out", 0, 64, torch.float8_e4m3fn), ("x", 64, 192, torch.float32)):
                part = page[:, low:high]  # expect: TL001
                if name == "x":
                    part = part.view(dtype)
                <<part = part.view(dtype)>>
                kwargs[f"{name}_ptr"] = part
            quantize[(1,)](**kwargs, BLOCK=64)""",
    "dtype of a table by a setting": f"""
        STORED = {{"auto": torch.bfloat16, "fp8": torch.uint8}}


        class Cache:
            def __init__(self, kind):
                self.kind = kind
                self.codes = torch.empty(64, dtype=STORED[kind])

            def write(self, x):
                if self.kind == "fp8":
                    quantize[(1,)](x, self.codes<<{VIEW}>>, 64)  # expect: TL001
                else:
                    copy[(1,)](x, self.codes, 64)""",
    "dtype by a test": f"""
        def f(x, is_fp8):
            out = torch.empty(64, dtype=torch.uint8 if is_fp8 else x.dtype)
            if is_fp8:
                quantize[(1,)](x, out<<{VIEW}>>, 64)  # expect: TL001
            else:
                copy[(1,)](x, out, 64)""",
    "viewed on one vendor": f"""
        def f(x, is_fnuz):
            codes = {BYTES}
            if is_fnuz:
                out = codes<<.view(torch.float8_e4m3fnuz)>>
            else:
                out = codes.view(torch.float8_e4m3fn)
            quantize[(1,)](x, out, 64)  # expect: TL001""",
    "stored dtype of a base class": """
        class Pool:
            def __init__(self, dtype):
                self.dtype = dtype
                if dtype in (torch.float8_e4m3fn, torch.float8_e5m2):
                    self.store_dtype = torch.uint8
                else:
                    self.store_dtype = dtype
                self.allocate()


        class Keys(Pool):
            def __init__(self, size, dtype):
                self.size = size
                super().__init__(dtype)

            def allocate(self):
                self.keys = [torch.zeros(64, dtype=self.store_dtype) for _ in range(self.size)]

            def write(self, x, layer):
                quantize[(1,)](x, self.keys[layer]<<.view(self.dtype)>>, 64)  # expect: TL001""",
}

# Correct code with the same means.
APART = {
    "each path has its dtype": """
        class Pool:
            def __init__(self, dtype):
                self.dtype = dtype
                self.store_dtype = torch.uint8 if dtype.itemsize == 1 else dtype
                self.keys = torch.zeros(64, dtype=self.store_dtype)

            def write(self, x):
                if self.store_dtype != self.dtype:
                    quantize[(1,)](x, self.keys.view(self.dtype), 64)
                else:
                    quantize[(1,)](x, self.keys, 64)""",
    "the other path of a setting": """
        STORED = {"auto": torch.bfloat16, "fp8": torch.uint8}


        class Cache:
            def __init__(self, kind):
                self.kind = kind
                self.codes = torch.empty(64, dtype=STORED[kind])

            def write(self, x):
                if self.kind != "fp8":
                    quantize[(1,)](x, self.codes, 64)""",
    "a flag that is asserted for bytes": """
        @triton.jit
        def pack(x_ptr, out_ptr, FLAT: tl.constexpr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            x = tl.load(x_ptr + offsets).to(tl.float32) * 448.0
            if not FLAT:
                if out_ptr.dtype.element_ty == tl.uint8:
                    x = x.to(tl.float8e4nv).to(tl.uint8, bitcast=True)
                tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))
            else:
                tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


        def f(x, out, flat):
            assert out.dtype in (torch.bfloat16, torch.float8_e4m3fn, torch.uint8)
            if out.dtype == torch.uint8:
                assert not flat
            pack[(1,)](x, out, flat, 64)""",
    "copy of bytes that are called so": f"""
        @triton.jit
        def move(x_u8_ptr, out_fp8_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_fp8_ptr + offsets, tl.load(x_u8_ptr + offsets))


        def f(x):
            move[(1,)](x, {BYTES}, 64)""",
    "copy of codes into what may be bytes": f"""
        @triton.jit
        def move(x_fp8_ptr, page_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(page_ptr + offsets, tl.load(x_fp8_ptr + offsets))


        def f(page):
            move[(1,)]({BYTES}, page.reshape(-1), 64)""",
    "copy of codes into a page with scales": """
        @triton.jit
        def move(x_fp8_ptr, scale_ptr, page_fp8_ptr, page_scale_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(page_fp8_ptr + offsets, tl.load(x_fp8_ptr + offsets))
            tl.store(page_scale_ptr, tl.load(scale_ptr))


        def f(x, scale, page):
            flat = page.reshape(-1)
            move[(1,)](x.contiguous().view(torch.uint8), scale, flat, flat.view(torch.float32), 64)""",
    "bytes that are called so beside a float view": """
        @triton.jit
        def read(page_fp32_ptr, page_uint8_ptr, out_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            exponent = tl.load(page_uint8_ptr + offsets).to(tl.int32) - 127
            scale = tl.exp2(exponent.to(tl.float32))
            tl.store(out_ptr + offsets, tl.load(page_fp32_ptr + offsets) * scale)


        def f(cache):
            page = cache.view(torch.uint8)
            out = torch.empty(64, dtype=torch.float32)
            read[(1,)](page.view(torch.float32).reshape(-1), page.reshape(-1), out, 64)""",
    "integers beside a test for fp8": """
        @triton.jit
        def powers(exponent_ptr, out_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            exponent = tl.load(exponent_ptr + offsets).to(tl.int32) - 127
            tl.store(out_ptr + offsets, tl.exp2(exponent.to(tl.float32)))


        def f(exponents, is_fp8):
            assert exponents.dtype == torch.uint8
            out = torch.empty(64, dtype=torch.float32)
            if is_fp8:
                powers[(1,)](exponents, out, 64)""",
}


def _text(body: str) -> str:
    return KERNELS + textwrap.dedent(body).strip() + "\n"


def _wrong(body: str) -> str:
    lines = (line for line in body.split("\n") if not line.strip().startswith("<<"))
    return _text(re.sub(r"<<.*?>>", "", "\n".join(lines)))


def _correct(body: str) -> str:
    return _text(re.sub(r"  # expect: TL\d+", "", re.sub(r"<<(.*?)>>", r"\1", body)))


CASES = {
    **{name: _wrong(body) for name, body in HOLDERS.items()},
    **{f"correct {name}": _correct(body) for name, body in HOLDERS.items()},
    **{f"correct {name}": _text(body) for name, body in APART.items()},
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_holders(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})

"""The same bug, and the same correct code, in all the ways Python has to write them: where a launch
stands, how it is called, and through what the buffer comes to it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

NEW = "torch.empty(64, dtype=torch.uint8)"
VIEW = ".view(torch.float8_e4m3fn)"
HIT = "# expect: TL001"

EXCEPT_STAR = {
    "except_star": f"""
        def f(x, n):
            try:
                n()
            except* ValueError:
                quantize[(1,)](x, {NEW}, 64)  {HIT}"""
}
if sys.version_info < (3, 11):
    EXCEPT_STAR = {}

# Where a launch stands.
PLACES = {
    "module": f"out = {NEW}\nquantize[(1,)](torch.randn(64), out, 64)  {HIT}",
    "main": f"""
        if __name__ == "__main__":
            out = {NEW}
            quantize[(1,)](torch.randn(64), out, 64)  {HIT}""",
    "class_body": f"class A:\n    out = {NEW}\n    quantize[(1,)](1, out, 64)  {HIT}",
    "comprehension": f"def f(xs):\n    out = {NEW}\n    [quantize[(1,)](x, out, 64) for x in xs]  {HIT}",
    "lambda": f"def f(x):\n    out = {NEW}\n    go = lambda: quantize[(1,)](x, out, 64)  {HIT}\n    go()",
    "lambda_handed_on": f"def f(x, bench):\n    out = {NEW}\n    bench(lambda: quantize[(1,)](x, out, 64))  {HIT}",
    "yield": f"def f(x):\n    out = {NEW}\n    yield quantize[(1,)](x, out, 64)  {HIT}",
    "await": f"""
        async def go(x, out):
            quantize[(1,)](x, out, 64)

        async def f(x):
            await go(x, {NEW})  {HIT}""",
    "while_else": f"""
        def f(x, n):
            while n:
                n -= 1
            else:
                quantize[(1,)](x, {NEW}, 64)  {HIT}""",
    "for_else": f"""
        def f(x, n):
            for _ in n:
                pass
            else:
                quantize[(1,)](x, {NEW}, 64)  {HIT}""",
    "finally": f"""
        def f(x, n):
            try:
                n()
            except ValueError:
                pass
            finally:
                quantize[(1,)](x, {NEW}, 64)  {HIT}""",
    **EXCEPT_STAR,
    "match": f"""
        def f(x, n):
            match n:
                case 1 as m if m:
                    quantize[(1,)](x, {NEW}, 64)  {HIT}""",
    "handed_on_function": f"""
        def f(x, bench):
            def go():
                quantize[(1,)](x, out, 64)  {HIT}

            out = {NEW}
            bench(go)""",
    "nonlocal": f"""
        def f(x):
            out = None

            def make():
                nonlocal out
                out = {NEW}

            make()
            quantize[(1,)](x, out, 64)  {HIT}""",
}

# How a launch is written.
CALLS = {
    "run": f"def f(x):\n    quantize.run(x, {NEW}, 64, grid=(1,), warmup=False)  {HIT}",
    "grid_first": f"def f(x):\n    go = quantize[(1,)]\n    go(x, {NEW}, 64)  {HIT}",
    "partial": f"import functools\ndef f(x):\n    functools.partial(quantize[(1,)], x, {NEW})(64)  {HIT}",
    "partial_of_a_function": f"""
        from functools import partial

        def go(x, out):
            quantize[(1,)](x, out, 64)

        def f(x):
            partial(go, x)({NEW})  {HIT}""",
    "submitted": f"""
        def go(x, out):
            quantize[(1,)](x, out, 64)

        def f(x, pool):
            pool.submit(go, x, {NEW})  {HIT}""",
    "mapped": f"def f(xs):\n    out = {NEW}\n    list(map(lambda x: quantize[(1,)](x, out, 64), xs))  {HIT}",
    "over_lines": f"def f(x):\n    (\n        quantize\n        [(1,)]\n        (x, {NEW}, 64)  {HIT}\n    )",
    "wrappers": f"""
        def f0(x, out):
            quantize[(1,)](x, out, 64)

        def f1(x, out):
            f0(x, out)

        def f2(x, out):
            f1(x, out)

        def f3(x, out):
            f2(x, out)

        def f4(x, out):
            f3(x, out)

        def f5(x, out):
            f4(x, out)

        def f6(x, out):
            f5(x, out)

        def f(x):
            f6(x, {NEW})  {HIT}""",
    "kwargs_by_key": f"""
        def f(x):
            kwargs = {{}}
            kwargs["x_ptr"] = x
            kwargs.update(out_ptr={NEW})
            quantize[(1,)](BLOCK=64, **kwargs)  {HIT}""",
    "kwargs_joined": f"""
        def f(x):
            kwargs = {{"x_ptr": x}} | {{"out_ptr": {NEW}}}
            quantize[(1,)](BLOCK=64, **kwargs)  {HIT}""",
}

# Through what the buffer comes to it; each launches with `out`.
MAKERS = {
    "returned_twice": (
        "def alloc(n):\n    return {new}\n\n\ndef make(n):\n    return alloc(n)",
        "make(64)",
    ),
    "getattr": (
        "class P:\n    def __init__(self):\n        self.codes = {new}",
        'getattr(P(), "codes")',
    ),
    "dataclass": (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass P:\n    x: object\n    codes: object = None",
        "P(x, codes={new}).codes",
    ),
    "named_tuple": (
        "from typing import NamedTuple\n\n\nclass P(NamedTuple):\n    x: object\n    codes: object",
        "P(x, {new})[1]",
    ),
    "super": (
        "class B:\n    def __init__(self):\n        self.codes = {new}\n\n\n"
        "class P(B):\n    def __init__(self):\n        super().__init__()",
        "P().codes",
    ),
    "registered": (
        "class P(torch.nn.Module):\n    def __init__(self):\n"
        '        self.register_buffer("codes", {new})',
        "P().codes",
    ),
    "parameter": (
        "class P:\n    def __init__(self):\n        self.codes = torch.nn.Parameter({new}, False)",
        "P().codes",
    ),
    "property": (
        "import functools\n\n\nclass P:\n    @functools.cached_property\n    def codes(self):\n        return {new}",
        "P().codes",
    ),
    "classmethod": (
        "class P:\n    @classmethod\n    def make(cls):\n        return {new}",
        "P.make()",
    ),
    "dtype_of_the_class": (
        "class P:\n    kept_as = torch.uint8\n\n    def __init__(self, n):\n"
        "        self.codes = torch.empty(n, dtype=self.kept_as){view}",
        "P(64).codes",
    ),
    "dtype_of_the_base_class": (
        "class B:\n    kept_as = torch.uint8\n\n\nclass P(B):\n    def __init__(self, n):\n"
        "        self.codes = torch.empty(n, dtype=self.kept_as){view}",
        "P(64).codes",
    ),
    "generator": ("def make():\n    yield {new}", "next(make())"),
    "list": ("", "[{new} for _ in range(4)][x.layer]"),
    "dict": ("", '{{"k": {new}, "v": {new}}}[x.name]'),
    "dict_comprehension": ("", "{{name: {new} for name in x.names}}[x.name]"),
    "walrus": ("", "(page if (page := {new}) is not None else None)"),
    "star": ("", "[*[{new}]][0]"),
    "chosen": ("", "{new} if x is None else {new}"),
}


TWO = """@triton.jit
def quantize_two(x_ptr, y_ptr, key_cache_ptr, value_cache_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + column).to(tl.float32) / 448.0
    y = tl.load(y_ptr + column).to(tl.float32) / 448.0
    tl.store(key_cache_ptr + column, x.to(key_cache_ptr.dtype.element_ty))
    tl.store(value_cache_ptr + column, y.to(value_cache_ptr.dtype.element_ty))


"""


def _text(body: str) -> str:
    return KERNELS + textwrap.dedent(body).strip() + "\n"


def _made(name: str, new: str, mark: str) -> str:
    view = new.removeprefix(NEW)
    before, out = (each.format(new=new, view=view) for each in MAKERS[name])
    return _text(
        f"{before}\n\n\ndef f(x):\n    out = {out}\n    quantize[(1,)](x, out, 64){mark}\n"
    )


def _correct(body: str) -> str:
    """The same with a view. Over many calls a tensor of known floats is not followed."""
    text = _text(body.replace(NEW, NEW + VIEW).replace(HIT, ""))
    far = "def f6(" in body
    return text.replace("x, out, 64)\n", "x, out, 64)  # not looked at\n", 1) if far else text


# From where the method of an object that launches is called.
WAYS = {
    "nowhere": "",
    "its maker": """

        def serve(x, kind, config):
            layer = Layer(kind, config)
            layer.forward(x.float())
        """,
    "its holder": """

        class Model:
            def __init__(self, kind, config):
                self.layer = Layer(kind, config)

            def forward(self, x):
                self.layer.forward(x.float())
        """,
    "a caller with a type": """

        def serve(layer: Layer, x):
            layer.forward(x.float())
        """,
}


def _owner(says: str, way: str, mark: str) -> str:
    """A cache of another object, whose setting may ask for bytes."""
    return _text(f"""
        BY_NAME = {{"fp8": torch.uint8, "auto": torch.bfloat16}}


        class Attention:
            def __init__(self, kind, config):
                self.kv_cache_dtype = kind if kind else config.cache_dtype
                self.kv_cache_torch_dtype = BY_NAME[self.kv_cache_dtype]
                self.kv_cache = torch.tensor([])


        class Layer:
            def __init__(self, kind, config):
                self.attn = Attention(kind, config)
                {says}

            def forward(self, x):
                quantize[(1,)](x, self.attn.kv_cache, 64){mark}
        """) + textwrap.dedent(WAYS[way])


STRIDED = """@triton.jit
def quantize_strided(x_ptr, stride_xm, stride_xn, cache_ptr, stride_cm, stride_cn, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + column * stride_xn).to(tl.float32) / 448.0
    tl.store(cache_ptr + column * stride_cn, x.to(cache_ptr.dtype.element_ty))


@triton.jit
def move_strided(x_ptr, xm, xn, cache_ptr, cm, cn, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    tl.store(cache_ptr + column * cn, tl.load(x_ptr + column * xn) / 448.0)


"""
# How strides are passed of which the number is not written.
STRIDES = {
    "strides": "quantize_strided[(1,)](x, *x.stride(), {page}, *{page}.stride(), BLOCK=64)",
    "strides of some": "quantize_strided[(1,)](x, *x.stride(), {page}, 64, 1, 64)",
    "strides after others": "quantize_strided[(1,)](x, x.stride(0), x.stride(1), {page}, *{page}.stride(), BLOCK=64)",
    "strides before the name": "quantize_strided[(1,)](x, *x.stride(), cache_ptr={page}, stride_cm=64, stride_cn=1, BLOCK=64)",
}
# Which parameters these are is not known.
UNKNOWN_STRIDES = {
    "sizes": "quantize_strided[(1,)](x, *x.shape, {page}, *{page}.stride(), BLOCK=64)",
    "strides by other names": "move_strided[(1,)](x, *x.stride(), {page}, *{page}.stride(), BLOCK=64)",
    "strides that are written behind": "quantize_strided[(1,)](x, *n.stride(), x.stride(1), {page}, 64, 1, 64)",
    "strides of too many": "quantize_strided[(1,)](x, *x.stride(), *n.stride(), *x.stride(), {page}, 64, 1)",
}


def _strided(launch: str, view: str, mark: str = "") -> str:
    body = f"def f(x, n):\n    page = torch.empty((4, 64), dtype=torch.uint8){view}\n    {launch.format(page='page')}{mark}"
    return _text(STRIDED + body)


CASES = {
    **{name: _strided(launch, "", f"  {HIT}") for name, launch in STRIDES.items()},
    **{f"correct {name}": _strided(launch, VIEW) for name, launch in STRIDES.items()},
    **{name: _strided(launch, "") for name, launch in UNKNOWN_STRIDES.items()},
    **{name: _text(body) for name, body in {**PLACES, **CALLS}.items()},
    **{f"correct {name}": _correct(body) for name, body in {**PLACES, **CALLS}.items()},
    **{name: _made(name, NEW, f"  {HIT}") for name in MAKERS},
    **{f"correct {name}": _made(name, NEW + VIEW, "") for name in MAKERS},
    "torch by another name": _text(
        "import torch as th\n\n\ndef f(x, page, n):\n    scales = page[:, n:].view(\n        th.float32\n    )\n"
        "    out = page[:, :n]\n    quantize[(1,)](x, out, 64)"
    ).replace("out = page[:, :n]", f"out = page[:, :n]  {HIT}"),
    "dtypes by name": _text(
        f"from torch import uint8 as byte, empty\n\n\ndef f(x):\n    quantize[(1,)](x, empty(4, dtype=byte), 64)  {HIT}"
    ),
    "annotated owner": _text(
        f"class P:\n    def __init__(self, n):\n        self.codes = {NEW}\n\n\n"
        f'def f(x, pool: "P | None"):\n    quantize[(1,)](x, pool.codes, 64)  {HIT}'
    ),
    "set by another method": _text(
        f"class P:\n    def setup(self):\n        self.codes = {NEW}\n\n"
        f"    def f(self, x):\n        quantize[(1,)](x, self.codes, 64)  {HIT}"
    ),
    "dtype of the class, in a method": _text(
        "class P:\n    kept_as = torch.uint8\n\n    def __init__(self, n):\n"
        "        self.codes = torch.empty(n, dtype=self.kept_as)\n\n"
        f"    def f(self, x):\n        quantize[(1,)](x, self.codes, 64)  {HIT}"
    ),
    "correct dtype of the class, in a method": _text(
        "class P:\n    kept_as = torch.float8_e4m3fn\n\n    def __init__(self, n):\n"
        "        self.codes = torch.empty(n, dtype=self.kept_as)\n\n"
        "    def f(self, x):\n        quantize[(1,)](x, self.codes, 64)"
    ),
    **{f"setting of an owner, {way}": _owner("self.size = 4", way, f"  {HIT}") for way in WAYS},
    **{
        f"correct setting of an owner, {way}": _owner(
            'assert self.attn.kv_cache_dtype in ("auto", "bfloat16")', way, ""
        )
        for way in WAYS
    },
    "switch of a module": _text(
        f"ENABLED = False\n\n\ndef f(x):\n    if ENABLED:\n        quantize[(1,)](x, {NEW}, 64)  {HIT}"
    ),
    "switch of a module, through a class": _text(
        "ENABLED: bool = False\n\n\nclass P:\n    on = ENABLED\n\n"
        "    @classmethod\n    def enabled(cls):\n        return cls.on\n\n\n"
        f"def f(x):\n    if P.enabled():\n        quantize[(1,)](x, {NEW}, 64)  {HIT}"
    ),
    "correct switch of a module": _text(
        f"ENABLED = True\n\n\ndef f(x):\n    out = {NEW}\n    if ENABLED:\n        out = out{VIEW}\n"
        "    else:\n        return\n    quantize[(1,)](x, out, 64)"
    ),
    "items of a comprehension are apart": _text(
        "def f(x):\n    out, scale = (torch.empty(4, dtype=each) for each in (torch.uint8, torch.float32))\n"
        f"    quantize[(1,)](x, out, 64)  {HIT}\n    quantize[(1,)](x, scale, 64)"
    ),
    "correct items of something unknown are apart": _text(
        "def need(tensor, dtype):\n    assert tensor.dtype == dtype\n\n\n"
        "def f(x, given):\n    for each, dtype in zip(given, (torch.uint8, torch.float32)):\n"
        "        need(each, dtype)\n    _, scale = given\n    quantize[(1,)](x, scale, 64)"
    ),
    "made of pairs of a shape and a dtype": _text(
        "def f(x, workspace, n):\n"
        "    out, scale = workspace.get_several(((n, 64), torch.uint8), ((n,), torch.float32))\n"
        f"    quantize[(1,)](x, out[:n], 64)  {HIT}\n    quantize[(1,)](x, scale, 64)"
    ),
    "correct made of pairs of a shape and a dtype": _text(
        "def f(x, workspace, n):\n"
        "    out, scale = workspace.get_several(((n, 64), torch.uint8), ((n,), torch.float32))\n"
        f"    quantize[(1,)](x, out[:n]{VIEW}, 64)\n    quantize[(1,)](x, scale, 64)"
    ),
    "correct pairs of something else": _text(
        "def f(x, workspace, n):\n"
        "    out, scale = workspace.get_several((n, torch.uint8), (n, torch.float32))\n"
        "    quantize[(1,)](x, out[:n], 64)  # not looked at\n"
    ),
    "a dtype that a caller writes out decides": _text(
        "def make(dtype):\n    return torch.empty(4, dtype=torch.uint8 if dtype in (torch.uint8, torch.bool) else torch.float32)\n\n\n"
        "def f(x):\n    out = make(torch.uint8)\n"
        f"    quantize[(1,)](x, out, 64)  {HIT}\n    quantize[(1,)](x, make(torch.bfloat16), 64)"
    ),
    "correct a dtype that a caller writes out": _text(
        "def run(x, dtype):\n    if dtype == torch.uint8:\n        out = torch.empty(4, dtype=torch.uint8)\n"
        f"        quantize[(1,)](x, out{VIEW}, 64)\n    else:\n        out = torch.empty(4, dtype=dtype)\n"
        "        quantize[(1,)](x, out, 64)\n\n\n"
        "def f(x):\n    run(x, torch.uint8)\n    run(x, torch.bfloat16)"
    ),
    "a dtype that is left at its default": _text(
        "def make(dtype=torch.uint8):\n    return torch.empty(4, dtype=torch.float16 if dtype is not torch.uint8 else dtype)\n\n\n"
        f"def f(x):\n    quantize[(1,)](x, make(), 64)  {HIT}\n    quantize[(1,)](x, make(torch.float32), 64)"
    ),
    "the same question asked in two calls": _text(
        f"{TWO}def coded(kind):\n    return kind.startswith('fp8') or kind.endswith('_codes')\n\n\n"
        "def f(x, y, key_cache, value_cache, kind):\n    own = torch.float8_e4m3fn if coded(kind) else key_cache.dtype\n"
        "    if key_cache.dtype != own and coded(kind):\n        value_cache = value_cache.view(own)\n"
        f"    quantize_two[(1,)](x, y, key_cache, value_cache, 64)  {HIT}"
    ),
    "correct the same question asked in two calls": _text(
        f"{TWO}def coded(kind):\n    return kind.startswith('fp8') or kind.endswith('_codes')\n\n\n"
        "def f(x, y, key_cache, value_cache, kind):\n    own = torch.float8_e4m3fn if coded(kind) else key_cache.dtype\n"
        "    if key_cache.dtype != own and coded(kind):\n        key_cache, value_cache = key_cache.view(own), value_cache.view(own)\n"
        "    quantize_two[(1,)](x, y, key_cache, value_cache, 64)"
    ),
    "a method by its name": _text(
        "from operator import methodcaller\n\nREAD = methodcaller('view', torch.float8_e4m3fn)\nFLAT = methodcaller('view', -1, 64)\n\n\n"
        f"def f(x, n, out):\n    page = torch.zeros(n, dtype=torch.uint8)\n    quantize[(1,)](x, FLAT(page), 64)  {HIT}\n"
        "    dequantize[(1,)](READ(page), out, 64)"
    ),
    "correct a method by its name": _text(
        "import operator\n\nOPEN = operator.methodcaller('view', dtype=torch.float8_e4m3fn)\n\n\n"
        "def f(x, y, n):\n    pages = torch.zeros(n, dtype=torch.uint8), torch.zeros(n, dtype=torch.uint8)\n"
        "    for rows, page in zip((x, y), map(OPEN, pages)):\n        quantize[(1,)](rows, page, 64)"
    ),
    "a function of a module with its first arguments": _text(
        "from functools import partial\n\n\ndef run(kernel, x, page, see):\n    kernel[(1,)](x, see(page), 64)\n\n\n"
        f"def coded(page):\n    return page{VIEW}\n\n\nwrite = partial(run, quantize, see=lambda page: page)\n"
        "again = partial(write, see=coded)\n\n\n"
        f"def f(x, n):\n    write(x, torch.zeros(n, dtype=torch.uint8))  {HIT}\n\n\n"
        "def g(x, n):\n    again(x, torch.zeros(n, dtype=torch.uint8))"
    ),
    "what a function of a module makes": _text(
        "def launcher(kernel):\n    def run(x, page):\n        kernel[(1,)](x, page, 64)\n\n    return run\n\n\n"
        "write = launcher(quantize)\n\n\n"
        f"def f(x, n):\n    write(x, torch.zeros(n, dtype=torch.uint8))  {HIT}\n\n\n"
        f"def g(x, n):\n    write(x, torch.zeros(n, dtype=torch.uint8){VIEW})"
    ),
    "two unknown values": _text(
        "def first(x, page):\n    codes = page[:, :4].view(torch.float8_e4m3fn)\n"
        "    quantize[(1,)](x, codes, 64)\n    return page[:, 4:].view(torch.float32)\n\n\n"
        "def second(x, page):\n    quantize[(1,)](x, page[:, :8], 64)  # not looked at\n\n\n"
        "def f(x, n, pair, other):\n    first(*(pair() if n else (x, x)))\n    second(*(other() if n else (x, x)))"
    ),
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_forms(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})

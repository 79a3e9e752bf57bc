"""What objects keep of buffers for their other methods: contexts of autograd functions, fields that
`__post_init__` sets, functions that are made of a buffer; and dtypes that a module chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL001, TL002, VIEW = "  # expect: TL001", "  # expect: TL002", ".view(torch.float8_e4m3fn)"
SAVED = """
class Compressed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        saved = torch.empty(64, dtype=torch.uint8)
        scale = torch.ones(1)
        quantize[(1,)](x, saved.view(torch.float8_e4m3fn), 64)
        %s
        return x

    @staticmethod
    def backward(ctx, out):
        %s
        dequantize[(1,)](saved, out, 64)%s
        return out


def f(x):
    return Compressed.apply(x)
"""
# The same where functions make what is saved and read what was, and other ways to save.
PASSES = """
def compress(x):
    codes = torch.empty(64, dtype=torch.float8_e4m3fn)
    quantize[(1,)](x, codes, 64)
    return x, codes.view(torch.uint8)


def expand(codes, out):
    dequantize[(1,)](codes, out, 64)
    return out


def keep(context, codes):
    context.save_for_backward(codes)


def kept(context):
    (codes,) = context.saved_tensors
    return codes


class Compressed(torch.autograd.Function):
    @staticmethod
    def forward(%sx):
        y, codes = compress(x)
        %s

    @staticmethod
    %s

    @staticmethod
    def backward(ctx, *grads):
        return expand(%s, grads[0])%s


class Layer(torch.nn.Module):
    def forward(self, x):
        return Compressed.apply(self.gate(x))
"""
CONTEXT = """def setup_context(ctx, inputs, output):
        x, (y, codes) = inputs[0], output
        ctx.save_for_backward(%s)"""
OTHER = "def other(x):\n        return x"
MADE = """
import functools


def write(pages, x):
    quantize[(1,)](x, pages, 64)  # not looked at


def writer(pages):
    def inner(x):
        quantize[(1,)](x, pages, 64)%s

    return inner


class Layer:
    def __init__(self, n):
        keys, values = torch.zeros(n, dtype=torch.uint8), torch.zeros(n, dtype=torch.uint8)
        self.keys = keys.view(torch.float8_e4m3fn)
        self.write = %s%s

    def forward(self, x):
        self.write(x)
"""
FIELDS = """
from dataclasses import InitVar, dataclass, field
from typing import ClassVar


@dataclass
class Settings:
    rows: int
    storage: torch.dtype = torch.uint8


@dataclass
class Store:
    %s
    rows: torch.Tensor = field(init=False)

    def __post_init__(self%s):
        self.rows = torch.zeros(64, dtype=%s)


def put(store: Store, x):
    quantize[(1,)](x, store.rows%s, 64)%s


def f(x):
    put(Store(%s), x)
"""
# A type that a module chooses for the platform.
CHOSEN = """
_HIP = torch.version.hip is not None
FP8 = torch.float8_e4m3fnuz if _HIP and "gfx94" in name() else torch.float8_e4m3fn
%s


class Pool:
    def __init__(self, n):
        self.codes = torch.empty(n, dtype=STORAGE)

    def typed(self):
        return self.codes.view(FP8)

    def put(self, x):
        quantize[(1,)](x, self.%s, 64)%s
"""
# What other methods of the class of an object that is made here view.
VIEWED = """
class Rows:
    def __init__(self, n):
        self.rows, self.counts = %s, torch.zeros(n, dtype=torch.uint8)

    def typed(self):
        return self.%s.view(torch.float8_e4m3fn)


class Wide(Rows):
    scale = 1.0


def f(out, n):
    made = torch.zeros(n, dtype=torch.uint8)
    rows = %s
    dequantize[(1,)](rows.rows%s, out, 64)%s
"""
MAKES = "torch.zeros(n, dtype=torch.uint8)"
AT_ONCE = "STORAGE = torch.uint8 if _HIP else FP8"
LATER = "STORAGE = FP8\nif _HIP:\n    STORAGE = torch.uint8"
BRANCHES = "if _HIP:\n    STORAGE = torch.uint8\nelse:\n    STORAGE = FP8"
SAVE, GET = "ctx.save_for_backward(saved, scale)", "saved, scale = ctx.saved_tensors"
CASES = {
    "saved for the other pass": SAVED % (SAVE, GET, TL002),
    "saved, and got by its index": SAVED
    % ("ctx.save_for_backward(scale, saved)", "saved = ctx.saved_tensors[1]", TL002),
    "an attribute of the context": SAVED % ("ctx.codes = saved", "saved = ctx.codes", TL002),
    "correct: saved, and viewed": SAVED % (SAVE, f"{GET}; saved = saved{VIEW}", ""),
    "correct: saved as it was viewed": SAVED
    % (f"ctx.save_for_backward(saved{VIEW}, scale)", GET, ""),
    "correct: the other one": SAVED % ("ctx.save_for_backward(scale, saved)", GET, ""),
    "saved by what a function gives": PASSES
    % ("ctx, ", "ctx.save_for_backward(codes, y)\n        return y", OTHER, "ctx.saved_tensors[0]", TL002),
    "saved on one of two paths": PASSES
    % ("state, ", "if x.requires_grad:\n            state.codes = codes\n        return y", OTHER, "ctx.codes", TL002),
    "saved and got by functions": PASSES
    % ("own, ", f"keep(own, codes){TL002}\n        return y", OTHER, "kept(ctx)", ""),
    "saved by setup_context": PASSES
    % ("", "return y, codes", CONTEXT % "codes, y", "ctx.saved_tensors[0]", TL002),
    "correct: saved by setup_context, the other one": PASSES
    % ("", "return y, codes", CONTEXT % "codes, y", "ctx.saved_tensors[1]", ""),
    "correct: viewed in setup_context": PASSES
    % ("", "return y, codes", CONTEXT % f"y, codes{VIEW}", "ctx.saved_tensors[1]", ""),
    "correct: viewed where a function gets it": PASSES
    % ("own, ", "keep(own, codes)\n        return y", OTHER, f"kept(ctx){VIEW}", ""),
    "a function of a first argument": MADE % (VIEW, "functools.partial(write, values)", TL001),
    "a function of an argument by name": MADE
    % (VIEW, "functools.partial(write, pages=values)", TL001),
    "a function that another one makes": MADE % ("", "writer(values)", TL001),
    "a method of a first argument": MADE.replace("        self.write(x)", "        self.write(x)\n\n    def put(self, pages, x):\n        quantize[(1,)](x, pages, 64)")
    % (VIEW, "functools.partial(self.put, values)", TL001),
    "correct: a function of what is viewed": MADE
    % (VIEW, f"functools.partial(write, values{VIEW})", ""),
    "correct: a function that is made of what is viewed": MADE % ("", f"writer(values{VIEW})", ""),
    "a field after others": FIELDS
    % ("settings: Settings", "", "self.settings.storage", "", TL001, "Settings(4)"),
    "a field after what is only handed on": FIELDS
    % ("kind: InitVar[torch.dtype]", ", kind", "kind", "", TL001, "torch.uint8"),
    "correct: a field of another type": FIELDS
    % ("settings: Settings", "", "self.settings.storage", "", "", "Settings(4, torch.float16)"),
    "correct: a field that is viewed": FIELDS
    % ("settings: Settings", "", "self.settings.storage", VIEW, "", "Settings(4)"),
    "correct: fields of the class and by name": FIELDS
    % (
        "count: ClassVar[int] = 0\n    storage: torch.dtype = torch.uint8",
        "",
        "self.storage",
        "",
        "",
        "torch.float16",
    ),
    "another method views it": VIEWED % (MAKES, "rows", "Rows(n)", "", TL002),
    "a method of the base views it": VIEWED % (MAKES, "rows", "Wide(n)", "", TL002),
    "another method views what is handed over": VIEWED
    % ("n", "rows", f"Rows(made){TL002}", "", ""),
    "correct: viewed, as another method does": VIEWED % (MAKES, "rows", "Rows(n)", VIEW, ""),
    "correct: another method views another one": VIEWED % (MAKES, "counts", "Rows(n)", "", ""),
    "chosen for the platform": CHOSEN % (AT_ONCE, "codes", TL001),
    "chosen by branches": CHOSEN % (BRANCHES, "codes", TL001),
    "chosen later": CHOSEN % (LATER, "codes", TL001),
    "correct: chosen for the platform, viewed": CHOSEN % (AT_ONCE, "typed()", ""),
    "correct: chosen by branches, viewed": CHOSEN % (BRANCHES, "typed()", ""),
    "correct: chosen later, viewed": CHOSEN % (LATER, "typed()", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_what_objects_keep(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + CASES[case]}
    write(tmp_path, files)
    assert found() == expected(files)

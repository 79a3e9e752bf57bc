"""The same bug, and the same correct code, where several ways lead to one launch or one store:
callers of a function that tests what it is given, the arms of a branch, the rounds of a loop, and
what lists are given later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT, READ = "  # expect: TL001", "  # expect: TL002"
BOTH = "  # expect: TL002, TL002"
EITHER = "  # expect: TL001, TL002"
VIEW = ".view(torch.float8_e5m2)"

# A function tests what it is given, and a caller is known to give it bytes.
TESTED = """
@triton.jit
def divide(x_ptr, out_ptr, scale_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32) / tl.load(scale_ptr)
    tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


def put(x, pages, slots):
    %s
    divide[(1,)](x, pages, slots, 64)


def warm(x, slots):
    pages = torch.zeros(64, dtype=torch.uint8)
    put(x, pages, slots)%s
    return pages
"""
LOOP = """
        for each in (pages, slots):
            if each.dtype == torch.uint8:
                each = each.view(torch.float8_e4m3fn)"""
# A name of a way to work, which is none of a dtype, chooses the arm that views.
ARMS = """
def encode(x, mode="token"):
    out = torch.empty(64, dtype=torch.%s)
    if %s:
        out = out.view(torch.float8_e5m2)
    else:
        x = x.contiguous()
    quantize[(1,)](x, out, 64)%s
    return out
"""
# What a loop adds up is stored before it is added to.
ROUNDS = """
@triton.jit
def states(x_ptr, state_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    state = %s
    for i in range(n):
        tl.store(state_ptr + i * BLOCK + offsets, state.to(state_ptr.dtype.element_ty))
        state %s


def run(x, n):
    out = torch.empty((n, 64), dtype=torch.uint8)
    states[(1,)](x, out%s, n, 64)%s
    return out.view(torch.float8_e5m2)
"""
ADDED = "+= tl.load(x_ptr + i * BLOCK + offsets).to(tl.float32)"
ZEROS = "tl.zeros([BLOCK], dtype=tl.float32)"
# The entries of a list are replaced.
LISTED = """
class Layers:
    def __init__(self, layers):
        self.codes = [torch.zeros(64, dtype=torch.uint8) for _ in range(layers)]

    def load(self, i, weight):
        self.codes[i] = %s

    def layers(self):
        for each in self.codes:
            yield each

    def decode(self, out):
        for codes in self.layers():
            dequantize[(1,)](codes%s, out, 64)%s
"""
MADE = "weight.to(torch.float8_e5m2).view(torch.uint8)"

# Some entries are left out.
SOME = """
def some(x, pages):
    kept = [each for each in pages if each.dtype %s torch.uint8]
    for each in kept:
        quantize[(1,)](x, each, 64)%s
"""
# The same by statements; from a loop, what is picked is given to a list, a dict or a name, or back.
PICKED = """
def some(x, pages):
    kept = []
    for page in pages:
        %s
    quantize[(1,)](x, kept[0], 64)%s
"""
UNDER_NAMES = """
def some(x, pages):
    kept = {}
    for name, page in pages.items():
        %s
    for each in kept.values():
        quantize[(1,)](x, each, 64)%s
"""
LAST = """
def some(x, pages):
    for page in pages:
        if page.dtype %s torch.uint8:
            last = page
    quantize[(1,)](x, last, 64)%s
"""
GIVEN_BACK = """
def first(pages):
    for page in pages:
        if page.dtype %s torch.uint8:
            %s page


def some(x, pages):
    %s
        quantize[(1,)](x, each, 64)%s
"""
PARTED = """
def some(x, pages):
    kept, codes = [], []
    for page in pages:
        if page.dtype == torch.uint8:
            codes.append(page)
        else:
            kept.append(page)
    for each in codes:
        quantize[(1,)](kept[0], each%s, 64)%s
    quantize[(1,)](x, kept[0], 64)
"""
OTHERS = """
def some(x, page, other):
    kept = []
    if page.dtype %s torch.uint8:
        kept.append(page)
    if other is not None:
        kept.append(other)
    for each in kept:
        quantize[(1,)](x, each, 64)%s
"""
ROUND = """
@triton.jit
def narrow(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.clamp(tl.load(x_ptr + offsets).to(tl.float32) * 3.0, -127.0, 127.0)
    tl.store(out_ptr + offsets, x)%s


def some(x, outs):
    kept = []
    for each in outs:
        if each.dtype %s (torch.int8, torch.float8_e5m2):
            kept.append(each)
    for each in kept:
        narrow[(1,)](x, each, 64)
"""
IF = "if page.dtype %s torch.uint8: %s"
SKIPPED = "if page.dtype == torch.uint8:\n            %s\n        kept.append(page)"
PUT = ("kept.append(page)", "kept.extend([page])", "kept += [page]", "kept = kept + [page]", "kept.insert(0, page)")
LEAVE = ("continue", "break", "raise TypeError(page.dtype)")
UNDER = ("kept[name] = page", "kept.setdefault(name, page)", "kept.update({name: page})")

# What a caller passes, or leaves out, decides an arm of a function.
DECIDED = """
@triton.jit
def attend(k_cache_ptr, v_cache_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    k_cache = tl.load(k_cache_ptr + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, k_cache * tl.load(v_cache_ptr + offsets).to(tl.float32))


@triton.jit
def shifted(k_cache_ptr, zeros_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    zeros = tl.load(zeros_ptr + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, tl.load(k_cache_ptr + offsets).to(tl.float32) - zeros)


def decode(k_cache, v_cache, window=None, stepwise=False, as_codes=False, zeros=None, num_bits=8, resolution=None):
    out = torch.empty(64, dtype=torch.float32)
    if %s:
        k_cache = k_cache.view(torch.float8_e4m3fn)
        v_cache = v_cache.view(torch.float8_e4m3fn)
        first = 0
    else:
        first = 1
    %s


def warm():
    k_cache = torch.zeros(64, dtype=torch.uint8)
    v_cache = torch.zeros(64, dtype=torch.uint8)
    decode(k_cache, v_cache%s
    return k_cache, v_cache
"""
ATTEND = "attend[(1,)](k_cache, v_cache, out, 64)"
NUMBERS = "shifted[(1,)](k_cache, zeros, out, 64)"
# A function gives a tuple back, early or later.
EARLY = """
@triton.jit
def put(x_ptr, pages_ptr, slots_ptr, BLOCK: tl.constexpr):
    at = tl.load(slots_ptr + tl.program_id(0)) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + tl.arange(0, BLOCK)).to(tl.float32)
    tl.store(pages_ptr + at, (x * 2.0).to(pages_ptr.dtype.element_ty))


def ready(pages, slots, x):
    if %s:
        return %s
    return %s


def write(pages, slots, x):
    assert pages.dtype == torch.uint8
    %s = ready(pages, slots, x)%s
    put[(1,)](x, pages, slots, 64)
"""
VIEWED = "pages" + VIEW
# The tuple tells what is in it, and the kernel is told.
TOLD = """
@triton.jit
def put(x_ptr, pages_ptr, CODES: tl.constexpr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32) * 2.0
    if CODES:
        tl.store(pages_ptr + at, x.to(pages_ptr.dtype.element_ty))
    else:
        tl.store(pages_ptr + at, x.to(tl.float8e5).to(tl.uint8, bitcast=True))


def ready(pages, x):
    if x.is_contiguous():
        return pages, %s
    return pages.view(torch.float8_e5m2), True


def write(x, pages):
    assert pages.dtype == torch.uint8
    pages, viewed = ready(pages, x)
    put[(1,)](x, pages, CODES=viewed, BLOCK=64)
"""
CASES = {
    "tested one after the other": (TESTED % (LOOP.strip(), "")).replace("slots, 64)", f"slots, 64){EITHER}"),
    "tested, and viewed by another name": TESTED
    % ("if pages.dtype == torch.uint8: other = pages.view(torch.float8_e4m3fn)", HIT),
    "correct: tested and viewed": TESTED
    % ("if pages.dtype == torch.uint8: pages = pages.view(torch.float8_e4m3fn)", ""),
    "correct: bytes are refused": TESTED
    % ("if pages.dtype == torch.uint8: raise TypeError(pages.dtype)", ""),
    "one way to work is viewed": ARMS % ("uint8", 'mode == "tensor"', HIT),
    "one of several is viewed": ARMS % ("uint8", 'mode in ("tensor", "row")', HIT),
    "correct: what is viewed where a setting asks for it": ARMS % ("uint8", 'mode == "fp8"', ""),
    "correct: of codes in any case": ARMS % ("float8_e5m2", 'mode == "tensor"', ""),
    "correct: what is not viewed where it is no cache of codes": ARMS
    % ("uint8", 'mode != "auto"', ""),
    "zero in the first round": ROUNDS % (ZEROS, ADDED, "", HIT),
    "a maximum of what was seen": ROUNDS
    % (ZEROS, "= tl.maximum(state, tl.load(x_ptr + offsets).to(tl.float32))", "", HIT),
    "correct: zero in the first round, viewed": ROUNDS % (ZEROS, ADDED, VIEW, ""),
    "correct: rounded in every round": ROUNDS
    % (ZEROS, "= tl.floor(tl.clamp(tl.load(x_ptr + offsets).to(tl.float32), 0, 255))", "", ""),
    "bytes are picked out": SOME % ("==", HIT),
    "correct: bytes are left out": SOME % ("!=", ""),
    "correct: what is left of several": SOME % ("== x.dtype and each.dtype !=", ""),
    **{f"picked, {put}": PICKED % (IF % ("==", put), HIT) for put in PUT},
    **{f"correct: left out, {put}": PICKED % (IF % ("!=", put), "") for put in PUT},
    **{f"picked, {leave}": PICKED % (SKIPPED.replace("==", "!=") % leave, HIT) for leave in LEAVE},
    **{f"correct: left out, {leave}": PICKED % (SKIPPED % leave, "") for leave in LEAVE},
    **{f"picked, {put}": UNDER_NAMES % (IF % ("==", put), HIT) for put in UNDER},
    **{f"correct: left out, {put}": UNDER_NAMES % (IF % ("!=", put), "") for put in UNDER},
    "the last one of bytes": LAST % ("==", HIT),
    "correct: the last one of others": LAST % ("!=", ""),
    "bytes are given back": GIVEN_BACK % ("==", "return", "each = first(pages)\n    if x is not None:", HIT),
    "correct: others are given back": GIVEN_BACK % ("!=", "return", "each = first(pages)\n    if x is not None:", ""),
    "bytes are yielded": GIVEN_BACK % ("==", "yield", "for each in first(pages):", HIT),
    "correct: others are yielded": GIVEN_BACK % ("!=", "yield", "for each in first(pages):", ""),
    "parted": PARTED % ("", HIT),
    "correct: parted, and viewed": PARTED % (VIEW, ""),
    "one of several is bytes": OTHERS % ("==", HIT),
    "correct: one of several is none": OTHERS % ("!=", ""),
    "a default leaves codes as they are": DECIDED % ("window is not None", ATTEND, ")" + BOTH),
    "a caller leaves codes as they are": DECIDED % ("not stepwise", ATTEND, ", stepwise=True)" + BOTH),
    "a caller leaves codes as they are, over one more": DECIDED % ("window", ATTEND, ", window=0)" + BOTH)
    + "\n\ndef again():\n    warm()\n",
    "a word of a type in another word": DECIDED % ("resolution is not None", ATTEND, ")" + BOTH),
    "correct: a caller says of how many bits they are": DECIDED % ("num_bits == 8", ATTEND, ", num_bits=4)"),
    "correct: a caller has codes viewed": DECIDED % ("window is not None", ATTEND, ", window=8)"),
    "correct: a caller says that they are no codes": DECIDED % ("as_codes", ATTEND, ")"),
    "correct: numbers with a zero of their own": DECIDED % ("zeros is None", NUMBERS, ", zeros=torch.ones(64))"),
    "correct: viewed in the other arm too": DECIDED.replace(
        "first = 1", "k_cache, v_cache = k_cache.view(torch.float8_e5m2), v_cache.view(torch.float8_e5m2)"
    )
    % ("window", ATTEND, ")"),
    "given back early": EARLY
    % ("slots.numel() == 1", "pages, slots", f"{VIEWED}, slots.contiguous()", "pages, slots", HIT),
    "given back late": EARLY
    % ("x.is_contiguous()", f"{VIEWED}, slots", "pages, slots + 1", "pages, slots", HIT),
    "given back beside others": EARLY
    % ("x is None", "slots, x, pages", f"slots, x, {VIEWED}", "slots, _, pages", HIT),
    "correct: given back viewed either way": EARLY
    % ("slots.numel() == 1", f"{VIEWED}, slots", f"{VIEWED}, slots + 1", "pages, slots", ""),
    "correct: given back as it is where it is no memory of codes": EARLY
    % ("pages.dtype != torch.uint8", "pages, slots", f"{VIEWED}, slots", "pages, slots", ""),
    "correct: given back with what tells": TOLD % "False",
    "given back with what tells the wrong thing": (TOLD % "True").replace(
        "= ready(pages, x)", "= ready(pages, x)" + HIT
    ),
    "correct: viewed after it is given back": EARLY
    % ("x is None", "pages, slots", "pages, slots + 1", "pages, slots", f"; pages = {VIEWED}"),
    "integers are picked": ROUND % ("  # expect: TL004", "in"),
    "correct: integers are left out": ROUND % ("", "not in"),
    "entries of a list": LISTED % (MADE, "", READ),
    "entries of a list, made before": LISTED % (f"weight; made = {MADE}; self.codes[i] = made", "", READ),
    "correct: entries of a list, viewed": LISTED % (MADE, VIEW, ""),
    "correct: entries of a list that are numbers": LISTED % ("weight.to(torch.uint8)", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_several_ways(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found(select=("TL001", "TL002", "TL004")) == expected({"user.py": KERNELS + text})

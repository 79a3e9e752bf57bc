"""Code that raises unless tensors have the types that it works with: in each of the ways to say so,
of tensors that are one thing and of tensors that are one of several. Where it does not say so, what
is found elsewhere of the same memory counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = (
    IMPORTS
    + """\
HALVES = (torch.float16, torch.bfloat16)


@triton.jit
def attend(q_ptr, k_ptr, v_ptr, out_ptr, N: tl.constexpr):
    o = tl.arange(0, N)
    s = tl.load(k_ptr + o).to(tl.float32) * tl.load(v_ptr + o).to(tl.float32) * 0.5
    tl.store(out_ptr + o, s)


def need_half(x):
    if x.dtype not in HALVES:
        raise ValueError("not half")


def is_half(x):
    return x.dtype in HALVES


"""
)
LAUNCH = """\
    attend[(1,)](q, k_cache, v_cache, out, N=64)


def forward(self, q, kv_cache, out):
    k_cache, v_cache = {split}
    read(q, k_cache, v_cache, out){expect}
    if self.kv_cache_dtype.startswith("fp8"):
        k_cache = k_cache.view(torch.float8_e4m3fn)
        v_cache = v_cache.view(torch.float8_e4m3fn)
    attend[(1,)](q, k_cache, v_cache, out, N=64)
"""
# How the two are had, and functions that they are had by.
SPLITS = {
    "parts": ("kv_cache.unbind(1)", ""),
    "parts_by_layout": (
        "split(kv_cache)",
        """\
def split(kv_cache):
    if isinstance(kv_cache, (list, tuple)):
        return kv_cache[0], kv_cache[1]
    if kv_cache.shape[1] == 2:
        return kv_cache.unbind(1)
    return kv_cache.unbind(0)


""",
    ),
    "other_tensors": (
        "held(self, kv_cache)",
        """\
def held(self, kv_cache):
    if self.kept is not None:
        return self.kept.keys, self.kept.values
    return kv_cache.unbind(1)


""",
    ),
}
OR = 'if {} or {}:\n        raise ValueError("not half")'
DEMANDS = {
    "each": "need_half(k_cache)\n    need_half(v_cache)",
    "either": OR.format("k_cache.dtype not in HALVES", "v_cache.dtype not in HALVES"),
    "either_of_more": OR.format(
        "q is None or k_cache.dtype not in HALVES", "v_cache.dtype not in HALVES or q.ndim != 2"
    ),
    "one_type": OR.format("k_cache.dtype != torch.bfloat16", "v_cache.dtype != torch.bfloat16"),
    "any": OR.format(
        "q is None", "any(x.dtype not in (torch.float16, torch.bfloat16) for x in (k_cache, v_cache))"
    ),
    "not_all": OR.format("q is None", "not all(x.dtype in HALVES for x in (q, k_cache, v_cache))"),
    "assert_all": "assert all(x.dtype in HALVES for x in [k_cache, v_cache])",
    "assert_and": "assert k_cache.dtype in HALVES and v_cache.dtype in HALVES",
    "assert_chain": "assert k_cache.dtype == v_cache.dtype == torch.bfloat16",
    "loop": 'for x in (k_cache, v_cache):\n        if x.dtype not in HALVES:\n            raise ValueError("no")',
    "loop_of_named": 'for name, x in {"k": k_cache, "v": v_cache}.items():\n        if x.dtype not in HALVES:\n            raise ValueError(name)',
    "answer": OR.format("not is_half(k_cache)", "not is_half(v_cache)"),
    "kept_dtype": "dtype = k_cache.dtype\n    assert dtype in HALVES\n    assert v_cache.dtype == dtype",
    "kept_answer": "fits = k_cache.dtype in HALVES and v_cache.dtype in HALVES\n    assert fits",
    "set": "assert {k_cache.dtype, v_cache.dtype} <= {torch.float16, torch.bfloat16}",
    "torch_check": "torch._check(k_cache.dtype in HALVES)\n    torch._check(v_cache.dtype in HALVES)",
    "bytes_refused": OR.format("k_cache.dtype == torch.uint8", "torch.uint8 == v_cache.dtype"),
    "bytes_among": OR.format("q is None", "torch.uint8 in (k_cache.dtype, v_cache.dtype)"),
    "size": OR.format("k_cache.element_size() != 2", "v_cache.element_size() != 2"),
    "least_size": OR.format("k_cache.dtype.itemsize < 2", "v_cache.dtype.itemsize < 2"),
    "size_refused": OR.format("k_cache.itemsize == 1", "v_cache.itemsize == 1"),
    "floating": "assert k_cache.is_floating_point() and torch.is_floating_point(v_cache)",
    "left": "if k_cache.dtype not in HALVES or v_cache.dtype not in HALVES:\n        return None",
}  # fmt: skip
# Nothing of this says that keys and values are no bytes.
OTHERS = {
    "nothing": "",
    "of_another": "need_half(q)",
    "any_is": "assert any(x.dtype in HALVES for x in (q, k_cache, v_cache))",
    "all_are_not": 'if all(x.dtype not in HALVES for x in (q, k_cache, v_cache)):\n        raise ValueError("no")',
    "and": 'if k_cache.dtype not in HALVES and q.dtype not in HALVES:\n        raise ValueError("no")',
    "bytes_allowed": OR.format(
        "k_cache.dtype not in (torch.uint8, torch.bfloat16)",
        "v_cache.dtype not in (torch.uint8, torch.bfloat16)",
    ),
    "set_with_bytes": "assert {k_cache.dtype, v_cache.dtype} <= {torch.float16, torch.uint8}",
    "one_byte": "assert k_cache.element_size() == 1 and v_cache.element_size() == 1",
    "any_size": "assert k_cache.element_size() <= 2 and v_cache.element_size() <= 2",
    "warned_of": 'if k_cache.dtype not in HALVES or v_cache.dtype not in HALVES:\n        print("no")',
}  # fmt: skip


def _texts(split: str, demands: dict[str, str], expect: str) -> dict[str, str]:
    value, function = SPLITS[split]
    launch = LAUNCH.replace("{split}", value)
    return {
        f"{name}.py": f"{KERNEL}{function}def read(q, k_cache, v_cache, out):\n    {demand}\n"
        + launch.replace("{expect}", expect)
        for name, demand in demands.items()
    }


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_demanded(
    split: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = _texts(split, DEMANDS, "")
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_not(split: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, _texts(split, OTHERS, ""))
    places = {(path, code) for path, _, code in found()}
    assert places == {(f"{name}.py", "TL002") for name in OTHERS}

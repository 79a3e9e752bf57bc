"""A tensor that stands in for another one which the kernel does not look at then: it says nothing of
the one that it stands in for. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = (
    IMPORTS
    + """\
@triton.jit
def attend(q_ptr, k_ptr, v_ptr, ks_ptr, vs_ptr, out_ptr, N: tl.constexpr, HEAD: tl.constexpr):
    o = tl.arange(0, N)
    q = tl.load(q_ptr + o)
    s = 0.5 * tl.load(k_ptr + o).to(tl.float32) * tl.load(v_ptr + o).to(tl.float32)
    if HEAD:
        s = s * (0.5 * tl.load(ks_ptr + o)) * (0.5 * tl.load(vs_ptr + o))
    tl.store(out_ptr + o, s * q)


def scales_or(scales, cache, flag):
    if flag:
        return scales
    return cache


"""
)
# What is passed for the scales, which the kernel looks at where `HEAD` is set.
LAUNCHES = {
    "branch": """\
def attend_all(q, k, v, out, layer, k_scales, v_scales):
    if layer.by_head:
        k_scale_ptr, v_scale_ptr = k_scales, v_scales
    else:
        k_scale_ptr = k
        v_scale_ptr = v
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=layer.by_head)
""",
    "in_place": """\
def attend_all(q, k, v, out, layer, k_scales, v_scales):
    by_head = layer.by_head
    attend[(1,)](q, k, v, k_scales if by_head else k, v_scales if by_head else v, out, 64, by_head)
""",
    "two": """\
def attend_all(q, k, v, out, layer, k_scales, v_scales):
    k_scale_ptr, v_scale_ptr = (k, v) if not layer.by_head else (k_scales, v_scales)
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=layer.by_head)
""",
    "none": """\
def attend_all(q, k, v, out, layer, k_scales=None, v_scales=None):
    k_scale_ptr, v_scale_ptr, given = k, v, k_scales is not None
    if given:
        k_scale_ptr, v_scale_ptr = k_scales, v_scales
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=given)
""",
    "none_each": """\
def attend_all(q, k, v, out, layer, k_scales=None, v_scales=None):
    k_scale_ptr = k_scales if k_scales is not None else k
    v_scale_ptr = v_scales if v_scales is not None else v
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=k_scales is not None)
""",
    "setting": """\
def attend_all(q, k, v, out, layer, k_scales=None, v_scales=None):
    if layer.mode in ("int8_by_head", "fp8_by_head"):
        k_scale_ptr, v_scale_ptr = k_scales, v_scales
    else:
        k_scale_ptr, v_scale_ptr = k, v
    by_head = layer.mode in ("int8_by_head", "fp8_by_head")
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=by_head)
""",
    "function": """\
def attend_all(q, k, v, out, layer, k_scales, v_scales):
    k_scale_ptr = scales_or(k_scales, k, layer.by_head)
    v_scale_ptr = scales_or(v_scales, v, layer.by_head)
    attend[(1,)](q, k, v, k_scale_ptr, v_scale_ptr, out, N=64, HEAD=layer.by_head)
""",
}
# Who views keys and values, or not all that is to be viewed.
CALLERS = {
    "correct": """\
def forward(layer, q, k_cache, v_cache, out, fp8):
    if fp8:
        k_cache = k_cache.view(torch.float8_e4m3fn)
        v_cache = v_cache.view(torch.float8_e4m3fn)
    attend_all(q, k_cache, v_cache, out, layer, layer.k_scales, layer.v_scales)
""",
    "values_left": """\
def forward(layer, q, k_cache, v_cache, out, fp8):
    if fp8:
        k_cache = k_cache.view(torch.float8_e4m3fn)
    attend_all(
        q,
        k_cache,
        v_cache,  # expect: TL002
        out,
        layer,
        layer.k_scales,
        layer.v_scales,
    )
""",
    "scales_left": """\
def forward(layer, q, k_cache, v_cache, out, fp8):
    v_scales = layer.v_scales
    if fp8:
        k_cache = k_cache.view(torch.float8_e4m3fn)
        v_cache = v_cache.view(torch.float8_e4m3fn)
        v_scales = v_scales.view(torch.float8_e4m3fn)
    attend_all(
        q,
        k_cache,
        v_cache,
        out,
        layer,
        layer.k_scales,  # expect: TL002
        v_scales,
    )
""",
}


@pytest.mark.parametrize("caller", CALLERS)
def test_stand_ins(caller: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        f"{name}.py": f"{KERNEL}{launch}\n\n{CALLERS[caller]}"
        for name, launch in LAUNCHES.items()
        # As a stand-in it is left too; what is spelled so has no name for a key and a value.
        if (name, caller) not in (("none_each", "values_left"), ("in_place", "scales_left"))
    }
    write(tmp_path, files)
    assert found() == expected(files)

"""Sums of 16 bits that become a float32 when it is too late: by a number that they are multiplied by,
or in memory that the kernel reads again. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SCORES = (
    IMPORTS
    + """\
@triton.jit
def score(q_ptr, k_ptr, out_ptr, scale, N: tl.constexpr, D: tl.constexpr):
    rows, lanes = tl.arange(0, N), tl.arange(0, D)
    q = tl.load(q_ptr + lanes)
    k = tl.load(k_ptr + rows[:, None] * D + lanes[None, :])
    {body}
    tl.store(out_ptr + rows, s)


def scores(q, k):
    out = torch.empty(64, dtype={out})
    score[(1,)](q, k, out, 0.125, N=64, D=128){unseen}
    return out
"""
)
HIT = "  # expect: TL012"
UNSEEN = "  # not looked at"
F32 = "torch.float32"
WIDENED = {
    "scaled": (f"s = tl.sum(q[None, :] * k, 1) * scale{HIT}", F32),
    "scaled from the left": (f"s = scale * tl.sum(q[None, :] * k, 1){HIT}", F32),
    "scaled in place": (f"s = tl.sum(q[None, :] * k, 1){HIT}\n    s *= scale", F32),
    "scaled, and added": (
        f"s = tl.zeros((N,), tl.float32)\n    s += tl.sum(q[None, :] * k, 1) * scale{HIT}",
        F32,
    ),
    "scaled first": ("s = tl.sum(q[None, :] * scale * k, 1)", F32),
    "widened": ("s = tl.sum(q[None, :].to(tl.float32) * k, 1) * scale", F32),
    "in a type by its name": ("s = tl.sum(q[None, :] * k, 1, dtype=tl.float32) * scale", F32),
    "the largest": ("s = tl.max(q[None, :] * k, 1) * scale", F32),
}


@pytest.mark.parametrize(("body", "out"), WIDENED.values(), ids=list(WIDENED))
def test_what_a_number_widens(
    body: str, out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SCORES.format(body=body, out=out, unseen="" if HIT in body else UNSEEN)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


@pytest.mark.parametrize("how", ["scaled", "scaled in place", "widened", "in a type by its name"])
def test_halves_and_a_written_number(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A float that is written at the launch is a float32 in the kernel too."""
    monkeypatch.chdir(tmp_path)
    body, out = WIDENED[how]
    text = SCORES.format(body=body, out=out, unseen="" if HIT in body else UNSEEN)
    text = text.replace("(q, k, out, 0.125", "(q.half(), k.half(), out, 0.125")
    text = text.replace("    tl.store(out_ptr + rows, s)", "    tl.store(out_ptr + rows, tl.exp(s))")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


# The gradient of one entry is read back from where that of all was stored.
IN_PLACE = (
    IMPORTS
    + """\
@triton.jit
def softmax_in_place(x_ptr, label_ptr, stride, N: tl.constexpr, SHIFT: tl.constexpr):
    row, lanes = tl.program_id(0).to(tl.int64), tl.arange(0, N)
    row_ptr = x_ptr + row * stride
    label = tl.load(label_ptr + row)
    x = tl.load(row_ptr + lanes).to(tl.float32)
    e = tl.exp(x - tl.max(x, 0))
    {body}


def gradient(x, labels):
    assert x.dtype == {dtype}
    softmax_in_place[(x.shape[0],)](x, labels, x.stride(0), N=1024, SHIFT=True){unseen}
    return x
"""
)
STORED = "tl.store(row_ptr + lanes, e / tl.sum(e, 0))\n    tl.debug_barrier()\n    "
BACK = "tl.store(row_ptr + label, tl.load(row_ptr + label) - 1.0)"
READ = {
    "read back": (STORED + BACK + HIT, "torch.bfloat16"),
    "read back by a name": (
        STORED + f"g = tl.load(row_ptr + label)\n    tl.store(row_ptr + label, g - 1.0){HIT}",
        "torch.bfloat16",
    ),
    "under a flag": (STORED + f"if SHIFT:\n        {BACK}{HIT}", "torch.bfloat16"),
    "of float32": (STORED + BACK, "torch.float32"),
    "in the arm of another store": (
        "if SHIFT:\n        tl.store(row_ptr + lanes, e / tl.sum(e, 0))\n    else:\n        " + BACK,
        "torch.bfloat16",
    ),
    "as it was loaded": ("tl.store(row_ptr + lanes, x)\n    " + BACK, "torch.bfloat16"),
    "computed before it is stored": (
        "g = e / tl.sum(e, 0)\n    tl.store(row_ptr + lanes, tl.where(lanes == label, g - 1.0, g))",
        "torch.bfloat16",
    ),
    "without a sum": (
        STORED + "tl.store(row_ptr + label, tl.load(row_ptr + label))",
        "torch.bfloat16",
    ),
}


@pytest.mark.parametrize(("body", "dtype"), READ.values(), ids=list(READ))
def test_what_is_read_back(
    body: str, dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen = HIT in body or dtype == F32
    text = IN_PLACE.format(body=body, dtype=dtype, unseen="" if seen else UNSEEN)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


# The sums go to memory of float32, which is there where there are weights.
OPTIONAL = (
    IMPORTS
    + """\
@triton.jit
def pool(x_ptr, dy_ptr, w_ptr, dw_ptr, N: tl.constexpr, D: tl.constexpr):
    rows, lanes = tl.arange(0, N), tl.arange(0, D)
    x = tl.load(x_ptr + rows[:, None] * D + lanes[None, :])
    dy = tl.load(dy_ptr + lanes)
    if w_ptr is not None:
        dw = tl.sum(x * dy[None, :], 1){mark}
        tl.store(dw_ptr + rows, dw.to(dw_ptr.dtype.element_ty))


def gradient(x, dy, w):
    assert x.dtype == torch.bfloat16 and dy.dtype == torch.bfloat16
    dw = {made}
    pool[(1,)](x, dy, w, dw, N=64, D=128)
    return dw
"""
)
MADE = {
    "there or not": ("torch.zeros(64, dtype=torch.float32) if w is not None else None", HIT),
    "always there": ("torch.zeros(64, dtype=torch.float32)", HIT),
    "of 16 bits, or not there": ("torch.zeros(64, dtype=torch.bfloat16) if w is not None else None", ""),
}


@pytest.mark.parametrize(("made", "mark"), MADE.values(), ids=list(MADE))
def test_memory_that_may_be_none(
    made: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = OPTIONAL.format(made=made, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})

"""Sums of what a caller chooses the type of, where the kernel does not compile for 16 bits: `tl.sqrt`
and its like take none. Sums of sums are found as each of them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

MODULE = (
    IMPORTS
    + """\
@triton.jit
def forces(x_ptr, w_ptr, out_ptr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    x = tl.load(x_ptr + tl.program_id(0) * N + lanes)
    w = tl.load(w_ptr + lanes)
    {body}
    tl.store(out_ptr + tl.program_id(0), s)


def run(x, w):
    out = torch.empty(64, dtype=torch.float32)
    forces[(64,)]({passed}, out, N=128){unseen}
    return out
"""
)
HIT = "  # expect: TL012"
CASES = {
    "beside a root of what is widened": (
        f"s = tl.sum(x * x, 0) / N + tl.sum(tl.sqrt(x.to(tl.float32)), 0){HIT}",
        "x, w",
    ),
    "beside a root of other floats": (
        f"s = tl.sum(w * w, 0) / N + tl.sum(tl.sqrt(x), 0){HIT}",
        "x.float(), w.half()",
    ),
    "beside a root of what else is passed": (
        f"s = tl.sum(x * x, 0) / N + tl.sum(tl.sqrt(w), 0){HIT}",
        "x, w",
    ),
    "beside a difference from what a loop carries": (
        "m = float('-inf')\n    for _ in range(4):\n        m = tl.maximum(m, tl.max(x, 0))\n"
        f"    s = tl.sum(x * x, 0) / N + tl.sum(tl.exp(x - m), 0){HIT}",
        "x, w",
    ),
    "of two sums": (
        f"a = tl.sum(x, 0){HIT}\n    b = tl.sum(x * x, 0){HIT}\n    s = (a + b) / N",
        "x, w",
    ),
    "of three": (
        f"a = tl.sum(x, 0){HIT}\n    b = tl.sum(w, 0){HIT}\n"
        f"    c = tl.sum(x * w, 0){HIT}\n    s = (a - (b + c)) / N",
        "x, w",
    ),
    "correct: of two sums, one widened": (
        "s = (tl.sum(x.to(tl.float32), 0) + tl.sum(x.to(tl.float32) * x, 0)) / N",
        "x, w",
    ),
    "correct: a root of what is loaded": (
        "s = tl.sum(x * x, 0) / N + tl.sum(tl.sqrt(x), 0)",
        "x, w",
    ),
    "correct: an exponential of a difference": (
        "s = tl.sum(x, 0) / N + tl.sum(tl.exp(x - w), 0)",
        "x, w",
    ),
}


@pytest.mark.parametrize(("body", "passed"), CASES.values(), ids=list(CASES))
def test_refused_types(
    body: str, passed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    unseen = "" if HIT in body else "  # not looked at"
    files = {"user.py": MODULE.format(body=body, passed=passed, unseen=unseen)}
    write(tmp_path, files)
    assert found(select=("TL012",)) == expected(files)


def test_what_programs_add_up_of_the_same_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory that is made with the type of what the kernel cannot take in 16 bits has none either."""
    monkeypatch.chdir(tmp_path)
    module = MODULE.replace("tl.store(out_ptr + tl.program_id(0), s)", "tl.atomic_add(out_ptr, s)")
    module = module.replace("torch.empty(64, dtype=torch.float32)", "torch.zeros_like(x)")
    body = "s = tl.sum({}(x) * w, 0)"
    for function, mark in (("tl.abs", "  # expect: TL012"), ("tl.cos", "")):
        text = module.format(
            body=body.format(function), passed="x, w", unseen="" if mark else "  # not looked at"
        )
        text = text.replace("tl.atomic_add(out_ptr, s)", f"tl.atomic_add(out_ptr, s){mark}")
        write(tmp_path, {"user.py": text})
        assert found(select=("TL012",)) == expected({"user.py": text}), function

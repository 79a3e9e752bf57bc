"""What is saved for `backward` has the type that it is applied to: sums in memory of that type.
`# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
@triton.jit
def weigh(w_ptr, x_ptr, out_ptr, D: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, D)
    w, x = tl.load(w_ptr + row), tl.load(x_ptr + row * D + lanes).to(tl.float32)
    tl.store(out_ptr + row * D + lanes, w * x)


@triton.jit
def add_weights(x_ptr, grad_ptr, dw_ptr, D: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, D)
    x = tl.load(x_ptr + row * D + lanes).to(tl.float32)
    grad = tl.load(grad_ptr + row * D + lanes).to(tl.float32)
    tl.atomic_add(dw_ptr + row // 4, tl.sum(x * grad)){mark}


class Weigh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, x):
        {first}
        ctx.save_for_backward(w, x)
        out = torch.empty_like(x)
        weigh[(x.shape[0],)](w, x, out, D=64)  # not looked at
        return out

    @staticmethod
    def backward(ctx, grad):
        w, x = ctx.saved_tensors
        dw = torch.zeros_like(w)
        add_weights[(x.shape[0],)](x, grad.contiguous(), dw, D=64)
        return dw, None


def weighed(x, logits):
    return Weigh.apply({applied}, x)
"""
)
HIT = "  # expect: TL012"
CASES = {
    "of whatever type": ("w = w.contiguous()", "logits", HIT),
    "of another of any type": ("w = w.contiguous()", "logits.sigmoid()", HIT),
    "correct: made float32": ("w = w.contiguous()", "logits.float()", ""),
    "correct: made so in another way": ("w = w.contiguous()", "torch.ones(4, dtype=torch.float32)", ""),
    "correct: a function of float32": ("w = w.contiguous()", "torch.softmax(logits.float(), -1)", ""),
    "correct: a function to float32": ("w = w.contiguous()", "logits.softmax(-1, dtype=torch.float32)", ""),
    "correct: a share": ("w = w.contiguous()", "logits.float() / logits.float().sum(-1, keepdim=True)", ""),
    "a function of 16 bits": ("w = w.contiguous()", "torch.softmax(logits.half(), -1)", HIT),
    "correct: the largest of float32": ("w = w.contiguous()", "torch.topk(logits.float(), 4).values", ""),
    "correct: the first of a pair": ("w = w.contiguous()", "logits.float().max(dim=-1)[0]", ""),
    "the largest of 16 bits": ("w = w.contiguous()", "torch.topk(logits.half(), 4).values", HIT),
    "correct: reckoned with numbers": (
        "w = w.contiguous()",
        "torch.rsqrt(logits.float().pow(2).mean(-1) + 1e-6)",
        "",
    ),
    "reckoned with numbers in 16 bits": ("w = w.contiguous()", "logits.half() * 2.0 + 1e-3", HIT),
    "correct: cast first": ("w = w.float()", "logits", ""),
}


@pytest.mark.parametrize(("first", "applied", "mark"), CASES.values(), ids=list(CASES))
def test_sums_of_what_is_saved(
    first: str, applied: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(first=first, applied=applied, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


# How the function is applied: by a helper, a method, or under another name.
APPLIED = {
    "by a helper": "def _apply(w, x):\n    return Weigh.apply(w, x)\n\n\ndef again(x, y):\n    return _apply({0}, x)\n",
    "by a method": (
        "class Router:\n    def forward(self, x, y):\n        return self.combine({0}, x)\n\n"
        "    def combine(self, w, x):\n        return Weigh.apply(w, x)\n"
    ),
    "under another name": "weigh_op = Weigh.apply\n\n\ndef again(x, y):\n    return weigh_op({0}, x)\n",
}


@pytest.mark.parametrize(("given", "mark"), [("y.float()", ""), ("y", HIT), ("y.half()", HIT)])
@pytest.mark.parametrize("how", APPLIED)
def test_who_applies_it(
    how: str, given: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, _, _ = SOURCE.partition("def weighed")
    text = before.format(first="w = w.contiguous()", mark=mark) + APPLIED[how].format(given)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


# A test that makes its tensors tries it with float32; that says nothing of who else uses it.
TRIED = """
def _apply(w, x):
    return Weigh.apply(w, x)


def test_it():
    _apply(torch.randn(64, dtype=torch.float32), torch.randn(64, 64))
"""


def test_what_a_function_is_tried_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(first="w = w.contiguous()", applied="logits.half()", mark=HIT) + TRIED
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


# A function launches for `forward`, and who computes what it is applied to is two calls away.
LAUNCHED_FOR = (
    IMPORTS
    + """\
@triton.jit
def decay(a_ptr, out_ptr, D: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, D)
    a = tl.load(a_ptr + row * D + lanes)
    tl.store(out_ptr + row, tl.sum(a)){mark}


def decayed(a):
    out = torch.empty(a.shape[0], dtype=torch.float32)
    decay[(a.shape[0],)](a, out, D=64)
    return out


class Decay(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, x):
        return decayed(a)


def combined(a, x):
    {said}
    x = x.to(torch.bfloat16)
    return Decay.apply(a, x)


class Mixer(torch.nn.Module):
    def forward(self, x, rate):
        {computed}
        return combined(a * rate, x)
"""
)
LAUNCHED = {
    "correct: a product in float32": ("pass", "a, rate = -torch.exp(x.to(torch.float32)), rate.float()", ""),
    "correct: a product with float32": ("pass", "a = -torch.exp(x.to(torch.float32))", ""),
    "a product with a scale": ("pass", "a = x\n        rate = x\n        a = a * self.scale.float()", HIT),
    "a product with whatever it is": ("pass", "a = -torch.exp(x)", HIT),
    "correct: a comment asks for it": ("# a, x should be in fp32", "a = -torch.exp(x)", ""),
    "correct: it has to stay so": ("# `a` must stay float32: it is summed", "a = x", ""),
    "a comment on another": ("# x should be in fp32", "a = -torch.exp(x)", HIT),
    "a comment on both": ("# a should be in fp32 or bf16", "a = -torch.exp(x)", HIT),
    "a comment on what is not so": ("# TODO: a should be in fp32", "a = -torch.exp(x)", HIT),
    "a comment on its scale": ("# the scale of a must be float32", "a = -torch.exp(x)", HIT),
    "a comment on the next": ("# a must be contiguous, x must be float32", "a = x", HIT),
    "a comment on a cast": ("# a should be cast to fp32 by the kernel", "a = x", HIT),
    "a comment on what comes of it": ("# a is summed; the result must be float32", "a = x", HIT),
}


@pytest.mark.parametrize(("said", "computed", "mark"), LAUNCHED.values(), ids=list(LAUNCHED))
def test_what_a_function_is_applied_to_two_calls_away(
    said: str, computed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = LAUNCHED_FOR.format(said=said, computed=computed, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})


def test_a_function_that_applies_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = LAUNCHED_FOR.format(said="pass", computed="a = -torch.exp(x)", mark=HIT).replace(
        "        return decayed(a)\n",
        "        if a.dim() == 3:\n            return Decay.apply(a[0], x)\n        return decayed(a)\n",
    )
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})

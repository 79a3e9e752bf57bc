"""Weights that a method makes of bytes, which another one binds again after loading, both by a helper
that looks at what there was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
METHOD = """\
def bind(layer, name, data):
    old = getattr(layer, name, None)
    weight = torch.nn.Parameter(data, requires_grad=False)
    weight.loader = getattr(old, "loader", None)
    layer.register_parameter(name, weight)


class Method:
    def create(self, layer, n):
        {options}
        bind(layer, "up", torch.empty(n, {made}))
        bind(layer, "down", torch.empty(n, {made}))

    def after_loading(self, layer):
        up = layer.up.data.view(torch.float8_e4m3fn)
        down = layer.down.data{view}
        bind(layer, "up", up)
        bind(layer, "down", down){mark}

    def apply(self, layer, x, out):
        multiply(layer.up, x, 64)
        multiply(layer.down, out, 64)


def multiply(weight, out, n):
{long}
    dequantize[(1,)](weight, out, n)
"""
# What is as long is entered only where it is handed something that tells.
LONG = "    n = n + 1\n" * 24
PLAIN, KEPT = ("pass", "dtype=torch.uint8"), ("raw = dict(dtype=torch.uint8)", "**raw")
VIEW = ".view(torch.float8_e4m3fn)"


@pytest.mark.parametrize(
    ("made", "view", "mark"),
    [
        (PLAIN, "", HIT),
        (KEPT, "", HIT),
        (KEPT, ".contiguous()", HIT),
        (PLAIN, VIEW, ""),
        (KEPT, VIEW, ""),
    ],
    ids=[
        "left",
        "left, by options",
        "made anew",
        "correct: viewed",
        "correct: viewed, by options",
    ],
)
def test_weights_that_are_bound_again(
    made: tuple[str, str], view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = METHOD.format(options=made[0], made=made[1], view=view, mark=mark, long=LONG)
    files = {"method.py": KERNELS + text}
    write(tmp_path, files)
    assert found(".") == expected(files)


@pytest.mark.parametrize(
    ("made", "mark"),
    [
        ("torch.empty(n, dtype=torch.uint8)", HIT),
        ("(x / scale).round().clamp(0, 255).to(torch.uint8)", ""),
    ],
    ids=["bytes", "correct: rounded to integers"],
)
def test_weights_beside_a_view(
    made: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"""\
def run(x, scale, out, n):
    gate = torch.empty(n, dtype=torch.uint8)
    dequantize[(1,)](gate.view(torch.float8_e4m3fn), out, n)
    weight = {made}
    dequantize[(1,)](weight, out, n){mark}
"""
    files = {"run.py": KERNELS + text.replace("gate", "first_weight")}
    write(tmp_path, files)
    assert found(".") == expected(files)


CONVERTING = """\
def convert(module, name):
    {converting}


class Method:
    def create(self, layer, n):
        layer.rows = torch.zeros(n, 64, dtype=torch.uint8)

    def after_loading(self, module):
        convert(module, "rows")

    def apply(self, layer, x):
        quantize[(1,)](x, layer.rows, 64){mark}

    def load(self, layer, rows):
        layer.rows.view(torch.float8_e4m3fn).copy_(rows)
"""
DECODED = "getattr(module, name).view(torch.float8_e4m3fn).to(torch.bfloat16)"


@pytest.mark.parametrize(
    ("converting", "mark"),
    [
        ("print(getattr(module, name).shape)", "  # expect: TL001"),
        (f"setattr(module, name, {DECODED})", ""),
        (f"module.rows = {DECODED}", ""),
    ],
    ids=["looked at", "correct: by name", "correct: as an attribute"],
)
def test_weights_that_a_helper_converts(
    converting: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"method.py": KERNELS + CONVERTING.format(converting=converting, mark=mark)}
    write(tmp_path, files)
    assert found(".") == expected(files)

"""Tensors that one call cuts out together, gone through and cut again; several launches of one
kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CUT = """\
class Unit:
    def __init__(self, sizes):
        self.sizes = sizes

    def cut(self, message):
        parts = torch.split(message, self.sizes)
        codes = {codes}
        scales = tuple(each.view(torch.float32) for each in parts[1::2])
        return codes, scales

    def pack(self, xs, n):
        message = torch.zeros(n, dtype=torch.uint8)
        for x, codes, scales in zip(xs, *self.cut(message)):
            quantize[(1,)](x, codes, 64){mark}
"""
HIT = "  # expect: TL001"
CODES = {
    "a tuple": ("tuple(each for each in parts[0::2])", HIT),
    "a list": ("[each for each in parts[::2]]", HIT),
    "as they are": ("parts[0::2]", HIT),
    "viewed": ("tuple(each.view(torch.float8_e4m3fn) for each in parts[0::2])", ""),
    "one of them, viewed": ("[parts[0].view(torch.float8_e4m3fn)]", ""),
}


@pytest.mark.parametrize(("codes", "mark"), CODES.values(), ids=list(CODES))
def test_every_second_part(
    codes: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CUT.format(codes=codes, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


EXPERTS = """\
class Experts(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.up_weight = torch.nn.Parameter(torch.empty(n, dtype=torch.{up}))
        self.down_weight = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8))
        self.levels = torch.zeros(n, dtype=torch.uint8)

    def finish(self):
        {finish}

    def forward(self, out):
        dequantize[(1,)](self.up_weight{view}, out, 64)
        dequantize[(1,)](self.down_weight, out, 64){mark}
        dequantize[(1,)](self.levels, out, 64)
"""
READ = "  # expect: TL002"
FINISH = 'for name in ({}): setattr(self, name, getattr(self, name).data.view(torch.float8_e4m3fn))'
LAUNCHES = {
    "the other is viewed": ("uint8", "pass", ".view(torch.float8_e4m3fn)", READ),
    "the other was viewed": ("uint8", FINISH.format('"up_weight",'), "", READ),
    "both were viewed": ("uint8", FINISH.format('"up_weight", "down_weight"'), "", ""),
    "neither is": ("uint8", "pass", "", ""),
    "the other was fp8 from the start": ("float8_e4m3fn", "pass", "", ""),
}


@pytest.mark.parametrize(("up", "finish", "view", "mark"), LAUNCHES.values(), ids=list(LAUNCHES))
def test_two_launches_of_a_kernel(
    up: str,
    finish: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + EXPERTS.format(up=up, finish=finish, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})


STREAM = """\
class Layer:
    def __init__(self, weight):
        codes = (weight / 448).to(torch.float8_e4m3fn)
        self.raw = codes.contiguous().view(torch.uint8).flatten()


class Streamer:
    def __init__(self, layers, n):
        self.layers = layers
        self.slot = torch.empty(n, dtype=torch.uint8)

    def prefetch(self, index):
        source = self.layers[index].raw
        self.slot[: source.numel()].copy_(source)

    def weight(self, index):
        return self.slot[: self.layers[index].raw.numel()]{view}{mark}


class Model:
    def __init__(self, weights, n):
        self.streamer = Streamer([Layer(each) for each in weights], n)

    def run(self, out, count):
        for index in range(count):
            self.streamer.prefetch(index)
            dequantize[(1,)](self.streamer.weight(index), out, 64)
"""


@pytest.mark.parametrize(("view", "mark"), [("", READ), (".view(torch.float8_e4m3fn)", "")])
def test_objects_that_an_initializer_keeps(
    view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + STREAM.format(view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})

"""Memory that is made of other memory holds what that does: joined, gathered, padded, written by
`out=` or by a collective. And what is asserted of each item in one loop holds in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

STORED, READ = "  # expect: TL001", "  # expect: TL002"

# Codes of a known type, viewed as bytes, and what is made of them is read.
MADE = """
import torch.distributed as dist
import torch.nn.functional as F
from itertools import repeat


def decode(q, r, index, out):
    assert q.dtype == torch.float8_e4m3fn and r.dtype == torch.float8_e4m3fn
    raw = torch.empty(64, dtype=torch.uint8)
    %s
    dequantize[(1,)](raw%s, out, 64)%s
"""
# Each of several tensors is of a type, or the function raises.
EACH = """
def decode(parts, x, out):
    %s
    for part in parts:
        %s
"""
LOOPED = """for part in parts:
        if part.dtype != torch.%s:
            raise TypeError(part.dtype)"""
READS = "dequantize[(1,)](part.view(torch.uint8), out, 64)"
STORES = "quantize[(1,)](x, part, 64)" + STORED


def made(statement: str, view: str = "", end: str = READ) -> str:
    return MADE % (statement, view, end)


# What a function multiplies is of the type of the floats in it, also where it is given back.
SCALED = """
class Pool:
    def __init__(self):
        self.codes = torch.zeros(64, dtype=torch.uint8)
        self.scales = [1.0] * 4

    def get(self, layer):
        return %s


def move(pool: Pool, layer):
    page = torch.zeros(64, dtype=torch.uint8)
    copy[(1,)](pool.get(layer), page, 64)%s
    return page
"""
CASES = {
    "numbers times a scale": SCALED
    % ("self.codes.view(torch.float8_e4m3fn).to(torch.bfloat16) * self.scales[layer]", STORED),
    "numbers over a scale": SCALED % ("self.codes.view(torch.float8_e4m3fn).float() / 2", STORED),
    "correct: bytes as they are": SCALED % ("self.codes", ""),
    "correct: bytes times a number": SCALED % ("self.codes * 2", ""),
    "joined": made("raw = torch.cat([q.view(torch.uint8), r.view(torch.uint8)])"),
    "joined by a map": made("raw = torch.stack([*map(torch.Tensor.view, (q, r), repeat(torch.uint8))])"),
    "written by out=": made("torch.cat([q.view(torch.uint8), r.view(torch.uint8)], out=raw)"),
    "picked": made("raw = torch.where(index, q.view(torch.uint8), r.view(torch.uint8))"),
    "gathered": made("raw = torch.gather(q.view(torch.uint8), 0, index)"),
    "gathered by out=": made("torch.index_select(q.view(torch.uint8), 0, index, out=raw)"),
    "padded": made("raw = F.pad(q.view(torch.uint8), (0, 4))"),
    "repeated": made("raw = q.view(torch.uint8).repeat(2)"),
    "by a function of the class": made("raw = torch.Tensor.view(q, torch.uint8)"),
    "from all ranks": made("dist.all_gather_into_tensor(raw, q.view(torch.uint8))"),
    "to all ranks": made("dist.all_to_all_single(raw, q.view(torch.uint8))"),
    "correct: joined and viewed": made(
        "raw = torch.cat([q.view(torch.uint8), r.view(torch.uint8)])", ".view(q.dtype)", ""
    ),
    "correct: written by out= and viewed": made(
        "torch.cat([q.view(torch.uint8), r.view(torch.uint8)], out=raw)",
        ".view(torch.float8_e4m3fn)",
        "",
    ),
    "correct: joined with other bytes": made(
        "raw = torch.cat([q.view(torch.uint8), index.to(torch.uint8)])", "", ""
    ),
    "gathered into a list": made(
        "dist.all_gather(parts := [raw], q.view(torch.uint8))\n    raw = parts[0]"
    ),
    "by a method of a group": made("raw = r.group.all_gather(q.view(torch.uint8), dim=0)"),
    "by a helper": made("raw = tensor_model_parallel_all_gather(q.view(torch.uint8))"),
    "between all": made("raw = r.group.all_to_all(q.view(torch.uint8), 0, 1)"),
    "from one rank": made("raw = r.group.broadcast(q.view(torch.uint8), src=0)"),
    "by another name": made("raw = r.gather_pages(q.view(torch.uint8), index)"),
    "correct: converted too": made("raw = r.all_gather_dequantized(q.view(torch.uint8))", "", ""),
    "correct: by a method, and viewed": made(
        "raw = r.group.all_gather(q.view(torch.uint8), dim=0)", ".view(q.dtype)", ""
    ),
    "correct: numbers by a method": made("raw = r.group.all_gather(raw, dim=0)", "", ""),
    "correct: codes by a method": made("raw = r.group.all_gather(q, dim=0)", "", ""),
    "correct: numbers from all ranks": made("dist.all_reduce(raw)", "", ""),
    "each is refused in a loop": EACH % (LOOPED % "float8_e4m3fn", READS + READ),
    "each is asserted": EACH
    % ("assert all(part.dtype == torch.float8_e4m3fn for part in parts)", READS + READ),
    "any is refused": EACH
    % (
        "if any(x.dtype != torch.float8_e4m3fn for x in parts):\n        raise TypeError",
        READS + READ,
    ),
    "each is of bytes": EACH % (LOOPED % "uint8", STORES),
    "all are of bytes": EACH % ("assert all(x.dtype == torch.uint8 for x in parts)", STORES),
    "correct: each of others is of bytes": EACH
    % (LOOPED.replace("parts", "out") % "uint8", "quantize[(1,)](x, part, 64)"),
    "correct: what is kept is no bytes": EACH
    % (
        "parts = [part for part in parts if part.dtype != torch.uint8]",
        "quantize[(1,)](x, part, 64)",
    ),
    "correct: each is of codes": EACH
    % (LOOPED % "float8_e4m3fn", "quantize[(1,)](x, part, 64)"),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_derived(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

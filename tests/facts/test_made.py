"""What the functions of a file make bytes of tells what other functions of it take: codes,
exponents, halves of bytes, rows of several types. Each case is a module; `# expect:` stands where a
finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNELS = (
    IMPORTS
    + """\
@triton.jit
def widen(codes_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(codes_ptr + offsets).to(tl.float32) * 0.5)


@triton.jit
def scaled(codes_ptr, unit_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = tl.load(codes_ptr + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, codes * tl.load(unit_ptr).to(tl.float32))


@triton.jit
def by_power(codes_ptr, e_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    power = tl.exp2(tl.load(e_ptr + offsets // 32).to(tl.float32) - 127.0)
    tl.store(out_ptr + offsets, tl.load(codes_ptr + offsets).to(tl.float32) * power)


@triton.jit
def halves(packed_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    byte = tl.load(packed_ptr + offsets)
    tl.store(out_ptr + 2 * offsets, (byte & 15).to(tl.float32))
    tl.store(out_ptr + 2 * offsets + 1, (byte >> 4).to(tl.float32))


@triton.jit
def apart(page_ptr, codes_ptr, rope_ptr, C: tl.constexpr, R: tl.constexpr):
    c = tl.arange(0, C)
    code = tl.load(page_ptr + c).to(tl.float8e4nv, bitcast=True)
    tl.store(codes_ptr + c, code.to(tl.float32))
    r = tl.arange(0, R)
    tl.store(rope_ptr + r, tl.load(page_ptr + C + r).to(tl.float32))


"""
)
ENCODE = """\
def encode(x):
    amax = x.float().abs().amax(-1, keepdim=True)
    e = torch.floor(torch.log2(amax)).clamp(-127, 127)
    codes = (x * torch.exp2(-e)).to(torch.float8_e4m3fn)
    return codes, (e + 127).to(torch.uint8)


def decode(codes, e, out):
    assert codes.dtype == torch.float8_e4m3fn and e.dtype == torch.uint8
    %s


"""
JOIN = """\
def join(x):
    unit = x.float().abs().amax(1, keepdim=True) / 448.0
    codes = (x / unit).to(torch.float8_e4m3fn)
    return torch.cat([codes.view(torch.uint8), unit.view(torch.uint8)], dim=1)%s


"""
ROPE = """\
def attach(codes, rope):
    assert codes.dtype == torch.float8_e4m3fn and rope.dtype == torch.bfloat16
    return torch.cat((codes.view(torch.uint8), rope.contiguous().view(torch.uint8)), -1)


def detach(page, codes, rope):
    assert page.dtype == torch.uint8
"""
TAKEN = "    assert {0}.dtype == torch.uint8\n    widen[(1,)]({0}, out, BLOCK=64)"
HIT = "  # expect: TL002\n"
FILED = """\
def save(path, x):
    {0}.cpu().numpy().tofile(path)


def load(path, out):
    raw = torch.from_numpy(numpy.fromfile(path, dtype=numpy.uint8)).cuda()
    widen[(1,)](raw{1}, out, BLOCK=64){2}
"""
CODES = "x.to(torch.float8_e4m3fn).view(torch.uint8)"
CASES = {
    "codes in a file": FILED.format(CODES, "", HIT),
    "codes in a file, by a name": FILED.format(
        "codes = (x / 2).to(dtype=torch.float8_e5m2)\n    codes.contiguous().view(dtype=torch.uint8)",
        "",
        HIT,
    ),
    "codes that are asserted": "def freeze(x):\n    assert x.dtype is torch.float8_e5m2\n"
    f"    return x.view(torch.uint8)\n\n\ndef mean(x, out):\n{TAKEN.format('x')}{HIT}",
    "codes in an attribute": f"""\
def freeze(box, x):
    box.held = {CODES}.clone()


def mean(box, out):
    widen[(1,)](box.held, out, BLOCK=64){HIT}
""",
    "codes in an entry": f"""\
def freeze(x):
    return dict(held={CODES}, size=x.numel())


def mean(box, out):
    widen[(1,)](box["held"], out, BLOCK=64){HIT}
""",
    "codes in a field": f"""\
class Block:
    held: torch.Tensor
    unit: torch.Tensor

    @classmethod
    def of(cls, x):
        unit = x.abs().amax() / 448
        return cls((x / unit).to(torch.float8_e4m3fn).view(torch.uint8), unit)


def mean(block: Block, out):
    scaled[(1,)](block.held, block.unit, out, BLOCK=64){HIT}
""",
    "codes that are copied into one of several": f"""\
class Layers:
    def __init__(self, n):
        self.held = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]

    def keep(self, i, x):
        self.held[i].copy_({CODES})

    def mean(self, i, out):
        widen[(1,)](self.held[i], out, BLOCK=64){HIT}
""",
    "correct: levels that are copied into one of several": """\
class Layers:
    def __init__(self, n):
        self.held = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]

    def keep(self, i, x):
        self.held[i].copy_(x.round().clamp(0, 255).to(torch.uint8))

    def mean(self, i, out):
        widen[(1,)](self.held[i], out, BLOCK=64)
""",
    "correct: codes in a file, viewed": FILED.format(CODES, ".view(torch.float8_e4m3fn)", ""),
    "correct: levels in a file": FILED.format("x.round().clamp(0, 255).to(torch.uint8)", "", ""),
    "correct: codes and levels": f"""\
def freeze(x):
    return {CODES}


def levels(x):
    return x.round().clamp(0, 255).to(torch.uint8)


def mean(x, out):
{TAKEN.format("x")}
""",
    "correct: a mask beside codes": f"""\
def freeze(x):
    return {CODES}


def mean(mask, out):
{TAKEN.format("mask")}
""",
    "correct: other bytes are made for a kernel": f"""\
def freeze(x):
    held = torch.empty(64, dtype=torch.uint8)
    return held, {CODES}


def mean(x, out):
{TAKEN.format("x")}
""",
    "exponents as factors": ENCODE % f"scaled[(1,)](codes, e, out, BLOCK=64){HIT}",
    "correct: powers of exponents": ENCODE % "by_power[(1,)](codes, e, out, BLOCK=64)",
    "exponents by their type": "def decode(codes, e, out):\n"
    "    assert e.dtype == torch.float8_e8m0fnu and codes.dtype == torch.float8_e4m3fn\n"
    f"    scaled[(1,)](codes, e.view(torch.uint8), out, BLOCK=64){HIT}",
    "correct: powers of exponents by their type": "def decode(codes, e, out):\n"
    "    assert e.dtype == torch.float8_e8m0fnu\n"
    "    by_power[(1,)](codes, e.view(torch.uint8), out, BLOCK=64)\n",
    "halves of bytes": "def pack(q):\n    q = q.to(torch.uint8)\n"
    "    return q[:, ::2] | (q[:, 1::2] << 4)\n\n\n"
    f"def mean(packed, out):\n{TAKEN.format('packed')}{HIT}",
    "correct: halves of bytes taken apart": "def pack(q):\n    q = q.to(torch.uint8)\n"
    "    return (q[:, 1::2] << 4) | q[:, ::2]\n\n\ndef mean(packed, out):\n"
    "    assert packed.dtype == torch.uint8\n    halves[(1,)](packed, out, BLOCK=64)\n",
    "a row of codes, split": JOIN % ".view(torch.float8_e4m3fn)"
    + "def mean(rows, n, out):\n    assert rows.dtype == torch.float8_e4m3fn\n"
    "    codes, unit = rows.tensor_split((n,), dim=1)\n"
    f"    scaled[(1,)](codes, unit, out, BLOCK=64){HIT}",
    "a row of codes, of no known type": JOIN % ".view(torch.float8_e4m3fn)"
    + f"def mean(rows, n, out):\n    unit = rows[:, n:]{HIT}"
    "    scaled[(1,)](rows[:, :n], unit, out, BLOCK=64)\n",
    "a row of bytes": JOIN % ""
    + "def mean(joined, n, out):\n    assert joined.dtype == torch.uint8\n"
    "    codes, unit = joined[:, :n], joined[:, n:].view(torch.float32)\n"
    "    scaled[(1,)](codes, unit, out, BLOCK=64)\n".replace(
        "codes, unit = joined[:, :n], joined", f"codes = joined[:, :n]{HIT}    unit = joined"
    ),
    "correct: the row of codes is viewed": JOIN % ".view(torch.float8_e4m3fn)"
    + "def mean(rows, n, out):\n    codes, unit = rows[:, :n], rows[:, n:].view(torch.float32)\n"
    "    scaled[(1,)](codes, unit, out, BLOCK=64)\n",
    "correct: another row of codes": JOIN % ".view(torch.float8_e4m3fn)"
    + "def rotate(q, n, out):\n    assert q.dtype == torch.float8_e4m3fn\n"
    "    widen[(1,)](q[:, n:], out, BLOCK=64)\n",
    "correct: three regions of it": JOIN % ".view(torch.float8_e4m3fn)"
    + "def mean(rows, n, out):\n    assert rows.dtype == torch.float8_e4m3fn\n"
    "    low, high, unit = rows.tensor_split((n, 2 * n), dim=1)\n"
    "    scaled[(1,)](low, unit, out, BLOCK=64)\n",
    "a page of which one piece is read as bytes": ROPE + f"    apart[(1,)](page, codes, rope, C=64, R=16){HIT}",
    "correct: a page of codes": ROPE.replace("rope.dtype == torch.bfloat16", "rope.dtype == torch.float8_e5m2")
    + "    apart[(1,)](page, codes, rope, C=64, R=16)\n",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_made(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"import numpy\n{KERNELS}{text}\n"}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

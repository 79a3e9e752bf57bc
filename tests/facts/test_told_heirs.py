"""Objects that are annotated as a class of which what is read of them tells the heir."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
POOLS = """\
@triton.jit
def scaled(codes_ptr, scale_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, tl.load(codes_ptr + at).to(tl.float32) * tl.load(scale_ptr))


class Pool:
    quantized = False

    def __init__(self, n, dtype):
        self.make(n, dtype)

    def make(self, n, dtype):
        self.rows = torch.empty(n, dtype=dtype)

    def get(self):
        return self.rows


class Codes(Pool):
    quantized = True

    def make(self, n, dtype):
        self.rows = torch.empty(n, dtype=torch.uint8)
        self.scales = torch.empty(n, dtype=torch.float32)

    def get(self):
        return self.rows.view(torch.float8_e4m3fn)

{more}
def read(pool: Pool, out):
{body}
"""
OTHER = """
class Scaled(Pool):
    def make(self, n, dtype):
        self.rows = torch.empty(n, dtype=torch.float16)
        self.scales = torch.empty(n, dtype=torch.float32)

"""
READ = "scaled[(1,)](pool.rows{view}, pool.scales, out, 64){mark}"
BEFORE = "rows = pool.rows\n{between}\nscaled[(1,)](rows, pool.scales, out, 64){mark}"
PLAIN = "scaled[(1,)](pool.rows, out, out, 64)"
BODIES = {
    "in one launch": (READ.format(view="", mark=HIT), ""),
    "before": ("scales = pool.scales\nscaled[(1,)](pool.rows, scales, out, 64)" + HIT, ""),
    "an assertion between": (BEFORE.format(between="assert pool.quantized", mark=HIT), ""),
    "in an arm": (
        f"if pool.quantized:\n    {READ.format(view='', mark=HIT)}\nelse:\n    {PLAIN}",
        "",
    ),
    "correct: viewed": (READ.format(view=".view(torch.float8_e4m3fn)", mark=""), ""),
    "correct: in the other arm": (
        f"if pool.quantized:\n    out = pool.scales\nelse:\n    {PLAIN}",
        "",
    ),
    "correct: left before": (
        f"if not pool.quantized:\n    return {PLAIN}\nout.mul_(pool.scales)",
        "",
    ),
    "correct: may be left between": (
        "rows = pool.rows\nif not pool.quantized:\n    return scaled[(1,)](rows, out, out, 64)\n"
        "out.mul_(pool.scales)",
        "",
    ),
    "correct: asked whether it is there": (f'if hasattr(pool, "scales"):\n    return\n{PLAIN}', ""),
    "correct: may raise between": (
        "rows = pool.rows\nif not pool.quantized:\n    scaled[(1,)](rows, out, out, 64)\n"
        "    raise StopIteration\nout.mul_(pool.scales)",
        "",
    ),
    "correct: another pool since": (f"{PLAIN}\npool = Codes(64, None)\nout.mul_(pool.scales)", ""),
    "correct: in another case": (
        f"match out.dim():\n    case 1:\n        out.mul_(pool.scales)\n    case _:\n        {PLAIN}",
        "",
    ),
    "correct: in another handler": (
        "try:\n    out.zero_()\nexcept ValueError:\n    out.mul_(pool.scales)\n"
        f"except TypeError:\n    {PLAIN}",
        "",
    ),
    "correct: given by its name": (
        READ.format(view="", mark=""),
        '\ndef calibrate(pool: Pool, n):\n    setattr(pool, "scales", torch.ones(n))\n\n',
    ),
    "two heirs have it": (READ.format(view="", mark=""), OTHER),
}
# In another file: an heir of its own, and who gives a pool scales.
ELSEWHERE = {
    "an heir": (
        "class Numbers(Pool):\n    def make(self, n, dtype):\n"
        "        self.rows = torch.empty(n, dtype=torch.int8)\n"
        "        self.scales = torch.ones(n)\n"
    ),
    "who gives it scales": (
        "def run(out):\n    pool = Pool(64, torch.float16)\n    pool.scales = torch.ones(64)\n"
        "    pages = torch.zeros(64, dtype=torch.uint8)\n    read(pool, out)\n"
    ),
}


@pytest.mark.parametrize("other", ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_what_other_files_have(other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    body = "    " + READ.format(view="", mark="") + "\n"
    pools = KERNELS + POOLS.format(more="", body=body)
    files = {
        "pools.py": pools,
        "other.py": f"import torch\nfrom pools import Pool, read\n\n\n{other}",
    }
    write(tmp_path, files)
    assert found(".") == expected(files)


@pytest.mark.parametrize(("body", "more"), BODIES.values(), ids=list(BODIES))
def test_an_heir_that_what_is_read_tells(
    body: str, more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    files = {"pools.py": KERNELS + POOLS.format(more=more, body=indented)}
    write(tmp_path, files)
    assert found(".") == expected(files)

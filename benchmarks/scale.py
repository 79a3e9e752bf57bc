"""How the time of a check grows with what is checked: `python benchmarks/scale.py [CASE...]`.

Each case is a project that is made at several sizes, each twice the one before. A check of it runs
in a process of its own, with one process and without a cache; the table has its CPU seconds (user
and system), their ratio to those of the size before, and the peak of its memory. In linear time the
ratio is 2 for twice the size, less what every run costs; above `MOST` the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MOST = 2.2
_IMPORTS = "import torch\nimport triton\nimport triton.language as tl\n"
_KERNEL = """

@triton.jit
def kernel{n}(x_ptr, out_ptr, count, SIZE: tl.constexpr):
    i = tl.program_id(0) * SIZE + tl.arange(0, SIZE)
    x = tl.load(x_ptr + i, mask=i < count)
    tl.store(out_ptr + i, (x * {n}.0).to(out_ptr.dtype.element_ty), mask=i < count)
"""
_LAUNCH = """

def launch{n}(x):
    out = torch.empty(64, 68, dtype=torch.uint8)
    kernel{n}[(64,)](x, out[:, :64], 64, SIZE=64)
    return out[:, 64:].view(torch.float32)
"""
_WRAPPER = f"""{_IMPORTS}{_KERNEL.format(n=0)}

def wrapper(x, out):
    kernel0[(64,)](x, out[:, :64], 64, SIZE=64)
    return out[:, 64:].view(torch.float32)
"""


@dataclass(frozen=True)
class Case:
    """A project of a size: its files by name. Every size has findings."""

    what: str
    sizes: tuple[int, ...]
    make: Callable[[int], Mapping[str, str]]


def _files(size: int) -> Mapping[str, str]:
    """Most of them have nothing to do with Triton, as in a project."""
    plain = "import os\n\n\ndef name{n}(value):\n    return os.path.join(str(value), 'x{n}')\n"
    files = {f"package{n // 100}/plain{n}.py": plain.format(n=n) for n in range(size)}
    for n in range(0, size, 50):
        files[f"package{n // 100}/kernels{n}.py"] = (
            _IMPORTS + _KERNEL.format(n=n) + _LAUNCH.format(n=n)
        )
    return files


def _launches(size: int) -> Mapping[str, str]:
    pairs = (_KERNEL.format(n=n) + _LAUNCH.format(n=n) for n in range(size))
    return {"kernels.py": _IMPORTS + "".join(pairs)}


def _callers(size: int) -> Mapping[str, str]:
    call = """\
import torch
from wrapping import wrapper


def caller{n}(x):
    out = torch.empty(64, 68, dtype=torch.uint8)
    return wrapper(x, out)
"""
    return {"wrapping.py": _WRAPPER} | {f"caller{n}.py": call.format(n=n) for n in range(size)}


def _chain(size: int) -> Mapping[str, str]:
    steps = "".join(
        f"\n\ndef step{n}(x, out):\n    return {f'step{n - 1}' if n else 'wrapper'}(x, out)\n"
        for n in range(size)
    )
    call = (
        f"\n\ndef start(x):\n    return step{size - 1}(x, torch.empty(64, 68, dtype=torch.uint8))\n"
    )
    return {"chain.py": _WRAPPER + steps + call}


CASES = {
    "files": Case("small files, one in fifty with a launch", (5000, 10000, 20000), _files),
    "launches": Case("kernels with a launch each in one file", (500, 1000, 2000), _launches),
    "callers": Case("files that call one wrapper", (125, 250, 500, 1000), _callers),
    "chain": Case("wrappers, each of which calls the next", (25, 50, 100, 200), _chain),
}


@dataclass(frozen=True)
class Run:
    """What one check cost, and how many findings it had."""

    seconds: float
    megabytes: float
    findings: int
    skipped: int


def measure(case: Case, size: int) -> Run:
    """Check the project of that size. Raises RuntimeError when the check fails."""
    with tempfile.TemporaryDirectory() as name:
        for path, text in case.make(size).items():
            file = Path(name, path)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "tritonlint", "check", "--no-cache", "--jobs", "1"]
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(
                [*command, "--output-format", "json", "."], cwd=name, stdout=out
            )
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            report = json.loads(out.read() or b"{}")
    if child.returncode not in (1, 2) or "findings" not in report:
        raise RuntimeError(f"the check ended with exit code {child.returncode}")
    seconds = used.ru_utime + used.ru_stime
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1024 if sys.platform != "darwin" else 1024**2
    counts = len(report["findings"]), len(report["skipped"])
    return Run(seconds, used.ru_maxrss / unit, *counts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--sizes", nargs="+", type=int, help="instead of those of the cases")
    options = parser.parse_args()
    steep = False
    print("case         size    CPU s  ratio     MB findings  skipped")
    for name in options.cases or CASES:
        before: tuple[int, Run] | None = None
        for size in options.sizes or CASES[name].sizes:
            run = measure(CASES[name], size)
            ratio = ""
            if before is not None:
                growth = run.seconds / before[1].seconds
                ratio = f"{growth:.2f}"
                steep |= growth > MOST * size / before[0] / 2
            row = f"{name:10} {size:6} {run.seconds:8.2f} {ratio:>6} {run.megabytes:6.0f}"
            print(f"{row} {run.findings:8} {run.skipped:8}", flush=True)
            before = size, run
    return int(steep)


if __name__ == "__main__":
    sys.exit(main())

"""What watching launches costs, on this machine's GPU.

python benchmarks/sanitizer.py [--launches 1000] [--tests 50] [--many 100000]

Prints one JSON object: the median time of a launch, plain and watched, after the first of its kind;
the time of a pytest session of so many launches in so many tests, plain and watched, and their
ratio; and how the memory of this process grows over many launches. On a machine without a GPU the
launches compute nothing (`--dry`), and only the time that tritonlint itself takes is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tritonlint.watch.sanitizer import Sanitizer

KERNELS = """
import torch
import triton
import triton.language as tl


@triton.jit
def scale_kernel(x_ptr, y_ptr, w_ptr, b_ptr, n, eps, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + i, mask=i < n).to(tl.float32)
    w = tl.load(w_ptr + i, mask=i < n).to(tl.float32)
    b = tl.load(b_ptr + i, mask=i < n).to(tl.float32)
    tl.store(y_ptr + i, (x * w + b + eps).to(y_ptr.dtype.element_ty), mask=i < n)


def scale(x, y, w, b):
    scale_kernel[(triton.cdiv(x.numel(), 128),)](x, y, w, b, x.numel(), 1e-5, BLOCK=128)
"""

TESTS = """
import pytest
import torch
from scaling import scale

DEVICE = "{device}"


@pytest.mark.parametrize("number", range({tests}))
def test_scale(number):
    dtype = (torch.float32, torch.bfloat16, torch.float16)[number % 3]
    size = 1024 + 128 * (number % 7)
    x, w, b = (torch.randn(size, device=DEVICE).to(dtype) for _ in range(3))
    for _ in range({launches}):
        y = torch.empty_like(x)
        scale(x, y, w, b)
    expected = (x.float() * w.float() + b.float() + 1e-5).to(dtype)
    if DEVICE == "cuda":
        torch.testing.assert_close(y, expected, rtol=2e-2, atol=2e-2)
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--launches", type=int, default=1000, help="in the whole session")
    parser.add_argument("--tests", type=int, default=50)
    parser.add_argument("--many", type=int, default=100000, help="launches for the memory")
    parser.add_argument("--dry", action="store_true", help="compute nothing (no GPU)")
    given = parser.parse_args(argv)
    device = "cpu" if given.dry else "cuda"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scaling.py").write_text(KERNELS)
        text = TESTS.format(
            device=device, tests=given.tests, launches=given.launches // given.tests
        )
        (Path(folder) / "test_scaling.py").write_text(text)
        sys.path.insert(0, folder)
        found = {
            "launch": launch_times(device),
            "memory": memory(device, given.many),
            "session": session(Path(folder), given.dry),
        }
    print(json.dumps(found, indent=1))


def launch_times(device: str) -> dict[str, float]:
    """Median microseconds of the calls that launch, plain and watched, and of those with torch's
    operations watched too."""
    launch = _launcher(device)
    plain = None if device == "cpu" else _median(launch)
    sanitizer = Sanitizer(dry=device == "cpu")
    sanitizer.start()
    try:
        watched = _median(launch)
        with sanitizer.host_operations():
            with_operations = _median(launch)
            fresh = _median(_launcher(device, fresh=True))
    finally:
        sanitizer.stop()
    found = {"watched_us": watched, "watched_in_test_us": with_operations, "new_memory_us": fresh}
    if plain is not None:
        found |= {
            "plain_us": plain,
            "overhead_us": watched - plain,
            "overhead_in_test_us": with_operations - plain,
            "plain_new_memory_us": _median(_launcher(device, fresh=True)),
        }
    return {name: round(value, 2) for name, value in found.items()}


def _launcher(device: str, fresh: bool = False) -> Callable[[], None]:
    """A function that launches; into new memory each time if `fresh`."""
    import torch
    from scaling import scale

    x, y, w, b = (torch.randn(1024, device=device).bfloat16() for _ in range(4))

    def launch() -> None:
        scale(x, torch.empty_like(x) if fresh else y, w, b)

    return launch


def _median(launch: Callable[[], None], times: int = 5000) -> float:
    import torch

    for _ in range(200):
        launch()
    seen = []
    for number in range(times):
        start = time.perf_counter()
        launch()
        seen.append(time.perf_counter() - start)
        if number % 500 == 0 and torch.cuda.is_available():
            torch.cuda.synchronize()
    return statistics.median(seen) * 1e6


def memory(device: str, many: int) -> dict[str, Any]:
    """The memory of this process in KiB after a tenth of the launches and after all, each into
    memory of its own, and how many storages are known at the end."""
    launch = _launcher(device, fresh=True)
    sanitizer = Sanitizer(dry=device == "cpu")
    sanitizer.start()
    try:
        with sanitizer.host_operations():
            for _ in range(many // 10):
                launch()
            before = _resident()
            for _ in range(many - many // 10):
                launch()
            after = _resident()
    finally:
        sanitizer.stop()
    return {
        "launches": many,
        "after_a_tenth_kib": before,
        "after_all_kib": after,
        "grown_kib": after - before,
        "storages_known": len(sanitizer.watcher.shadows),
        "errors": sanitizer.watcher.counts.first_error,
    }


def _resident() -> int:
    """The memory that this process has now, in KiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def session(folder: Path, dry: bool) -> dict[str, Any]:
    """Seconds of whole sessions of pytest, plain and watched: the least of three each, after one
    that fills Triton's cache, and of the tests alone as pytest reports them."""
    extra = ["--tritonlint-dry-run"] if dry else []
    plain, watched = extra, ["--tritonlint", *extra]
    _session(folder, plain)
    pairs = [(_session(folder, plain), _session(folder, watched)) for _ in range(3)]
    least = [min(each[side][0] for each in pairs) for side in (0, 1)]
    return {
        "plain_s": round(least[0], 2),
        "watched_s": round(least[1], 2),
        "ratio": round(least[1] / least[0], 3),
        "said": pairs[0][1][1],
    }


def _session(folder: Path, options: Sequence[str]) -> tuple[float, list[str]]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "."]
    start = time.perf_counter()
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    return seconds, ran.stdout.splitlines()[-5:]


if __name__ == "__main__":
    main()

"""A result that holds everything that a report can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint.findings import Edit, Finding, Fix, LaunchSite, Span, Step, Suppressed
from tritonlint.findings.result import Result, Skipped

HOST = """import torch
from ops import fp8_dtype

def write(k, cache):
\tvalues = cache[:, :128]  # \N{GREEK SMALL LETTER MU}
\tscales = cache[:, 128:].view(torch.float32)
\tquantize[(8,)](k, values, scales)
"""
KERNEL = """@triton.jit
def quantize(k_ptr, v_ptr, s_ptr):
    tl.store(v_ptr, tl.load(k_ptr).to(v_ptr.dtype.element_ty))
"""


def _span(path: str, line: int, text: str, piece: str) -> Span:
    column = text.splitlines()[line - 1].index(piece) + 1
    return Span(path, line, column, line, column + len(piece))


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """One finding of `host.py` with its trace into `kernel.py`, one without a fix, a skipped file,
    and a suppressed finding."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    Path("host.py").write_text(HOST, encoding="utf-8")
    Path("kernel.py").write_text(KERNEL, encoding="utf-8")
    slice_ = _span("host.py", 5, HOST, "cache[:, :128]")
    end = Span("host.py", 5, slice_.end_column, 5, slice_.end_column)
    fix = Fix(
        "safe",
        "view the slice as the platform's fp8 dtype",
        (Edit(end, ".view(fp8_dtype())"), Edit(Span("host.py", 3, 1, 3, 1), "import ops\n")),
    )
    trace = (
        Step(_span("host.py", 6, HOST, "cache[:, 128:].view(torch.float32)"), "raw bytes"),
        Step(_span("kernel.py", 3, KERNEL, "tl.load(k_ptr)"), "cast to the element type"),
    )
    first = Finding(
        "TL001",
        "numeric-store-to-raw-bytes",
        "`cache[:, :128]` holds raw bytes, and 100% of floats\nare cast",
        "error",
        "likely",
        slice_,
        "-0.3 is stored as 0",
        trace,
        LaunchSite("host.py", 7, "quantize", "v_ptr", "values"),
        fix,
        function="write",
        snippet="cache[:, :128]",
    )
    second = Finding(
        "TL002",
        "numeric-load-of-raw-bytes",
        "bytes are read as numbers",
        "warning",
        "certain",
        Span("kernel.py", 2, 5, 3, 10),
        "0x7E is read as 126",
    )
    third = Finding(
        "TL002",
        "numeric-load-of-raw-bytes",
        "bytes are read as numbers",
        "warning",
        "certain",
        _span("kernel.py", 3, KERNEL, "v_ptr"),
        "0x7E is read as 126",
    )
    suppressed = Suppressed(third, "in-source", "the bytes are counts")
    skipped = Skipped("broken.py", "cannot be parsed: no (line 3)")
    return Result((first, second), (skipped,), 3, (suppressed,))

"""The interpreter oracle: a smoke test of the plumbing, and no more.

Triton's interpreter proves nothing about element types: it rounds ties and carries of fp8 wrongly,
and converts floats to integers as NumPy does, not as a GPU does. What it shows
is that the verifier's wrapper, launch and regions fit together on a machine without a GPU.
"""

from __future__ import annotations

from collections.abc import Mapping

from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases.outcome import NO_FIX, Outcome
from tritonlint.verify.cases.sources import Source
from tritonlint.verify.gpu.gpu import both, compare
from tritonlint.verify.gpu.references import INDEPENDENT, Reference

CAVEAT = "smoke only: the interpreter's fp8 and integer casts are not a GPU's"


def run_case(source: Source, name: str, texts: Mapping[str, str], target: str) -> Outcome:
    """Launch the case as it is, and with `texts` as fixed, once each in the interpreter on the CPU.

    Needs `TRITON_INTERPRET=1` in the environment before triton is imported. Returns an outcome that
    says so when the launches ran; it never says confirmed.
    """
    verifier = load_verifier(source.folder)
    runnable = [c for c in verifier.configurations if c.flavour in ("", "e4m3fn")]
    if not runnable:
        return Outcome(name, "interpret", target, "not run", reason="its verifier only compiles")
    with both(source, texts) as (flagged, fixed):
        seen = compare(verifier, runnable[0], flagged, fixed, target, [Reference(INDEPENDENT)])
    figures = tuple(each.figures for each in seen)
    as_fixed = "ran" if fixed else NO_FIX
    return Outcome(name, "interpret", target, "smoke passed", "ran", as_fixed, CAVEAT, figures)

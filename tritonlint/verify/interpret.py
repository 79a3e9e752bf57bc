"""The interpreter oracle: a smoke test of the plumbing, and no more.

Triton's interpreter proves nothing about element types: it rounds ties and carries of fp8 wrongly,
and converts floats to integers as NumPy does, not as a GPU does. What it shows
is that the verifier's wrapper, launch and regions fit together on a machine without a GPU.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tritonlint.verify.aiter_reference import INDEPENDENT, Reference
from tritonlint.verify.case import FLAGGED, load_verifier
from tritonlint.verify.gpu import compare
from tritonlint.verify.load import import_file, stage
from tritonlint.verify.outcome import Outcome

CAVEAT = "smoke only: the interpreter's fp8 and integer casts are not a GPU's"


def run_case(folder: Path, name: str, texts: Mapping[str, str], target: str) -> Outcome:
    """Launch the case in `folder`, and its modules with `texts` as fixed, once each in the
    interpreter on the CPU.

    Needs `TRITON_INTERPRET=1` in the environment before triton is imported. Returns an outcome that
    says so when the launches ran; it never says confirmed.
    """
    verifier = load_verifier(folder)
    runnable = [c for c in verifier.configurations if c.flavour == "e4m3fn"]
    if not runnable:
        return Outcome(name, "interpret", target, "not run", reason="its verifier only compiles")
    with tempfile.TemporaryDirectory(prefix="tritonlint-") as scratch:
        flagged = import_file(stage(folder, {}, Path(scratch, "as_flagged")) / FLAGGED)
        fixed = import_file(stage(folder, texts, Path(scratch, "as_fixed")) / FLAGGED)
        figures = compare(verifier, runnable[0], flagged, fixed, target, Reference(INDEPENDENT))
    return Outcome(name, "interpret", target, "smoke passed", "ran", "ran", CAVEAT, figures)

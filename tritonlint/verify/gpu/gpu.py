"""The GPU oracle: the real kernel on real inputs, as flagged and as the tool fixes it now, against
a reference.

Runs in a child process (`worker.py`): a fault on the device poisons the process that caused it.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median_low
from types import ModuleType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.extras import install_hint
from tritonlint.verify.case import Configuration, Verifier, load_verifier
from tritonlint.verify.cases.outcome import NO_FIX, Figures, Outcome, differ_text
from tritonlint.verify.cases.sources import Source
from tritonlint.verify.gpu import agreement, evidence
from tritonlint.verify.gpu.evidence import Seen
from tritonlint.verify.gpu.references import Reference, References, available


def device_facts(releases: str = "") -> dict[str, Any]:
    """The GPU in use, the versions that a receipt records, and the references that are there, with
    the `releases` that are unpacked in a folder. Raises VerifyError, saying what is missing, when
    there is no GPU that torch can use."""
    try:
        import torch
    except ImportError as error:
        raise VerifyError(f"the GPU oracle needs torch ({install_hint('gpu')})") from error
    try:
        import triton
    except ImportError as error:
        raise VerifyError(f"the GPU oracle needs triton ({install_hint('gpu')})") from error
    if not torch.cuda.is_available():
        raise VerifyError(f"torch {torch.__version__} finds no GPU on this machine")
    properties = torch.cuda.get_device_properties(0)
    # torch built for CUDA fills gcnArchName too, with the device's name.
    architecture = properties.gcnArchName.partition(":")[0] if torch.version.hip else ""
    return {
        "device": properties.name,
        "capability": architecture or f"sm_{properties.major}{properties.minor}",
        "native": native_flavour(architecture),
        "torch": torch.__version__,
        "triton": triton.__version__,
        "python": platform.python_version(),
        "driver": _driver_version(torch),
        "rocm": bool(torch.version.hip),
        "releases": releases,
        "references": "; ".join(_references(bool(torch.version.hip), releases).notes),
    }


@cache
def _references(rocm: bool, releases: str) -> References:
    return available(rocm, Path(releases) if releases else None)


def _driver_version(torch: ModuleType) -> str:
    """The version of the GPU's driver as the kernel module reports it; of ROCm on an AMD GPU."""
    if torch.version.hip:
        return f"ROCm {torch.version.hip}"
    for line in _read(Path("/proc/driver/nvidia/version")).splitlines():
        if line.startswith("NVRM version:"):
            return next((word for word in line.split() if word[0].isdigit() and "." in word), "")
    return _driver_from_smi()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _driver_from_smi() -> str:
    import shutil
    import subprocess

    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "unknown"
    query = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, timeout=30, check=False)
    return answer.stdout.strip().partition("\n")[0] or "unknown"


def native_flavour(architecture: str) -> str:
    """The e4m3 flavour that a device converts in hardware: fnuz on gfx940 to gfx942, else fn."""
    return "e4m3fnuz" if architecture.startswith("gfx94") else "e4m3fn"


def run_case(
    source: Source, name: str, texts: Mapping[str, str], facts: Mapping[str, Any]
) -> Outcome:
    """Run the case as it is and with `texts`, its files as fixed, on the first GPU.

    Returns an outcome that is `confirmed` when, in every configuration that the device can run,
    some byte or value of the harmed regions differs from the reference as flagged, and none of any
    region as fixed. Where there is no fix, only the first is asked; where the verifier says
    what the hazard makes of a region, it must be that.
    """
    verifier = load_verifier(source.folder)
    if not verifier.configurations:
        return Outcome(name, "gpu", facts["device"], "not run", reason="its verifier only compiles")
    native = ("", facts["native"])
    runnable = [c for c in verifier.configurations if c.flavour in native]
    skipped = tuple(c.name for c in verifier.configurations if c.flavour not in native)
    found = _references(facts["rocm"], facts.get("releases", "")).found
    with both(source, texts) as (flagged, fixed):
        seen = [
            each for c in runnable for each in compare(verifier, c, flagged, fixed, "cuda", found)
        ]
        agreements = agreement.of_references(verifier, runnable, found, "cuda")
        agreements += agreement.before_allowance(verifier, runnable, fixed, "cuda")
        curve = evidence.curve(verifier, flagged, fixed, facts["native"], "cuda")
    outcome = Outcome(name, "gpu", facts["device"], "confirmed", skipped=skipped, curve=curve)
    outcome = replace(outcome, agreements=agreements)
    return judge(
        replace(outcome, map=evidence.byte_map(verifier, seen)),
        tuple(each.figures for each in seen),
        verifier,
    )


@contextmanager
def both(
    source: Source, texts: Mapping[str, str]
) -> Iterator[tuple[ModuleType, ModuleType | None]]:
    """The module as flagged and as fixed, both imported; None in place of the second where there is
    no fix."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tritonlint-")))
        flagged = stack.enter_context(source.imported(source.texts(), scratch / "as_flagged"))
        if not source.mended:
            yield flagged, None
            return
        yield flagged, stack.enter_context(source.imported(texts, scratch / "as_fixed"))


def compare(
    verifier: Verifier,
    configuration: Configuration,
    flagged: ModuleType,
    fixed: ModuleType | None,
    device: str,
    references: Sequence[Reference],
) -> tuple[Seen, ...]:
    """Launch both modules on the same inputs and count the bytes or values of each region that
    differ from the reference."""
    inputs = verifier.inputs(configuration)
    reference = agreement.usable(verifier, configuration, references)[0]
    expected = agreement.expected(verifier, configuration, inputs, device, reference)
    as_flagged = verifier.launch(flagged, configuration, inputs, device)
    as_fixed = verifier.launch(fixed, configuration, inputs, device) if fixed else {}
    said = _as_flagged(verifier, configuration, inputs)
    seen = []
    for region, right in expected.items():
        coded = region in verifier.harmed and right.dtype.kind != "f"
        codes = configuration.flavour if coded else ""
        wrong = agreement.differing(right, as_flagged[region], codes)
        left = agreement.differing(right, as_fixed[region], codes) if fixed else None
        told = said.get(region)
        other = None if told is None else agreement.differing(told, as_flagged[region], codes)
        figures = Figures(
            configuration.name, region, right.shape[1], _counts(wrong), _counts(left),
            reference.name, _counts(other),
        )  # fmt: skip
        seen.append(Seen(figures, codes, wrong, left, as_flagged[region], as_fixed.get(region)))
    return tuple(seen)


def _counts(wrong: Any) -> tuple[int, ...]:
    return () if wrong is None else tuple(int(count) for count in wrong.sum(axis=1))


def _as_flagged(
    verifier: Verifier, configuration: Configuration, inputs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the hazard makes of the regions, where the verifier says so."""
    say: Any = getattr(verifier, "as_flagged", None)
    return say(configuration, inputs) if say else {}


def judge(outcome: Outcome, figures: tuple[Figures, ...], verifier: Verifier) -> Outcome:
    """`outcome` with the figures, the two summaries and the verdict."""
    harmed = [each for each in figures if each.region in verifier.harmed]
    if not harmed:
        return replace(
            outcome, verdict="not run", reason="no configuration that this device can run"
        )
    unharmed = [f for f in figures if f.region not in verifier.harmed and any(f.flagged)]
    still_wrong = [f for f in figures if any(f.fixed)]
    silent = [f for f in harmed if not any(f.flagged)]
    unexplained = [f for f in figures if any(f.unexplained)]
    reason = ""
    if still_wrong:
        reason = f"wrong as fixed: {_where(still_wrong[0], still_wrong[0].fixed)}"
    elif silent:
        reason = f"nothing differs as flagged: {silent[0].configuration}"
    elif unharmed:
        reason = f"a region beside the codes is wrong: {_where(unharmed[0], unharmed[0].flagged)}"
    elif unexplained:
        where = _where(unexplained[0], unexplained[0].unexplained)
        reason = f"as flagged it is not what the hazard makes of it: {where}"
    return replace(
        outcome,
        verdict="not confirmed" if reason else "confirmed",
        flagged=_summary(harmed, fixed=False),
        fixed=_summary(harmed, fixed=True),
        reason=reason,
        figures=figures,
    )


def _where(figures: Figures, counts: tuple[int, ...]) -> str:
    """The configuration and region, with the worst block's count."""
    worst = differ_text(max(counts), figures.bytes_per_block)
    return f"{figures.configuration}, {figures.region}: {worst}"


def _summary(figures: list[Figures], fixed: bool) -> str:
    """One line for several configurations, of those with the largest blocks: as flagged the median
    of the blocks that differ, since blocks are written in part and hold what no cast harms; as
    fixed the worst."""
    largest = max(figure.bytes_per_block for figure in figures)
    shown = [figure for figure in figures if figure.bytes_per_block == largest]
    if fixed and not all(figure.fixed for figure in shown):
        return NO_FIX
    if fixed:
        return differ_text(max(count for figure in shown for count in figure.fixed), largest)
    harmed = [count for figure in shown for count in figure.flagged if count]
    return differ_text(median_low(harmed) if harmed else 0, largest)

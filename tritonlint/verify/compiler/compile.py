"""The compile oracle: what Triton makes of a kernel's pointer as flagged and as fixed, without a
GPU.

The kernel is compiled to Triton's raw IR twice, with the probed parameter as the bytes that the
launch passes and as the type that it should have had. As flagged a conversion between float and
integer lies between the pointer and the numbers; as fixed there is none. The raw IR is the witness,
since the passes fold constants and drop dead code. Conversions are found by following values,
through calls and loops, not by searching the text.

What this does not show: that the launch passes those types. The flagged side comes from the fixture
and from the finding; the fixed kernel is taken from the text that the tool makes now.

A case has code of its own, its verifier, and constants that a kernel reads: `asked` runs them and
says what they are; `judged` runs none of it, and can be done by another process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tritonlint.dtypes import BY_SIGNATURE
from tritonlint.errors import VerifyError
from tritonlint.rule.signature import FLOAT_TO_INTEGER, INTEGER_TO_FLOAT
from tritonlint.verify.case import OrderProbe, Probe, load_verifier
from tritonlint.verify.cases.load import stage
from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.compiler.evaluate import evaluated
from tritonlint.verify.compiler.extract import extract
from tritonlint.verify.compiler.located import kernel_named
from tritonlint.verify.compiler.order import places
from tritonlint.verify.compiler.probes import plain, probe_of
from tritonlint.verify.compiler.raw_ir import compiled_for, fp8_of, raw_ir
from tritonlint.verify.compiler.ttir import FLOAT_TO_FLOAT, Graph, Op
from tritonlint.verify.compiler.ttir_text import read_graph
from tritonlint.verify.compiler.values import Values

HARMFUL = {"store": FLOAT_TO_INTEGER, "load": INTEGER_TO_FLOAT}


@dataclass(frozen=True)
class Conversion:
    """A conversion between a pointer and the numbers: the operation, the types that it converts,
    the file and line that it comes from."""

    name: str
    types: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.name} at {Path(self.path).name}:{self.line}"


def run_case(folder: Path, name: str, texts: Mapping[str, str], target: str) -> Outcome:
    """Ask the case's probes for one target. The outcome is `confirmed` when every probe shows the
    hazard as flagged and none as fixed; the summaries name the conversions. Runs the case's code in
    this process."""
    with tempfile.TemporaryDirectory(prefix="tritonlint-") as scratch:
        fixed = stage(folder, texts, Path(scratch))
        return judged(folder, fixed, name, target, asked(folder, fixed, [target]))


def asked(folder: Path, fixed: Path, targets: Sequence[str]) -> dict[str, Any]:
    """What a case asks, as plain data: its probes, and for each target the constants of the kernels
    as they are in `folder` and in `fixed`. This runs the case's code, and nothing else does.

    Raises VerifyError when its verifier cannot be loaded.
    """
    probes = load_verifier(folder).probes
    kernels = list(dict.fromkeys((each.file, each.kernel) for each in probes))
    constants: dict[str, dict[str, Any]] = {}
    for target in targets:
        constants[target] = {}
        with compiled_for(target):
            for side in (folder, fixed):
                for file, kernel in kernels:
                    constants[target] |= evaluated(kernel_named(side / file, kernel))
    return {"probes": [plain(each) for each in probes], "constants": constants}


def judged(folder: Path, fixed: Path, name: str, target: str, case: Mapping[str, Any]) -> Outcome:
    """The outcome for what `asked` says of a case; none of its code is run."""
    probes = [probe_of(each) for each in case["probes"]]
    values = case["constants"].get(target, {})
    if not probes:
        return Outcome(name, "compile", target, "not run", reason="its verifier has no probe")
    seen: dict[str, list[Conversion]] = {"flagged": [], "fixed": []}
    reason = ""
    with compiled_for(target):
        for probe in probes:
            before, now, why = _shown(folder, fixed, probe, target, values)
            seen["flagged"] += before
            seen["fixed"] += now
            reason = reason or why
    return Outcome(
        name,
        "compile",
        target,
        "not confirmed" if reason else "confirmed",
        flagged=listed(seen["flagged"]),
        fixed=listed(seen["fixed"]) or "no conversion",
        reason=reason,
    )


def _shown(
    folder: Path, fixed: Path, probe: Probe | OrderProbe, target: str, values: Values
) -> tuple[list[Conversion], list[Conversion], str]:
    """What the compiler shows as flagged and as fixed, and how that contradicts the case."""
    if isinstance(probe, OrderProbe):
        before = _ordered(folder, probe, target, values)
        now = _ordered(fixed, probe, target, values)
        return before, now, order_contradiction(probe, before, now)
    before = conversions(folder / probe.file, probe, probe.flagged, target, values)
    now = conversions(fixed / probe.file, probe, probe.fixed, target, values)
    return before, now, contradiction(probe, before, now)


def contradiction(probe: Probe, flagged: list[Conversion], fixed: list[Conversion]) -> str:
    """Why a probe does not show what the case claims; empty when it does."""
    harmful = HARMFUL[probe.direction]
    if not any(each.name in harmful for each in flagged):
        return f"{probe.kernel}: no conversion of {probe.parameter} as {probe.flagged}"
    left = [each for each in fixed if each.name in harmful]
    if left:
        return f"{probe.kernel}: as {probe.fixed} there is still {left[0]}"
    if probe.direction == "store" and not any(each.name in FLOAT_TO_FLOAT for each in fixed):
        return f"{probe.kernel}: nothing is converted to {probe.fixed}"
    return ""


def _ordered(folder: Path, probe: OrderProbe, target: str, values: Values) -> list[Conversion]:
    """The operations that are in the wrong order, as the reports of conversions name them."""
    found = places(folder / probe.file, probe, target, values)
    return [Conversion(name, "", path, line) for name, path, line in found]


def order_contradiction(
    probe: OrderProbe, flagged: list[Conversion], fixed: list[Conversion]
) -> str:
    """Why an order probe does not show what the case claims; empty when it does."""
    if not flagged:
        return f"{probe.kernel}: nothing is in the wrong order as flagged"
    return f"{probe.kernel}: as fixed there is still {fixed[0]}" if fixed else ""


def conversions(
    path: Path, probe: Probe, element: str, target: str, values: Values
) -> list[Conversion]:
    """The conversions between the probed parameter, compiled as a pointer to `element`, and the
    numbers: those that feed a store through it, or that a value loaded through it meets.

    Raises VerifyError when the kernel cannot be extracted or compiled for the target.
    """
    kernel = extract(kernel_named(path, probe.kernel), values).function
    element = fp8_of(target) if element == "fp8" else element
    if element not in BY_SIGNATURE:
        raise VerifyError(f"{element}: not an element type of a compile signature")
    signature = {**probe.signature, probe.parameter: f"*{element}"}
    names = [each for each in kernel.arg_names if each not in probe.constexprs]
    if probe.parameter not in names:
        raise VerifyError(f"{probe.kernel} has no pointer parameter {probe.parameter!r}")
    absent = [each for each in names if each not in signature]
    if absent:
        raise VerifyError(f"{probe.kernel}: the probe gives no type for {', '.join(absent)}")
    graph = read_graph(raw_ir(kernel, signature, probe.constexprs, target))
    return _between(graph, names.index(probe.parameter), probe.direction)


def _between(graph: Graph, parameter: int, direction: str) -> list[Conversion]:
    return placed(between(graph, parameter, direction))


def between(graph: Graph, parameter: int, direction: str, last: bool = True) -> list[Op]:
    """The conversions that feed a store through the parameter of that index (`direction` is
    `store`; with `last` of several in a row the last), or that a value loaded through it meets
    (`load`), or the operations that it is an operand of, passed by `value`, or the stores and
    atomics through it themselves (`memory`)."""
    if direction == "value":
        found = [*graph.made_of(parameter)]
    elif direction == "memory":
        found = graph.stores(parameter)
    elif direction == "store":
        behind = graph.behind if last else graph.all_behind
        found = [op for store in graph.stores(parameter) for op in behind(store)]
    else:
        found = [op for load in graph.loads(parameter) for op in graph.ahead(load)]
    return list(dict.fromkeys(found))


def placed(found: Iterable[Op]) -> list[Conversion]:
    """Conversions with their places, each once, by place."""
    places = [(op, op.place or ("", 0)) for op in found]
    made = (Conversion(op.name, op.types, path, line) for op, (path, line) in places)
    return sorted(dict.fromkeys(made), key=lambda each: (each.path, each.line, each.name))


def listed(found: Iterable[Conversion]) -> str:
    """The operations with the lines that they come from: `arith.fptoui at flagged.py:40, 52`."""
    lines: dict[tuple[str, str], list[int]] = {}
    for each in found:
        group = lines.setdefault((each.name, Path(each.path).name), [])
        group += [each.line] if each.line not in group else []
    shown = (f"{op} at {file}:{', '.join(map(str, at))}" for (op, file), at in lines.items())
    return "; ".join(shown)

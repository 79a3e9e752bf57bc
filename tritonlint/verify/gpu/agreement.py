"""What the references say of a case, and how far they agree with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.case import Configuration, Verifier
from tritonlint.verify.gpu.references import Reference


def usable(
    verifier: Verifier, configuration: Configuration, references: Sequence[Reference]
) -> list[Reference]:
    """The references that know this configuration, the strongest first; the independent quantizer
    is always one."""
    asks = hasattr(verifier, "expected_by")
    layout = configuration.settings.get("layout")
    return [each for each in references if each.pair is None or (asks and each.can(layout))]


def expected(
    verifier: Verifier,
    configuration: Configuration,
    inputs: Mapping[str, Any],
    device: str,
    reference: Reference,
) -> Mapping[str, Any]:
    """What must be in the regions, as the reference has it."""
    if reference.pair is None:
        return verifier.expected(configuration, inputs)
    ask: Any = verifier
    by_others: Mapping[str, Any] = ask.expected_by(reference.pair, configuration, inputs, device)
    return by_others


def of_references(
    verifier: Verifier,
    configurations: Sequence[Configuration],
    references: Sequence[Reference],
    device: str,
) -> tuple[str, ...]:
    """How many bytes of each region the references have differently, in all configurations that
    two of them know: a line for each two and region."""
    lines = _Lines()
    for each in configurations:
        known = usable(verifier, each, references)
        if len(known) < 2:
            continue
        inputs = verifier.inputs(each)
        first = expected(verifier, each, inputs, device, known[0])
        for other in known[1:]:
            second = expected(verifier, each, inputs, device, other)
            lines.add(f"{known[0].name} against {other.name}", first, second)
    return lines.text()


def before_allowance(
    verifier: Verifier,
    configurations: Sequence[Configuration],
    fixed: ModuleType | None,
    device: str,
) -> tuple[str, ...]:
    """How many bytes differ as fixed before the verifier's allowance (`launch_exactly` has what
    was written to the bit), where it has one."""
    asked: Any = verifier
    if fixed is None or not hasattr(verifier, "launch_exactly"):
        return ()
    lines = _Lines()
    for each in configurations:
        inputs = verifier.inputs(each)
        seen = asked.launch_exactly(fixed, each, inputs, device)
        right = verifier.expected(each, inputs)
        lines.add(f"as fixed, to the bit ({asked.allowance})", right, seen)
    return lines.text()


class _Lines:
    """Counts of bytes that differ, by what was compared and by region."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def add(self, what: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        """Count the bytes of each region of one configuration."""
        for region, right in first.items():
            wrong = int(differing(right, second[region], "").sum())
            self.counts.setdefault((what, region), []).append((wrong, right.size))

    def text(self) -> tuple[str, ...]:
        """A line for each comparison and region."""
        lines = []
        for (what, region), rows in self.counts.items():
            wrong, total = sum(row[0] for row in rows), sum(row[1] for row in rows)
            told = f"{what}: {wrong:,} of {total:,} bytes of the {region} differ"
            where = f" (in {sum(1 for row in rows if row[0])} of {len(rows)} configurations)"
            lines.append(told + where if wrong else told)
        return tuple(lines)


def differing(right: Any, seen: Any, flavour: str) -> Any:
    """Which bytes of two uint8 arrays [blocks, bytes] differ, as codes of a flavour if given; or
    which values of two float32 arrays [blocks, values], bit for bit, where all NaNs are one.

    Raises VerifyError when the shapes or the types differ: then the verifier is wrong.
    """
    import numpy as np

    from tritonlint.verify import quantize

    if (right.shape, right.dtype) != (seen.shape, seen.dtype):
        raise VerifyError(
            f"the verifier expects {right.dtype} {right.shape},"
            f" the launch wrote {seen.dtype} {seen.shape}"
        )
    if right.dtype == np.float32:
        bits = right.view(np.uint32) != seen.view(np.uint32)
        return bits & ~(np.isnan(right) & np.isnan(seen))
    return quantize.differ(right, seen, flavour) if flavour else right != seen

"""What is known of one argument of a launch, for someone who points at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tritonlint.dtypes import UINT8, ElementType
from tritonlint.facts.device import KernelContract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.device.contracts import contract
from tritonlint.facts.hazards.raw_bytes.storage import Storage, storage_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.survey.survey import Analysis
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class Pointed:
    """One argument of a launch, as it is written, and what it is passed as. `storages` are those of
    its tensor, one for each way through the code; `contract` is that of the kernel where the
    parameter points to `element`, the type of the storage where that is known and one, else
    uint8."""

    text: str
    parameter: str
    kernel: str
    storages: tuple[Storage, ...]
    contract: KernelContract
    element: ElementType


def argument_at(analysis: Analysis, path: Path, line: int, column: int) -> Pointed | None:
    """The launch argument at a place, from 1, of the file at `path`; None where there is none, or
    it is no tensor."""
    module = analysis.reach.parsed(os.path.abspath(path))
    around = module.function_at(line) if module is not None else None
    if around is None:
        return None
    run = analysis.runs.interpreted(around)
    for event, parameter, passed in _arguments(run):
        if event.module is module and _covers(passed.span, line, column):
            storages = tuple(dict.fromkeys(_storages(run, event, parameter, passed)))
            if storages:
                return _pointed(event, parameter, passed, storages)
    return None


def _arguments(run: Run) -> Iterator[tuple[LaunchEvent, str, Passed]]:
    for event in run.launches:
        for parameter, passed in event.arguments.items():
            yield event, parameter, passed


def _storages(run: Run, event: LaunchEvent, parameter: str, passed: Passed) -> Iterator[Storage]:
    for path, value in options(passed.value):
        if isinstance(value, Tensor) and not contradicts(path, event.path):
            yield storage_of(run, event, parameter, value, path)


def _pointed(
    event: LaunchEvent, parameter: str, passed: Passed, storages: tuple[Storage, ...]
) -> Pointed:
    types = {each.types.single for each in storages}
    known = types.pop() if len(types) == 1 else None
    element = known or UINT8
    found = contract(event.kernel, Specialization({parameter: element}))
    return Pointed(passed.text, parameter, event.kernel.name, storages, found, element)


def _covers(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)

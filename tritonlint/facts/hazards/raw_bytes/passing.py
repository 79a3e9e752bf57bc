"""Which memory comes to which launches of a run."""

from __future__ import annotations

from collections.abc import Mapping

from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept


@kept(4)
def passing(run: Run) -> Mapping[Symbol, list[tuple[LaunchEvent, str, Tensor]]]:
    """By memory, the launches that may be passed it, for which parameters, and as what tensors."""
    found: dict[Symbol, list[tuple[LaunchEvent, str, Tensor]]] = {}
    for event in run.launches:
        for name, passed in event.arguments.items():
            for path, each in options(passed.value):
                if isinstance(each, Tensor) and not contradicts(path, event.path):
                    found.setdefault(each.buffer, []).append((event, name, each))
    return found

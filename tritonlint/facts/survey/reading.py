"""What is told by reading kernels, without running them on types."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from tritonlint.facts.hazards.carried_roundings import carried_roundings, may_carry
from tritonlint.facts.hazards.dropped_scales import dropped_scales, may_drop_scales
from tritonlint.facts.hazards.exponent_shifts import exponent_shifts, may_shift
from tritonlint.facts.hazards.fixed_pointer_tables import fixed_tables, may_fix_types
from tritonlint.facts.hazards.float_scalars import float_scalars, may_widen_floats
from tritonlint.facts.hazards.guards.pointer_types import may_compare_pointers, pointer_guards
from tritonlint.facts.hazards.observation import Naming, Observation
from tritonlint.facts.hazards.short_scalars import may_shorten, short_scalars
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.facts.survey.twins import Offsets

# What is asked about each kernel of a file, where its text passes the gate.
_QUESTIONS: tuple[
    tuple[Callable[[str], bool], Callable[[Module, Kernel, Naming], Iterable[Observation]]], ...
] = (
    (may_fix_types, fixed_tables),
    (may_shift, exponent_shifts),
    (may_carry, carried_roundings),
    (may_drop_scales, dropped_scales),
    (may_widen_floats, float_scalars),
    (may_shorten, short_scalars),
    (may_compare_pointers, pointer_guards),
)


class Reading:
    """The kernels of a project, as they read."""

    def __init__(self, texts: Texts, reach: Reach, looked_at: LookedAt) -> None:
        self.texts = texts
        self.reach = reach
        self.looked_at = looked_at
        self.offsets = Offsets(texts, reach, looked_at)

    def observe(self, own: Sequence[Module], wanted: Collection[str]) -> Iterator[Observation]:
        """What is to be judged about the kernels of `own`, with places in `wanted`."""
        yield from self.offsets.narrow(own, wanted)
        for module in own:
            if str(module.file) in wanted:
                yield from self._of(module)

    def _of(self, module: Module) -> Iterator[Observation]:
        """What is told of the kernels of one file by that file."""
        text = module.source.text
        asked = [ask for may, ask in _QUESTIONS if may(text)]
        for kernel in kernels(module) if asked else ():
            self.looked_at.read.add((kernel.path, kernel.line))
            for ask in asked:
                yield from ask(module, kernel, self._naming)

    def _naming(self, kernel: Kernel) -> Iterator[Definition]:
        """The functions that name a kernel or device function."""
        module = self.reach.parsed(os.path.abspath(kernel.path))
        for each in module.functions if module is not None else ():
            if each.node is kernel.node:
                yield from self.reach.named_by(each)

"""What is told by reading kernels, without running them on types."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.modules import Module
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.facts.survey.twins import Offsets


class Reading:
    """The kernels of a project, as they read."""

    def __init__(self, texts: Texts, reach: Reach, looked_at: LookedAt) -> None:
        self.texts = texts
        self.looked_at = looked_at
        self.offsets = Offsets(texts, reach, looked_at)

    def observe(self, own: Sequence[Module], wanted: Collection[str]) -> Iterator[Observation]:
        """What is to be judged about the kernels of `own`, with places in `wanted`."""
        yield from self.offsets.narrow(own, wanted)

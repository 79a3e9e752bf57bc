"""What a run is asked: by that, earlier runs kept what they came to."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from tritonlint.caching.cache import Asked, asked
from tritonlint.caching.stamps import stamp
from tritonlint.caching.store import Store
from tritonlint.facts.index.beside import Beside
from tritonlint.facts.index.homes import Homes
from tritonlint.frozen import dataclass
from tritonlint.rule import registry
from tritonlint.settings.config import Settings

KIND = "neighbours"


@dataclass(frozen=True)
class Question:
    """What a run is asked about some files, without those of other universes that they import
    from: which these are the run itself finds out."""

    own: Asked

    @staticmethod
    def of(
        files: Sequence[Path], homes: Homes, settings: Iterable[Settings], named: Collection[Path]
    ) -> Question:
        """What a run is asked about `files`, of which some are `named`."""
        checked = [os.path.abspath(each) for each in files]
        others = (*homes.universe_of(checked), *Beside().around(checked))
        rules = registry.sources_of_others()
        return Question(asked(checked, others, settings, named, rules, homes.found_beside(checked)))

    def again(self, store: Store) -> Asked:
        """The same with the files of other universes that the last run about the same files found
        to decide it, as they are now."""
        return self.own.counting({each: stamp(each) for each in self._kept(store)})

    def answered(self, store: Store, others: Mapping[str, str]) -> Asked:
        """The same with the files of other universes that a run found to decide it, by what each
        was like before that; keeps which they are."""
        if sorted(others) != self._kept(store):
            store.put(KIND, {self.own.about: json.dumps(sorted(others)).encode()})
        return self.own.counting(others)

    def _kept(self, store: Store) -> list[str]:
        body = store.get(KIND, [self.own.about]).get(self.own.about)
        with contextlib.suppress(ValueError, TypeError):
            return [] if body is None else list(map(str, json.loads(body)))
        return []

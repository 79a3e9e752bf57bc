"""What was observed of the functions of one file, for the next text of that file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Literal

from tritonlint.facts.hazards.observation import Observation
from tritonlint.frozen import dataclass

# A function that launches, or a kernel for itself; by the line of its header.
Key = tuple[Literal["root", "kernel"], int]


@dataclass
class Remembered:
    """The functions of the file at the absolute path `file`: `known` is what is taken to hold of
    some, `made` what was observed of all in this round."""

    file: str = ""
    known: dict[Key, list[Observation]] = field(default_factory=dict)
    made: dict[Key, list[Observation]] = field(default_factory=dict)

    def of(
        self, file: str, key: Key, observe: Callable[[], Iterable[Observation]]
    ) -> list[Observation]:
        """What is known of a function of `file`, else what `observe` tells."""
        if file != self.file:
            return list(observe())
        found = self.known[key] if key in self.known else list(observe())
        self.made[key] = found
        return found

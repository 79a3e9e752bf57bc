"""What a run has looked at: where nothing is found, it tells a clean place from one that was
overlooked."""

from __future__ import annotations

from dataclasses import field

from tritonlint.frozen import dataclass

# A line of a file, by the path that is shown.
Line = tuple[str, int]


@dataclass
class LookedAt:
    """The lines of launches whose arguments were bound, of kernels that were run on types for what
    they narrow, and of those that were read; of functions that were followed for what they copy,
    and of comparisons of dtypes. `sought` are the names of functions whose callers were looked for
    by the text of all files."""

    launches: set[Line] = field(default_factory=set)
    kernels: set[Line] = field(default_factory=set)
    read: set[Line] = field(default_factory=set)
    copying: set[Line] = field(default_factory=set)
    comparisons: set[Line] = field(default_factory=set)
    sought: set[str] = field(default_factory=set)

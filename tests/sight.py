"""Whether a silent test was silent because the code was looked at and is right, or because it was
overlooked."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.survey.looked_at import Line, LookedAt
from tritonlint.facts.survey.survey import Analysis
from tritonlint.source import SourceFile

# At the end of the line of a launch of which the text tells that nothing can be wrong with it.
OVERLOOKED = "# not looked at"


@contextmanager
def sight() -> Iterator[LookedAt]:
    """What the runs inside the `with` look at in this process."""
    seen = LookedAt()
    observe = Analysis.observe

    def watched(
        self: Analysis, files: Sequence[SourceFile], wanted: Collection[str]
    ) -> list[Observation]:
        found = observe(self, files, wanted)
        for name, lines in vars(self.looked_at).items():
            vars(seen)[name].update(lines)
        return found

    with patch.object(Analysis, "observe", watched):
        yield seen


def launches(files: Iterable[Path]) -> set[Line]:
    """The lines of files below the working directory in which a launch (`kernel[grid](...)`) begins
    that is to be looked at."""
    found: set[Line] = set()
    for file in files:
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        found |= {
            (os.path.relpath(file), node.lineno)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)
            if not lines[node.lineno - 1].endswith(OVERLOOKED)
        }
    return found

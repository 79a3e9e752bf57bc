"""Names that the tests share: places in the checkout, and what one run of the command line came
to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "fixtures" / "TL001" / "explicit_type_element_ty"

# `# expect: TL001` at the end of a line: a finding of that rule begins there.
EXPECT = re.compile(r"[ \t]*# expect:[ \t]*([A-Z0-9, ]+?)[ \t]*$", re.M)


def without_expectations(text: str) -> str:
    """The text of a fixture's module as someone would have written it."""
    return EXPECT.sub("", text)


def copy_flagged(folder: Path) -> Path:
    """`flagged.py` of CASE in `folder`, with the modules it imports: one finding of TL001 with a
    safe fix, after which it is `fixed.py`, byte for byte."""
    for file in CASE.glob("*.py"):
        if file.name not in ("fixed.py", "verifier.py"):
            shutil.copy(file, folder)
    flagged = folder / "flagged.py"
    text = flagged.read_text(encoding="utf-8")
    flagged.write_text(without_expectations(text), encoding="utf-8")
    return flagged


@dataclass(frozen=True)
class Run:
    """The exit code of one run of the command line, and what it wrote."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]

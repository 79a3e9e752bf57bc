"""Where the fixtures are, and what the hand-written fix makes of a case."""

from __future__ import annotations

from pathlib import Path

from tritonlint.verify.case import find_cases
from tritonlint.verify.cases.sources import find_release_cases

FIXTURES = Path(__file__).parents[2] / "fixtures"


def cases() -> list[Path]:
    """Every case with a verifier and code of its own."""
    return find_cases([FIXTURES])


def released() -> list[Path]:
    """Every case of a release."""
    return find_release_cases([FIXTURES])


def case_id(folder: Path) -> str:
    """`TL001/implicit_store`."""
    return f"{folder.parent.name}/{folder.name}"


def fixed_texts(folder: Path) -> dict[str, str]:
    """The case's modules with the fix that fixed.py states, or a person made."""
    files = (folder / "fixed.py", folder / "by_hand.py")
    fixed = next(each for each in files if each.exists())
    return {"flagged.py": fixed.read_text(encoding="utf-8")}

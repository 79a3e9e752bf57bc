"""Names that are bound several times, in TL008: what all that they are bound to is, they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

STRINGS = {
    "made of a dtype": "if kind == 'auto':\n        kind = str(x.dtype).removeprefix('torch.')",
    "in lower case": "kind = kind.lower()",
    "by several methods": "kind = kind.strip().lower().replace('-', '_')",
    "put together": "if x.is_cuda:\n        kind = f'{kind}_cuda'",
    "a method of another string": "kind = kinds.lower()",
    "in each arm": "if x.is_cuda:\n        kind = 'a'\n    else:\n        kind = ' '.join(('a', 'b'))",
}
OTHERS = {
    "a dtype": "if kind == 'auto':\n        kind = x.dtype",
    "bound in a pattern": "match kinds:\n        case {'dtype': kind}:\n            pass",
    "bound in a call": "print(kind := kinds)",
    "bound in a try": "try:\n        kind = kind.lower()\n    except AttributeError:\n        pass",
    "names for each other": "other = kind\n    kind = other\n    other = kind\n    kind = other",
    "a dtype by its name": "kind = getattr(torch, kind)",
    "gone through": "for kind in kinds:\n        print(kind)",
    "given back": "kind = chosen(kind)",
}


def _module(lines: str, mark: str = "") -> str:
    return IMPORTS + (
        f"def check(x, kinds, kind: str = 'auto'):\n    {lines}\n"
        f"    if kind == torch.uint8:{mark}\n        raise ValueError(kind)\n"
    )


@pytest.mark.parametrize("lines", STRINGS.values(), ids=STRINGS)
def test_a_string_stays_one(lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"m.py": _module(lines, "  # expect: TL008")}
    write(tmp_path, files)
    assert found("m.py") == expected(files)


@pytest.mark.parametrize("lines", OTHERS.values(), ids=OTHERS)
def test_what_may_be_a_dtype(lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": _module(lines)})
    assert not found("m.py")

"""Tables, lists and names of a module in whose place functions of it put something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

STORED = "  # expect: TL001"
MODULE = """
STATE = {{"cache": torch.zeros(4096, dtype=torch.uint8), "other": torch.zeros(64, dtype=torch.uint8)}}
ROWS = [torch.zeros(4096, dtype=torch.uint8) for _ in range(4)]
CACHE = torch.zeros(4096, dtype=torch.uint8)

def setup(dtype=torch.float8_e4m3fn):
    {replaced}

def put(x):
    quantize[(1,)](x, {passed}, 64){mark}
"""
OF_TABLE, OF_LIST = 'STATE["cache"]', "ROWS[0]"
CODES = "view(torch.float8_e4m3fn)"
CASES = {
    "under its key": (f"STATE['cache'] = STATE['cache'].{CODES}", OF_TABLE, ""),
    "by update": (f"STATE.update(cache=STATE['cache'].{CODES})", OF_TABLE, ""),
    "by update with a dict": (f"STATE.update({{'cache': STATE['cache'].{CODES}}})", OF_TABLE, ""),
    "each": (f"for key, each in STATE.items():\n        STATE[key] = each.{CODES}", OF_TABLE, ""),
    "another dict": (f"global STATE\n    STATE = {{'cache': STATE['cache'].{CODES}}}", OF_TABLE, ""),
    "taken out": (f"old = STATE.pop('cache')\n    STATE['cache'] = old.{CODES}", OF_TABLE, ""),
    "in a list": (f"ROWS[0] = ROWS[0].{CODES}", OF_LIST, ""),
    "each of a list": (f"for at, row in enumerate(ROWS):\n        ROWS[at] = row.{CODES}", OF_LIST, ""),
    "all of a list": (f"ROWS[:] = [row.{CODES} for row in ROWS]", OF_LIST, ""),
    "a name": ("global CACHE\n    CACHE = CACHE.view(dtype)", "CACHE", ""),
    "a name, among all": ("globals()['CACHE'] = CACHE.view(dtype)", "CACHE", ""),
    "hazard: another entry": (f"STATE['other'] = STATE['other'].{CODES}", OF_TABLE, STORED),
    "hazard: another item": (f"ROWS[1] = ROWS[1].{CODES}", OF_LIST, STORED),
    "hazard: bytes again": ("STATE['cache'] = STATE['cache'].view(torch.uint8)", OF_TABLE, STORED),
    "hazard: a name of its own": (f"CACHE = STATE['cache'].{CODES}\n    print(CACHE)", "CACHE", STORED),
    "hazard: read only": (f"print(STATE['cache'].{CODES})", OF_TABLE, STORED),
}  # fmt: skip


@pytest.mark.parametrize(("replaced", "passed", "mark"), CASES.values(), ids=list(CASES))
def test_replaced_by_functions(
    replaced: str, passed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(replaced=replaced, passed=passed, mark=mark)}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)

"""Lists and dicts that are changed in place, and loops over a few known items: which buffer stands
where afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

RAW, REAL = "torch.empty(n, dtype=torch.uint8)", "torch.empty(n, dtype=torch.float32)"
PAIR = f"held = [{RAW}, {REAL}]\n"
TABLE = f"held = {{'codes': {RAW}, 'out': {REAL}}}\n"
# What is done, what is a float buffer afterwards, and what is made of bytes.
CASES = {
    "reversed in place": (PAIR + "held.reverse()\n", "held[0]", "held[1]"),
    "put in front": (f"held = [{RAW}]\nheld.insert(0, {REAL})\n", "held[0]", "held[1]"),
    "put in front of a deque": (
        f"from collections import deque\nheld = deque([{RAW}])\nheld.appendleft({REAL})\n",
        "held[0]",
        "held[1]",
    ),
    "turned": (
        f"from collections import deque\nheld = deque([{RAW}, {REAL}])\nheld.rotate(1)\n",
        "held[0]",
        "held[1]",
    ),
    "emptied": (f"held = [{RAW}]\nheld.clear()\nheld += [{REAL}, {RAW}]\n", "held[0]", "held[1]"),
    "deleted": (PAIR + f"held.append({RAW})\ndel held[0]\n", "held[0]", "held[1]"),
    "some deleted": (f"held = [{RAW}, {RAW}, {REAL}, {RAW}]\ndel held[:2]\n", "held[0]", "held[1]"),
    "deleted by key": (
        TABLE + "del held['codes']\nheld['more'] = held.pop('out')\n" + f"held['codes'] = {RAW}\n",
        "held['more']",
        "held['codes']",
    ),
    "a part replaced": (f"held = [{RAW}, {RAW}]\nheld[:1] = [{REAL}]\n", "held[0]", "held[1]"),
    "every other": (f"held = [{RAW}, {REAL}] * 2\n", "held[1::2][0]", "held[::2][1]"),
    "another name": (PAIR + f"other = held\nother[0], other[1] = {REAL}, {RAW}\n", "held[0]", "held[1]"),
    "another name of a dict": (
        TABLE + f"other = held\nother['codes'] = {REAL}\nheld['out'] = {RAW}\n",
        "held['codes']",
        "other['out']",
    ),
    "a copy": (PAIR + f"other = held.copy()\nother[0] = {REAL}\n", "other[0]", "held[0]"),
    "where a name stands": (
        PAIR + "names = ['codes', 'out']\n",
        "held[names.index('out')]",
        "held[names.index('codes')]",
    ),
    "the rest of an iterator": (
        f"import itertools\nheld = list(itertools.islice([{RAW}, {REAL}, {RAW}], 1, None))\n",
        "held[0]",
        "held[1]",
    ),
    "filtered": (
        PAIR
        + "held = list(filter(lambda t: t.dtype == torch.float32, held))\n"
        + f"held.append({RAW})\n",
        "held[0]",
        "held[1]",
    ),
    "its data": (f"held = {RAW}\nother = {RAW}\nheld.data = {REAL}\n", "held", "other"),
}
HIT = "  # expect: TL001"
LOOPS = {
    "a range from one": PAIR + "for i in range(1, 2):\n    quantize[(1,)](x, held[i], 64)",
    "a range from zero": PAIR + f"for i in range(0, 2):\n    quantize[(1,)](x, held[i], 64){HIT}",
    "not the first": PAIR
    + "for i, each in enumerate(held):\n    if not i:\n        continue\n    quantize[(1,)](x, each, 64)",
    "the first": PAIR
    + f"for i, each in enumerate(held):\n    if i:\n        continue\n    quantize[(1,)](x, each, 64){HIT}",
    "a loop that runs": f"out = {RAW}\nfor _ in range(2):\n    out = {REAL}\nquantize[(1,)](x, out, 64)",
    "a loop that may not run": f"out = {RAW}\nfor _ in range(n):\n    if x is None:\n"
    f"        out = {REAL}\nquantize[(1,)](x, out, 64){HIT}",
    "one after the other": PAIR + "each = iter(held)\nnext(each)\nquantize[(1,)](x, next(each), 64)",
    "one of bytes alone": f"each = iter([{RAW}, {RAW}])\nquantize[(1,)](x, next(each), 64){HIT}",
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_changed_lists(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, real, raw = CASES[case]
    launches = f"quantize[(1,)](x, {real}, 64)\nquantize[(1,)](x, {raw}, 64){HIT}"
    _check(done + launches, tmp_path, monkeypatch)


@pytest.mark.parametrize("body", LOOPS.values(), ids=list(LOOPS))
def test_loops(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _check(body, tmp_path, monkeypatch)


def _check(body: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = {"user.py": KERNELS + function(body, "x, n")}
    write(folder, files)
    assert found(select=("TL001", "TL002")) == expected(files)

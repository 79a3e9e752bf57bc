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
    "a list of it": (PAIR + f"other = list(held)\nother[0] = {REAL}\n", "other[0]", "held[0]"),
    "a shallow copy": (
        "import copy\n" + PAIR + f"other = copy.copy(held)\nother[0] = {REAL}\n",
        "other[0]",
        "held[0]",
    ),
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
    "under a number that comes later": f"out = {REAL}\nfor i in range(n):\n    if i == 0:\n"
    f"        out = {RAW}\n    if i == 1:\n        quantize[(1,)](x, out, 64){HIT}",
    "until nothing is left": f"out = {REAL}\nwhile x:\n    x.pop()\n    out = {RAW}\n"
    f"quantize[(1,)](x, out, 64){HIT}",
    "one of bytes alone": f"each = iter([{RAW}, {RAW}])\nquantize[(1,)](x, next(each), 64){HIT}",
}


# Which of the two is meant is not known, or Python raises: no launch is looked at closer, and none is
# given up.
ODD = {
    "turned by an unknown number": "from collections import deque\nheld = deque([%s, %s])\nheld.rotate(n)",
    "a step of zero": "held = [%s, %s]\nheld[::0] = held[::0]\ndel held[::0]",
    "more than every other": "held = [%s, %s]\nheld[::2] = [x, x, x]",
    "islice with a step of zero": "import itertools\nheld = list(itertools.islice([%s, %s], 0, 2, 0))",
    "islice from the end": "import itertools\nheld = list(itertools.islice([%s, %s], -1))",
    "filtered by no parameter": "held = list(filter(lambda: True, [%s, %s]))",
    "a number beyond floats": f"held = [%s, %s]\nif n == 1{'0' * 400}:\n    held = held[1:]\nif n < 1:\n    held = held[:1]",
    "numbers that are not finite": "held = [%s, %s]\nif n == 1e999:\n    return\nif n < -1e999:\n    return",
    "ranges": "held = [%s, %s]\nfor i in range(10**30, 10**30 + 2, 0):\n    pass",
    "keys that cannot be hashed": "held = [%s, %s]\nodd = {}\nodd[(1, [2])] = odd[[1]] = odd[{}] = x",
}  # fmt: skip


@pytest.mark.parametrize("done", ODD.values(), ids=list(ODD))
def test_odd(done: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is certain afterwards is still found, and the function is not given up."""
    last = f"out = {RAW}\nquantize[(1,)](x, out, 64){HIT}"
    _check(f"{done % (REAL, REAL)}\n{last}", tmp_path, monkeypatch)


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

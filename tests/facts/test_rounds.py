"""Loops that hand buffers on from one round to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CASES = {
    "two buffers take turns": """
def f(x, n, steps):
    front = torch.empty(n, dtype=torch.float8_e4m3fn)
    back = torch.empty(n, dtype=torch.uint8)
    for _ in range(steps):
        quantize[(1,)](x, front, 64)  # expect: TL001
        front, back = back, front
""",
    "correct: two buffers of codes take turns": """
def f(x, n, steps):
    front = torch.empty(n, dtype=torch.float8_e4m3fn)
    back = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)
    for _ in range(steps):
        quantize[(1,)](x, front, 64)
        front, back = back, front
""",
    "the third of three": """
def f(x, n, steps):
    a, b = torch.empty(n, dtype=torch.float8_e4m3fn), torch.empty(n, dtype=torch.float8_e4m3fn)
    c = torch.empty(n, dtype=torch.uint8)
    while steps:
        quantize[(1,)](x, a, 64)  # expect: TL001
        a, b, c = b, c, a
        steps -= 1
""",
    "a list that is turned": """
def f(x, n, steps):
    pages = [torch.empty(n, dtype=torch.float8_e4m3fn), torch.empty(n, dtype=torch.uint8)]
    for _ in range(steps):
        quantize[(1,)](x, pages[0], 64)  # expect: TL001
        pages = pages[::-1]
""",
    "viewed after the launch of the first round": """
def f(x, n, steps):
    page = torch.empty(n, dtype=torch.uint8)
    for _ in range(steps):
        quantize[(1,)](x, page, 64)  # expect: TL001
        page = page.view(torch.float8_e4m3fn)
""",
    "bytes for the next round": """
def f(x, n, steps):
    page = torch.empty(n, dtype=torch.float8_e4m3fn)
    for _ in range(steps):
        quantize[(1,)](x, page, 64)  # expect: TL001
        page = page.view(torch.uint8)
""",
    "made in the first round alone": """
def f(x, n, steps):
    page = torch.empty(n, dtype=torch.float8_e4m3fn)
    for step in range(steps):
        if step == 0:
            page = torch.empty(n, dtype=torch.uint8)
        else:
            quantize[(1,)](x, page, 64)  # expect: TL001
""",
    "made when it is asked for": """
def f(x, n, wanted):
    page = torch.empty(n, dtype=torch.float8_e4m3fn)
    for each in wanted:
        if each:
            page = torch.empty(n, dtype=torch.uint8)
        if not each:
            quantize[(1,)](x, page, 64)  # expect: TL001
""",
    "correct: codes made when they are asked for": """
def f(x, n, wanted):
    page = torch.empty(n, dtype=torch.float8_e4m3fn)
    for each in wanted:
        if each:
            page = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)
        if not each:
            quantize[(1,)](x, page, 64)
""",
    "correct: bytes leave the loop": """
def f(x, n, steps):
    page, sent = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn), None
    for _ in range(steps):
        quantize[(1,)](x, page, 64)
        sent = page.view(torch.uint8)
        page = torch.empty_like(page)
    return sent
""",
    "a state that the next round reads": """
def f(x, n, steps):
    previous = None
    for _ in range(steps):
        if previous is not None:
            dequantize[(1,)](previous, x, 64)  # expect: TL002
        previous = torch.empty(n, dtype=torch.uint8)
        quantize[(1,)](x, previous.view(torch.float8_e4m3fn), 64)
""",
    "correct: a state of codes": """
def f(x, n, steps):
    previous = None
    for _ in range(steps):
        if previous is not None:
            dequantize[(1,)](previous, x, 64)
        previous = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)
        quantize[(1,)](x, previous, 64)
""",
    "correct: the view of the first round stays": """
def f(x, page, n, steps):
    assert page.dtype == torch.uint8
    viewed = False
    for _ in range(steps):
        if not viewed:
            page, viewed = page.view(torch.float8_e4m3fn), True
        quantize[(1,)](x, page, 64)
""",
    "correct: another number in each round": """
def f(x, n, steps):
    out = torch.empty(n, dtype=torch.float8_e4m3fn)
    for step in range(steps):
        if step % 2:
            out = torch.empty(n, dtype=torch.uint8)
            quantize[(1,)](x, out.view(torch.float8_e4m3fn), 64)
        else:
            out = torch.empty(n, dtype=torch.float8_e4m3fn)
            quantize[(1,)](x, out, 64)
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_what_a_round_hands_on(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found() == expected({"user.py": KERNELS + text})

"""Half a unit that is added before a fraction is dropped rounds a number; one that became an integer
is nothing. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
from triton.language.extra import libdevice


@triton.jit
def quantize_kernel(x_ptr, code_ptr, scale_ptr, N: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, N)
    x = tl.load(x_ptr + row * N + lanes).to(tl.float32)
    scale = tl.max(tl.abs(x)) / 127.0
    q = x / scale
    %s
    tl.store(code_ptr + row * N + lanes, q)%s
    tl.store(scale_ptr + row, scale)


def quantize(x):
    codes = torch.empty(x.shape, dtype=torch.int8, device=x.device)
    scales = torch.empty(x.shape[0], dtype=torch.float32, device=x.device)
    quantize_kernel[(x.shape[0],)](x, codes, scales, N=128)
    return codes, scales
"""
)
# What is added to the quotient.
NOTHING = {
    "cast": "q += (0.5 * tl.where(q >= 0, 1, -1)).to(tl.int8)",
    "cast to a wide integer": "q = q + tl.where(q >= 0, 0.5, -0.5).to(tl.int32)",
    "cast and cast back": "q += (0.5 * tl.where(q >= 0, 1, -1)).to(tl.int8).to(tl.float32)",
    "subtracted": "q -= tl.cast(tl.where(q >= 0, -0.5, 0.5), tl.int8)",
    "rounded": "q += libdevice.rint(0.5 * tl.where(q >= 0, 1, -1))",
    "a sign of a mask alone": "q = tl.abs(q) * (2 * (q >= 0) - 1)",
    "a sign alone": "q = tl.where(q < 0, -1.0, 1.0) * tl.abs(q)",
    "half of a number": "q = 0.5 * (2 * (q > 0) - 1) * q",
    "a share of the half": "q = tl.load(x_ptr + row) * (tl.abs(q) + 0.5)",
    "rounded and cast": "q += libdevice.rint(0.5 * tl.where(q >= 0, 1, -1)).to(tl.int8)",
}
HALF = {
    "left a float": "q += 0.5 * tl.where(q >= 0, 1, -1)",
    "chosen": "q = q + tl.where(q >= 0, 0.5, -0.5)",
    "cast to another float": "q += tl.where(q >= 0, 0.5, -0.5).to(tl.float16)",
    "of a sign that was cast": "q += 0.5 * tl.where(q >= 0, 1, -1).to(tl.int8)",
    "subtracted": "q -= tl.where(q >= 0, -0.5, 0.5)",
    "of a mask": "q += (q >= 0).to(tl.float32) - 0.5",
    "added and cast": "q = (q + tl.where(q >= 0, 0.5, -0.5)).to(tl.int8)",
    "of a sign that a mask makes": "q += 0.5 * (2 * (q > 0) - 1)",
    "of two masks": "q += 0.5 * ((q > 0).to(tl.float32) - (q < 0).to(tl.float32))",
    "before the sign": "q = tl.where(q < 0, -1.0, 1.0) * (tl.abs(q) + 0.5)",
    "before the sign of a mask": "q = (tl.abs(q) + 0.5) * (2 * (q >= 0) - 1)",
}


@pytest.mark.parametrize("how", NOTHING)
def test_half_a_unit_that_became_an_integer_rounds_nothing(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"codes.py": SOURCE % (NOTHING[how], "  # expect: TL004")}
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", HALF)
def test_half_a_unit_rounds(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"codes.py": SOURCE % (HALF[how], "")})
    assert not found()


# Half a unit whatever the sign is, of what has both signs: its absolute value is taken for the scale.
UP = {
    "added to all": "q += 0.5",
}
POSITIVE = {
    "absolute values": "q = tl.abs(x) / scale + 0.5",
    "no less than zero": "q = tl.maximum(x, 0.0) / scale + 0.5",
    "from the least": "q = (x - tl.min(x)) / scale + 0.5",
    "a share": "q = tl.abs(x) / tl.sum(tl.abs(x)) * 127 + 0.5",
    "squares": "q = x * x / scale + 0.5",
    "where it is more": "q = x * (x > 0) / scale + 0.5",
    "another pointer": "q = tl.load(other_ptr + lanes) / scale + 0.5",
}


@pytest.mark.parametrize("how", UP)
def test_half_a_unit_takes_negative_numbers_up(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"codes.py": SOURCE % (UP[how], "  # expect: TL004")}
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", POSITIVE)
def test_half_a_unit_rounds_what_is_not_negative(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.replace("scale_ptr, N", "scale_ptr, other_ptr, N").replace("codes, scales, N", "codes, scales, x, N")
    write(tmp_path, {"codes.py": text % (POSITIVE[how], "")})
    assert not found()


PIXELS = (
    IMPORTS
    + """\
@triton.jit
def pixels_kernel(x_ptr, out_ptr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    x = tl.minimum(tl.maximum({level}, 0.0), 255.0)
    tl.store(out_ptr + lanes, x.to(out_ptr.dtype.element_ty)){mark}


def pixels(x):
    out = torch.empty(x.shape, dtype=torch.uint8)
    pixels_kernel[(1,)](x, out, N=128)
    return out
"""
)
LEVELS = {
    "half a unit more than the factor": ("x * 127.5 + 128.0", ""),
    "the factor and half a unit": ("x * 127.5 + 127.5 + 0.5", ""),
    "the other way round": ("128.0 + 127.5 * x", ""),
    "as much as the factor": ("x * 127.5 + 127.5", "  # expect: TL004"),
    "half a unit less": ("x * 127.5 + 127.0", "  # expect: TL004"),
    "a whole unit more": ("x * 127.0 + 128.0", "  # expect: TL004"),
}


@pytest.mark.parametrize(("level", "mark"), LEVELS.values(), ids=list(LEVELS))
def test_half_a_unit_beyond_a_factor(
    level: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"pixels.py": PIXELS.format(level=level, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)

"""Dicts that are made of pairs whose keys are not known: regions of an arena by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

SLAB = """
@triton.jit
def write_scales(x_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32)
    tl.store(out_ptr + at, tl.max(tl.abs(x), axis=0) / 448.0)


class Slab:
    def __init__(self, names, sizes, n, cuts):
        arena = torch.zeros(n, dtype={dtype})
        self.regions = {made}

    def codes(self):
        return self.regions["codes"].view(torch.float8_e4m3fn)

    def write(self, x):
        quantize[(1,)](x, self.codes(), 64)
        write_scales[(1,)](x, self.regions["scales"]{view}, 64)
"""
FORMS = {
    "cut by sizes": "dict(zip(names, arena.split(sizes)))",
    "cut by places": "dict(zip(names, [arena[a:b] for a, b in cuts]))",
    "pairs": "dict((name, arena[a:b]) for name, (a, b) in zip(names, cuts))",
    "mapped": "dict(map(lambda name, cut: (name, arena[cut]), names, cuts))",
    "a comprehension": "{name: part for name, part in zip(names, arena.split(sizes))}",
}
VIEW = ".view(torch.float32)"


@pytest.mark.parametrize("view", ["", VIEW], ids=["bytes", "viewed"])
@pytest.mark.parametrize("form", FORMS)
def test_regions_by_name(
    form: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SLAB.format(dtype="torch.uint8", made=FORMS[form], view=view)
    write(tmp_path, {"user.py": KERNELS + text})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if view else {"TL001"})


@pytest.mark.parametrize("form", FORMS)
def test_regions_of_floats(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SLAB.format(dtype="torch.float32", made=FORMS[form], view="").replace(
        ".view(torch.float8_e4m3fn)", ".to(torch.float8_e4m3fn)"
    )
    write(tmp_path, {"user.py": KERNELS + text})
    assert not found(select=("TL001",))

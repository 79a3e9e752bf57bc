"""Views that a test of the width of elements leaves out: memory of bytes stays so for 8-bit floats."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """
class Pool:
    def __init__(self, n, dtype, like):
        self.dtype = dtype
        self.like = like
        self.memory = torch.zeros(n, dtype=torch.uint8)

    def typed(self):
        memory = self.memory
        {body}

    def write(self, x):
        {kernel}[(1,)](x, self.typed(){view}, 64)
"""
VIEW = ".view(torch.float8_e4m3fn)"
ELSE = "return memory.view(self.dtype)"
FORMS = {
    "left early": f"if self.dtype.itemsize == 1:\n            return memory\n        {ELSE}",
    "viewed where it is wider": "if self.dtype.itemsize > 1:\n            memory = memory.view(self.dtype)"
    "\n        return memory",
    "chosen": "return memory if self.dtype.itemsize == 1 else memory.view(self.dtype)",
    "by the width of another one": "if self.like.element_size() == 1:\n            return memory\n"
    "        return memory.view(self.like.dtype)",
    "where the widths differ": "if memory.element_size() != self.dtype.itemsize:\n"
    "            memory = memory.view(self.dtype)\n        return memory",
}
CORRECT = {
    "asked for bytes": f"if self.dtype == torch.uint8:\n            return memory\n        {ELSE}",
    "asked for bytes among the narrow": "if self.dtype.itemsize == 1 and self.dtype == torch.uint8:\n"
    f"            return memory\n        {ELSE}",
    "asked for floats": "if not self.dtype.is_floating_point:\n            return memory\n"
    f"        {ELSE}",
    "always": ELSE,
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["bytes", "viewed"])
@pytest.mark.parametrize("form", FORMS)
def test_views_by_width(
    form: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(body=FORMS[form], view=view, kernel="quantize")
    write(tmp_path, {"user.py": KERNELS + text})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if view else {"TL001"})


@pytest.mark.parametrize("form", CORRECT)
def test_views_by_type(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(body=CORRECT[form], view="", kernel="quantize")
    write(tmp_path, {"user.py": KERNELS + text})
    assert not found(select=("TL001",))


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_are_copied(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(body=FORMS[form], view="", kernel="copy")
    write(tmp_path, {"user.py": KERNELS + text})
    assert not found(select=("TL001",))

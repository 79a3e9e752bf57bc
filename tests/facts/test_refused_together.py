"""Options that occur together in no object, since its class refuses them: `__init__`, a method that
it calls, or `__post_init__`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

# The wide kernel writes the rows as they are: nobody asks for it where they are bytes.
OWN = """
class Cache:
    def __init__(self, kv_cache_dtype, fused, n):
        self.quantized = kv_cache_dtype == "fp8"
        self.fused = fused
        {guard}
        self.rows = torch.zeros(n, dtype=torch.uint8 if self.quantized else torch.bfloat16)
        self.codes = self.rows.view(torch.float8_e4m3fn) if self.quantized else self.rows

    def _verify(self):
        if self.fused and self.quantized:
            raise ValueError("not both")

    def write(self, x):
        if self.fused:
            quantize[(1,)](x, self.rows, 64){mark}
        else:
            quantize[(1,)](x, self.codes, 64)
"""
OPTIONS = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Options:
    kv_cache_dtype: str = "bfloat16"
    fused: bool = False

    def __post_init__(self):
        {guard}

    @property
    def quantized(self):
        return self.kv_cache_dtype == "fp8"

class Cache:
    def __init__(self, options: Options, n):
        self.options = options
        self.rows = torch.zeros(n, dtype=torch.uint8 if options.quantized else torch.bfloat16)
        self.codes = self.rows.view(torch.float8_e4m3fn) if options.quantized else self.rows

    def write(self, x):
        if self.options.fused:
            quantize[(1,)](x, self.rows, 64){mark}
        else:
            quantize[(1,)](x, self.codes, 64)
"""
RAISE = "if {}:\n            raise ValueError"
BOTH = {
    "both raise": (RAISE.format("self.fused and self.quantized"), ""),
    "not both is asserted": ("assert not (self.fused and self.quantized)", ""),
    "one of them is asserted": ("assert not self.fused or not self.quantized", ""),
    "one inside the other": (
        f"if self.fused:\n            {RAISE.format('self.quantized').replace('   raise', '       raise')}",
        "",
    ),
    "asserted where it is quantized": (
        "if self.quantized:\n            assert not self.fused",
        "",
    ),
    "the other way round": (RAISE.format("self.fused and not self.quantized"), "$"),
    "both are only said": ("if self.fused and self.quantized:\n            print('slow')", "$"),
    "one of them and another": (RAISE.format("self.fused and self.quantized and x is None"), "$"),
    "nothing": ("pass", "$"),
}
CASES = {f"its own, {name}": (OWN, *case) for name, case in BOTH.items()}
CASES |= {f"options, {name}": (OPTIONS, *case) for name, case in BOTH.items()}
CASES |= {
    "its parameters": (OWN, RAISE.format('fused and kv_cache_dtype == "fp8"'), ""),
    "whatever is not wide": (OWN, RAISE.format('fused and kv_cache_dtype != "bfloat16"'), ""),
    "a method": (OWN, "self._verify()", ""),
}


@pytest.mark.parametrize(("text", "guard", "mark"), CASES.values(), ids=list(CASES))
def test_options(
    text: str, guard: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = mark.replace("$", "  # expect: TL001")
    user = KERNELS + text.format(guard=guard, mark=mark)
    write(tmp_path, {"user.py": user})
    assert found(select=("TL001",)) == expected({"user.py": user})

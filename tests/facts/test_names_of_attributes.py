"""Attributes that are asked for by names which are not written as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

CLASS = """
from typing import Literal

NAMES = {{"key": "k_cache", "value": "v_cache"}}


class Pool(torch.nn.Module):
    def __init__(self, n, layers):
        self.k_cache = torch.zeros(n, dtype=torch.uint8)
        self.k_scale = layers.scale
        self.v_cache = torch.zeros(n, dtype={second})
        for i in range(layers):
            setattr(self, f"page_{{i}}", torch.zeros(n, dtype=torch.uint8))
            self.register_buffer(f"row_{{i}}", torch.zeros(n, dtype=torch.uint8))

    def write(self, x, kind{said}):
        {first}
        quantize[(1,)](x, {asked}{view}, 64)
"""
VIEW = ".view(torch.float8_e4m3fn)"
BYTES = {"second": "torch.uint8", "said": "", "first": "pass", "view": ""}
FORMS = {
    "put together": {"asked": 'getattr(self, kind + "_cache")'},
    "formatted": {"asked": 'getattr(self, "{}_cache".format(kind))'},
    "formatted by %": {"asked": 'getattr(self, "%s_cache" % kind)'},
    "with a name": {"first": 'name = f"{kind}_cache"', "asked": "getattr(self, name)"},
    "one of two": {"asked": 'getattr(self, "k_cache" if kind else "v_cache")'},
    "of a table": {"asked": "getattr(self, NAMES[kind])"},
    "listed": {"said": ': Literal["k_cache", "v_cache"]', "asked": "getattr(self, kind)"},
    "by default": {"said": '="k_cache"', "asked": "getattr(self, kind)"},
    "numbered": {"asked": 'getattr(self, f"page_{kind}")'},
    "numbered, registered": {"asked": 'getattr(self, f"row_{kind}")'},
    "of __dict__": {"asked": 'self.__dict__["k_cache"]'},
    "of vars": {"asked": 'vars(self)["k_cache"]'},
}
FLOATS = {
    "put together": {"asked": 'getattr(self, kind + "_scale")'},
    "one": {"asked": 'getattr(self, "v_cache")'},
    "of a table, by a key": {"asked": 'getattr(self, NAMES["value"])'},
    "listed": {"said": ': Literal["v_cache"]', "asked": "getattr(self, kind)"},
    "by default": {"said": '="v_cache"', "asked": "getattr(self, kind)"},
    "of __dict__": {"asked": 'self.__dict__["v_cache"]'},
    "one of bytes and one of codes": {"asked": 'getattr(self, kind + "_cache")'},
    "of a table, bytes or codes": {"asked": "getattr(self, NAMES[kind])"},
    "one of bytes and one that is not known": {"asked": 'getattr(self, "k_" + kind)'},
    "not known": {"asked": "getattr(self, kind)"},
    "with a name that is given anew": {
        "first": 'kind = f"{kind}_cache"\n        kind = x.name',
        "asked": "getattr(self, kind)",
    },
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["bytes", "viewed"])
@pytest.mark.parametrize("form", FORMS)
def test_attributes_by_their_names(
    form: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + CLASS.format(**{**BYTES, **FORMS[form], "view": view})})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if view else {"TL001"})


@pytest.mark.parametrize("form", FLOATS)
def test_other_attributes(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    second = {"second": "torch.float8_e4m3fn"}
    write(tmp_path, {"user.py": KERNELS + CLASS.format(**{**BYTES, **second, **FLOATS[form]})})
    assert not found(select=("TL001",))

"""Dicts of which nothing is known but what a function puts under their keys, as `**more` is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

STORE = (
    KERNELS
    + """
class Store:
    def __init__(self, n, small=True):
        self.small = small
        self.bins = torch.zeros(n, dtype=torch.uint8 if small else torch.float32)

    def put(self, x):
        quantize[(1,)](x, self.bins.view(torch.float8_e4m3fn) if self.small else self.bins, 64)


class Heir(Store):
    def __init__(self, *sizes, **more):
        {change}
        super().__init__(*sizes, **more)

    def put(self, x):
        quantize[(1,)](x, self.bins, 64)
"""
)
# What an heir does to the keywords that it hands on, and whether that leaves bytes.
CHANGES = {
    "a key": ('more["small"] = False', False),
    "updated": ("more.update(small=False)", False),
    "updated with a dict": ('more.update({"small": False})', False),
    "another dict": ("more = {**more, 'small': False}", False),
    "the other way": ('more["small"] = True', True),
    "updated the other way": ("more.update(small=True)", True),
    "another key": ('more["large"] = False', True),
    "under a test": ("if sizes:\n            more['small'] = False", True),
    "taken out again": ("more['small'] = False\n        more.pop('small')", True),
    "emptied": ("more['small'] = False\n        more.clear()", True),
}
GIVEN = (
    KERNELS
    + """
def save(x, **caches):
    assert caches["rows"].dtype == torch.uint8
    quantize[(1,)](x, caches["rows"]{view}, 64)
    return caches["rows"].view(torch.float8_e4m3fn)
"""
)


@pytest.mark.parametrize(("change", "raw"), CHANGES.values(), ids=CHANGES)
def test_what_is_put_there_is_handed_on(
    change: str, raw: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": STORE.replace("{change}", change)})
    assert [code for *_, code in found("m.py")] == ["TL001"] * raw


@pytest.mark.parametrize("view", ["", ".view(torch.float8_e4m3fn)"])
def test_a_key_is_the_same_wherever_it_is_asked_for(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": GIVEN.replace("{view}", view)})
    assert [code for *_, code in found("m.py")] == ["TL001"] * (not view)

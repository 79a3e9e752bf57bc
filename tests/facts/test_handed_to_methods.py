"""What one method of a pool views as the type of its memory before it copies it there, and another
one hands to a kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
POOL = """
class Pool:
    def __init__(self, size, dtype: torch.dtype):
        self.dtype = dtype
        codes = (torch.float8_e5m2, torch.float8_e4m3fn)
        self.store_dtype = torch.uint8 if dtype in codes else dtype
        self.kv_buffer = torch.zeros(size, dtype=self.store_dtype)

    def get(self):
        return self.kv_buffer.view(self.dtype)

    def set(self, loc, cache_k):
        {setting}

    def set_parts(self, loc, cache_nope, cache_rope):
        {viewing}
        copy[(1,)](cache_nope, {target}, 64){mark}
"""
SETTING = "self.kv_buffer[loc] = cache_k.to(self.dtype).view(self.store_dtype)"
AS_IS = "self.kv_buffer[loc] = cache_k"
VIEWING = "cache_nope = cache_nope.to(self.dtype).view(self.store_dtype)"
CASES = {
    "cast and viewed beside it": (SETTING, "pass", "self.kv_buffer", HIT),
    "viewed beside it": (SETTING.replace(".to(self.dtype)", ""), "pass", "self.kv_buffer", HIT),
    "correct: viewed here too": (SETTING, VIEWING, "self.kv_buffer", ""),
    "correct: into what is viewed": (SETTING, "pass", "self.get()", ""),
    "correct: copied as it is beside it": (AS_IS, "pass", "self.kv_buffer", ""),
}


@pytest.mark.parametrize(("setting", "viewing", "target", "mark"), CASES.values(), ids=list(CASES))
def test_handed_to_methods(
    setting: str,
    viewing: str,
    target: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    body = POOL.format(setting=setting, viewing=viewing, target=target, mark=mark)
    files = {"pool.py": KERNELS + body}
    write(tmp_path, files)
    assert found() == expected(files)
    assert not found(confidence="certain")

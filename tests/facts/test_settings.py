"""A cache whose type only a setting tells: code elsewhere in the file views it for that setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = (
    IMPORTS
    + """\
@triton.jit
def write(x_ptr, cache_ptr, scale_ptr, SCALED: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    if SCALED:
        x = x / tl.load(scale_ptr)
    tl.store(cache_ptr + tl.arange(0, 64), x.to(cache_ptr.dtype.element_ty))


class Attention:
"""
)
READER = """\
    def read(self, kv_cache, q):
        if self.kv_cache_dtype.startswith("fp8"):
            kv_cache = kv_cache.view(torch.float8_e4m3fn)
        return self.decode(q, kv_cache)

"""
LAUNCH = 'write[(1,)](x, kv_cache, self.scale, self.kv_cache_dtype.startswith("fp8"))'
CASES = {
    "is_handed_to_the_kernel": READER
    + f"    def store(self, x, kv_cache):\n        {LAUNCH}  # expect: TL001\n",
    "is_tested_before": READER
    + """\
    def store(self, x, kv_cache):
        if self.kv_cache_dtype.startswith("fp8"):
            write[(1,)](x, kv_cache, self.scale, True)  # expect: TL001
""",
    "no_code_views_the_cache": f"    def store(self, x, kv_cache):\n        {LAUNCH}\n",
    "views_it_itself": READER
    + f"""\
    def store(self, x, kv_cache):
        if self.kv_cache_dtype.startswith("fp8"):
            kv_cache = kv_cache.view(torch.float8_e4m3fn)
        {LAUNCH}
""",
    "is_passed_viewed": READER
    + f"""\
    def store(self, x, kv_cache):
        {LAUNCH}

    def both(self, x, kv_cache):
        self.store(x, kv_cache.view(torch.float8_e4m3fn))
""",
    "is_not_asked": READER
    + """\
    def store(self, x, kv_cache):
        if self.kv_cache_dtype.startswith("fp8"):
            return
        write[(1,)](x, kv_cache, self.scale, False)
""",
    "another_setting": READER.replace("kv_cache_dtype", "weight_dtype")
    + f"    def store(self, x, kv_cache):\n        {LAUNCH}\n",
    "another_cache": READER.replace("kv_cache.view", "q.view").replace("kv_cache = q", "q = q")
    + f"    def store(self, x, kv_cache):\n        {LAUNCH}\n",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_findings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNEL + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


# A package whose function takes the cache from outside, in a checkout with tests.
PUBLIC = (
    KERNEL.replace("class Attention:\n", "")
    + """STORED = {"auto": torch.bfloat16, "fp8": torch.uint8}


def keep(x, kv_cache, scale, kv_cache_dtype):
    write[(1,)](x, kv_cache, scale, "fp8" in kv_cache_dtype)"""
)
TESTS = {
    "views_it": "def test_it(c):\n    keep(x, c.view(torch.float8_e4m3fn), s, 'fp8')\n",
    "views_nothing": "def test_it(c):\n    keep(x, c, s, 'fp8')\n",
    "calls_another": "def test_it(c):\n    rekeep(x, c.view(torch.float8_e4m3fn), s, 'fp8')\n",
}


@pytest.mark.parametrize(("name", "text"), TESTS.items(), ids=TESTS.keys())
def test_tests_beside(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = "\n" if name == "views_it" else "  # expect: TL001\n"
    files = {"pkg/__init__.py": "", "pkg/ops.py": PUBLIC + wanted}
    write(tmp_path, files | {"setup.py": "", "tests/test_ops.py": text})
    assert found("pkg") == expected(files)

"""Settings of 8-bit floats that are taken for e4m3 in one file, and what the classes of other files
that use it list as supported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import expected, found, write
from tritonlint.caching.cache import Cache
from tritonlint.engine import check
from tritonlint.settings.config import Settings

SETTINGS = """
    from typing import Literal

    CacheDType = Literal["auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2"]
    """
STORE = """
    import torch

    def store(key, kv_cache, kv_cache_dtype: str):
        if kv_cache_dtype.startswith("fp8"):
            kv_cache = kv_cache.view(torch.float8_e4m3fn)%s
        kv_cache.copy_(key)
    """
BASE = """
    import torch

    class BaseImpl:
        def __init__(self, kv_cache_dtype: str):
            self.kv_cache_dtype = kv_cache_dtype

        def forward(self, query, kv_cache):
            if self.kv_cache_dtype.startswith("fp8"):
                kv_cache = kv_cache.view(torch.float8_e4m3fn)%s
            return query @ kv_cache
    """
FLAGGED, QUIET = "  # expect: TL003", ""
NARROW = '["auto", "bfloat16", "fp8", "fp8_e4m3"]'
WIDE = '["auto", "fp8", "fp8_e4m3", "fp8_e5m2"]'
BACKEND = """
    from ..ops.store import store

    class Backend:
        %s = %s

    class Impl:
        def write(self, key, kv_cache, dtype):
            store(key, kv_cache, dtype)
    """
HEIR = """
    from ..layers.base import BaseImpl

    class Backend:
        supported_kv_cache_dtypes: list[str] = %s

    class Impl(BaseImpl):
        pass
    """
LISTED = "supported_kv_cache_dtypes"


def package(files: dict[str, str]) -> dict[str, str]:
    """The files of a package with the settings that it declares."""
    made = {"pkg/__init__.py": "", "pkg/config.py": SETTINGS}
    for name, text in files.items():
        made[f"pkg/{name.partition('/')[0]}/__init__.py"] = ""
        made[f"pkg/{name}"] = text
    return made


PACKAGES = {
    "all_that_use_it_list_others": {
        "ops/store.py": STORE % QUIET,
        "backends/one.py": BACKEND % (LISTED, NARROW),
        "backends/other.py": BACKEND % (LISTED, NARROW),
        "layers/sink.py": "from ..ops.store import store\n\ndef run(*of):\n    store(*of)\n",
    },
    "what_uses_it_lists_no_codes_at_all": {
        "ops/store.py": STORE % QUIET,
        "backends/one.py": BACKEND % (LISTED, '("auto", "bfloat16")'),
    },
    "what_is_listed_is_not_told": {
        "ops/store.py": STORE % FLAGGED,
        "backends/one.py": BACKEND % (LISTED, "base.LISTED"),
    },
    "a_list_with_those_of_another": {
        "ops/store.py": STORE % FLAGGED,
        "backends/one.py": BACKEND % (LISTED, '[*base.LISTED, "auto", "fp8"]'),
    },
    "one_that_uses_it_lists_it": {
        "ops/store.py": STORE % FLAGGED,
        "backends/one.py": BACKEND % (LISTED, NARROW),
        "backends/other.py": BACKEND % (LISTED, WIDE),
    },
    "only_a_comment_names_it": {
        "ops/store.py": STORE % FLAGGED,
        "backends/other.py": HEIR % NARROW + "    # unlike store\n",
    },
    "nobody_that_uses_it_lists_any": {
        "ops/store.py": STORE % FLAGGED,
        "layers/sink.py": "from ..ops.store import store\n\ndef run(*of):\n    store(*of)\n",
        "backends/other.py": HEIR % NARROW,
    },
    "another_setting_is_listed": {
        "ops/store.py": STORE % FLAGGED,
        "backends/one.py": BACKEND % ("supported_weights", NARROW),
    },
    "a_test_runs_some": {
        "ops/store.py": STORE % FLAGGED,
        "tests/test_store.py": """
            import pytest
            from ..ops.store import store

            @pytest.mark.parametrize("kv_cache_dtype", ["auto", "fp8", "fp8_e4m3"])
            def test_it(kv_cache_dtype, key, kv_cache):
                store(key, kv_cache, kv_cache_dtype)
            """,
    },
    "all_heirs_list_others": {
        "layers/base.py": BASE % QUIET,
        "backends/one.py": HEIR % NARROW,
        "backends/other.py": HEIR % NARROW,
    },
    "one_heir_lists_it": {
        "layers/base.py": BASE % FLAGGED,
        "backends/one.py": HEIR % NARROW,
        "backends/other.py": HEIR % WIDE,
    },
}


@pytest.mark.parametrize("name", PACKAGES)
def test_what_all_users_refuse_cannot_be_set(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = package(PACKAGES[name])
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    assert found(select=("TL003",)) == expected(files)


def test_what_lists_it_later_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that decided nothing in the last run does once it uses the function."""
    plain = "class Backend:\n    supported_kv_cache_dtypes = (\"auto\", \"bfloat16\")\n"
    files = package({"ops/store.py": STORE % "", "backends/one.py": plain})
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    paths = [Path(each) for each in sorted(files)]
    cache, settings = Cache(tmp_path / "cache"), Settings(root=Path.cwd(), select=("TL003",))
    before = check.check(paths, settings, cache, jobs=1)
    Path("pkg/backends/one.py").write_text(f"from ..ops.store import store\n\n{plain}")
    after = check.check(paths, settings, cache, jobs=1)
    assert [len(each.findings) for each in (before, after)] == [1, 0]

"""The index of a package from an earlier run says what one says that is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, write
from tritonlint.caching.store import Store
from tritonlint.facts.index.outline_cache import OutlineCache
from tritonlint.facts.index.universe import Texts

PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/ops.py": KERNELS,
    "pkg/pool.py": """
        import torch

        class Pool:
            def __init__(self, size):
                self.pages = torch.empty(size, dtype=torch.uint8)

            def write(self, x):
                from .launching import fill
                fill(x, self.pages)
        """,
    "pkg/launching.py": """
        import torch
        from . import ops

        def fill(x: torch.Tensor, page):
            ops.quantize[(1,)](x, page, 64)

        def run(pool, x):
            store = pool.write
            store(x)
        """,
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    write(tmp_path, PACKAGE)
    return sorted(str(each) for each in (tmp_path / "pkg").glob("*.py"))


def _texts(files: list[str], folder: Path) -> tuple[Texts, bool]:
    """The texts of a run, with all that its index tells; and whether an earlier run told it."""
    cache = OutlineCache(Store(folder))
    texts = Texts({})
    universe = texts.homes.universe_of(files)
    cache.load(texts, universe)
    known = bool(texts.indexed())
    _ = _told(texts, files)
    cache.store(texts, universe)
    return texts, known


def _told(texts: Texts, files: list[str]) -> list[object]:
    index = texts.index(files[0])
    names = sorted(index.naming.functions)
    assert any(names)
    return [
        index.leading,
        index.telling,
        index.narrowing,
        index.launching,
        index.kernels,
        index.operators,
        {name: list(index.naming.having(name)) for name in names},
        {name: list(each) for name, each in index.naming.aliases.items()},
        dict(index.naming.families),
        index.naming.attributes,
        index.naming.origins.given,
    ]


def test_an_index_is_read_as_it_was_kept(files: list[str], tmp_path: Path) -> None:
    first, known = _texts(files, tmp_path / "kept")
    assert not known
    again, known = _texts(files, tmp_path / "kept")
    assert known
    assert _told(again, files) == _told(first, files)
    assert again.leading(files[0]).near


def test_it_holds_where_functions_went_to_other_lines(files: list[str], tmp_path: Path) -> None:
    _texts(files, tmp_path / "kept")
    launching = tmp_path / "pkg" / "launching.py"
    launching.write_text(launching.read_text().replace("def run", "\n\n# Runs.\ndef run"))
    again, known = _texts(files, tmp_path / "kept")
    assert known
    anew, known = _texts(files, tmp_path / "elsewhere")
    assert not known
    assert _told(again, files) == _told(anew, files)


def test_functions_may_go_to_other_lines_after_it_was_read(
    files: list[str], tmp_path: Path
) -> None:
    _texts(files, tmp_path / "kept")
    launching = tmp_path / "pkg" / "launching.py"
    text = launching.read_bytes()
    cache = OutlineCache(Store(tmp_path / "kept"))
    texts = Texts({str(launching): text})
    cache.load(texts, texts.homes.universe_of(files))
    assert texts.indexed()
    for lines in (b"\n\n", b"\n\n\n\n\n"):
        moved = texts.again({str(launching): text.replace(b"def run", lines + b"def run")})
        assert moved is not None and moved.indexed()
        anew = Texts(dict(moved.overrides))
        assert _told(moved, files) == _told(anew, files)
        texts = moved


@pytest.mark.parametrize(
    "change",
    [
        ("launching.py", "def fill", "def full"),
        ("launching.py", "ops.quantize[(1,)](x, page, 64)", "pass"),
        ("pool.py", "torch.uint8", "torch.float32"),
        ("pool.py", "def write", "def put"),
    ],
)
def test_it_does_not_hold_where_a_file_says_something_else(
    change: tuple[str, str, str], files: list[str], tmp_path: Path
) -> None:
    _texts(files, tmp_path / "kept")
    name, old, new = change
    file = tmp_path / "pkg" / name
    file.write_text(file.read_text().replace(old, new))
    again, known = _texts(files, tmp_path / "kept")
    assert not known
    assert _told(again, files) == _told(_texts(files, tmp_path / "elsewhere")[0], files)


def test_one_that_is_damaged_is_made_anew(files: list[str], tmp_path: Path) -> None:
    first, _ = _texts(files, tmp_path / "kept")
    store = Store(tmp_path / "kept")
    cache = OutlineCache(store)
    cache.load(Texts({}), files)
    texts = Texts({})
    cache.load(texts, texts.homes.universe_of(files))
    for key in cache._index_keys(texts, files).values():
        for body in (b"[]", b"{}", b'{"given": 7}'):
            store.put("index", {key: body})
            again, known = _texts(files, tmp_path / "kept")
            assert _told(again, files) == _told(first, files)


def test_what_is_read_of_a_file_is_read_again_only_after_that_changed(tmp_path: Path) -> None:
    one, other = str(tmp_path / "one.py"), str(tmp_path / "other.py")
    asked: list[str] = []

    def read(texts: Texts, file: str) -> tuple[bytes, ...]:
        return texts.reading("what it holds", file, lambda: (asked.append(file) or texts.read(file),))

    texts = Texts({one: b"x = 1\n", other: b"y = 1\n"})
    assert [read(texts, each) for each in (one, other, one)] == [(b"x = 1\n",), (b"y = 1\n",), (b"x = 1\n",)]
    changed = texts.again({one: b"x = 2\n", other: b"y = 1\n"})
    assert changed is not None
    assert [read(changed, each) for each in (one, other)] == [(b"x = 2\n",), (b"y = 1\n",)]
    assert asked == [one, other, one]

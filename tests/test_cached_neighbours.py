"""What is kept of a run over a folder that imports from the package beside it holds while neither
changes: it is what a run without a cache finds."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.facts.hosting import write
from tests.facts.test_neighbours import CHECKOUT, KERNEL, PACKAGE
from tritonlint.caching.cache import Cache
from tritonlint.caching.store import Store
from tritonlint.engine import check as engine
from tritonlint.engine.discovery import discover
from tritonlint.engine.session import Session
from tritonlint.settings import config

TEST = """\
import torch
from pk.wrapper import store


def test_store(x):
    page = torch.empty(64, dtype=torch.uint8)
    store(x, page)
"""
VIEW = ("(x, page, 64)", "(x, page.view(torch.float8_e4m3fn), 64)")
STORES = ("(x / scale).to(out_ptr.dtype.element_ty)", "(x / scale).to(tl.uint8, bitcast=True)")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {**PACKAGE, "tests/test_it.py": TEST})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(cache: Cache | None, folder: str = "tests", jobs: int = 1) -> engine.Result:
    settings = config.load(Path(), {})
    return engine.check(discover([Path(folder)], settings), settings, cache, jobs=jobs)


def replaced(file: Path, old: str, new: str) -> None:
    """Write other text into a file, at another time."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    changed = file.stat().st_mtime_ns + 1_000_000
    os.utime(file, ns=(changed, changed))


def test_a_second_run_does_not_look_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(checkout / "cache")
    first = check(cache)
    assert [each.code for each in first.findings] == ["TL001"]
    monkeypatch.setattr(engine, "_check", None)
    assert check(cache) == first


@pytest.mark.parametrize(("name", "change"), [("wrapper.py", VIEW), ("kernels.py", STORES)])
def test_a_change_of_the_package_is_seen(
    checkout: Path, name: str, change: tuple[str, str]
) -> None:
    cache = Cache(checkout / "cache")
    file = checkout / "pk" / name
    for _ in range(2):
        assert check(cache).findings
        replaced(file, *change)
        assert not check(cache).findings
        replaced(file, *reversed(change))


def test_a_change_is_seen_where_the_package_has_its_own_cached_runs(checkout: Path) -> None:
    cache = Cache(checkout / "cache")
    assert check(cache).findings and not check(cache, "pk").findings
    replaced(checkout / "pk" / "wrapper.py", *VIEW)
    assert not check(cache, "pk").findings
    assert not check(cache).findings and not check(cache, ".").findings
    replaced(checkout / "pk" / "wrapper.py", *reversed(VIEW))
    assert check(cache, ".").findings == check(cache).findings != ()


def test_what_is_kept_of_the_package_serves_its_tests(checkout: Path) -> None:
    cache = Cache(checkout / "cache")
    assert not check(cache, "pk").findings
    assert check(cache).findings == check(None).findings != ()


def test_a_change_two_packages_away_is_seen(checkout: Path) -> None:
    tool = "import triton\nfrom pk.wrapper import store\n\ndef put(x, page):\n    store(x, page)\n"
    write(checkout, {"tools/__init__.py": "", "tools/launching.py": tool})
    replaced(checkout / "tests/test_it.py", "pk.wrapper import store", "tools.launching import put as store")
    cache = Cache(checkout / "cache")
    assert check(cache).findings
    replaced(checkout / "pk" / "wrapper.py", *VIEW)
    assert not check(cache).findings


def test_a_package_that_comes_later_is_seen(checkout: Path) -> None:
    cache = Cache(checkout / "cache")
    os.rename("pk", "elsewhere")
    assert not check(cache).findings
    os.rename("elsewhere", "pk")
    assert check(cache).findings
    os.rename("pk", "elsewhere")
    assert not check(cache).findings


def test_the_package_may_begin_to_launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    later = "def store(x, page):\n    pass\n"
    write(tmp_path, {**CHECKOUT, **KERNEL, "pk/wrapper.py": later, "tests/test_it.py": TEST})
    cache = Cache(tmp_path / "cache")
    assert not check(cache).findings
    (tmp_path / "pk" / "wrapper.py").write_text(PACKAGE["pk/wrapper.py"])
    assert check(cache).findings


EDITS: dict[str, Callable[[str], str]] = {
    "a comment": lambda text: f"# A comment.\n{text}",
    "comments in the way": lambda text: text.replace("\n\n", "\n# A comment.\n\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("name", ["pk/kernels.py", "pk/wrapper.py", "tests/test_it.py"])
def test_comments_do_not_have_all_looked_at_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, name: str, edit: Callable[[str], str]
) -> None:
    cache = Cache(checkout / "cache")
    check(cache)
    (checkout / name).write_text(edit((checkout / name).read_text()))
    expected = check(None)
    monkeypatch.setattr(engine, "_check", None)
    again = check(cache)
    assert list(map(asdict, again.findings)) == list(map(asdict, expected.findings))


def test_processes_find_what_one_finds(checkout: Path) -> None:
    more = {f"tests/test_{number}.py": TEST for number in range(60)}
    write(checkout, more)
    one = check(None)
    assert len(one.findings) == 61
    assert check(None, jobs=2).findings == one.findings
    cache = Cache(checkout / "cache")
    assert check(cache, jobs=2).findings == one.findings
    replaced(checkout / "pk" / "wrapper.py", *VIEW)
    assert not check(cache, jobs=2).findings


def test_rounds_of_a_session_see_a_change_of_the_package(checkout: Path) -> None:
    file, settings = Path("tests/test_it.py"), config.load(Path(), {})
    contents = {file: TEST.encode()}
    store = Store(checkout / "cache")
    session = Session(store)
    for _ in range(2):
        assert session.quick(file, contents, settings).findings
        assert session.whole([file], contents, settings, lambda: None).findings
        assert Session(store).known([file], contents, settings) is not None
        replaced(checkout / "pk" / "wrapper.py", *VIEW)
        assert Session(store).known([file], contents, settings) is None
        assert not session.whole([file], contents, settings, lambda: None).findings
        assert not session.quick(file, contents, settings).findings
        replaced(checkout / "pk" / "wrapper.py", *reversed(VIEW))
        assert session.whole([file], contents, settings, lambda: None).findings

"""Results of earlier runs: used only when nothing has changed, and never a reason to fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tritonlint import config, engine, parallel
from tritonlint.cache import Cache

FIXTURE = Path(__file__).parent.parent / "fixtures" / "TL001" / "imported_kernel"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name in ("flagged.py", "kernels.py", "platforms.py"):
        shutil.copy(FIXTURE / name, folder / name)
    monkeypatch.chdir(folder)
    return folder


def check(cache: Cache | None, *names: str) -> engine.Result:
    files = [Path(name) for name in names or ("flagged.py",)]
    return engine.check(files, config.load(Path(), {}), cache)


def test_a_second_run_gives_the_same_result_without_looking_again(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    assert len(first.findings) == 1
    monkeypatch.setattr(engine, "_check", None)
    assert check(cache) == first


def test_a_change_of_the_file_or_of_one_that_it_imports_is_seen(case: Path) -> None:
    cache = Cache(case / "cache")
    assert check(cache).findings
    kernels = Path("kernels.py")
    kernels.write_text(kernels.read_text().replace("quantize_keys_kernel", "another_kernel"))
    assert not check(cache).findings
    shutil.copy(FIXTURE / "kernels.py", kernels)
    assert check(cache).findings
    shutil.copy(FIXTURE / "fixed.py", "flagged.py")
    assert not check(cache).findings


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"findings": 3}', b"\xff\xfe"])
def test_a_broken_cache_costs_time_and_nothing_else(case: Path, content: bytes) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    for kept in cache.folder.glob("*.json"):
        kept.write_bytes(content)
    assert check(cache) == first


def test_a_cache_that_cannot_be_written_is_done_without(case: Path) -> None:
    (case / "cache").write_text("a file")
    assert check(Cache(case / "cache")) == check(None)


def test_processes_find_what_one_process_finds(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(6):
        shutil.copy("flagged.py", f"copy{index}.py")
    names = sorted(path.name for path in case.glob("*.py"))
    alone = check(None, *names)
    assert len(alone.findings) == 7
    monkeypatch.setattr(parallel, "_FEW_FILES", 2)
    monkeypatch.setattr(parallel, "_FEW_OUTLINES", 2)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert check(None, *names) == alone
    assert check(None, *reversed(names)) == alone

"""Results of earlier runs: used only when nothing has changed, and never a reason to fail."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tritonlint.caching import signing
from tritonlint.caching.cache import Cache, tool_files
from tritonlint.engine import check as engine
from tritonlint.engine import parallel
from tritonlint.settings import config

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


CLEAN = b'{"findings": [], "skipped": [], "suppressed": [], "files": 1}'
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda kept: b"",
    "truncated": lambda kept: kept[: len(kept) // 2],
    "truncated by a byte": lambda kept: kept[:-1],
    "a digit changed": lambda kept: kept.replace(b'"line": ', b'"line": 1'),
    "another result": lambda kept: kept.partition(b"\n")[0] + b"\n" + CLEAN,
    "no first line": lambda kept: CLEAN,
    "not a result": lambda kept: b'{"findings": 3}',
    "not text": lambda kept: b"\xff\xfe",
    "a pickle that runs": lambda kept: b"cos\nsystem\n(S'touch ran'\ntR.",
    "deep": lambda kept: b"[" * 100_000,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_broken_cache_costs_time_and_nothing_else(case: Path, name: str) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    for kept in cache.folder.glob("*.json"):
        data = kept.read_bytes()
        kept.write_bytes(DAMAGE[name](data))
        assert kept.read_bytes() != data
    assert check(cache) == first
    assert not Path("ran").exists()


def test_a_result_under_another_key_is_not_taken(case: Path) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    (kept,) = cache.folder.glob("*.json")
    shutil.copy(FIXTURE / "fixed.py", "flagged.py")
    assert not check(cache).findings
    (clean,) = set(cache.folder.glob("*.json")) - {kept}
    shutil.copy(clean, kept)
    assert cache.load(kept.stem) is None
    assert first.findings


def test_a_result_depends_on_every_file_of_the_tool() -> None:
    files = {Path(each) for each in tool_files()}
    for module in (engine, "tritonlint.facts.host.calls", "tritonlint.rules.tl001_numeric_store_to_raw_bytes"):
        module = importlib.import_module(module) if isinstance(module, str) else module
        assert Path(str(module.__file__)) in files


def test_a_result_of_another_version_is_not_taken(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    monkeypatch.setattr("tritonlint.caching.cache.__version__", "0.0.0")
    monkeypatch.setattr(Cache, "store", lambda *_: None)
    looked: list[object] = []
    real = engine._check
    monkeypatch.setattr(engine, "_check", lambda *all: (looked.append(all), real(*all))[1])
    assert check(cache) == first
    assert len(looked) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions or a read-only folder")
def test_a_cache_that_is_read_only_is_done_without(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # A superuser may write anywhere, so the answer of the system is stood in for.
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    cache = Cache(case / "cache")
    assert check(cache) == check(None)
    assert not list(cache.folder.glob("*.json"))


def test_runs_at_the_same_time_share_a_cache(case: Path) -> None:
    command = [sys.executable, "-m", "tritonlint", "check", "--output-format", "json", "."]
    environment = os.environ | {"TRITONLINT_CACHE_DIR": str(case / "cache")}
    alone = subprocess.run(
        [*command, "--no-cache"], capture_output=True, env=environment, check=False
    )
    for _ in range(2):
        runs = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
            for _ in range(4)
        ]
        for run in runs:
            out, err = run.communicate()
            assert (run.returncode, err, out) == (1, b"", alone.stdout)
    assert not list((case / "cache").glob("*.part"))


def test_the_cache_does_not_grow_without_end(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tritonlint.caching.cache._KEPT", 2)
    cache = Cache(case / "cache")
    cache.folder.mkdir()
    dead, live = cache.folder / "dead.part", cache.folder / "live.part"
    for part in (dead, live):
        part.touch()
    os.utime(dead, (0, 0))
    for number in range(4):
        Path("flagged.py").write_text((FIXTURE / "flagged.py").read_text() + "#" * number)
        check(cache)
    assert len(list(cache.folder.glob("*.json"))) == 2
    assert (dead.exists(), live.exists()) == (False, True)


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


def test_an_entry_of_another_installation_is_not_believed(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(case / "cache")
    assert check(cache).findings
    (entry,) = (case / "cache").glob("*.json")
    # As an attacker would write it, who knows everything but the key.
    head, _, _ = entry.read_bytes().partition(b"\n")
    key = json.loads(head)["key"]
    for mac in (hmac.digest(b"guess", CLEAN, "sha256").hex(), hashlib.sha256(CLEAN).hexdigest(), "", None, 3, "\u00e9"):
        entry.write_bytes(json.dumps({"key": key, "mac": mac}).encode() + b"\n" + CLEAN)
        assert check(cache).findings
    # One that is ours, under another name.
    other = signing.seal("other", CLEAN)
    entry.write_bytes(json.dumps({"key": key, "mac": other}).encode() + b"\n" + CLEAN)
    assert check(cache).findings


def test_the_key_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    signing._secret.cache_clear()
    mac = signing.seal("key", b"body")
    path = tmp_path / "tritonlint" / "cache-key"
    assert path.stat().st_mode & 0o777 == 0o600
    signing._secret.cache_clear()
    assert signing.seal("key", b"body") == mac
    # One that others can read is not believed, and replaced.
    path.chmod(0o644)
    signing._secret.cache_clear()
    assert not signing.is_ours("key", b"body", mac)
    assert path.stat().st_mode & 0o777 == 0o600
    # Where none can be kept, nothing of another process is believed.
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    signing._secret.cache_clear()
    assert signing.is_ours("key", b"body", signing.seal("key", b"body"))
    signing._secret.cache_clear()
    assert not signing.is_ours("key", b"body", mac)
    signing._secret.cache_clear()

"""Results of earlier runs: used only when nothing has changed, and never a reason to fail."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import importlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Command
from tritonlint.caching import signing, store
from tritonlint.caching.cache import Cache, default_folder, tool_files
from tritonlint.engine import check as engine
from tritonlint.engine import parallel
from tritonlint.facts.index import outline_cache
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


CLEAN = b'{"findings": [], "skipped": [], "suppressed": [], "limits": [], "files": 1}'
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda kept: b"",
    "truncated": lambda kept: kept[: len(kept) // 2],
    "truncated by a byte": lambda kept: kept[:-1],
    "a digit changed": lambda kept: kept.replace(b'"line": ', b'"line": 1'),
    "the first bytes changed": lambda kept: b"x" * 200 + kept[200:],
    "another database": lambda kept: _database("create table other (a)"),
    "another table": lambda kept: _database("create table kept (a, b)"),
    "not a database": lambda kept: CLEAN,
    "a pickle that runs": lambda kept: b"cos\nsystem\n(S'touch ran'\ntR.",
}


def _database(statement: str) -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute(statement)
        return database.serialize() if sys.version_info >= (3, 11) else b""


@pytest.mark.parametrize("name", DAMAGE)
def test_a_broken_cache_costs_time_and_nothing_else(case: Path, name: str) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    data = cache.kept.path.read_bytes()
    cache.kept.path.write_bytes(DAMAGE[name](data))
    assert cache.kept.path.read_bytes() != data
    assert check(cache) == first
    assert check(cache) == first
    assert not Path("ran").exists()


@pytest.mark.parametrize("body", [CLEAN, b'{"findings": 3}', b"\xff\xfe", b"[" * 100_000, 3, None])
def test_an_entry_that_was_not_put_so_is_not_taken(case: Path, body: object) -> None:
    cache = Cache(case / "cache")
    first = check(cache)
    assert first.findings
    with contextlib.closing(sqlite3.connect(cache.kept.path)) as database, database:
        database.execute("update kept set body = ?", (body,))
    assert check(cache) == first


def test_a_result_under_another_key_is_not_taken(case: Path) -> None:
    cache = Cache(case / "cache")
    assert check(cache).findings
    shutil.copy(FIXTURE / "fixed.py", "flagged.py")
    assert not check(cache).findings
    with contextlib.closing(sqlite3.connect(cache.kept.path)) as database, database:
        found = database.execute(
            "select key, mac, body from kept where kind = 'result'"
        ).fetchall()
        (raw, *_), (_, mac, body) = sorted(found, key=lambda each: -len(each[2]))
        database.execute("update kept set mac = ?, body = ? where key = ?", (mac, body, raw))
    assert cache.load(raw) is None


def test_a_result_depends_on_every_file_of_the_tool() -> None:
    files = {Path(each) for each in tool_files()}
    for module in (
        engine,
        "tritonlint.facts.host.calls.calls",
        "tritonlint.rules.tl001_numeric_store_to_raw_bytes",
    ):
        module = importlib.import_module(module) if isinstance(module, str) else module
        assert Path(str(module.__file__)) in files


def test_outlines_depend_on_all_that_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(outline_cache, "stamp", lambda file: asked.append(file) or "")
    outline_cache.OutlineCache(None)
    assert {"gates.py", "outlines.py"} <= {Path(each).name for each in asked}


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


def test_a_cache_that_is_read_only_is_done_without(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A superuser may write anywhere, so the answer of the system is stood in for.
    real = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda path, **_: real(f"file:{path}?mode=ro", uri=True))
    cache = Cache(case / "cache")
    assert check(cache) == check(None)
    assert not cache.kept.path.exists()


def test_runs_at_the_same_time_share_a_cache(case: Path) -> None:
    command = [sys.executable, "-m", "tritonlint", "check", "--output-format", "json", "."]
    environment = os.environ | {"TRITONLINT_CACHE_DIR": str(case / "cache")}
    alone = subprocess.run(
        [*command, "--no-cache"], capture_output=True, env=environment, check=False
    )
    for _ in range(2):
        runs = [
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
            )
            for _ in range(4)
        ]
        for run in runs:
            out, err = run.communicate()
            assert (run.returncode, err, out) == (1, b"", alone.stdout)


def test_the_cache_does_not_grow_without_end(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(store._MOST, "result", 2)
    cache = Cache(case / "cache")
    for number in range(4):
        Path("flagged.py").write_text((FIXTURE / "flagged.py").read_text() + "#" * number)
        check(cache)
    with contextlib.closing(sqlite3.connect(cache.kept.path)) as database:
        rows = database.execute("select kind, count(*) from kept group by kind").fetchall()
    assert dict(rows) == {"index": 1, "last run": 1, "outline": 3, "result": 2}


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


def test_an_entry_of_another_installation_is_not_believed(case: Path) -> None:
    cache = Cache(case / "cache")
    assert check(cache).findings
    with contextlib.closing(sqlite3.connect(cache.kept.path)) as database:
        ((key,),) = database.execute("select key from kept where kind = 'result'")
        # As an attacker would write it, who knows everything but the key; and one that is ours,
        # under another name.
        guess = hmac.digest(b"guess", CLEAN, "sha256").hex()
        digest = hashlib.sha256(CLEAN).hexdigest()
        for mac in (guess, digest, "", None, 3, "\u00e9", b"x", signing.seal("other", CLEAN)):
            with database:
                database.execute(
                    "update kept set mac = ?, body = ? where key = ?", (mac, CLEAN, key)
                )
            assert cache.load(key) is None
        with database:
            mac = signing.seal(f"result:{key}", CLEAN)
            database.execute("update kept set mac = ? where key = ?", (mac, key))
        assert cache.load(key) is not None


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_cache_that_is_a_link_leaves_its_target_alone(case: Path) -> None:
    cache = Cache(case / "cache")
    cache.kept.folder.mkdir()
    target = case / "precious"
    target.write_bytes(_database("create table mine (a)"))
    before = target.read_bytes()
    cache.kept.path.symlink_to(target)
    assert check(cache).findings
    assert target.read_bytes() == before
    assert not cache.kept.path.is_symlink()


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


def test_a_path_that_the_locale_cannot_spell_is_kept_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "h\N{LATIN SMALL LETTER E WITH ACUTE}llo"
    shutil.copytree(FIXTURE, folder)
    (folder / "tritonlint.toml").write_text(
        "extend-exclude = ['\N{GREEK SMALL LETTER PI}*']\n", encoding="utf-8"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "tritonlint", "check", "--output-format", "concise"]
    for where, name in ((tmp_path, folder.name), (folder, ".")):
        runs = [
            subprocess.run(
                [*command, name],
                cwd=where,
                env=os.environ | plain,
                capture_output=True,
                check=False,
            )
            for _ in range(2)
        ]
        assert [each.returncode for each in runs] == [1, 1]
        assert runs[0].stdout == runs[1].stdout != b""
        assert [each.stderr for each in runs] == [b"", b""]
    assert (folder / ".tritonlint_cache").is_dir()


def test_the_cache_is_at_the_root_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRITONLINT_CACHE_DIR", raising=False)
    deep = tmp_path / "repository" / "package" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(deep)

    def folder() -> Path:
        return default_folder(config.load(Path(), {}), [Path("x.py")]).parent

    assert folder() == tmp_path / "repository"
    (tmp_path / "repository" / "package" / "tritonlint.toml").touch()
    assert folder() == tmp_path / "repository" / "package"
    monkeypatch.setenv("TRITONLINT_CACHE_DIR", str(tmp_path / "elsewhere" / "cache"))
    assert folder() == tmp_path / "elsewhere"


def test_without_a_project_the_cache_is_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRITONLINT_CACHE_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_folder(config.load(Path(), {}), [Path("x.py")]) == tmp_path / ".tritonlint_cache"


def test_a_run_in_a_subfolder_uses_the_projects_cache(
    case: Path, tmp_path: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRITONLINT_CACHE_DIR", raising=False)
    monkeypatch.chdir(case)
    (tmp_path / ".git").mkdir()
    shared = tmp_path.parent / f"{tmp_path.name}-shared"
    shared.mkdir()
    (shared / "tritonlint.toml").write_text('confidence = "likely"\n')
    command = ("check", "--output-format", "concise", "flagged.py")
    for more in ((), ("--config", str(shared / "tritonlint.toml"))):
        assert tritonlint(*command, *more).code == 1
    folders = [*tmp_path.rglob(".tritonlint_cache"), *shared.rglob(".tritonlint_cache")]
    assert folders == [tmp_path / ".tritonlint_cache"]
    # Git takes no notice of it.
    assert (tmp_path / ".tritonlint_cache" / ".gitignore").read_text() == "*\n"

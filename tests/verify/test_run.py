"""Running the oracles: what is missing, what breaks, and that the others go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from verify_support import FIXTURES, fixed_texts

from support import Command
from tritonlint.engine.observer import Observer
from tritonlint.errors import UsageError, VerifyError
from tritonlint.verify.case import find_cases, load_verifier
from tritonlint.verify.cases import compiled, fixer, run
from tritonlint.verify.cases.sources import collect, of_fixture
from tritonlint.verify.confined import confined
from tritonlint.verify.confined.confined import Unconfined
from tritonlint.verify.gpu import gpu
from tritonlint.verify.worker import Worker


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the fix from fixed.py: what the tool makes of a case is tested elsewhere."""

    def fixed(path: Path, rule: str, known: object) -> str:
        return fixed_texts(path.parent).get(path.name, path.read_text())

    monkeypatch.setattr(fixer, "fixed_text", fixed)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two cases in a scratch folder, the first of which fails to load."""
    for name in ("implicit_store", "keyword_launch"):
        shutil.copytree(FIXTURES / "TL001" / name, tmp_path / "TL001" / name)
    shutil.copy(FIXTURES / "TL001" / "paged_cache.py", tmp_path / "TL001")
    (tmp_path / "TL001" / "implicit_store" / "verifier.py").write_text("1 / 0\n")
    return tmp_path


def test_a_task_that_ends_the_child_is_reported_and_the_next_one_runs() -> None:
    with Worker() as worker:
        first = worker.ask("os", "getpid", (), 30)
        with pytest.raises(VerifyError, match="exit code 3"):
            worker.ask("os", "_exit", (3,), 30)
        assert worker.ask("os", "getpid", (), 30) != first


def test_a_task_that_takes_too_long_is_stopped() -> None:
    with Worker() as worker, pytest.raises(VerifyError, match=r"longer than 0\.5 seconds"):
        worker.ask("time", "sleep", (60,), 0.5)


def test_a_task_that_raises_says_what_in_one_line() -> None:
    with Worker() as worker, pytest.raises(VerifyError, match="JSONDecodeError: Expecting") as got:
        worker.ask("json", "loads", ("{",), 30)
    assert "\n" not in str(got.value)


def test_the_environment_reaches_the_child() -> None:
    with Worker({"TRITON_INTERPRET": "1"}) as worker:
        assert worker.ask("os", "getenv", ("TRITON_INTERPRET",), 30) == "1"


@pytest.mark.usefixtures("by_hand")
def test_a_broken_case_is_not_confirmed_and_the_next_one_is(two: Path) -> None:
    pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")
    seen: list[float] = []

    class Seeing(Observer):
        def advance(self, done: float) -> None:
            seen.append(done)

    report = run.run(collect([two]), ["compile"], observer=Seeing())
    assert seen == sorted(seen) and seen[-1] == 1.0  # a bar that only goes forward
    verdicts = {(each.case, each.verdict) for each in report.outcomes}
    assert verdicts == {
        ("TL001/implicit_store", "not confirmed"),
        ("TL001/keyword_launch", "confirmed"),
    }
    assert "ZeroDivisionError" in report.outcomes[0].reason
    assert set(report.failed) == {"TL001/implicit_store"}


@pytest.mark.parametrize("means", ["bubblewrap", "landlock"])
def test_a_case_shares_a_module_with_its_family_however_it_is_confined(
    means: str, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")
    others = {"bubblewrap", "landlock"} - {means}
    monkeypatch.setattr(confined, "_works", dict.fromkeys(others, "switched off"))
    monkeypatch.delenv(confined.VARIABLE, raising=False)
    (source,) = collect([two / "TL001" / "keyword_launch"])
    case = (source.folder, "TL001/keyword_launch", fixed_texts(source.folder))
    try:
        found = list(compiled.outcomes([case], unconfined=False))
    except Unconfined as error:
        pytest.skip(str(error))
    assert [(each.verdict, each.reason) for each, _ in found] == [("confirmed", "")] * len(compiled.TARGETS)


@pytest.mark.usefixtures("by_hand")
def test_without_torch_or_gpu_it_says_so_and_runs_the_rest(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "torch")
    report = run.run(collect([two / "TL001" / "keyword_launch"]))
    assert any("gpu oracle not run: torch not installed" in each for each in report.not_run)
    assert report.missing == ()
    asked = run.run(collect([two / "TL001" / "keyword_launch"]), ["gpu"])
    assert asked.missing == ("gpu",) and asked.outcomes == ()


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Pretend that the packages are not installed."""
    real = run.importlib.util.find_spec

    def find(name: str) -> object:
        return None if name in names else real(name)

    monkeypatch.setattr(run.importlib.util, "find_spec", find)


@pytest.mark.usefixtures("by_hand")
def test_a_case_that_the_tool_does_not_change_is_not_confirmed(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixer, "fixed_text", lambda path, *_: path.read_text())
    report = run.run(collect([two / "TL001" / "keyword_launch"]), ["compile"])
    assert [each.verdict for each in report.outcomes] == ["not confirmed"]
    assert "finds nothing to fix" in report.outcomes[0].reason


def test_a_verifier_that_only_compiles_is_not_run(two: Path) -> None:
    path = two / "TL001" / "implicit_store" / "verifier.py"
    path.write_text(
        "from tritonlint.verify.case import CompileOnly, Probe\n"
        "VERIFIER = CompileOnly((Probe('_kernel', 'cache', {}),))\n"
    )
    outcome = gpu.run_case(of_fixture(path.parent), "a", {}, {"device": "b", "native": "e4m3fn"})
    assert (outcome.verdict, outcome.reason) == ("not run", "its verifier only compiles")


def test_a_verifier_that_defines_too_little_is_named(two: Path) -> None:
    path = two / "TL001" / "implicit_store" / "verifier.py"
    path.write_text("VERIFIER = object()\n")
    with pytest.raises(VerifyError, match=r"verifier\.py: VERIFIER must define probes, conf"):
        load_verifier(path.parent)


def test_cases_of_one_name_in_two_folders_do_not_share_modules() -> None:
    plain = load_verifier(FIXTURES / "TL001" / "whole_tensor")
    reading = load_verifier(FIXTURES / "TL002" / "whole_tensor")
    assert plain.probes[0].kernel != reading.probes[0].kernel


def test_where_there_is_no_case_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        find_cases([tmp_path / "absent"])
    with pytest.raises(UsageError, match="no case here"):
        find_cases([tmp_path])


@pytest.mark.usefixtures("by_hand")
def test_the_command_line(two: Path, tritonlint: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    case = str(two / "TL001" / "keyword_launch")
    without(monkeypatch, "torch")
    ran = tritonlint("verify", "--oracle", "gpu", case)
    assert ran.code == 2
    assert "error: gpu oracle not run: torch not installed" in ran.err
    assert tritonlint("verify", str(two / "absent")).code == 2
    pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")
    ran = tritonlint("verify", case)
    assert ran.code == 0
    assert "arith.fptoui at flagged.py:44" in ran.out and "gpu oracle not run" in ran.out
    ran = tritonlint("verify", "--oracle", "compile", "--output-format", "json", case)
    data = json.loads(ran.out)
    assert {each["target"] for each in data["outcomes"]} == set(compiled.TARGETS)
    assert tritonlint("verify", "--oracle", "compile", str(two)).code == 2
    assert tritonlint("verify", str(two)).code == 1


def test_the_verifier_in_the_documentation_is_one(tmp_path: Path) -> None:
    page = (FIXTURES.parent / "docs" / "verifying.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "flagged.py").touch()
    (tmp_path / "verifier.py").write_text(code)
    verifier = load_verifier(tmp_path)
    configuration = verifier.configurations[0]
    regions = verifier.expected(configuration, verifier.inputs(configuration))
    assert set(regions) == verifier.harmed and regions["codes"].shape == (1, 256)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--receipts --oracle gpu", "--oracle goes without --receipts"),
        ("--launch a:b --impact", "--impact goes without --launch"),
        ("--impact --oracle compile", "--oracle goes without --impact"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    tritonlint: Command, options: str, says: str
) -> None:
    ran = tritonlint("verify", *options.split(), str(FIXTURES / "TL001"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"error: {says}: give one of them\n"


def test_receipts_that_cannot_be_written_are_an_error(
    tritonlint: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")
    case = FIXTURES / "TL001" / "implicit_store"

    def no_gpu(oracle: str, worker: Worker, releases: Path | None) -> dict[str, object]:
        if oracle == "gpu":
            raise VerifyError("there is none")
        return {}

    monkeypatch.setattr(run, "ready", no_gpu)
    ran = tritonlint("verify", "--write-receipts", "records", str(case))
    assert (ran.code, "confirmed" in ran.out) == (2, True)
    assert ran.err == "error: gpu oracle not run: there is none\n"
    assert not (tmp_path / "records").exists()

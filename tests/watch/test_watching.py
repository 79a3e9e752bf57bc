"""What is said of programs that are watched, and what `pytest --tritonlint` makes of it: with
launches that compute nothing, so that no GPU is needed."""

import importlib
import sys

import pytest
from watch.programs import CASES, KERNELS, module

from support import ROOT

pytest.importorskip("torch")
pytest.importorskip("triton")
pytest_plugins = ["pytester"]


@pytest.fixture
def program(tmp_path, monkeypatch):
    """The modules of the cases, imported from a folder that is the working directory."""
    (tmp_path / "kernels.py").write_text(KERNELS)
    (tmp_path / "cases_of_program.py").write_text(module(CASES))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("cases_of_program")
    for name in ("kernels", "cases_of_program"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", CASES)
def test_case(program, name):
    from tritonlint.engine.seen import judged
    from tritonlint.settings.config import Settings
    from tritonlint.watch.sanitizer import Sanitizer

    _, code, parameter = CASES[name]
    sanitizer = Sanitizer(dry=True)
    sanitizer.start()
    try:
        with sanitizer.host_operations():
            getattr(program, f"test_{name}")()
    finally:
        sanitizer.stop()
    result, unused = judged(sanitizer.watcher.seen(), Settings())
    assert sanitizer.watcher.counts.first_error == ""
    assert (unused, result.skipped) == ((), ())
    assert [each.code for each in result.findings] == ([code] if code else [])
    for each in result.findings if parameter else ():
        assert each.launch.parameter == parameter


BYTES_OF_THE_PROGRAM = {
    # The verifiers hand over bytes of their own, of which nothing tells what they hold.
    "TL002/whole_tensor": ("Linear(torch.ones(16, 128))(torch.ones(128))", "TL002"),
    "TL003/setting_prefix": (
        "read(torch.ones(128).to(torch.float8_e5m2).view(torch.uint8), 'fp8_e5m2')",
        "TL003",
    ),
}


@pytest.mark.parametrize("case", BYTES_OF_THE_PROGRAM)
def test_a_fixture_is_found_where_its_program_made_the_bytes(case, tmp_path, monkeypatch):
    import torch

    from tritonlint.engine.seen import judged
    from tritonlint.settings.config import Settings
    from tritonlint.watch.sanitizer import Sanitizer

    for file in (ROOT / "fixtures" / case).glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    call, code = BYTES_OF_THE_PROGRAM[case]
    sanitizer = Sanitizer(dry=True)
    sanitizer.start()
    try:
        with sanitizer.host_operations():
            eval(call, {**vars(importlib.import_module("flagged")), "torch": torch})
    finally:
        sanitizer.stop()
        for name in ("flagged", "settings"):
            sys.modules.pop(name, None)
    result, _ = judged(sanitizer.watcher.seen(), Settings())
    assert [each.code for each in result.findings] == [code]


@pytest.fixture
def session(pytester):
    """Run the tests of some cases, watched, in a process of their own."""

    def run(*options, names):
        pytester.makepyfile(kernels=KERNELS, test_cases=module(names))
        options = ("-p", "no:cacheprovider", *options, "--tritonlint-dry-run")
        return pytester.runpytest_subprocess(*options, timeout=240)

    return run


def test_error_fails_the_test_at_the_launch(session):
    names = [
        "codes_read_as_numbers",
        "codes_as_codes",
        "truncated_then_read_as_codes",
        "in_a_thread",
    ]
    result = session("--tritonlint=error", names=names)
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        ["*double(codes().view(torch.uint8), new())", "*HazardError: *TL002*"]
    )
    head, _, _ = result.stdout.str().partition("warnings summary")
    assert "watcher.py" not in head


def test_workers_records_are_merged(session, pytester):
    pytest.importorskip("xdist")
    names = ["codes_read_as_numbers", "autotuned", "codes_as_codes"]
    result = session("--tritonlint", "-n", "2", names=names)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["2 findings", "3 launches of 3 kinds were watched"])


def test_a_path_after_the_option_is_a_path(session):
    result = session("--tritonlint", "test_cases.py", names=["codes_as_codes"])
    result.assert_outcomes(passed=1)


def test_what_fails_without_results_is_skipped(session, pytester):
    pytester.makepyfile(
        test_more="""
        from test_cases import *
        def test_value():
            out = new()
            double(codes(), out)
            assert out[0] == 2.0
        def test_other():
            assert False
        """
    )
    result = session("--tritonlint", names=["codes_as_codes"])
    result.assert_outcomes(passed=2, skipped=1, failed=1)
    result.stdout.fnmatch_lines(["1 test failed after a launch that computed nothing*"])


def test_comments_and_settings_hold(session, pytester):
    (pytester.path / "tritonlint.toml").write_text('ignore = ["TL002"]\n')
    result = session("--tritonlint", names=["codes_read_as_numbers", "bfloat16_read_as_float16"])
    result.stdout.fnmatch_lines(["*TL003 *", "1 finding"])


def test_nothing_is_watched_unless_asked_for(pytester):
    pytester.makepyfile(
        """
        import sys
        def test_clean():
            assert not any(each.startswith("tritonlint.facts") for each in sys.modules)
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_record_is_evidence(session, pytester, tritonlint, monkeypatch):
    monkeypatch.chdir(pytester.path)
    result = session("--tritonlint-record", "launches.jsonl", names=["codes_read_as_numbers"])
    result.stdout.fnmatch_lines(["1 kind of launches is recorded in launches.jsonl"])
    assert tritonlint("check", "kernels.py", "--no-cache").code == 0
    seen = tritonlint("check", "kernels.py", "--launches", "launches.jsonl")
    assert seen.code == 1
    assert "TL002" in seen.out
    assert "seen at run time in test_cases.py::test_codes_read_as_numbers" in seen.out
    kernels = pytester.path / "kernels.py"
    kernels.write_text("# moved\n\n" + kernels.read_text())
    assert tritonlint("check", "kernels.py", "--launches", "launches.jsonl").code == 1
    kernels.write_text(kernels.read_text().replace("* 2.0", "* 3.0"))
    changed = tritonlint("check", "kernels.py", "--launches", "launches.jsonl")
    assert (changed.code, changed.err.count("recorded with another text")) == (0, 1)

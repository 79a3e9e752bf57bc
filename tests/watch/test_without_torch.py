"""Where Triton or torch are not there, or something is asked for that cannot be."""

import sys

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def blocked(pytester):
    """Tests in an environment where neither torch nor Triton can be imported."""
    pytester.makeconftest(
        """
        import sys
        class Blocked:
            def find_spec(self, name, path=None, target=None):
                if name in ("torch", "triton"):
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Blocked())
        """
    )
    pytester.makepyfile(test_one="def test_one(): pass\n")

    def run(*options):
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, timeout=120)

    return run


def test_the_session_goes_on(blocked):
    result = blocked("--tritonlint")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["0 launches of 0 kinds were watched", "*no launch can be watched*"]
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tritonlint=fail"], "--tritonlint=fail: expected nothing, or `error`"),
        (["--tritonlint-report", "found.doc"], "found.doc: which format?"),
        (["--tritonlint-report", "pdf=found"], "which format?"),
    ],
)
def test_what_cannot_be_asked_for(blocked, options, said):
    result = blocked(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()


def test_settings_that_are_not_understood(blocked, pytester):
    (pytester.path / "tritonlint.toml").write_text('selct = ["TL001"]\n')
    result = blocked("--tritonlint")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "unknown key `selct`" in result.stderr.str()


def test_a_report_that_cannot_be_written(blocked, pytester):
    result = blocked("--tritonlint-report", "json=no/such/folder/found.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*no/such/folder/found.json*"])


def test_record_gives_the_programs_exit_code(tritonlint, tmp_path):
    run = tritonlint("record", "--", sys.executable, "-c", "import sys; sys.exit(7)")
    assert (run.code, run.err) == (7, "note: 0 kinds of launches are recorded in launches.jsonl\n")
    run = tritonlint("record", "--", "no-such-program")
    assert (run.code, run.err.startswith("error: no-such-program: cannot be run")) == (2, True)


def test_record_keeps_the_environments_own_start(tritonlint, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("open('own', 'w').close()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = tritonlint("record", "--", sys.executable, "-c", "open('program', 'w').close()")
    assert run.code == 0
    assert (tmp_path / "own").exists() and (tmp_path / "program").exists()

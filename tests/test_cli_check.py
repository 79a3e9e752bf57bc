"""The options of `tritonlint check` beyond the report: which rules where, standard input, time,
processes, watching."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from support import CASE, Command
from tritonlint.cli import command, progress


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Standard input; what is written to it and rewound is read."""
    text = io.BytesIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(text))
    return text


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("TL0001", "did you mean `TL001`"),
        ("tl001", "did you mean `TL001`"),
        ("numeric-store-to-raw-byte", "did you mean `numeric-store-to-raw-bytes`"),
        ("zzz", "known: TL001, TL002"),
    ],
)
@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore"])
def test_an_unknown_rule_is_refused_with_what_is_near(
    tritonlint: Command, option: str, wanted: str, hint: str
) -> None:
    run = tritonlint("check", option, wanted)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"error: {option}: unknown rule: `{wanted}`; {hint}")


def test_the_more_specific_name_wins(tritonlint: Command, flagged: Path) -> None:
    def found(*options: str) -> int:
        return tritonlint("check", *options).code

    assert found("--select", "TL001", "--ignore", "TL") == 1
    assert found("--select", "TL", "--ignore", "TL001") == 0
    assert found("--select", "numeric-store-to-raw-bytes", "--ignore", "ALL") == 1
    assert found("--select", "TL001", "--ignore", "TL001") == 0


def test_rules_can_be_off_in_some_files(tritonlint: Command, flagged: Path) -> None:
    folder = flagged.parent
    (folder / "old").mkdir()
    (folder / "old" / "flagged.py").write_text(flagged.read_text(encoding="utf-8"), "utf-8")

    def places(*options: str) -> list[str]:
        run = tritonlint("check", "--output-format", "concise", *options)
        lines = run.out.splitlines()
        return sorted(line.split(":")[0] for line in lines if " TL001 " in line)

    assert places() == ["flagged.py", "old/flagged.py"]
    assert places("--per-file-ignores", "old/*:TL001") == ["flagged.py"]
    assert places("--per-file-ignores", "old/*:TL001,./flagged.py:TL00") == []
    assert places("--per-file-ignores", "!old/**:numeric-store-to-raw-bytes") == ["old/flagged.py"]
    assert places("--extend-exclude", "old,gen_*.py") == ["flagged.py"]
    table = "[per-file-ignores]\n'old/*' = ['TL001', 'TL002']\n"
    (folder / "tritonlint.toml").write_text(table)
    assert places() == ["flagged.py"]
    shown = tritonlint("config", "show").out
    assert f'per-file-ignores = {{ "{folder}/old/*" = ["TL001", "TL002"] }}' in shown


def test_each_file_has_the_settings_of_the_nearest_file(tritonlint: Command, flagged: Path) -> None:
    folder = flagged.parent
    for name in ("strict", "lax"):
        (folder / name).mkdir()
        (folder / name / "flagged.py").write_text(flagged.read_text(encoding="utf-8"), "utf-8")
    (folder / "tritonlint.toml").write_text("confidence = 'certain'\n")
    (folder / "strict" / "tritonlint.toml").write_text("confidence = 'likely'\n")
    (folder / "lax" / "pyproject.toml").write_text("[tool.tritonlint]\nignore = ['TL001']\n")

    def places(*arguments: str) -> set[str]:
        run = tritonlint("check", "--output-format", "concise", *arguments)
        return {line.split(":")[0] for line in run.out.splitlines() if " TL001 " in line}

    assert places() == {"strict/flagged.py"}
    assert places("flagged.py", "strict/flagged.py") == {"strict/flagged.py"}
    assert places("strict/flagged.py") == {"strict/flagged.py"}
    assert places("--select", "TL001", "--confidence", "likely") == {
        *("flagged.py", "strict/flagged.py", "lax/flagged.py")
    }
    # Not from the cache:
    (folder / "strict" / "tritonlint.toml").write_text("confidence = 'certain'\n")
    assert places() == set()
    (folder / "lax" / "pyproject.toml").write_text("[tool.tritonlint]\nignore = ['ZZ9']\n")
    run = tritonlint("check")
    assert run.code == 2
    assert run.err.startswith(f"error: {folder}/lax/pyproject.toml: ignore: unknown rule: `ZZ9`")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--per-file-ignores", "a.py"], "expected PATTERN:CODE, got `a.py`"),
        (["--per-file-ignores", "a.py:ZZ9"], "--per-file-ignores: unknown rule: `ZZ9`"),
        (["--exclude", ""], "expected patterns, got an empty one"),
        (["--jobs", "0"], "0"),
        (["-", "other.py"], "without other paths"),
        (["--watch", "-"], "not with standard input"),
        (["--watch", "gone"], "gone: no such file or directory"),
    ],
)
def test_what_makes_no_sense_is_refused(tritonlint: Command, options: list[str], says: str) -> None:
    run = tritonlint("check", *options)
    assert (run.code, run.out) == (2, "")
    assert says in run.err and run.err.count("\n") == 1


def test_text_on_standard_input_stands_for_the_named_file(
    tritonlint: Command, flagged: Path, stdin: io.BytesIO
) -> None:
    text = flagged.read_bytes()
    flagged.write_text("x = 1\n")
    stdin.write(b"# unsaved\n" + text)
    stdin.seek(0)
    run = tritonlint("check", "-", "--stdin-filename", "flagged.py")
    assert run.code == 1
    assert "--> flagged.py:" in run.out
    assert "values = pages[:, : page_size * head_dim]" in run.out
    stdin.seek(0)
    assert tritonlint("check", "-").out.count("--> -:") == 1
    stdin.seek(0)
    assert tritonlint("check", "-", "--stdin-filename", "gone.py").out.count("--> gone.py:") == 1
    excluding = ("--stdin-filename", "flagged.py", "--exclude", "flagged.py")
    stdin.seek(0)
    assert tritonlint("check", "-", *excluding).code == 1
    stdin.seek(0)
    run = tritonlint("check", "-", *excluding, "--force-exclude")
    assert (run.code, run.out) == (0, "No findings (0 files checked).\n")


def test_a_named_file_counts_whatever_its_name_is(tritonlint: Command, flagged: Path) -> None:
    flagged.rename(flagged.with_name("script"))
    for options in ((), ("--no-cache", "--jobs", "1")):
        run = tritonlint("check", "script", "--output-format", "concise", *options)
        assert run.code == 1
        assert run.out.startswith("script:")


@pytest.mark.parametrize("text", [b"def f(:\n", b"import triton\ndef f(:\n", b"\xff"])
def test_standard_input_that_is_no_python_is_never_clean(
    tritonlint: Command, stdin: io.BytesIO, text: bytes
) -> None:
    stdin.write(text)
    stdin.seek(0)
    run = tritonlint("check", "-")
    assert run.code == 2
    assert run.err.startswith("error: -: cannot be ")
    assert run.err.count("\n") == 1


def test_a_profile_names_stages_and_rules(tritonlint: Command, flagged: Path) -> None:
    for _ in range(2):  # the second is not answered from the cache
        run = tritonlint("check", "--profile")
        assert run.code == 1
        lines = [line.split(" s  ") for line in run.err.splitlines()]
        names = [name for _, name in lines]
        assert {"discover", "read", "facts", "rule TL001", "report", "other", "total"} <= set(names)
        assert all(float(seconds) >= 0 for seconds, _ in lines)


def test_the_number_of_processes_changes_nothing(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tritonlint.engine import parallel

    monkeypatch.setattr(parallel, "_FEW_FILES", 0)
    (flagged.parent / "broken.py").write_text("import triton\ndef f(:\n")
    runs = {tritonlint("check", "--no-cache", "--jobs", jobs) for jobs in "123"}
    assert len(runs) == 1
    assert runs.pop().code == 2


def test_callers_in_many_files_are_looked_at_in_several_processes(
    tritonlint: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one file is given is told by others, each of which calls it: with one process and with
    several the same is found, where only that file is named."""
    from tritonlint.engine import parallel

    started: list[int] = []
    processes = parallel._processes
    monkeypatch.setattr(
        parallel, "_processes", lambda number, *rest: started.append(number) or processes(number, *rest)
    )
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kernels.py").write_text(
        "import torch\nimport triton\nimport triton.language as tl\n\n\n"
        "@triton.jit\ndef put(x_ptr, out_ptr, N: tl.constexpr):\n"
        "    x = tl.load(x_ptr + tl.arange(0, N)).to(tl.float32) / 448.0\n"
        "    tl.store(out_ptr + tl.arange(0, N), x.to(out_ptr.dtype.element_ty))\n\n\n"
        "def store(x, out):\n    put[(1,)](x, out, 64)\n"
    )
    for number in range(8):
        view = ".view(torch.float8_e4m3fn)" if number % 2 else ""
        (package / f"caller{number}.py").write_text(
            "import torch\nfrom package.kernels import store\n\n\n"
            f"def run{number}(x):\n    page = torch.zeros(64, dtype=torch.uint8)\n"
            f"    store(x, page{view})\n    return page.view(torch.float8_e4m3fn)\n"
        )
    monkeypatch.chdir(tmp_path)
    names = ["package/kernels.py", "package/caller0.py"]
    runs = {tritonlint("check", "--no-cache", "--jobs", jobs, *names) for jobs in "123"}
    assert len(runs) == 1
    assert "TL001" in runs.pop().out
    assert started == [2, 3]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_alone(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    from tritonlint.engine import parallel

    for number in range(5):
        shutil.copy(flagged, flagged.parent / f"copy{number}.py")
    monkeypatch.setattr(parallel, "_FEW_FILES", 0)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    stream = _Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    assert tritonlint("check", "--no-cache", "--jobs", "1").code == 1
    assert ("Checking" in stream.getvalue()) == terminal


def test_a_run_only_goes_forward(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it outlines the other files first, and parses what is named last."""
    from tritonlint.engine import parallel
    from tritonlint.engine.observer import Observer

    seen: list[float] = []
    monkeypatch.setattr(Observer, "advance", lambda self, done: seen.append(done))
    for few in ("_FEW_FILES", "_FEW_OUTLINES"):
        monkeypatch.setattr(parallel, few, 0)
    names = [f"copy{number}.py" for number in range(8)]
    for name in names:
        shutil.copy(flagged, flagged.parent / name)
    assert tritonlint("check", "--no-cache", "--jobs", "2", *names).code == 1
    assert seen == sorted(seen)
    assert len({*seen}) > 10
    assert seen[-1] == 1.0


def test_a_short_run_shows_no_bar(
    tritonlint: Command, flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    tritonlint("check", "--no-cache")
    assert stream.getvalue() == ""


def test_a_named_file_that_cannot_be_parsed_is_told_from_the_cache_too(
    tritonlint: Command, tmp_path: Path
) -> None:
    (tmp_path / "plain.py").write_text("def f(:\n")
    assert tritonlint("check", ".").code == 0
    for _ in range(2):
        assert tritonlint("check", "plain.py").code == 2
    assert tritonlint("check", ".").code == 0


def test_watching_checks_again_after_a_change_and_ends_when_interrupted(flagged: Path) -> None:
    pytest.importorskip("watchfiles", reason="needs watchfiles (in the extra `watch`)")
    command = [sys.executable, "-m", "tritonlint", "check", "--watch", "--output-format", "concise"]
    environment = {**os.environ, "WATCHFILES_FORCE_POLLING": ""}
    run = subprocess.Popen(
        command,
        cwd=flagged.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores interrupts, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert run.stderr is not None
        assert "exit code 1; watching for changes" in run.stderr.readline()
        flagged.write_text("x = 1\n")
        assert "exit code 0; watching" in run.stderr.readline()
        (flagged.parent / "tritonlint.toml").write_text("slect = []\n")
        assert "unknown key `slect`" in run.stderr.readline()
        assert "exit code 2; watching" in run.stderr.readline()
        (flagged.parent / "tritonlint.toml").unlink()
        assert "exit code 0; watching" in run.stderr.readline()
        time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=120)
    finally:
        run.kill()
    assert (run.returncode, err) == (0, "")
    assert out.count("No findings") == 2


def test_fix_and_diff_are_autofix(tritonlint: Command, flagged: Path) -> None:
    shown = tritonlint("check", "--diff")
    assert shown.code == 1
    assert shown.out == tritonlint("autofix").out
    assert tritonlint("check", "--fix").code == 0
    assert flagged.read_bytes() == (CASE / "fixed.py").read_bytes()
    assert tritonlint("check", "--fix", "--statistics").code == 2
    assert tritonlint("check", "--unsafe-fixes").code == 2


def test_quiet_prints_findings_alone(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--quiet", "--output-format", "concise")
    assert (run.code, run.err) == (1, "")
    assert len(run.out.splitlines()) == 1 and "TL001" in run.out
    flagged.write_text("x = 1\n")
    run = tritonlint("check", "-q")
    assert (run.code, run.out, run.err) == (0, "", "")


def test_verbose_says_what_a_run_goes_by(tritonlint: Command, flagged: Path) -> None:
    (flagged.parent / "tritonlint.toml").write_text('select = ["TL001"]\n')
    run = tritonlint("check", "-v")
    assert "tritonlint.toml" in run.err and "note: rules: TL001\n" in run.err


def test_the_command_line_chooses_the_settings_file(tritonlint: Command, flagged: Path) -> None:
    (flagged.parent / "tritonlint.toml").write_text('ignore = ["TL001"]\n')
    other = flagged.parent / "other.toml"
    other.write_text('select = ["TL002"]\n')
    assert tritonlint("check").code == 0
    assert tritonlint("check", "--isolated").code == 1
    assert tritonlint("check", "--isolated", "--config", 'ignore = ["TL001"]').code == 0
    assert tritonlint("check", "--config", "other.toml", "--extend-select", "TL001").code == 1
    assert tritonlint("check", "--config", "other.toml").code == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["fp8-dtype=torch.x"], "is not TOML"),
        (["slect=[]"], "unknown key `slect`; did you mean `select`?"),
        (["nowhere.toml"], "nowhere.toml: no such file"),
        (["flagged.py", "flagged.py"], "names one settings file"),
    ],
)
def test_a_wrong_config_option_is_one_line(
    tritonlint: Command, flagged: Path, values: list[str], said: str
) -> None:
    run = tritonlint("check", *(word for value in values for word in ("--config", value)))
    assert run.code == 2 and said in run.err and run.err.count("\n") == 1


def test_a_prefix_that_may_be_a_slip_is_noted(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--select", "TL01")
    assert "note: --select: `TL01` is no rule; it stands for TL010" in run.err
    assert "note" not in tritonlint("check", "--select", "TL").err
    (flagged.parent / "tritonlint.toml").write_text("select = ['TL01']\n")
    run = tritonlint("check")
    assert "tritonlint.toml: select: `TL01` is no rule; it stands for TL010" in run.err


def test_notebooks_are_named_as_unchecked(tritonlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text('{"cells": ["import triton"]}')
    (tmp_path / "b.ipynb").write_text('{"cells": ["import numpy"]}')
    (tmp_path / "c.py").write_text("x = 1\n")
    run = tritonlint("check")
    assert run.code == 0 and run.err == "note: notebooks are not checked: a.ipynb\n"


def test_rules_are_listed_with_a_sentence_each(tritonlint: Command) -> None:
    run = tritonlint("rules")
    lines = run.out.splitlines()
    assert run.code == 0 and lines[0].startswith("TL001  numeric-store-to-raw-bytes")
    assert all(re.fullmatch(r"       \S.{20,90}[.]", line) for line in lines[1::2])
    rows = json.loads(tritonlint("rules", "--output-format", "json").out)["rules"]
    assert len(rows) == len(lines) // 2 and rows[0]["code"] == "TL001"


def test_a_command_that_does_not_exist_is_told_what_is_near(tritonlint: Command) -> None:
    run = tritonlint("chekc")
    assert run.code == 2 and "Did you mean `check`?" in run.err


def test_codes_and_formats_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(words: str) -> list[str]:
        complete = ShellComplete(command, {}, "tritonlint", "_TRITONLINT_COMPLETE")
        *args, last = words.split(" ")
        return [each.value for each in complete.get_completions(args, last)]

    assert "TL001,TL002" in completed("check --select TL001,TL00")
    assert completed("check --output-format sa") == ["sarif"]
    assert "rules" in completed("ru")


def test_fix_writes_a_file_with_changes_only_when_that_is_asked_for(
    tritonlint: Command, flagged: Path
) -> None:
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.invalid")
    for more in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
        subprocess.run([*git, *more], cwd=flagged.parent, check=True)
    before = flagged.read_text() + "# not committed\n"
    flagged.write_text(before)
    left = tritonlint("check", "--fix")
    assert left.code != 0 and "--allow-dirty" in left.err
    assert flagged.read_text() == before
    assert tritonlint("check", "--fix", "--allow-dirty").code == 0
    assert flagged.read_text() != before
    assert tritonlint("check", "--allow-dirty").code == 2

"""The command line: exit codes, messages, and what a slow or hostile surrounding does to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import Command
from tritonlint.rule.documentation import SECTIONS

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
FORMATS = "text concise json json-lines sarif github gitlab junit azure rdjson".split()


def test_a_clean_run_exits_with_0(tritonlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    run = tritonlint("check")
    assert (run.code, run.out, run.err) == (0, "No findings (1 file checked).\n", "")


def test_a_finding_exits_with_1_and_shows_trace_trigger_and_fix(
    tritonlint: Command, flagged: Path
) -> None:
    run = tritonlint("check", "flagged.py")
    assert run.code == 1
    assert "error[TL001] numeric-store-to-raw-bytes: " in run.out
    assert "= trace:" in run.out
    assert "-0.3" in run.out
    assert "+     values = " in run.out
    assert "1 fixable with `tritonlint autofix --apply`." in run.out
    assert tritonlint("check", "--exit-zero").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "gone.py"], "gone.py: no such file or directory"),
        (["check", "--select", "TL999"], "TL999"),
        (["check", "--select", "TL001,"], "expected rule codes"),
        (["autofix", "--ignore", "nonsense"], "nonsense"),
        (["check", "--output-format", "xml"], "xml"),
        (["check", "--statistics", "--output-format", "json"], "--statistics"),
        (["check", "--output-format", "sarif="], "names no file"),
        (["check", "--output-format", "json", "--output-format", "text"], "only one report"),
        (["check", "--output-format", "json=a", "--output-format", "sarif=a"], "a: two reports"),
        (["check", "--output-format", "json=a", "--output-file", "b"], "--output-file goes with"),
        (["check", "--output-file", "gone/report"], "gone/report: cannot be written"),
        (["chekc"], "chekc"),
        (["explain"], "give one rule's code or name, or --all"),
        (["explain", "TL999"], "TL999"),
        (["config", "show", "gone"], "gone: no such file"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_2(
    tritonlint: Command, arguments: list[str], says: str
) -> None:
    run = tritonlint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ")
    assert says in run.err
    assert run.err.count("\n") == 1


def test_a_malformed_configuration_is_one_line_with_file_and_key(
    tritonlint: Command, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.tritonlint]\nslect = ['TL001']\n")
    run = tritonlint("check")
    assert run.code == 2
    where = tmp_path / "pyproject.toml"
    assert run.err == f"error: {where}: unknown key `slect`; did you mean `select`?\n"


def test_an_unknown_rule_in_a_file_names_the_file(tritonlint: Command, tmp_path: Path) -> None:
    (tmp_path / "tritonlint.toml").write_text("ignore = ['TL8']\n")
    run = tritonlint("check")
    assert run.code == 2
    assert run.err.startswith(f"error: {tmp_path / 'tritonlint.toml'}: ignore: ")


def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    tritonlint: Command, flagged: Path
) -> None:
    folder = flagged.parent
    (folder / "broken.py").write_text("import triton\n@triton.jit\ndef f(:\n")
    (folder / "bytes.py").write_bytes(b"# coding: utf-8\nimport triton\ns = '\xff'\n")
    run = tritonlint("check", "--output-format", "concise")
    assert run.code == 2
    assert run.out.startswith("flagged.py:")
    assert "(4 files, some not checked)" in run.out
    assert "2 files could not be checked." in run.out
    broken, undecodable = run.err.splitlines()
    assert broken.startswith(f"error: broken.py: cannot be parsed by Python {PYTHON}: ")
    assert undecodable.startswith("error: bytes.py: cannot be decoded as utf-8: ")
    for name in ("json", "github"):
        run = tritonlint("check", "--exit-zero", "--output-format", name)
        assert run.code == 2
        assert "broken.py" in run.out
        assert run.err.count("\n") == 2
        if name == "json":
            document = json.loads(run.out)
            assert [each["path"] for each in document["skipped"]] == ["broken.py", "bytes.py"]
            assert len(document["findings"]) == 1


def test_a_named_file_that_cannot_be_parsed_is_never_clean(
    tritonlint: Command, tmp_path: Path
) -> None:
    (tmp_path / "plain.py").write_text("def f(:\n")
    run = tritonlint("check", "plain.py")
    assert run.code == 2
    reason = f"cannot be parsed by Python {PYTHON}: invalid syntax (line 1)"
    assert run.err == f"error: plain.py: {reason}\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python can parse it")
@pytest.mark.parametrize("name", FORMATS)
def test_each_format_says_which_python_a_file_may_be_written_for(
    name: str, tritonlint: Command, tmp_path: Path
) -> None:
    (tmp_path / "new.py").write_text("import triton\n\ntype X = int\n")
    run = tritonlint("check", "--output-format", name)
    reason = f"cannot be parsed by Python {PYTHON}: invalid syntax (line 3); if it is written for Python 3.12 or newer, run tritonlint with that"
    assert run.code == 2
    assert run.err == f"error: new.py: {reason}\n"
    assert name in ("text", "concise") or reason in run.out


def test_a_report_can_go_to_a_file(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--output-format", "json", "--output-file", "report.json")
    assert (run.code, run.out) == (1, "")
    document = json.loads((flagged.parent / "report.json").read_text())
    assert document["summary"]["findings"] == 1


def test_several_reports_go_to_their_files_in_one_run(tritonlint: Command, flagged: Path) -> None:
    pairs = [f"--output-format={name}" for name in ("concise", "json=a.json", "junit=b.xml")]
    run = tritonlint("check", *pairs)
    assert (run.code, run.err) == (1, "")
    assert run.out.startswith("flagged.py:")
    folder = flagged.parent
    assert json.loads((folder / "a.json").read_text())["summary"]["findings"] == 1
    assert (folder / "b.xml").read_text().startswith("<?xml")
    named = tritonlint("check", "--output-file", "c", "--output-format=json", *pairs[1:])
    assert (named.out, (folder / "c").read_text()) == ("", (folder / "a.json").read_text())


def test_statistics_stand_beside_a_report_in_a_file(tritonlint: Command, flagged: Path) -> None:
    both = ("--output-format=text", "--output-format=json=a.json")
    run = tritonlint("check", "--statistics", *both)
    assert run.out.startswith("1  TL001")
    assert (flagged.parent / "a.json").exists()


def test_a_finding_in_a_file_whose_name_is_no_utf8(tritonlint: Command, flagged: Path) -> None:
    try:
        flagged.rename(flagged.parent / os.fsdecode(b"bad\xff.py"))
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    run = tritonlint("check", "--output-format", "json")
    assert (run.code, run.err) == (1, "")
    assert json.loads(run.out)["findings"][0]["path"] == r"bad\xff.py"


def test_statistics_replace_the_findings(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("check", "--statistics")
    assert run.out.startswith("1  TL001  numeric-store-to-raw-bytes (1 with a fix)\n")


def test_explain_knows_a_rule_by_code_and_name(tritonlint: Command) -> None:
    run = tritonlint("explain", "TL001")
    assert run.code == 0
    assert run.out.startswith("# numeric-store-to-raw-bytes (TL001)\n")
    for section in ("What it does", "Why is this bad", "Use instead", "Fix safety", "References"):
        assert section in run.out
    assert tritonlint("explain", "numeric-store-to-raw-bytes").out == run.out
    assert run.out in tritonlint("explain", "--all").out


def test_explain_as_json_has_each_section_of_each_rule(tritonlint: Command) -> None:
    data = json.loads(tritonlint("explain", "--all", "--output-format", "json").out)
    first = data["rules"][0]
    assert (first["code"], first["severity"]) == ("TL001", "error")
    assert first["summary"].startswith("Finds launches")
    for each in data["rules"]:
        assert list(each["sections"]) == list(SECTIONS), each["code"]
        assert all(each["sections"].values()), each["code"]


def test_config_show_names_the_origin_of_each_value(tritonlint: Command, tmp_path: Path) -> None:
    file = tmp_path / "tritonlint.toml"
    file.write_text("ignore = ['TL001']\n")
    run = tritonlint("config", "show", ".")
    assert run.code == 0
    assert f'ignore = ["TL001"]  # {file}\n' in run.out
    assert 'confidence = "likely"  # default\n' in run.out


def test_help_lists_every_command_and_each_has_help(tritonlint: Command) -> None:
    from tritonlint.cli import COMMANDS

    run = tritonlint("--help")
    assert run.code == 0
    for name in COMMANDS:
        assert f"  {name}" in run.out
        assert tritonlint(name, "--help").out.startswith(f"Usage: tritonlint {name}")


def test_an_internal_error_is_exit_2_and_keeps_its_traceback(
    tritonlint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tritonlint.engine import check

    def failing(*arguments: object) -> None:
        raise KeyError("what")

    monkeypatch.setattr(check, "check", failing)
    run = tritonlint("check")
    assert run.code == 2
    assert "KeyError" in run.err
    assert run.err.splitlines()[-1].startswith("error: internal error in tritonlint")


def _python(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


def test_a_reader_who_leaves_early_causes_no_traceback(flagged: Path) -> None:
    command = f"{sys.executable} -m tritonlint check; echo code $? >&2"
    run = subprocess.run(
        ["bash", "-c", f"({command}) | true"],
        cwd=flagged.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == "code 1\n"


def test_a_terminal_without_unicode_gets_escapes(flagged: Path) -> None:
    text = flagged.read_text(encoding="utf-8")
    assert "values = pages[" in text
    flagged.write_text(text.replace("values = pages[", "# \u00b5\n    values = pages["), "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = _python("-m", "tritonlint", "check", cwd=flagged.parent, env=environment)
    assert (run.returncode, run.stderr) == (1, "")
    assert "# \\xb5" in run.stdout


def test_a_run_without_suspects_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import triton\n")
    program = (
        "import sys; from tritonlint.__main__ import main; code = main(['check', 'a.py']);"
        "heavy = {'libcst', 'rich', 'torch', 'triton', 'tomllib', 'multiprocessing', 'pathspec',"
        "'packaging', 'importlib.metadata', 'traceback'};"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    run = _python("-c", program, cwd=tmp_path)
    assert run.stdout.splitlines()[-1] == "0 []"


def test_check_never_imports_torch_or_triton(flagged: Path) -> None:
    program = (
        "import sys; from tritonlint.__main__ import main; code = main(['check', '.']);"
        "print(code, sorted({'torch', 'triton', 'flagged'} & set(sys.modules)))"
    )
    run = _python("-c", program, cwd=flagged.parent)
    assert run.stdout.splitlines()[-1] == "1 []"

"""The GitHub action: its steps, run as a runner runs them; and the jobs that the documentation
shows, held against the schemas of the systems that read them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import ROOT, copy_flagged

# What the step's `python3` is here: an environment is made out of the interpreter of the tests.
PYTHON = """\
#!{bash}
set -eu
[ "$1 $2" = "-m venv" ] || exit 9
mkdir -p "$3/bin"
printf '#!{bash}\\nif [ "$2" = pip ]; then echo "$@" > "$RUNNER_TEMP/pip"; else exec {python} "$@"; fi\\n' > "$3/bin/python"
printf '#!{bash}\\nexec {python} -m tritonlint "$@"\\n' > "$3/bin/tritonlint"
chmod +x "$3/bin/python" "$3/bin/tritonlint"
"""
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


@dataclass(frozen=True)
class Job:
    """What a run of the action came to: its exit code, its log, and the steps that are actions of
    others."""

    code: int
    log: str
    used: tuple[dict[str, Any], ...]


def _run_action(folder: Path, **inputs: str) -> Job:
    """Run the action's steps in `folder`, up to the first that fails."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    temporary = folder.parent / "runner"
    (temporary / "bin").mkdir(parents=True)
    python = temporary / "bin" / "python3"
    python.write_text(PYTHON.format(bash="/bin/bash", python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    known = {f"inputs.{name}": each["default"] for name, each in action["inputs"].items()}
    known |= {f"inputs.{name.replace('_', '-')}": text for name, text in inputs.items()}
    known["github.action_path"] = str(ROOT)
    log, used = "", []
    for step in action["runs"]["steps"]:
        if "uses" in step:
            used.append({key: _filled(each, known) for key, each in step["with"].items()})
            continue
        code, shown = _run_step(step, known, folder, temporary)
        log += shown
        if code:
            return Job(code, log, tuple(used))
    return Job(0, log, tuple(used))


def _run_step(
    step: Mapping[str, Any], known: dict[str, str], folder: Path, temporary: Path
) -> tuple[int, str]:
    outputs = temporary / "outputs"
    outputs.write_text("", encoding="utf-8")
    environment = {
        **os.environ,
        "PATH": f"{temporary / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(temporary),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_WORKSPACE": str(folder),
        **{name: _filled(text, known) for name, text in step["env"].items()},
    }
    # As the runner starts a step with `shell: bash`.
    command = ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    for line in outputs.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("=")
        known[f"steps.{step['id']}.outputs.{name}"] = text
    return run.returncode, run.stdout + run.stderr


def _filled(text: str, known: Mapping[str, str]) -> str:
    """`text` with each expression replaced; an unknown one fails the test."""
    return EXPRESSION.sub(lambda found: known[found[1]], text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    copy_flagged(checkout)
    return checkout


def test_the_action_annotates_uploads_and_then_fails(folder: Path) -> None:
    job = _run_action(folder)
    assert job.code == 1
    assert "::error file=flagged.py,line=" in job.log
    assert job.used == ({"sarif_file": "tritonlint.sarif", "category": "tritonlint"},)
    (run,) = json.loads((folder / "tritonlint.sarif").read_text(encoding="utf-8"))["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["TL001"]
    pip = (folder.parent / "runner" / "pip").read_text(encoding="utf-8")
    assert pip == f"-m pip install --quiet {ROOT}\n"


def test_the_action_passes_on_clean_code_and_takes_paths_and_arguments(folder: Path) -> None:
    (folder / "clean.py").write_text("import triton\n", encoding="utf-8")
    job = _run_action(folder, paths="clean.py platforms.py")
    assert (job.code, job.log) == (0, "")
    (folder / "flagged.py").rename(folder / "gen file.py")
    arguments = "--exclude\ngen file.py\n\n--exclude\nb.py\n"
    (folder.parent / "runner").rename(folder.parent / "first")
    assert _run_action(folder, arguments=arguments, sarif_file="a b.sarif").code == 0
    assert (folder / "a b.sarif").exists()


def test_the_action_fails_with_2_when_a_file_cannot_be_checked_or_an_input_is_wrong(
    folder: Path,
) -> None:
    (folder / "broken.py").write_text("import triton\n@triton.jit\ndef f(:\n", encoding="utf-8")
    job = _run_action(folder)
    assert job.code == 2
    assert "::error file=broken.py,title=tritonlint%3A not checked" in job.log
    (folder / "tritonlint.sarif").unlink()
    (folder.parent / "runner").rename(folder.parent / "first")
    job = _run_action(folder, arguments="--select=TL999")
    assert (job.code, "TL999" in job.log) == (2, True)


def _blocks(page: str) -> list[Any]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", text, re.S)]


def test_the_action_and_the_documented_jobs_are_what_their_systems_read(tmp_path: Path) -> None:
    workflow, gitlab, azure = _blocks("ci.md")
    # YAML 1.1 reads the key `on` as a truth value.
    workflow = {"on" if key is True else key: each for key, each in workflow.items()}
    cases = [
        ("github-actions", ROOT / "action.yml"),
        ("github-workflows", workflow),
        ("gitlab-ci", gitlab),
        ("azure-pipelines", azure),
    ]
    for schema, given in cases:
        file = given if isinstance(given, Path) else tmp_path / f"{schema}.json"
        if file is not given:
            file.write_text(json.dumps(given), encoding="utf-8")
        command = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
        run = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_documented_gitlab_job_writes_the_report_that_it_hands_over(folder: Path) -> None:
    job = _blocks("ci.md")[1]["tritonlint"]
    check = job["script"][-1].split()
    assert check[:2] == ["tritonlint", "check"]
    command = [sys.executable, "-m", *check]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    report = json.loads((folder / job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert [each["check_name"] for each in report] == ["TL001"]

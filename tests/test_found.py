"""The bugs of `docs/found.toml` are in the releases that they name, and what a maintainer is handed
of them holds: reproductions compile to what they should show, patches apply."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import reproduce

import gallery
from support import ROOT, Command
from tests.wild.releases import VARIABLE, folder
from tritonlint.rule import registry

BUGS = gallery.bugs()
COMPILED = [bug for bug in BUGS if "compiled" in bug]


def name(bug: dict[str, Any]) -> str:
    return str(bug["id"])


def released(bug: dict[str, Any], file: str | None = None) -> Path:
    where = folder(bug["archive"])
    if where is None:
        pytest.skip(f"{bug['archive']} is not unpacked in the folder that {VARIABLE} names")
    return where / (file or bug["file"])


@pytest.mark.parametrize("bug", BUGS, ids=name)
def test_a_bug_is_where_it_is_said_to_be(bug: dict[str, Any]) -> None:
    data = released(bug).read_bytes()
    assert hashlib.sha256(data).hexdigest() == bug["sha256"]
    lines = data.decode("utf-8").splitlines()
    for line, text in bug["holds"].items():
        assert text in lines[int(line) - 1], line


@pytest.mark.parametrize("bug", BUGS, ids=name)
def test_a_patch_applies_to_the_release_and_silences_the_rule(
    bug: dict[str, Any], tmp_path: Path, tritonlint: Command
) -> None:
    patch = (gallery.FOUND / f"{bug['id']}.diff").read_text(encoding="utf-8")
    names = [line[6:] for line in patch.splitlines() if line.startswith("+++ b/")]
    assert bug["file"] in names
    for name in names:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(released(bug, name), copy)
    command = ["git", "apply", "--verbose", "-"]
    run = subprocess.run(command, cwd=tmp_path, input=patch.encode(), capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    for name in names:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text != released(bug, name).read_text(encoding="utf-8")
        ast.parse(text)
    if bug["rule"] in registry.codes():
        options = ("--isolated", "--no-cache", "--confidence", "possible", "--select", bug["rule"])

        def found(path: Path) -> list[int]:
            run = tritonlint("check", *options, "--output-format", "json", str(path))
            return [each["line"] for each in json.loads(run.out)["findings"]]

        before, after = found(released(bug)), found(tmp_path / bug["file"])
        there = [line for line in before if str(line) in bug["holds"]]
        assert len(after) <= len(before) - len(there)


@pytest.mark.parametrize(
    "bug, target",
    [
        pytest.param(bug, target, id=f"{name(bug)}-{target}")
        for bug in COMPILED
        for target in bug["compiled"].get("targets", ("cuda:90", "hip:gfx942"))
    ],
)
def test_a_reproduction_compiles_to_the_operation_that_goes_wrong(
    bug: dict[str, Any], target: str
) -> None:
    pytest.importorskip("triton", reason="needs triton (extra `verify`)")
    from tritonlint.verify.compiler.raw_ir import raw_ir

    asked = bug["compiled"]
    kernel = jit(gallery.FOUND / f"{bug['id']}.py", asked["kernel"])
    text = raw_ir(kernel, asked["signature"], asked["constexprs"], target)
    assert asked["shows"] in text


def jit(path: Path, kernel: str) -> Any:
    """The kernel; its constants are found in this process."""
    from tritonlint.verify.compiler.evaluate import evaluated
    from tritonlint.verify.compiler.extract import extract
    from tritonlint.verify.compiler.located import kernel_named

    definition = kernel_named(path, kernel)
    return extract(definition, evaluated(definition)).function


@pytest.mark.parametrize(
    "bug, asked",
    [
        pytest.param(bug, asked, id=f"{name(bug)}-{asked['kernel']}")
        for bug in BUGS
        for asked in bug.get("released", ())
    ],
)
def test_a_released_kernel_has_the_operation_at_its_lines(
    bug: dict[str, Any], asked: dict[str, Any]
) -> None:
    pytest.importorskip("triton", reason="needs triton (extra `verify`)")
    from tritonlint.verify.compiler.raw_ir import raw_ir
    from tritonlint.verify.compiler.ttir_text import read_graph

    kernel = jit(released(bug, asked.get("file")), asked["kernel"])
    known = {**asked["signature"], **asked["constexprs"]}
    rest = [each for each in kernel.params if each.name not in known]
    signature = {each.name: "i32" for each in rest if not each.is_constexpr}
    constexprs = {each.name: 64 for each in rest if each.is_constexpr}
    text = raw_ir(
        kernel, signature | asked["signature"], constexprs | asked["constexprs"], "cuda:90"
    )
    operation, _, types = asked["shows"].partition(" ")
    found = {
        op.place[1]
        for op in read_graph(text).all_ops
        if op.place and op.name == operation and types in op.types
    }
    assert found >= set(asked["at"])


def test_what_a_reproduction_printed_belongs_to_its_text() -> None:
    record = reproduce.record()
    assert record.keys() == {bug["id"] for bug in BUGS}
    for each, run in record.items():
        assert run["sha256"] == reproduce.digest(gallery.FOUND / f"{each}.py"), each
        assert run["printed"]


@pytest.mark.parametrize("bug", BUGS, ids=name)
def test_a_reproduction_without_a_gpu_prints_what_is_said(bug: dict[str, Any]) -> None:
    reproduction = gallery.FOUND / f"{bug['id']}.py"
    text = reproduction.read_text(encoding="utf-8")
    if "cuda" in text:
        pytest.skip("needs a GPU")
    for needed in ("torch", "triton"):
        if f"import {needed}" in text:
            pytest.importorskip(needed)
    printed = reproduce.run(reproduction, {})["printed"]
    assert printed == reproduce.record()[bug["id"]]["printed"]


def test_each_case_of_a_release_is_a_bug_of_the_gallery() -> None:
    cases = {path.parent.relative_to(ROOT / "fixtures").as_posix() for path in ROOT.glob("fixtures/*/*/release.toml")}
    assert {bug["case"] for bug in BUGS if "case" in bug} == cases


def test_a_case_pins_the_file_that_its_bug_names() -> None:
    for bug in BUGS:
        if "case" in bug:
            pinned = (ROOT / "fixtures" / bug["case"] / "release.toml").read_text(encoding="utf-8")
            assert f'"{bug["file"]}" = "{bug["sha256"]}"' in pinned, bug["id"]


def test_there_is_no_reproduction_or_patch_without_a_bug() -> None:
    files = {path.stem for path in gallery.FOUND.iterdir()}
    assert files == {bug["id"] for bug in BUGS}
    assert all((gallery.FOUND / f"{each}.diff").exists() for each in files)
    assert len({bug["id"] for bug in BUGS}) == len(BUGS)

"""The bugs of `docs/found.toml` are in the releases that they name, and what a maintainer is handed
of them holds: reproductions compile to what they should show, patches apply."""

from __future__ import annotations

import ast
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import gallery
from support import ROOT, Command
from tests.wild.releases import VARIABLE, folder
from tritonlint.rule import registry

BUGS = gallery.bugs()
PAGES = [bug for bug in BUGS if gallery.has_page(bug)]


def name(bug: dict[str, Any]) -> str:
    return str(bug["id"])


def released(bug: dict[str, Any]) -> Path:
    where = folder(bug["archive"])
    if where is None:
        pytest.skip(f"{bug['archive']} is not unpacked in the folder that {VARIABLE} names")
    return where / bug["file"]


@pytest.mark.parametrize("bug", BUGS, ids=name)
def test_a_bug_is_where_it_is_said_to_be(bug: dict[str, Any]) -> None:
    data = released(bug).read_bytes()
    assert hashlib.sha256(data).hexdigest() == bug["sha256"]
    lines = data.decode("utf-8").splitlines()
    for line, text in bug["holds"].items():
        assert text in lines[int(line) - 1], line


@pytest.mark.parametrize("bug", PAGES, ids=name)
def test_a_patch_applies_to_the_release_and_silences_the_rule(
    bug: dict[str, Any], tmp_path: Path, tritonlint: Command
) -> None:
    copy = tmp_path / bug["file"]
    copy.parent.mkdir(parents=True)
    shutil.copyfile(released(bug), copy)
    patch = (gallery.FOUND / f"{bug['id']}.diff").read_bytes()
    command = ["git", "apply", "--verbose", "-"]
    run = subprocess.run(command, cwd=tmp_path, input=patch, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    assert copy.read_bytes() != released(bug).read_bytes()
    ast.parse(copy.read_text(encoding="utf-8"))
    if bug["rule"] in registry.codes():
        check = ("check", "--isolated", "--no-cache", "--confidence", "possible", "--select")
        assert tritonlint(*check, bug["rule"], str(copy)).code == 0


@pytest.mark.parametrize("target", ("cuda:90", "hip:gfx942"))
@pytest.mark.parametrize("bug", PAGES, ids=name)
def test_a_reproduction_compiles_to_the_operation_that_goes_wrong(
    bug: dict[str, Any], target: str
) -> None:
    pytest.importorskip("triton", reason="needs triton (extra `verify`)")
    from tritonlint.verify.compiler.extract import extract
    from tritonlint.verify.compiler.raw_ir import raw_ir

    asked = bug["compiled"]
    kernel = extract(gallery.FOUND / f"{bug['id']}.py", asked["kernel"])
    text = raw_ir(kernel, asked["signature"], asked["constexprs"], target)
    assert asked["shows"] in text


def test_each_case_of_a_release_is_a_bug_with_a_page() -> None:
    cases = {path.parent.relative_to(ROOT / "fixtures").as_posix() for path in ROOT.glob("fixtures/*/*/release.toml")}
    assert {bug["case"] for bug in PAGES if "case" in bug} == cases


def test_a_case_pins_the_file_that_its_bug_names() -> None:
    for bug in BUGS:
        if "case" in bug:
            pinned = (ROOT / "fixtures" / bug["case"] / "release.toml").read_text(encoding="utf-8")
            assert f'"{bug["file"]}" = "{bug["sha256"]}"' in pinned, bug["id"]


def test_there_is_no_reproduction_or_patch_without_a_bug() -> None:
    files = {path.stem for path in gallery.FOUND.iterdir()}
    assert files == {bug["id"] for bug in PAGES}
    assert all((gallery.FOUND / f"{each}.diff").exists() for each in files)
    assert len({bug["id"] for bug in BUGS}) == len(BUGS)

"""The facts of each file below `host/` and `device/` are what its reveal comments say: see
README.md."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from support import ROOT
from tests.reveal.comments import with_comments, without_comments
from tests.reveal.kernels import kernels
from tests.reveal.launches import launches, missed
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile

HERE = ROOT / "tests" / "reveal"
HOST, DEVICE = (sorted((HERE / side).glob("*.py")) for side in ("host", "device"))


def _module(folder: Path, file: Path, text: str) -> Module:
    """The module on its own, as a project in `folder`."""
    copy = folder / file.name
    copy.write_text(text, encoding="utf-8")
    return Project([]).module(copy, SourceFile(file.name, text.encode()))


def _name(file: Path) -> str:
    return file.relative_to(HERE).as_posix()


@pytest.mark.parametrize("file", [*HOST, *DEVICE], ids=_name)
def test_the_facts_are_what_the_comments_say(
    file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = file.read_text(encoding="utf-8")
    plain = without_comments(text)
    reveal = kernels if file in DEVICE else launches
    wanted = with_comments(plain, reveal(_module(tmp_path, file, plain)))
    assert wanted != plain, f"{_name(file)}: the facts see nothing in it"
    if request.config.getoption("--update"):
        file.write_text(wanted, encoding="utf-8")
        return
    if wanted != text:
        lines = difflib.unified_diff(
            text.splitlines(),
            wanted.splitlines(),
            "what the file says",
            "what the facts see",
            lineterm="",
            n=2,
        )
        pytest.fail(f"{_name(file)} (--update rewrites it)\n" + "\n".join(lines), pytrace=False)


@pytest.mark.parametrize("file", HOST, ids=_name)
def test_no_launch_is_overlooked(file: Path, tmp_path: Path) -> None:
    text = without_comments(file.read_text(encoding="utf-8"))
    assert missed(_module(tmp_path, file, text)) == []

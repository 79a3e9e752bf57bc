"""The site builds without a warning, and its pages are those of this repository."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT
from tritonlint.report import FORMATS
from tritonlint.rule import registry


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    # Not `--quiet`: a warning that is not shown does not count as an error either.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_there_is_a_page_for_each_rule_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    for code, info in registry.codes().items():
        page = (site / "rules" / code / "index.html").read_text(encoding="utf-8")
        assert f'<h1 id="{info.name}-{code.lower()}">' in page
        assert f'href="rules/{code}/"' in home


def test_a_page_shows_what_the_receipts_say(site: Path) -> None:
    page = (site / "rules" / "TL001" / "index.html").read_text(encoding="utf-8")
    assert "0 / 8192 differ" in page


def test_the_references_of_a_rule_are_links(site: Path) -> None:
    page = (site / "rules" / "TL001" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://github.com/vllm-project/vllm/pull/41217"' in page


def test_no_page_asks_another_server_for_anything(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    asked = re.findall(r'<(?:script|link|img)\b[^>]*\b(?:src|href)="(https?:[^"]*)"', page)
    assert asked == []


def test_a_link_to_a_page_that_is_not_there_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = settings.replace("  - docs/pages.py", "[]").replace("hooks:\n", "hooks: ")
    (tmp_path / "mkdocs.yml").write_text(settings.split("\nnav:")[0], encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text("[gone](gone.md)\n", encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "gone.md" in run.stdout + run.stderr


def test_the_page_of_formats_has_a_row_for_each(site: Path) -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", text, re.M)) == FORMATS

"""The site builds without a warning, and its pages are those of this repository."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from support import ROOT
from tritonlint.report import FORMATS
from tritonlint.rule import registry

# One worker builds the site.
pytestmark = pytest.mark.xdist_group("site")


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


class _Links(HTMLParser):
    """What a page can be pointed at by, and what it points at."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.targets |= {given[name] for name in ("href", "src") if name in given}


@pytest.mark.parametrize("made", ["site", "report"])
def test_every_link_leads_somewhere(made: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(made)
    pages = {page: _Links(page) for page in folder.rglob("*.html") if page.name != "404.html"}
    gone, asked = [], 0
    for page, links in pages.items():
        for target in links.targets:
            address, _, part = target.partition("#")
            if re.match(r"[a-z]+:", address):
                continue
            asked += 1
            other = (page.parent / unquote(address)).resolve() if address else page.resolve()
            other = other / "index.html" if other.is_dir() else other
            anchors = pages[other].anchors if other in pages else set()
            if not other.is_file() or (part and unquote(part) not in anchors):
                gone.append(f"{page.relative_to(folder)}: {target}")
    assert gone == []
    assert asked > 5

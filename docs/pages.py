"""Hooks of the site's builder: the texts at the top of the repository become pages, and the
navigation lists every rule."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "README.md": "manual.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
EVERY_RULE = "rules/*.md"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the page of each rule where the navigation says `rules/*.md`."""
    rules = [f"rules/{path.name}" for path in sorted((ROOT / "docs" / "rules").glob("TL*.md"))]
    for entry in config.nav or ():
        for title, pages in entry.items() if isinstance(entry, dict) else ():
            if isinstance(pages, str):
                continue
            entry[title] = [
                each for page in pages for each in (rules if page == EVERY_RULE else [page])
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand at the top of the repository, with links as the site has them."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        for other, target in PAGES.items():
            text = text.replace(f"]({other})", f"]({target})")
        files.append(File.generated(config, page, content=text))
    return files

"""A rule's documentation, from its docstring: the same text for `explain`, the site and the
reports."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from tritonlint.frozen import dataclass
from tritonlint.rule import registry

SECTIONS = (
    "What it does",
    "Why is this bad",
    "Triggering input",
    "Example",
    "Use instead",
    "Not flagged",
    "Fix safety",
    "How it is verified",
    "References",
)
_HEADING = re.compile(rf"^## ({'|'.join(SECTIONS)})$", re.M)


@dataclass(frozen=True)
class Documentation:
    """What is said of a rule: its metadata, the text of each section (Markdown) by title, and the
    sentence that stands before the first."""

    code: str
    name: str
    severity: str
    status: str
    fix: str
    since: str
    sections: Mapping[str, str]
    headline: str = ""

    @property
    def summary(self) -> str:
        """The first section as one paragraph of one line."""
        return " ".join(self.sections.get(SECTIONS[0], self.name).split("\n\n")[0].split())

    @property
    def sentence(self) -> str:
        """The rule in one sentence: its headline, else the first sentence of the first section."""
        if self.headline:
            return self.headline
        return re.split(r"(?<=[.:])\s", self.summary, maxsplit=1)[0].rstrip(":")

    @property
    def text(self) -> str:
        """The sections as Markdown."""
        return "\n".join(f"## {title}\n\n{text}\n" for title, text in self.sections.items())

    @property
    def page(self) -> str:
        """The whole as a page of Markdown."""
        facts = f"Severity: {self.severity}. Status: {self.status}. Fix: {self.fix}."
        head = f"# {self.name} ({self.code})\n\n"
        head += f"{self.headline}\n\n" if self.headline else ""
        return f"{head}{facts} Since {self.since}.\n\n{self.text}"

    def as_data(self) -> dict[str, Any]:
        """The documentation as plain data, for JSON."""
        return {**self.summary_data(), "sections": dict(self.sections)}

    def summary_data(self) -> dict[str, Any]:
        """The same without the text of the sections."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "status": self.status,
            "fix": self.fix,
            "since": self.since,
            "sentence": self.sentence,
            "summary": self.summary,
        }


@cache
def of(code: str) -> Documentation:
    """The documentation of the rule `code`. Raises UsageError when there is none."""
    found = registry.load(code)
    text = inspect.cleandoc(found.__doc__ or "")
    return Documentation(
        found.code,
        found.name,
        found.severity,
        found.status,
        found.fix,
        found.since,
        _sections(text),
        " ".join(_HEADING.split(text)[0].split()) if _HEADING.search(text) else "",
    )


@cache
def address(code: str) -> str:
    """The URI at which the documentation of the rule `code` can be read: its page of the site that
    the package names as its documentation, else the file of the rule, which has it as its
    docstring. Raises UsageError when there is no such rule."""
    file = inspect.getsourcefile(registry.load(code)) or ""
    site = _site() if registry.codes()[code].module.startswith("tritonlint.") else None
    return f"{site}/rules/{code}/" if site else Path(file).resolve().as_uri()


def _site() -> str | None:
    """The address of the published documentation, as the installed package states it."""
    try:
        urls = metadata.metadata("tritonlint").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return None
    stated = dict(each.split(", ", 1) for each in urls if ", " in each)
    site = stated.get("Documentation", "")
    return site.rstrip("/") if site.startswith("https://") else None


def _sections(text: str) -> dict[str, str]:
    """The text under each heading, in the order of the docstring; code blocks hold no headings."""
    _, *parts = _HEADING.split(text)
    return {
        title: re.sub(r"[ \t]+$", "", body, flags=re.M).strip()
        for title, body in zip(parts[::2], parts[1::2], strict=True)
    }

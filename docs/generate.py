"""Generated documentation: a page per rule with the figures of its receipts, the schemas of the
JSON reports and of the settings, the pages of bugs found in public code and of references, and in
the README the table of rules and the report of a finding.

`python docs/generate.py` writes what is stale; `--check` names it and exits with 1 instead.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import gallery
import parity
from tritonlint.engine import check
from tritonlint.report import Options, text
from tritonlint.report.json import lines_schema, schema
from tritonlint.rule import documentation, registry
from tritonlint.settings import config_values
from tritonlint.settings.config import Settings
from tritonlint.verify.cases import receipts
from tritonlint.verify.cases.sources import BY_HAND

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = Path("fixtures/TL001/explicit_type_element_ty/flagged.py")
_MEASURED = """\
Each case's kernel was run as flagged and as fixed {by}, and the bytes or values that it
stored were compared with an independent quantizer: as flagged those of the median of the blocks
that differ, as fixed of the worst."""


def generated() -> Iterator[tuple[Path, str]]:
    """Each generated file and the text that it should hold."""
    for code in sorted(registry.codes()):
        yield ROOT / "docs" / "rules" / f"{code}.md", documentation.of(code).page + measured(code)
    yield ROOT / "docs" / "rules" / "index.md", f"# Rules\n\n{table('')}"
    keys = config_values.schema(Settings().values())
    for name, each in (("json", schema()), ("json-lines", lines_schema()), ("config", keys)):
        yield ROOT / "docs" / f"{name}-schema.json", json.dumps(each, indent=2) + "\n"
    yield from gallery.pages()
    yield parity.PAGE, parity.page()
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    yield readme, between(between(old, "rules", table()), "finding", example())


def between(readme: str, name: str, new: str) -> str:
    """`readme` with `new` between the markers of the generated part `name`."""
    begin, end = f"<!-- {name}: begin (docs/generate.py) -->\n", f"<!-- {name}: end -->"
    before, found, rest = readme.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"README.md: no markers for the generated part `{name}`")
    return f"{before}{begin}{new}{end}{after}"


def table(folder: str = "docs/rules/") -> str:
    """The table of rules, their pages linked in `folder`."""
    head = "| Rule | Finds | Severity | Status | Fix |\n|---|---|---|---|---|\n"
    return head + "".join(f"{_row(code, folder)}\n" for code in sorted(registry.codes()))


def measured(code: str) -> str:
    """What GPU runs of the rule's cases saw, as a section with a table; empty without receipts."""
    rows: dict[str, list[str]] = {}
    for path in sorted((ROOT / "fixtures" / code).glob(f"*/{receipts.RECEIPT}")):
        for run in receipts.read(path):
            where = f"{run['device']}, torch {run['torch']}, Triton {run['triton']}"
            row = f"| {path.parent.name} | {run['flagged']} | {run['fixed']} | {run['verdict']} |"
            rows.setdefault(where, []).append(row)
    head = ["| case | as flagged | as fixed | verdict |", "|---|---|---|---|"]
    tables = ["\n".join([f"{where}:", "", *head, *rows[where], ""]) for where in sorted(rows)]
    by_hand = any((ROOT / "fixtures" / code).glob(f"*/{BY_HAND}"))
    said = _MEASURED.format(by="by hand" if by_hand else "by the tool")
    return "\n".join(["", "## Measured", "", said, "", *tables]) if tables else ""


def example() -> str:
    """The report of the example's finding, as `tritonlint check` prints it."""
    out = io.StringIO()
    with _inside(ROOT):
        text.render(check.check([EXAMPLE], Settings()), out, Options())
    return f"```\n$ tritonlint check {EXAMPLE}\n{out.getvalue()}```\n"


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _row(code: str, folder: str) -> str:
    found = registry.load(code)
    link = f"[{code}]({folder}{code}.md)"
    finds = f"*{found.name}*: {documentation.of(code).sentence}"
    return f"| {link} | {finds} | {found.severity} | {found.status} | {found.fix} |"


def stale() -> list[tuple[Path, str]]:
    """The generated files whose text on disk is another, with the text that they should hold."""
    return [(path, text) for path, text in generated() if _text(path) != text]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str]) -> int:
    """Write, or with `--check` name, the stale files."""
    found = stale()
    for path, wanted in found:
        print(f"{'stale' if '--check' in arguments else 'written'}: {path.relative_to(ROOT)}")
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
    return int("--check" in arguments and bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

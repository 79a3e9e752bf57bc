"""The pages of bugs found in public releases: the table `found.md`, and for each bug a page with a
reproduction, what that printed on a GPU, the figures of its receipts and a patch."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import reproduce

from tritonlint.rule import registry
from tritonlint.verify.cases import receipts
from tritonlint.verify.cases.outcome import NO_FIX

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / "docs" / "found"
_INTRODUCTION = """\
# Bugs found in public code

Each line is in the release that it names: a test compares file, hash and line with the unpacked
release. Each has a page with a reproduction of our own, which runs without tritonlint, what it
prints on a GPU, and a patch.

**Confirmed by** says how the wrong result is known. *GPU*: the released code itself, taken from the
release at run time, was run as it is and, where the tool has a fix, with that; the figure is the
median block's, and the receipt stands beside the case. *Compiler*: Triton's IR of the released
kernel for the launch's types has the conversion or the operation, at that line. *Reading*: of the
released code neither was done; it has the expression that goes wrong in the reproduction. Where
the released code was not run, the first line that the reproduction prints is here too.
"""
_NEEDS = (
    ('device="cuda"', "Our own kernel with the same bug; it needs torch, Triton and a GPU."),
    ("import triton", "Our own kernel with the same bug; it needs torch and Triton."),
    ("import torch", "Our own function with the same bug; it needs torch."),
)


def bugs() -> list[dict[str, Any]]:
    """The bugs, as `found.toml` has them."""
    found: list[dict[str, Any]] = tomllib.loads(
        FOUND.with_suffix(".toml").read_text(encoding="utf-8")
    )["bug"]
    return found


def pages() -> Iterator[tuple[Path, str]]:
    """Each page's path and text."""
    yield FOUND.with_suffix(".md"), _index(bugs())
    for bug in bugs():
        yield FOUND / f"{bug['id']}.md", _page(bug)


def runs(bug: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The runs of the receipt of `bug`, one for each device."""
    if "case" not in bug:
        return []
    return receipts.read(ROOT / "fixtures" / bug["case"] / receipts.RECEIPT)


def _index(found: list[dict[str, Any]]) -> str:
    columns = "project|release|file and lines|rule|what goes wrong (when)|confirmed by|upstream"
    head = f"|{columns}|\n|{'---|' * (columns.count('|') + 1)}\n"
    projects = len({bug["project"] for bug in found if runs(bug)})
    measured = sum(bool(runs(bug)) for bug in found)
    count = f"{len(found)} bugs; {measured}, in {projects} projects, are confirmed on a GPU.\n"
    return f"{_INTRODUCTION}\n{count}\n{head}{''.join(map(_row, found))}"


def _row(bug: Mapping[str, Any]) -> str:
    page = f"[{bug['title']}](found/{bug['id']}.md)"
    cells = (
        bug["project"],
        bug["release"],
        f"`{bug['file']}` {_lines(bug)}",
        _rule(bug["rule"], "rules/"),
        f"{page}. {bug['wrong']} ({bug['trigger']})",
        _confirmed(bug),
        _upstream(bug),
    )
    return f"| {' | '.join(cells)} |\n"


def _lines(bug: Mapping[str, Any]) -> str:
    return ", ".join(bug["holds"])


def _rule(code: str, folder: str) -> str:
    return f"[{code}]({folder}{code}.md)" if code in registry.codes() else code


def _confirmed(bug: Mapping[str, Any]) -> str:
    measured = [f"GPU: {run['device']}, {_effect(run, bug['unit'])}" for run in runs(bug)]
    kernel = "compiler: " + bug["compiler"] if "compiler" in bug else "reading"
    asked = [f"{kernel}; our reproduction: {reproduce.record()[bug['id']]['printed'][0]}"]
    return "; ".join(measured or asked)


def _effect(run: Mapping[str, Any], unit: str) -> str:
    """`16,344 of 16,384 bytes wrong (99.8 %), 0 as fixed`."""
    flagged = counts(run["flagged"]).replace(" differ", f" {unit} wrong")
    fixed = "no automatic fix" if run["fixed"] == NO_FIX else f"{run['fixed'].split()[0]} as fixed"
    return f"{flagged}, {fixed}"


def counts(summary: str) -> str:
    """A receipt's `16344 / 16384 differ` as `16,344 of 16,384 differ`."""
    words = (f"{int(each):,}" if each.isdigit() else each for each in summary.split())
    return " ".join(words).replace(" / ", " of ")


def _upstream(bug: Mapping[str, Any]) -> str:
    names = bug.get("reports", ())
    links = [f"see [{each}](https://github.com/{each.replace('#', '/issues/')})" for each in names]
    return "; ".join([bug["upstream"], *links])


def _page(bug: Mapping[str, Any]) -> str:
    code = (FOUND / f"{bug['id']}.py").read_text(encoding="utf-8")
    patch = (FOUND / f"{bug['id']}.diff").read_text(encoding="utf-8")
    lines = "line" if len(bug["holds"]) == 1 else "lines"
    return "\n".join(
        [
            f"# {bug['title']}",
            "",
            f"{bug['project']} {bug['release']}, `{bug['file']}`, {lines} {_lines(bug)}"
            f" (sha256 of the file `{bug['sha256'][:16]}`...); {_rule(bug['rule'], '../rules/')}.",
            "",
            f"{bug['wrong']} It goes wrong with {bug['trigger']}.",
            "",
            f"Upstream: {_upstream(bug)}.",
            "",
            "## Reproduction",
            "",
            next(needs for text, needs in _NEEDS if text in code),
            "",
            f"```python\n{code}```",
            "",
            *_printed(bug),
            "## Measured",
            "",
            *(_measured(bug) or _not_measured(bug)),
            "## Patch",
            "",
            f"Against {bug['release']}: {bug['patch']}.",
            "",
            f"```diff\n{patch}```",
            "",
        ]
    )


def _printed(bug: Mapping[str, Any]) -> list[str]:
    """What the reproduction printed, and where."""
    run = reproduce.record()[bug["id"]]
    where = f"an {run['device']} (torch {run['torch']}, Triton {run['triton']})"
    lines = "".join(f"{line}\n" for line in run["printed"])
    return [f"On a machine with {where} it prints:", "", f"```\n{lines}```", ""]


def _not_measured(bug: Mapping[str, Any]) -> list[str]:
    """What is known of released code that was not run."""
    compiled = f" It was compiled: {bug['compiler']}." if "compiler" in bug else ""
    needs = f" (that needs {bug['needs']})" if "needs" in bug else ""
    return [f"The released code itself was not run{needs}.{compiled}", ""]


def _measured(bug: Mapping[str, Any]) -> list[str]:
    """For each device what the released code itself did, with the reference."""
    found = []
    for run in runs(bug):
        references = sorted({each["reference"] for each in run["figures"]})
        fixed = "" if run["fixed"] == NO_FIX else " | as fixed by the tool"
        found += [
            f"The released code itself on an {run['device']} (torch {run['torch']}, Triton"
            f" {run['triton']}), compared with {', '.join(references)}; all blocks together:",
            "",
            f"| configuration | region | {bug['unit']} | wrong as released{fixed} |",
            "|---|---|---:|---:|" + ("---:|" if fixed else ""),
            *(_figures(each, bool(fixed)) for each in run["figures"] if any(each["flagged"])),
            "",
            *(f"- {each}" for each in run.get("agreements", ())),
            *([""] if run.get("agreements") else []),
        ]
    return found


def _figures(figures: Mapping[str, Any], fixable: bool) -> str:
    total = figures["bytes_per_block"] * len(figures["flagged"])
    fixed = f" {sum(figures['fixed']):,} |" if fixable else ""
    return (
        f"| {figures['configuration']} | {figures['region']} | {total:,} |"
        f" {sum(figures['flagged']):,} |{fixed}"
    )

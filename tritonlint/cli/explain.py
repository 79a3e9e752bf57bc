"""`tritonlint explain`: what a rule finds, why it matters, and how it is fixed."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from tritonlint.cli import options, output
from tritonlint.errors import UsageError


@click.command("explain", short_help="Explain a rule.")
@click.argument("code", required=False, metavar="CODE")
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
def command(code: str | None, every: bool) -> int:
    """Explain the rule CODE (a code such as TL001, or a rule's name)."""
    from tritonlint import rule

    if (code is None) != every:
        raise UsageError("give one rule's code or name, or --all")
    # Rules of the project's own are known by its settings.
    options.settings_for((Path(),), {})
    codes = sorted(rule.codes()) if code is None else [_one(code)]
    with output.destination(None) as stream:
        stream.write("\n\n".join(page(each) for each in codes))
    return 0


def _one(code: str) -> str:
    """The only code that `code` (in any case) stands for; UsageError from the registry for an
    unknown one."""
    from tritonlint import rule

    known = rule.codes()
    for each, info in known.items():
        if code.upper() == each or code.lower() == info.name:
            return each
    found = rule.select((code,), (), True)
    if len(found) == 1:
        return next(iter(found))
    raise UsageError(f"`{code}` stands for several rules: {', '.join(sorted(found))}; name one")


def page(code: str) -> str:
    """A rule's documentation: a title, its metadata, and the sections of its docstring
    (Markdown)."""
    from tritonlint import rule

    found = rule.load(code)
    facts = f"Severity: {found.severity}. Status: {found.status}. Fix: {found.fix}."
    text = inspect.cleandoc(found.__doc__ or "")
    return f"# {found.name} ({found.code})\n\n{facts} Since {found.since}.\n\n{text}\n"

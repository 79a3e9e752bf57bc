"""`tritonlint explain`: what a rule finds, why it matters, and how it is fixed."""

from __future__ import annotations

from pathlib import Path

import click

from tritonlint.cli import options
from tritonlint.errors import UsageError
from tritonlint.report import output
from tritonlint.report.machine import as_json


@click.command("explain", short_help="Explain a rule.")
@click.argument("code", required=False, metavar="CODE")
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(code: str | None, every: bool, output_format: str) -> int:
    """Explain the rule CODE (a code such as TL001, or a rule's name)."""
    from tritonlint.rule import documentation, registry

    if (code is None) != every:
        raise UsageError("give one rule's code or name, or --all")
    # Rules of the project's own are known by its settings.
    options.settings_for((Path(),), {})
    codes = sorted(registry.codes()) if code is None else [_one(code)]
    found = [documentation.of(each) for each in codes]
    with output.destination(None) as stream:
        if output_format == "json":
            rules = [each.as_data() for each in found]
            stream.write(as_json({"version": 1, "rules": rules}, indent=2) + "\n")
        else:
            stream.write("\n\n".join(each.page for each in found))
    return 0


def _one(code: str) -> str:
    """The only code that `code` (in any case) stands for; UsageError from the registry for an
    unknown one."""
    from tritonlint.rule import chosen, registry

    known = registry.codes()
    for each, info in known.items():
        if code.upper() == each or code.lower() == info.name:
            return each
    found = chosen.select((code,), (), True)
    if len(found) == 1:
        return next(iter(found))
    raise UsageError(f"`{code}` stands for several rules: {', '.join(sorted(found))}; name one")

"""`tritonlint rules`: every rule with one sentence."""

from __future__ import annotations

from pathlib import Path

import click

from tritonlint.cli import options
from tritonlint.report import output
from tritonlint.report.machine import as_json


@click.command("rules", short_help="List the rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(output_format: str) -> int:
    """List the rules: code, name, whether it runs by default, whether it has a fix, and what it
    finds. `tritonlint explain CODE` says the rest."""
    from tritonlint.rule import documentation, registry

    # Rules of the project's own are known by its settings.
    options.settings_for((Path(),), {})
    found = [documentation.of(code) for code in sorted(registry.codes())]
    with output.destination(None) as stream:
        if output_format == "json":
            rows = [each.summary_data() for each in found]
            stream.write(as_json({"version": 1, "rules": rows}, indent=2) + "\n")
            return 0
        wide = max(len(each.name) for each in found)
        for each in found:
            fix = "" if each.fix == "none" else f"; fix: {each.fix}"
            stream.write(f"{each.code}  {each.name:<{wide}}  {each.status}{fix}\n")
            stream.write(f"       {each.sentence}\n")
    return 0

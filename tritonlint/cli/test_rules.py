"""`tritonlint test-rules`: run the examples in rules' files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from tritonlint.cli import options
from tritonlint.errors import UsageError
from tritonlint.report import output
from tritonlint.rule import registry
from tritonlint.rule.base import BaseRule

KEPT, BROKEN = 0, 1


@click.command("test-rules", short_help="Run the examples of rules of your own.")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
def command(modules: tuple[str, ...]) -> int:
    """Run the examples VALID and INVALID of the rules in MODULE, which is a module's name or a
    Python file; of all rules that are not tritonlint's own without one.

    The code of a MODULE is imported and run. Exit code: 0, 1 when an example does not hold or there
    is none, 2 when a module cannot be imported.
    """
    from tritonlint.fixing import examples

    settings = options.settings_for((Path(),), {"allow_rule_modules": True})
    named = [_module(each) for each in modules]
    folders = (*(folder for folder, _ in named), *settings.folders, Path.cwd())
    names = tuple(name for _, name in named)
    registry.register(names, folders)
    asked = replace(settings, rule_modules=(*settings.rule_modules, *names), folders=folders)
    rules = _rules(names)
    if not rules:
        raise UsageError("no rules of your own are known here; name their module")
    code = KEPT
    with output.destination(None) as stream:
        for rule in rules:
            valid, invalid = len(rule.VALID), len(rule.INVALID)
            found = list(examples.problems(rule, asked))
            code = BROKEN if found or not valid + invalid else code
            said = "ok" if valid + invalid else "no examples"
            said = f"{len(found)} wrong" if found else said
            stream.write(f"{rule.code} {rule.name}: {valid} valid, {invalid} invalid: {said}\n")
            stream.writelines(f"  {each}\n" for each in _indented(found))
    return code


def _indented(found: Iterable[str]) -> Iterable[str]:
    return (each.replace("\n", "\n    ") for each in found)


def _module(named: str) -> tuple[Path, str]:
    """The folder in which a module is looked for, and its name."""
    path = Path(named)
    if path.suffix != ".py":
        return Path.cwd(), named
    if not path.is_file():
        raise UsageError(f"{named}: there is no such file")
    return path.resolve().parent, path.stem


def _rules(modules: tuple[str, ...]) -> list[type[BaseRule]]:
    """The rules of `modules`; of all that are not built in without any."""
    known = registry.codes().values()
    return [each.found for each in known if each.found and (not modules or each.asked in modules)]

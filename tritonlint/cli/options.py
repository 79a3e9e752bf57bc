"""The options that commands share, and the settings that they make up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from tritonlint.engine import run_settings
from tritonlint.findings import CONFIDENCES, MEANING
from tritonlint.report import output
from tritonlint.settings.config import Settings

F = TypeVar("F", bound=Callable[..., object])


def _listed(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The comma-separated items of a repeatable option, None when it was not given."""
    items = [item.strip() for value in values for item in value.split(",")]
    if not all(items):
        # `--select ""` is a mistake, not "no rule".
        what = "rule codes such as TL001,TL002" if param.metavar == "CODES" else "patterns"
        raise click.BadParameter(f"expected {what}, got an empty one")
    return tuple(items) or None


def _by_pattern(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """`a.py:TL001,b.py:TL002` as the rules of each pattern, None when it was not given."""
    found: dict[str, tuple[str, ...]] = {}
    for item in _listed(ctx, param, values) or ():
        pattern, colon, code = (part.strip() for part in item.rpartition(":"))
        if not (pattern and colon and code):
            raise click.BadParameter(f"expected PATTERN:CODE, got `{item}`")
        found[pattern] = (*found.get(pattern, ()), code)
    return tuple(found.items()) or None


def _list_option(name: str, metavar: str, text: str) -> Callable[[F], F]:
    return click.option(
        name,
        multiple=True,
        metavar=metavar,
        callback=_listed,
        shell_complete=_completed if metavar == "CODES" else None,
        help=text,
    )


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The codes and names that complete the last item of a comma-separated list."""
    from tritonlint.rule import registry

    before, comma, last = incomplete.rpartition(",")
    known = [name for info in registry.codes().values() for name in (info.code, info.name)]
    return [f"{before}{comma}{each}" for each in known if each.startswith(last)]


def _flag(name: str, text: str) -> Callable[[F], F]:
    """A switch that leaves the settings' value alone when it is not given."""
    return click.option(f"--{name}/--no-{name}", is_flag=True, default=None, help=text)


_SELECTION = (
    _list_option("--select", "CODES", "Run these rules only."),
    _list_option("--extend-select", "CODES", "Run these rules too."),
    _list_option("--ignore", "CODES", "Do not run these rules."),
    click.option(
        "--per-file-ignores",
        multiple=True,
        metavar="PATTERN:CODE",
        callback=_by_pattern,
        help="Do not run this rule in these files.",
    ),
    _flag("preview", "Run preview rules too."),
    click.option(
        "--confidence",
        type=click.Choice(CONFIDENCES),
        help="Report findings of at least this confidence (default: likely). "
        + " ".join(f"{name.capitalize()}: {what}." for name, what in MEANING.items()),
    ),
    _list_option("--exclude", "PATTERNS", "Leave these out instead of the default list."),
    _list_option("--extend-exclude", "PATTERNS", "Leave these out too."),
    _flag("force-exclude", "Apply exclusions to files named on the command line too."),
    _flag("respect-gitignore", "Leave out what .gitignore files name (default)."),
    click.option("--baseline", metavar="FILE", help="Known findings, which are not reported."),
    click.option(
        "--launches",
        metavar="FILE",
        help="A record of what launches passed at run time (see `tritonlint record`).",
    ),
    click.option(
        "--config",
        "config_options",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="Use this settings file for everything, or set one key as a settings file would"
        " (TOML); may be repeated.",
    ),
    click.option("--isolated", is_flag=True, help="Use no settings file."),
    click.option(
        "--allow-rule-modules",
        is_flag=True,
        default=None,
        help="Import the modules that settings files name in `rule-modules`.",
    ),
)


jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    metavar="N",
    help="The number of processes (default: one per core).",
)


def selected(command: F) -> F:
    """Add the options that say which rules and files a run is about."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


class _Paths(click.Path):
    """Files and folders. An empty one, as from a variable that is not set, is none: it would stand
    for the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("a path is empty; the working directory is .", param, ctx)
        return super().convert(value, param, ctx)


def selection(command: F) -> F:
    """Add PATHS and the options that say which rules and files a run is about."""
    command = selected(command)
    paths = click.argument("paths", nargs=-1, metavar="[PATHS]...", type=_Paths(path_type=Path))
    return paths(command)


def settings_for(paths: Sequence[Path], options: Mapping[str, object]) -> Settings:
    """`run_settings.settings_for`, which says its notes on standard error."""
    return run_settings.settings_for(paths, options, output.note)

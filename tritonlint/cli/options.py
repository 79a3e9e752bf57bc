"""The options that commands share, and the settings that they make up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from tritonlint import config
from tritonlint.config import Settings
from tritonlint.errors import ConfigError, UsageError
from tritonlint.findings import CONFIDENCES

F = TypeVar("F", bound=Callable[..., object])


def _codes(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The comma-separated items of a repeatable option, None when it was not given."""
    items = [item.strip() for value in values for item in value.split(",")]
    if not all(items):
        # `--select ""` is a mistake, not "no rule".
        raise click.BadParameter("expected rule codes such as TL001,TL002, got an empty one")
    return tuple(items) or None


def _code_option(name: str, text: str) -> Callable[[F], F]:
    return click.option(name, multiple=True, metavar="CODES", callback=_codes, help=text)


_SELECTION = (
    _code_option("--select", "Run these rules only."),
    _code_option("--extend-select", "Run these rules too."),
    _code_option("--ignore", "Do not run these rules."),
    click.option("--preview", is_flag=True, default=None, help="Run preview rules too."),
    click.option(
        "--confidence",
        type=click.Choice(CONFIDENCES),
        help="The lowest confidence that counts (default: likely).",
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out files or folders."),
    click.option(
        "--force-exclude",
        is_flag=True,
        default=None,
        help="Let exclusions hold for files named on the command line too.",
    ),
    click.option("--baseline", metavar="FILE", help="Known findings, which do not count."),
)


def selection(command: F) -> F:
    """Add PATHS and the options that say which rules and files a run is about."""
    for option in reversed(_SELECTION):
        command = option(command)
    paths = click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path(path_type=Path))
    return paths(command)


def settings_for(paths: Sequence[Path], options: dict[str, object]) -> Settings:
    """The settings of the nearest file at or above all of `paths`, with the command line's options
    on top.

    Raises ConfigError, and UsageError for a rule that does not exist.
    """
    # A repeatable option that was not given is an empty tuple.
    given = {name: None if value == () else value for name, value in options.items()}
    settings = config.load(common_folder(paths), given)
    _check_codes(settings)
    return settings


def common_folder(paths: Iterable[Path]) -> Path:
    """The deepest folder above all of `paths`: the nearest settings file is looked for from there
    up."""
    absolute = [os.path.abspath(path) for path in paths]
    try:
        common = Path(os.path.commonpath(absolute))
    except ValueError:
        # Nothing in common, as with two drives.
        return Path.cwd()
    return common if common.is_dir() else common.parent


def _check_codes(settings: Settings) -> None:
    """Refuse an unknown rule now, even where no file is checked, and name the settings file that
    asks for it."""
    chosen = {
        "select": settings.select,
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
    }
    for key, codes in chosen.items():
        if codes:
            _must_be_rules(codes, key, settings.origin(key))


def _must_be_rules(codes: tuple[str, ...], key: str, origin: str) -> None:
    from tritonlint import rule

    try:
        rule.select(codes, (), True)
    except UsageError as error:
        if origin.startswith("--"):
            raise UsageError(f"{origin}: {error}") from error
        raise ConfigError(f"{origin}: {key}: {error}") from error

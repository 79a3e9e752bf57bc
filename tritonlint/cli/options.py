"""The options that commands share, and the settings that they make up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from tritonlint.cli import output
from tritonlint.errors import ConfigError, TritonlintError, UsageError
from tritonlint.findings import CONFIDENCES, MEANING
from tritonlint.settings import config
from tritonlint.settings.config import Choice, Settings

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
        help="The lowest confidence that counts (default: likely). "
        + " ".join(f"{name.capitalize()}: {what}." for name, what in MEANING.items()),
    ),
    _list_option("--exclude", "PATTERNS", "Leave out these, in place of the default list."),
    _list_option("--extend-exclude", "PATTERNS", "Leave out these too."),
    _flag("force-exclude", "Let exclusions hold for files named on the command line too."),
    _flag("respect-gitignore", "Leave out what .gitignore files name (default)."),
    click.option("--baseline", metavar="FILE", help="The known findings, which do not count."),
    click.option(
        "--launches",
        metavar="FILE",
        help="What launches passed at run time (`tritonlint record`), as evidence.",
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
    help="Use so many processes (default: one a core).",
)


def selected(command: F) -> F:
    """Add the options that say which rules and files a run is about."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


def selection(command: F) -> F:
    """Add PATHS and the options that say which rules and files a run is about."""
    command = selected(command)
    paths = click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path(path_type=Path))
    return paths(command)


def settings_for(paths: Sequence[Path], options: dict[str, object]) -> Settings:
    """The settings of the nearest file at or above all of `paths`, with the command line's options
    on top. The rules of `rule-modules` are known after it.

    Raises ConfigError, and UsageError for a rule that does not exist.
    """
    given = dict(options)
    stated, isolated = given.pop("config_options", ()), given.pop("isolated", False)
    assert isinstance(stated, tuple)
    choice, inline = _stated(stated, bool(isolated))
    above = {name: value for name, value in given.items() if value is not None}
    settings = config.load(common_folder(paths), {**inline, **above}, choice)
    check_rules(settings)
    return settings


def _stated(values: tuple[str, ...], isolated: bool) -> tuple[Choice, dict[str, object]]:
    """What the values of `--config` say: which settings file, and single keys. Raises UsageError
    for two files, for a file that is not there, and for what is not TOML."""
    files, inline = [], dict[str, object]()
    for value in values:
        if Path(value).is_file() or "=" not in value:
            files.append(Path(value))
        else:
            inline |= {key.replace("-", "_"): each for key, each in _inline(value).items()}
    if len(files) > 1 or (files and isolated):
        raise UsageError("--config names one settings file, and none with --isolated")
    for file in files:
        if not file.is_file():
            raise UsageError(f"--config: {file}: no such file, and no KEY=VALUE either")
    return Choice(files[0].resolve() if files else None, isolated), inline


def _inline(value: str) -> dict[str, object]:
    try:
        return config.toml(value)
    except ValueError as error:
        raise UsageError(
            f"--config: `{value}` is not TOML ({error}); strings need quotes:"
            """ --config 'fp8-dtype = "torch.float8_e4m3fn"'"""
        ) from error


def check_rules(settings: Settings) -> None:
    """Refuse a rule that does not exist now, even where no file is checked, and name the settings
    file that asks for it; make the rules of `rule-modules` known."""
    if settings.rule_modules:
        _register(settings)
    try:
        _check_codes(settings)
    except TritonlintError as error:
        refused = config.refusal(settings)
        if refused is None:
            raise
        raise type(error)(f"{error}; {refused}") from error


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


def _register(settings: Settings) -> None:
    from tritonlint.rule import registry

    try:
        registry.register(settings.rule_modules, settings.folders)
        registry.codes()
    except ConfigError as error:
        raise ConfigError(f"{settings.origin('rule-modules')}: rule-modules: {error}") from error


def _check_codes(settings: Settings) -> None:
    per_file = (code for _, codes in settings.per_file_ignores for code in codes)
    chosen = {
        "select": settings.select,
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
        "per-file-ignores": tuple(per_file),
    }
    for key, codes in chosen.items():
        if codes:
            _must_be_rules(codes, key, settings.origin(key))


def _must_be_rules(codes: tuple[str, ...], key: str, origin: str) -> None:
    from tritonlint.rule import chosen

    try:
        for each in codes:
            found = chosen.matching(each)
            if origin.startswith("--") and _looks_like_one(each) and each not in found:
                output.note([f"{origin}: `{each}` is no rule; it stands for {_some(found)}"])
    except UsageError as error:
        if origin.startswith("--"):
            raise UsageError(f"{origin}: {error}") from error
        raise ConfigError(f"{origin}: {key}: {error}") from error


def _looks_like_one(code: str) -> bool:
    """Whether a prefix has so many digits that a whole code may have been meant."""
    return sum(each.isdigit() for each in code) > 1


def _some(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))

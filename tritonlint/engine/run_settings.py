"""The settings of a run: those of the settings files with what the command line says on top, and
the rules that they name known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tritonlint.errors import ConfigError, TritonlintError, UsageError
from tritonlint.settings import config
from tritonlint.settings.config import Choice, Settings
from tritonlint.settings.toml import toml

# Takes what is to be said of a run that goes on.
Say = Callable[[Iterable[str]], None]


def say_nothing(lines: Iterable[str]) -> None:
    """Where nobody reads along."""


def settings_for(
    paths: Sequence[Path], options: Mapping[str, object], say: Say = say_nothing
) -> Settings:
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
    check_rules(settings, say)
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
        return toml(value)
    except ValueError as error:
        raise UsageError(
            f"--config: `{value}` is not TOML ({error}); strings need quotes:"
            """ --config 'fp8-dtype = "torch.float8_e4m3fn"'"""
        ) from error


def check_rules(settings: Settings, say: Say = say_nothing) -> None:
    """Refuse a rule that does not exist now, even where no file is checked, and name the settings
    file that asks for it; make the rules of `rule-modules` known."""
    if settings.rule_modules:
        _register(settings)
    try:
        _check_codes(settings, say)
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


def _check_codes(settings: Settings, say: Say) -> None:
    per_file = (code for _, codes in settings.per_file_ignores for code in codes)
    chosen = {
        "select": settings.select,
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
        "per-file-ignores": tuple(per_file),
    }
    for key, codes in chosen.items():
        if codes:
            _must_be_rules(codes, key, settings.origin(key), say)


def _must_be_rules(codes: tuple[str, ...], key: str, origin: str, say: Say) -> None:
    from tritonlint.rule import chosen

    try:
        for each in codes:
            found = chosen.matching(each)
            if _looks_like_one(each) and each not in found:
                where = origin if origin.startswith("--") else f"{origin}: {key}"
                say([f"{where}: `{each}` is no rule; it stands for {_some(found)}"])
    except UsageError as error:
        if origin.startswith("--"):
            raise UsageError(f"{origin}: {error}") from error
        raise ConfigError(f"{origin}: {key}: {error}") from error


def _looks_like_one(code: str) -> bool:
    """Whether a prefix has so many digits that a whole code may have been meant."""
    return sum(each.isdigit() for each in code) > 1


def _some(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))

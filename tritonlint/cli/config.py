"""`tritonlint config show`: the settings in force and where each comes from."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tritonlint.errors import UsageError
from tritonlint.report import output
from tritonlint.settings import config
from tritonlint.settings.config_values import plain


@click.group("config", short_help="Show the settings in force.")
def command() -> None:
    """Show the settings in force and where each value comes from."""


@command.command("show", short_help="Show every value with its origin.")
@click.argument("path", metavar="[FILE]", type=click.Path(path_type=Path), default=Path("."))
def show(path: Path) -> int:
    """Show the settings that hold when FILE (default: the working directory) is checked."""
    if not path.exists():
        raise UsageError(f"{path}: no such file or directory")
    settings = config.load(path)
    with output.destination(None) as stream:
        stream.write(f"# root: {settings.root}\n")
        refused = config.refusal(settings)
        stream.write(f"# {refused}\n" if refused else "")
        for key, value in settings.values().items():
            # TOML has no null: an unset key is a comment.
            line = f"# {key} is not set" if value is None else f"{key} = {_toml(plain(key, value))}"
            stream.write(f"{line}  # {settings.origin(key)}\n")
    return 0


def _toml(value: object) -> str:
    """`value` as TOML writes it: booleans, strings and lists of strings as JSON does, and tables in
    one line."""
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False)

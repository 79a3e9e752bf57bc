"""The command line: a group that imports a command's module only when that command is run."""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass

import click

from tritonlint import __version__


@dataclass(frozen=True)
class Entry:
    """Where a command lives and the line that `tritonlint --help` shows for it, known without
    importing it."""

    module: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "check": Entry("tritonlint.cli.check", "Report silent dtype casts in kernels and launches."),
    "autofix": Entry("tritonlint.cli.autofix", "Show the fixes as a diff, or write them."),
    "rules": Entry("tritonlint.cli.rules", "List the rules."),
    "explain": Entry("tritonlint.cli.explain", "Explain a rule."),
    "verify": Entry("tritonlint.cli.verify", "Confirm fixtures by compiling and running them."),
    "test-rules": Entry("tritonlint.cli.test_rules", "Run the examples of rules of your own."),
    "kernels": Entry("tritonlint.cli.kernels", "List what each kernel does with its pointers."),
    "record": Entry("tritonlint.cli.record", "Run a program and keep what its launches pass."),
    "server": Entry("tritonlint.cli.server", "Run the language server."),
    "baseline": Entry("tritonlint.cli.baseline", "Keep a file of known findings."),
    "config": Entry("tritonlint.cli.config", "Show the settings in force and their origin."),
}


class LazyGroup(click.Group):
    """A click group over COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        found = importlib.import_module(entry.module).command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; of one that does not exist, what is near."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near or args[0].startswith("-"):
                raise
            raise click.UsageError(f"{error.message} Did you mean `{near[0]}`?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="tritonlint %(version)s")
def command() -> None:
    """Find, fix and confirm silent dtype casts between Triton kernels and their launches.

    Exit code: 0 clean, 1 findings, 2 could not do its job.
    """

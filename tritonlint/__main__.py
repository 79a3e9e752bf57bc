"""The `tritonlint` command: runs a subcommand and turns what went wrong into one line and an exit
code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from tritonlint.cli import command
from tritonlint.errors import TritonlintError
from tritonlint.report.output import plain_streams, release_stdout

FAILED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 clean, 1 findings, 2 could not do its
    job."""
    plain_streams()
    try:
        code = command.main(
            args=None if arguments is None else list(arguments),
            prog_name="tritonlint",
            standalone_mode=False,
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return FAILED
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "tritonlint"
        return _fail(f"{error.format_message()} (see `{where} --help`)")
    except click.ClickException as error:
        return _fail(error.format_message())
    except TritonlintError as error:
        return _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader went away; commands that have a verdict write through `output.emit` and keep
        # their exit code.
        release_stdout()
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", INTERRUPTED)
    except Exception:
        if _is_nowhere():
            return _fail("the working directory is gone; change to one that exists")
        import traceback

        traceback.print_exc()
        return _fail("internal error in tritonlint; please report it with the traceback above")


def run() -> NoReturn:
    """Run the command line as a program of its own.

    Syntax trees hold no garbage worth looking for, and freeing them one by one at the end takes
    longer than many a run: commands that go on for long collect all the same.
    """
    gc.disable()
    code = main()
    # What others asked to be done at the end is done, and what is written is written.
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or FAILED
    os._exit(code)


def _is_nowhere() -> bool:
    """Whether the working directory was removed."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _fail(message: str, code: int = FAILED) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    run()

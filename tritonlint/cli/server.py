"""`tritonlint server`: the language server."""

from __future__ import annotations

import gc

import click

from tritonlint.cli import options
from tritonlint.errors import UsageError
from tritonlint.extras import install_hint


@click.command("server", short_help="Run the language server.")
@options.selected
@click.option("--no-cache", is_flag=True, help="Neither read nor write what earlier runs kept.")
def command(no_cache: bool, **selected: object) -> int:
    """Run the language server on standard input and output, for an editor to start.

    It needs the extra `lsp`. Kernels and launches are read, even in text that is not saved yet, and
    never run. Options override the settings of each file.
    """
    try:
        from tritonlint.server.app import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError(f"the server needs pygls: {install_hint('lsp')}") from error
    from tritonlint.server.documents import Checker

    gc.enable()
    return serve(Checker(dict(selected), not no_cache))

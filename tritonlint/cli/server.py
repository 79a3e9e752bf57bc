"""`tritonlint server`: the language server."""

from __future__ import annotations

import click

from tritonlint.errors import UsageError
from tritonlint.extras import install_hint


@click.command("server", short_help="Run the language server.")
def command() -> int:
    """Run the language server on standard input and output, for an editor to start.

    It needs the extra `lsp`. Kernels and launches are read, on text that is not saved yet too, and
    never run.
    """
    try:
        from tritonlint.server.app import create
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError(f"the server needs pygls: {install_hint('lsp')}") from error
    create().start_io()
    return 0

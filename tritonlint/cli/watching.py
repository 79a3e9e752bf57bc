"""`--watch`: run again whenever a Python file or a settings file changes, until interrupted."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from tritonlint.errors import TritonlintError, UsageError
from tritonlint.extras import install_hint

_PATIENCE_MS = 200
_SETTINGS = ("pyproject.toml", "tritonlint.toml", ".gitignore")


def watch(paths: Sequence[Path], run: Callable[[], int]) -> int:
    """Call `run` now and after each change at or below `paths`; the exit code of the last run once
    the user interrupts.

    Raises UsageError where the package `watchfiles` is missing or a path does not exist.
    """
    try:
        from watchfiles import watch as changes
    except ImportError as error:
        raise UsageError(f"--watch needs watchfiles: {install_hint('watch')}") from error
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or directory")
    folders = sorted({path if path.is_dir() else path.parent for path in paths})
    code: int | None = None
    gc.enable()
    try:
        # What changes during a run, the first one included, is seen after it: the watching has
        # begun when an empty set comes.
        for changed in changes(
            *folders, watch_filter=_counts, rust_timeout=_PATIENCE_MS, yield_on_timeout=True
        ):
            if changed or code is None:
                code = _once(run)
    except KeyboardInterrupt:
        pass
    return code or 0


def _counts(change: object, path: str) -> bool:
    return path.endswith(".py") or os.path.basename(path) in _SETTINGS


def _once(run: Callable[[], int]) -> int:
    """Run, and say on standard error when. What stops a run is said and does not end the watch: the
    next change may mend it."""
    try:
        code = run()
    except TritonlintError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        code = error.exit_code
    at = datetime.now().strftime("%H:%M:%S")
    click.echo(f"[{at}] exit code {code}; watching for changes (end with Ctrl-C)", err=True)
    return code

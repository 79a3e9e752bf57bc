"""Writing: to standard output, to a file, and one line per problem to standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from tritonlint.errors import UsageError


def plain_streams() -> None:
    """Let a character that the terminal's encoding lacks come out escaped, not as an error, and
    what goes to a closed stream go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # The null device also takes the number of the closed stream, which the next file to be
            # opened would get, with all that is written to the stream.
            null = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(null, "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def release_stdout() -> None:
    """Point standard output at nothing, so that a reader who left causes no second error at
    exit."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


@contextlib.contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or the file at `path`. A reader of standard output who leaves early is no
    error.

    Raises UsageError for what cannot be written.
    """
    if path is not None:
        try:
            with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                yield file
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
        return
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        release_stdout()
    except OSError as error:
        release_stdout()
        reason = error.strerror or error
        raise UsageError(f"standard output: cannot be written: {reason}") from error


def complain(lines: Iterable[str]) -> None:
    """One `error:` line on standard error for each of `lines`."""
    for line in lines:
        print(f"error: {' '.join(line.split())}", file=sys.stderr)


def note(lines: Iterable[str]) -> None:
    """One `note:` line on standard error for each of `lines`, which change no exit code."""
    for line in lines:
        print(f"note: {' '.join(line.split())}", file=sys.stderr)


def use_color(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: a terminal, unless NO_COLOR; anywhere with
    FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return stream is sys.stdout
    return stream.isatty() and os.environ.get("TERM") != "dumb"

"""What goes wrong with one function, or one file, costs that file and is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tritonlint.errors import TritonlintError
from tritonlint.findings.result import Limit
from tritonlint.source import display_path


class Bulkhead:
    """Keeps the file that something goes wrong with from ending the run: `unfinished` tells, by its
    path, why it could not be analysed, or not to its end; `limits` at which functions were not
    followed further. With `strict` internal errors are raised,
    so that tests see them."""

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict
        self.unfinished: dict[str, str] = {}
        self.limits: set[Limit] = set()

    def leave(self, path: str, reason: str) -> None:
        """Say why the file at `path` is not analysed to its end; the first reason is kept."""
        self.unfinished.setdefault(path, reason)

    @contextmanager
    def around(self, path: str, function: str = "") -> Iterator[None]:
        """Around what is found out about a `function` of the file at `path`, or about the file."""
        what = f"`{function}` " if function else ""
        try:
            yield
        except RecursionError:
            self.leave(path, f"{what}is nested too deeply to be analysed")
        except TritonlintError as error:
            self.leave(path, str(error))
        except Exception as error:
            if self.strict:
                raise
            self.leave(path, f"{what}could not be analysed: {internal(error)}")


def internal(error: Exception) -> str:
    """What is said of an error of tritonlint's own: what, where, and what to do."""
    import traceback  # only here: most runs need none

    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{display_path(Path(frame.filename))}:{frame.lineno}"
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"internal error at {where}: {what}; please report it"

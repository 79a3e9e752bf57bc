"""Reports: one renderer per format, imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from tritonlint.findings.result import Result

FORMATS = (
    "text",
    "concise",
    "json",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "azure",
    "rdjson",
)
# Formats for people; of the others a program reads every byte of standard output.
TEXT_FORMATS = frozenset({"text", "concise", "statistics"})


@dataclass(frozen=True)
class Text:
    """What a file is taken to hold, whatever is on disk."""

    path: Path
    data: bytes


@dataclass(frozen=True)
class Options:
    """How to render: with colour or not, whether the text formats list the files that were not
    checked (they do in a file; on a terminal, standard error has them), and whether they list the
    suppressed findings. `text` is quoted instead of the file at its path. `quiet` leaves out the
    closing lines of the text formats."""

    color: bool = False
    list_skipped: bool = False
    list_suppressed: bool = False
    text: Text | None = None
    quiet: bool = False


Renderer = Callable[["Result", TextIO, Options], None]


def renderer(name: str) -> Renderer:
    """The renderer of the format `name`, one of FORMATS: it writes a Result to a stream."""
    found: Renderer = importlib.import_module(f"tritonlint.report.{name.replace('-', '_')}").render
    return found

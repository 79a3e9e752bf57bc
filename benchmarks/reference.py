"""What no checker can go below: `reference.py read PATH` reads every Python file at or below PATH,
`reference.py parse PATH` builds the syntax tree of each too, one after another in one process."""

from __future__ import annotations

import ast
import gc
import os
import sys
import warnings
from collections.abc import Iterator


def files(path: str) -> Iterator[str]:
    """`path` itself, or the Python files below it."""
    if os.path.isfile(path):
        yield path
    for folder, _, names in os.walk(path):
        yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def main(work: str, path: str) -> None:
    """Do `work`, "read" or "parse", on `path`."""
    gc.disable()  # Syntax trees hold no cycles: looking for them would only add time.
    warnings.simplefilter("ignore")
    for name in files(path):
        with open(name, "rb") as stream:  # noqa: PTH123 (as fast as can be)
            data = stream.read()
        if work == "parse":
            try:
                ast.parse(data)
            except (SyntaxError, ValueError):
                print(f"{name}: cannot be parsed", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])

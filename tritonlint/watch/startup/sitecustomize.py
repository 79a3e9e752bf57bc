"""What Python imports at its start, in a program that `tritonlint record` runs: the environment's
own `sitecustomize`, if it has one, and the recorder."""

import os
import sys


def _own() -> None:
    """Import the module of this name that would have been imported without tritonlint."""
    import importlib

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or ".") != here]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
        if mine is not None:
            sys.modules["sitecustomize"] = mine


def _record() -> None:
    """Begin to record, with the tritonlint that runs the program."""
    home = os.environ.get("TRITONLINT_HOME", "")
    if home and home not in sys.path:
        sys.path.append(home)
    try:
        from tritonlint.watch.recording import begin

        begin()
    except Exception as error:
        print(f"tritonlint: nothing is recorded: {type(error).__name__}: {error}", file=sys.stderr)


if os.environ.get("TRITONLINT_RECORD"):
    _record()
_own()

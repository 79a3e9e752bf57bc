"""Tests of types that cannot be read: whether one rules out what another lets through."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from tritonlint.facts.hazards.raw_bytes.supported import works_with_no_bytes
from tritonlint.facts.host.conditions.silent_tests import asks_dtype, speaks_of_types
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.symbols import Compared, Spelled, Symbol, Unknown
from tritonlint.facts.host.values.values import Path

_CALL = re.compile(r"[\w.]+\([^()]*\)")
_DISPLAYED = ("[", "(", "{")


def may_be_excluded(run: Run, taken: Path, chosen: Path) -> bool:
    """Whether a launch stands under a test of types that cannot be read (`is_mx(input_dtype)`,
    `kind in MX_KINDS`), where something is what it is only on a path (`chosen`) of other tests of
    types: the one may exclude the other; or is in a class that is not made for bytes."""
    others = [test for test, outcome in chosen if (test, outcome) not in taken]
    asked = any(asks_dtype(test) and not _is_unread(run, test) for test in others)
    unread = any(_is_unread(run, test) for test, _ in taken)
    return asked and (unread or works_with_no_bytes(run))


def _is_unread(run: Run, test: Symbol) -> bool:
    """Whether a test asks for types by a function, or by a table, that is not followed."""
    match test:
        case Spelled(code=code):
            return speaks_of_types(code) and _CALL.fullmatch(code) is not None
        case Compared(operator="In", right=Spelled(code=code)):
            return asks_dtype(test) and not code.startswith(_DISPLAYED)
        case Unknown(path=path, line=line, column=column):
            module = run.project.cached(str(FilePath(path).absolute()))
            rest = module.source.lines[line - 1][column:] if module is not None else ""
            call = _CALL.match(rest)
            return call is not None and speaks_of_types(call[0])
    return False

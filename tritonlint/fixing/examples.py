"""Running the examples in a rule's file: what is right must stay silent, what is wrong must be
found, and fixed as it says."""

from __future__ import annotations

import difflib
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tritonlint.engine import check
from tritonlint.errors import SourceError
from tritonlint.fixing import fixing
from tritonlint.rule.base import BaseRule
from tritonlint.rule.examples import Invalid
from tritonlint.settings.config import Settings


def problems(rule: type[BaseRule], settings: Settings) -> Iterator[str]:
    """What is wrong with the examples of `rule`, each with its number in VALID or INVALID, from 1:
    nothing for a rule that keeps its word."""
    own = replace(
        settings, select=(rule.code,), extend_select=(), ignore=(), per_file_ignores=(),
        preview=True, confidence="possible", baseline=None,
    )  # fmt: skip
    for number, code in enumerate(rule.VALID, 1):
        yield from (f"VALID {number}: {each}" for each in _of_valid(code, own))
    for number, each in enumerate(rule.INVALID, 1):
        example = Invalid(each) if isinstance(each, str) else each
        yield from (f"INVALID {number}: {said}" for said in _of_invalid(example, own))


def _of_valid(code: str, settings: Settings) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        result = check.check([_written(folder, code)], settings)
    yield from (each.reason for each in result.skipped)
    for finding in result.findings:
        yield f"line {finding.span.line}: found: {finding.message}"


def _of_invalid(example: Invalid, settings: Settings) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = _written(folder, example.code)
        result = check.check([path], settings)
        if result.skipped:
            yield from (each.reason for each in result.skipped)
            return
        if not result.findings:
            yield "nothing is found"
            return
        said = [each.message for each in result.findings]
        if example.expected_message is not None and example.expected_message not in said:
            yield f"the message is {' and '.join(map(repr, said))}"
        if example.expected_replacement is not None:
            yield from _of_fix(path, _module(example.expected_replacement), settings)


def _of_fix(path: Path, expected: str, settings: Settings) -> Iterator[str]:
    try:
        fixed = fixing.fixed_text(path, settings)
    except SourceError as error:
        yield f"the fix: {error.reason}"
        return
    if fixed != expected:
        lines = difflib.unified_diff(
            expected.splitlines(), fixed.splitlines(), "expected", "as fixed", lineterm=""
        )
        yield "the fix makes another module\n" + "\n".join(lines)


def _written(folder: str, code: str) -> Path:
    path = Path(folder, "example.py")
    path.write_text(_module(code), encoding="utf-8", newline="\n")
    return path


def _module(code: str) -> str:
    return textwrap.dedent(code).lstrip("\n")

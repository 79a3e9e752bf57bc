"""What holds for every input, however broken: what the fuzzer, the property tests and the replay of
the corpus ask."""

from __future__ import annotations

import ast
import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tritonlint.engine import check as engine
from tritonlint.errors import SourceError, TritonlintError
from tritonlint.facts.survey.survey import Analysis
from tritonlint.fixing import fixing
from tritonlint.settings import config
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile


def check(data: bytes) -> None:
    """A module with these bytes is checked and fixed without an error, the same each time, and a
    second pass of the fixes changes nothing."""
    with _folder() as folder:
        settings = Settings(root=folder, confidence="possible")
        path = Path("module.py")
        path.write_bytes(data)
        result = engine.check([path], settings)
        assert engine.check([path], settings) == result, "another result the second time"
        assert all(each.reason.strip() for each in result.skipped), "skipped without a reason"
        assert not any("internal error" in each.reason for each in result.skipped), result.skipped
        _must_lie_in(SourceFile("module.py", data), result)
        plan = fixing.plan(result, settings, unsafe=True)
        for change in plan.changes:
            ast.parse(change.after)
            Path(change.path).write_bytes(change.after)
        if plan.changes:
            again = fixing.plan(engine.check([path], settings), settings, unsafe=True)
            assert not again.changes, "the fixes are not stable"


def facts(data: bytes) -> None:
    """The facts of a module with these bytes are found out without an error, every hazard's
    included: here nothing keeps what goes wrong with one function from coming out."""
    with _folder():
        path = Path("module.py")
        path.write_bytes(data)
        analysis = Analysis()
        analysis.bulkhead.strict = True
        with contextlib.suppress(SourceError):
            source = SourceFile("module.py", data)
            _ = source.text
            analysis.concerns(os.path.abspath(path))
            analysis.observe([source], {os.path.abspath(path)})


def configuration(data: bytes) -> None:
    """A settings file with these bytes is loaded, or refused with an error that names it."""
    for name in ("pyproject.toml", "tritonlint.toml"):
        with _folder() as folder:
            Path(name).write_bytes(data)
            try:
                loaded = config.load(folder, {})
            except TritonlintError as error:
                assert name in str(error) or "extend" in str(error), f"names no file: {error}"
            else:
                assert loaded == config.load(folder, {}), "other settings the second time"


TARGETS: dict[str, Callable[[bytes], None]] = {
    "check": check,
    "config": configuration,
    "facts": facts,
}


def _must_lie_in(source: SourceFile, result: engine.Result) -> None:
    for finding in result.findings:
        snippet = source.snippet(finding.span)
        assert snippet == finding.snippet, f"{finding.span} holds {snippet!r}, not its snippet"
        assert snippet.strip(), f"{finding.span} is empty"


@contextmanager
def _folder() -> Iterator[Path]:
    """An empty working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)

"""Applying the rules to the files that they look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from tritonlint.engine.work import Work
from tritonlint.errors import SourceError
from tritonlint.facts.hazards.observation import Observation
from tritonlint.findings import Finding
from tritonlint.rule import registry
from tritonlint.rule.base import BaseRule
from tritonlint.rule.shapes import SyntaxRule, walk
from tritonlint.rule.suspect import Suspect
from tritonlint.settings.scopes import Scopes
from tritonlint.source import SourceFile, display_path

Codes = Callable[[str], Collection[str]]


def judge(
    sources: Iterable[SourceFile],
    observations: Iterable[Observation],
    codes: Codes,
    scopes: Scopes,
    work: Work,
) -> tuple[list[Finding], list[tuple[str, str]]]:
    """What the rules find in `sources`: in those of which something was observed, and in those that
    a rule asks for by their text; `codes` are the rules that are on for a path. And, by path, why a
    rule could not look."""
    from tritonlint.facts.hazards.raw_bytes.once import distinct

    observed: dict[str, list[Observation]] = {}
    for each in distinct(observations):
        observed.setdefault(each.place.path, []).append(each)
    asking = asking_by_text()
    findings: list[Finding] = []
    failed: list[tuple[str, str]] = []
    for source in sorted(sources, key=lambda each: each.path):
        seen = source.path in observed
        on = codes(source.path) if seen or asking else ()
        wanted = [code for code in on if seen or code in asking]
        if wanted:
            suspect = Suspect(source, observed.get(source.path, ()), scopes.of(source.path))
            found, reasons = _judge(suspect, wanted, work)
            findings += found
            failed += [(source.path, each) for each in reasons]
    return findings, failed


def asking_by_text() -> set[str]:
    """The rules that ask for files by their text."""
    return {code for code, info in registry.codes().items() if _asks(info.found)}


def _asks(rule: type[BaseRule] | None) -> bool:
    """Whether a rule asks for files by their text. The built-in ones do not."""
    return rule is not None and issubclass(rule, SyntaxRule) and rule.text is not None


def _judge(suspect: Suspect, codes: Iterable[str], work: Work) -> tuple[list[Finding], list[str]]:
    """What the rules `codes` find in one file, and why some could not look at it."""
    findings: list[Finding] = []
    failed: list[str] = []
    shapes: list[SyntaxRule] = []
    try:
        for code in codes:
            with work.observer.stage(f"rule {code}"):
                try:
                    rule = registry.load(code)()
                    if not isinstance(rule, SyntaxRule):
                        findings += list(rule.check(suspect))
                    elif rule.looks_at(suspect):
                        shapes.append(rule)
                except RecursionError:
                    raise
                except Exception as error:
                    failed.append(failure(code, error))
        if shapes:
            with work.observer.stage("rules about shapes"):
                findings += walk(
                    shapes, suspect, lambda rule, error: failed.append(failure(rule.code, error))
                )
    except RecursionError:
        failed.append("nested too deeply for the rules to be applied")
    except SourceError as error:
        failed.append(error.reason)
    return findings, failed


def failure(code: str, error: Exception) -> str:
    """What is said of a rule that raised: which, and where in its module."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = getattr(sys.modules.get(registry.codes()[code].module), "__file__", None)
    frame = next((each for each in reversed(frames) if each.filename == own), frames[-1])
    where = f"{display_path(Path(frame.filename))}:{frame.lineno}"
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"internal error of {code} at {where}: {what}; please report it"

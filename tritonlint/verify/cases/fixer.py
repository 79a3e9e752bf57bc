"""The fix that a case is run with: what the tool makes of its files now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path


def fixed_text(path: Path, rule: str = "") -> str:
    """The text of the file at `path` with every fix made, the unsafe ones too; with those of `rule`
    alone if it is given, none where there is no such rule yet. Raises SourceError."""
    from tritonlint.fixing import fixing
    from tritonlint.rule import registry
    from tritonlint.settings import config
    from tritonlint.source import read_source

    if not rule:
        return fixing.fixed_text(path)
    if rule not in registry.codes():
        return read_source(path).text
    return fixing.fixed_text(path, replace(config.load(path), select=(rule,)))

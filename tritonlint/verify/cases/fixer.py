"""The fix that a case is run with: what the tool makes of its files now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tritonlint.facts.index.universe import Texts


def fixed_text(path: Path, rule: str = "", known: Texts | None = None) -> str:
    """The text of the file at `path` with every fix made, the unsafe ones too; with those of `rule`
    alone if it is given, none where there is no such rule yet. `known` is what is told of the other
    files already. Raises SourceError."""
    from tritonlint.fixing import fixing
    from tritonlint.rule import registry
    from tritonlint.settings import config
    from tritonlint.source import read_source

    if not rule:
        return fixing.fixed_text(path, known=known)
    if rule not in registry.codes():
        return read_source(path).text
    return fixing.fixed_text(path, replace(config.load(path), select=(rule,)), known)

"""Which rules are on: what names stand for, and what the settings choose."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tritonlint.rule import registry

if TYPE_CHECKING:
    from tritonlint.settings.config import Settings


def selected(settings: Settings) -> frozenset[str]:
    """The codes that are on under `settings`. Raises UsageError and ConfigError like `select` and
    `register`."""
    registry.register(settings.rule_modules, settings.folders)
    known = registry.codes()
    chosen = select(
        (*(settings.select or ("ALL",)), *settings.extend_select), settings.ignore, settings.preview
    )
    return frozenset(code for code in chosen if known[code].asked in ("", *settings.rule_modules))


def select(select: Iterable[str], ignore: Iterable[str], preview: bool) -> frozenset[str]:
    """The codes that are on: those that `select` names (default: all), less those of `ignore`,
    where the more specific name wins: `TL001` over `TL0` over `ALL`, and `ignore` over `select` for
    the same. A preview rule only with `preview` or when it is selected by its full code or name.
    Raises UsageError for a name that no rule has."""
    wanted = {each: matching(each) for each in tuple(select) or ("ALL",)}
    unwanted = {each: matching(each) for each in ignore}
    chosen: set[str] = set()
    for level in sorted(map(_specificity, {*wanted, *unwanted})):
        for each, found in wanted.items():
            chosen |= found if _specificity(each) == level else set()
        for each, found in unwanted.items():
            chosen -= found if _specificity(each) == level else set()
    exact = {
        code
        for each, found in wanted.items()
        for code in found
        if each in (code, registry.codes()[code].name)
    }
    return frozenset(
        code
        for code in chosen
        if preview or code in exact or registry.load_status(code) == "default"
    )


def _specificity(wanted: str) -> int:
    """How specific a selector is: `ALL`, then a prefix by its length, then a whole code or name."""
    if wanted == "ALL":
        return 0
    named = wanted in registry.codes() or any(
        info.name == wanted for info in registry.codes().values()
    )
    return sys.maxsize if named else len(wanted)


def matching(wanted: str) -> frozenset[str]:
    """The codes that a code, a prefix of codes, a name or `ALL` stands for. Raises UsageError when
    there is none."""
    found = frozenset(
        code
        for code, info in registry.codes().items()
        if wanted == "ALL" or code.startswith(wanted) or info.name == wanted
    )
    if not found or not wanted:
        raise registry.unknown(wanted)
    return found

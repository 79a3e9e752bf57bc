"""Results that are kept for functions, classes and modules as long as their files are parsed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_CLEAR: list[Callable[[], None]] = []


def kept(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep up to `most` results of a function of syntax trees, until `forget`: what it is given
    holds the tree of a whole file, which could not be dropped else."""

    def keep(function: Callable[P, T]) -> Callable[P, T]:
        cache = lru_cache(maxsize=most)(function)
        _CLEAR.append(cache.cache_clear)
        return cache  # type: ignore[return-value]

    return keep


def forget() -> None:
    """Keep nothing."""
    for clear in _CLEAR:
        clear()

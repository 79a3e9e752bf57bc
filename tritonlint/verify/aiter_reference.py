"""AMD's own kernels as the reference, where the real AITER is importable.

AITER is not on the public package index. The package of that name there is an unrelated library of
asynchronous iterators, so a package called `aiter` is judged by its contents, before any of it is
imported: AITER has `aiter/ops/cache.py` and `aiter/ops/shuffle.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INDEPENDENT = "the independent quantizer"
AITER = "AITER's indexer_k_quant_and_cache and shuffle_weight"
_NEEDED = ("ops/cache.py", "ops/shuffle.py")


@dataclass(frozen=True)
class Pair:
    """AITER's kernels: `quantize(k, kv_cache, slot_mapping, quant_block_size, scale_fmt)` writes
    codes row by row and then scales into each page; `shuffle(codes, layout=(16, 16))` returns rows
    of codes in tiles."""

    quantize: Callable[..., Any]
    shuffle: Callable[..., Any]


@dataclass(frozen=True)
class Reference:
    """What the bytes are compared with. `pair` is None for the independent quantizer; `note` says
    in one line why AITER was not used, wherever something called `aiter` is installed."""

    name: str
    pair: Pair | None = None
    note: str = ""


def select(rocm: bool) -> Reference:
    """The reference to use on this machine, whose torch is built for ROCm or not."""
    folder = _folder()
    if folder is None:
        return Reference(INDEPENDENT)
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        return _without(
            f"the package aiter in {folder} is not AMD's AITER (no {missing[0]}); the public index"
            " has asynchronous iterators under that name"
        )
    if not rocm:
        return _without(f"AITER in {folder} needs ROCm")
    try:
        cache = importlib.import_module("aiter.ops.cache")
        shuffle = importlib.import_module("aiter.ops.shuffle")
        pair = Pair(cache.indexer_k_quant_and_cache, shuffle.shuffle_weight)
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        return _without(f"AITER in {folder} cannot be used: {type(error).__name__}: {first}")
    return Reference(AITER, pair)


def _without(why: str) -> Reference:
    return Reference(INDEPENDENT, None, f"{why}; compared with {INDEPENDENT}")


def _folder() -> Path | None:
    """The folder of the package `aiter`, without importing it."""
    try:
        spec = importlib.util.find_spec("aiter")
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    found = list(spec.submodule_search_locations or ())
    return Path(found[0] if found else spec.origin or "aiter")

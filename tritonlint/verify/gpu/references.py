"""What the bytes of a paged key cache are compared with, the strongest reference first.

1. AMD's own kernels, where the real AITER is importable on ROCm.
2. vLLM's compiled producer, on CUDA with nvcc and the unpacked release at hand (`gpu/producer.py`),
   with AITER's `shuffle_weight` for the tiled layout, which needs torch only.
3. The independent quantizer, anywhere.

AITER is on the package index as `amd-aiter` and is imported as `aiter`. So is an unrelated library
of asynchronous iterators; a package called `aiter` is therefore judged by its contents, before any
of it is imported: AITER has `aiter/ops/cache.py` and `aiter/ops/shuffle.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tritonlint.errors import VerifyError

INDEPENDENT = "the independent quantizer"
AITER = "AITER's indexer_k_quant_and_cache and shuffle_weight"
PRODUCER = "vLLM's compiled indexer_k_quant_and_cache"
SHUFFLED = " and AITER's shuffle_weight"
_CACHE, _SHUFFLE = "ops/cache.py", "ops/shuffle.py"


@dataclass(frozen=True)
class Pair:
    """Kernels of others: `quantize(k, kv_cache, slot_mapping, quant_block_size, scale_fmt)` writes
    codes row by row and then scales into each page; `shuffle(codes, layout=(16, 16))` returns rows
    of codes in tiles, and is None where there is none."""

    quantize: Callable[..., Any]
    shuffle: Callable[..., Any] | None


@dataclass(frozen=True)
class Reference:
    """What the bytes are compared with; `pair` is None for the independent quantizer."""

    name: str
    pair: Pair | None = None

    def can(self, layout: object) -> bool:
        """Whether it has the bytes of a page in this layout."""
        return self.pair is None or self.pair.shuffle is not None or layout != "SHUFFLE"


@dataclass(frozen=True)
class References:
    """The references of this machine, the strongest first, the independent quantizer last, and why
    a stronger one is not among them, where that is worth saying."""

    found: tuple[Reference, ...]
    notes: tuple[str, ...] = ()


def available(rocm: bool, releases: Path | None = None) -> References:
    """The references to use on this machine, whose torch is built for ROCm or not; `releases` is
    the folder in which releases are unpacked. Compiles vLLM's producer where that can be done and
    was not done before."""
    notes: list[str] = []
    found = []
    folder = _aiter(notes)
    for make in (_by_aiter, _by_producer):
        try:
            reference = make(rocm, folder, releases)
        except VerifyError as error:
            notes.append(f"{error}")
            continue
        found += [reference] if reference else []
    return References((*found, Reference(INDEPENDENT)), tuple(notes))


def _aiter(notes: list[str]) -> Path | None:
    """The folder of the real AITER; an impostor is noted."""
    folder = _folder()
    if folder is None:
        return None
    missing = [name for name in (_CACHE, _SHUFFLE) if not (folder / name).is_file()]
    if not missing:
        return folder
    notes.append(
        f"the package aiter in {folder} is not AMD's AITER (no {missing[0]}): it is a library of"
        " asynchronous iterators; AITER is `amd-aiter` on the package index"
    )
    return None


def _by_aiter(rocm: bool, folder: Path | None, releases: Path | None) -> Reference | None:
    if not rocm or folder is None:
        return None
    try:
        cache = importlib.import_module("aiter.ops.cache")
        shuffle = importlib.import_module("aiter.ops.shuffle")
        return Reference(AITER, Pair(cache.indexer_k_quant_and_cache, shuffle.shuffle_weight))
    except Exception as error:
        raise VerifyError(f"AITER in {folder} cannot be used: {_first_line(error)}") from error


def _by_producer(rocm: bool, folder: Path | None, releases: Path | None) -> Reference | None:
    if rocm or releases is None:
        return None
    from tritonlint.verify.gpu import producer

    quantize = producer.build(releases)
    shuffle = shuffle_of(folder) if folder else None
    return Reference(PRODUCER + (SHUFFLED if shuffle else ""), Pair(quantize, shuffle))


def shuffle_of(folder: Path) -> Callable[..., Any]:
    """AITER's `shuffle_weight`, from its file alone: the package around it needs ROCm. Raises
    VerifyError when the file cannot be loaded."""
    path = folder / _SHUFFLE
    try:
        spec = importlib.util.spec_from_file_location("aiter_ops_shuffle", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: Callable[..., Any] = module.shuffle_weight
    except Exception as error:
        raise VerifyError(f"{path} cannot be loaded: {_first_line(error)}") from error
    return found


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


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

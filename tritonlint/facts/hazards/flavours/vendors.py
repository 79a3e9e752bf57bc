"""Whether a place is for one vendor, or one flavour of 8-bit floats, only."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from tritonlint.facts.host.values.values import Path as Tests
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Finder, Module
from tritonlint.source import Span

# What code asks when it is for one vendor, or one flavour, only.
_ASKED = re.compile(
    r"\b_?is_(?:cuda|hip|rocm|nvidia|amd|xpu|cpu|sm\d+\w*|gfx\w*|\w*fnuz|device_capability\w*)\b"
    r"|\b(?:has|get)_device_capability\b|version\.hip\b",
    re.IGNORECASE,
)
# Folders and files that are for one vendor only, or for a library that is.
_NAMED = re.compile(
    r"(?:^|_)(?:nvidia|cuda|cutedsl|cutlass|hopper|blackwell|sm\d+\w*|amd|rocm|hip|aiter|gfx\w+"
    r"|xpu|cpu|flashinfer|flashmla|flash_mla|trtllm|deep_?gemm)(?:_|$)",
    re.IGNORECASE,
)


_NVIDIA = re.compile(
    r"(?:^|_)(?:nvidia|cuda|cutedsl|cutlass|hopper|blackwell|sm\d+\w*)(?:_|$)", re.IGNORECASE
)


def for_nvidia(path: str) -> bool:
    """Whether a file or a function is for NVIDIA's devices only, as its path or its name says."""
    return any(_NVIDIA.search(part) for part in PurePath(path).with_suffix("").parts)


def for_vendor(project: Finder, place: Span, tests: Tests = ()) -> bool:
    """Whether `place`, reached by `tests`, is for one vendor only: the file says so, or a test
    there or before it in the function asks for the vendor."""
    if named_for_vendor(place.path, tests):
        return True
    module = project.cached(str(Path(place.path).absolute()))
    return module is not None and bool(_ASKED.search(_before(module, place)))


def named_for_vendor(path: str, tests: Tests) -> bool:
    """Whether a file says by its path that it is for one vendor only, or a test that leads there
    does."""
    parts = PurePath(path).with_suffix("").parts
    return any(_NAMED.search(part) for part in parts) or asked_for_vendor(tests)


def asked_for_vendor(tests: Tests) -> bool:
    """Whether one of these tests asks for the vendor."""
    return any(_asks(word) for key, _ in tests for word in key.words)


@kept(4096)
def _asks(word: str) -> bool:
    return _ASKED.search(word) is not None


def _before(module: Module, place: Span) -> str:
    """The text of the function around `place`, up to its end."""
    around = module.function_at(place.line)
    first = around.line if around is not None else place.line
    return module.source.snippet(Span(place.path, first, 1, place.end_line, place.end_column))

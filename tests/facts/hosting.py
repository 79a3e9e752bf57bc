"""What the tests of launching code share: small kernels, and checking modules that say what is
expected of them.

A case is the text of a module, or of several; `# expect: TL001` stands at the end of each line at
which a finding begins, and nothing else may be found.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sight import OVERLOOKED, launches, sight
from support import EXPECT
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.findings import Confidence
from tritonlint.settings.config import Settings

Place = tuple[str, int, str]

IMPORTS = "import torch\nimport triton\nimport triton.language as tl\n\n\n"

# Stores fp8 codes; reads them; packs floats to bits on purpose; copies whatever it is given.
KERNELS = (
    IMPORTS
    + """\
@triton.jit
def quantize(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    scale = tl.max(tl.abs(x), axis=0) / 448.0
    tl.store(out_ptr + offsets, (x / scale).to(out_ptr.dtype.element_ty))


@triton.jit
def dequantize(codes_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(codes_ptr + offsets).to(tl.float32) / 448.0)


@triton.jit
def quantize_or_pack(x_ptr, out_ptr, PACK: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32) * 448.0
    if PACK:
        tl.store(out_ptr + offsets, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


@triton.jit
def copy(source_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(source_ptr + offsets))


"""
)


def function(body: str, parameters: str = "x, page, n", name: str = "launch") -> str:
    """A function with that body."""
    return f"def {name}({parameters}):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, by their paths below `folder`."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def found(
    *paths: str, select: tuple[str, ...] = (), confidence: Confidence = "likely"
) -> Counter[Place]:
    """The findings of the rules `select` (all default rules without) in `paths` below the working
    directory, of this confidence at least. A file that is skipped fails the test, and so does a launch in a project that is
    overlooked."""
    settings = Settings(root=Path.cwd(), select=select, confidence=confidence)
    files = discover([Path(path) for path in paths or (".",)], settings)
    with sight() as seen:
        result = check.check(files, settings, jobs=1)
    assert result.skipped == ()
    if not paths:  # of some files, only launches that are given bytes are looked at
        overlooked = sorted(launches(files) - seen.launches)
        assert not overlooked, f"{overlooked} overlooked; `{OVERLOOKED}` says that this is meant"
    return Counter((each.span.path, each.span.line, each.code) for each in result.findings)


def expected(files: Mapping[str, str]) -> Counter[Place]:
    """What the comments in the files ask for."""
    return Counter(
        (name, number, code.strip())
        for name, text in files.items()
        for number, line in enumerate(textwrap.dedent(text).splitlines(), 1)
        for codes in EXPECT.findall(line)
        for code in codes.split(",")
    )

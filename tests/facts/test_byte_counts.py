"""Memory of bytes that is as long as elements of another type take: `n * dtype.itemsize`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.engine import check
from tritonlint.settings.config import Settings

READ, UNKNOWN = "  # expect: TL002", "  # not looked at"
READER = """
@triton.jit
def exponentials(x_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, tl.exp(tl.load(x_ptr + at).to(tl.float32)))


def get_dtype_size(dtype):
    return torch.tensor([], dtype=dtype).element_size()


"""
MADE = """
def run(x, out, n, dtype):
    {size}
    memory = torch.empty({count}, dtype=torch.{made})
    exponentials[(1,)](memory{view}, out, 64){mark}
"""
WHOLE = {
    "of a dtype": ("pass", "n * dtype.itemsize", "uint8", "", READ),
    "of a tensor": ("pass", "(4, n * x.element_size())", "uint8", "", READ),
    "by a function": ("size = n * get_dtype_size(dtype)", "size", "int8", "", READ),
    "rounded up": ("size = (n * dtype.itemsize + 127) // 128 * 128", "size", "uint8", "", READ),
    "by its own name": ("each = dtype.itemsize", "each * n", "uint8", "", READ),
    "of halves": ("pass", "n * torch.bfloat16.itemsize", "uint8", "", READ),
    "correct: viewed": ("pass", "n * dtype.itemsize", "uint8", ".view(dtype)", ""),
    "correct: as many elements": ("pass", "n * dtype.itemsize // dtype.itemsize", "uint8", "", ""),
    "correct: codes and what else there is": ("pass", "n + n * dtype.itemsize", "uint8", "", ""),
    "correct: what else there is and codes": ("pass", "n * dtype.itemsize + n", "uint8", "", ""),
    "correct: of integers": ("pass", "n * torch.int32.itemsize", "uint8", "", ""),
    "correct: of the type itself": ("pass", "n * dtype.itemsize", "float32", "", UNKNOWN),
}


@pytest.mark.parametrize(("size", "count", "made", "view", "mark"), WHOLE.values(), ids=list(WHOLE))
def test_made_of_so_many(
    size: str,
    count: str,
    made: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MADE.format(size=size, count=count, made=made, view=view, mark=mark)
    files = {"user.py": KERNELS + READER + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


CUT = """
class Arena:
    def __init__(self, n):
        self.memory = torch.zeros(n, dtype=torch.uint8)

    def put(self, x, n, at, dtype):
        window = self.memory[{part}]{mark}
        exponentials[(1,)](window{view}, x, 64)
"""
PARTS = {
    "from the first on": (": n * dtype.itemsize", "", READ),
    "from somewhere on": ("at : at + n * x.element_size()", "", READ),
    "correct: viewed": ("at : at + n * dtype.itemsize", ".view(dtype)", ""),
    "correct: as many bytes": ("at : at + n", "", ""),
    "correct: after so many bytes": ("n * dtype.itemsize :", "", ""),
}


@pytest.mark.parametrize(("part", "view", "mark"), PARTS.values(), ids=list(PARTS))
def test_cut_out_of_so_many(
    part: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + READER + CUT.format(part=part, view=view, mark=mark)}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


@pytest.mark.parametrize(
    ("dtype", "view"), [("dtype", None), ("torch.float16", ".view(torch.float16)")]
)
def test_the_fix_names_the_type(
    dtype: str, view: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which type it is may not be known: then there is no fix."""
    monkeypatch.chdir(tmp_path)
    text = MADE.format(size="pass", count=f"n * {dtype}.itemsize", made="uint8", view="", mark="")
    write(tmp_path, {"user.py": KERNELS + READER + text})
    result = check.check([Path("user.py")], Settings(root=Path.cwd(), select=("TL002",)), jobs=1)
    (finding,) = result.findings
    edits = finding.fix.edits if finding.fix is not None else ()
    assert [each.replacement for each in edits] == ([view] if view else [])
    assert "1.0 in torch." in finding.trigger


MOVED = """
@triton.jit
def pack(x_ptr, codes_ptr, y_ptr, rows_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32) / 448.0
    tl.store(codes_ptr + at, x.to(codes_ptr.dtype.element_ty))
    tl.store(rows_ptr + at, tl.load(y_ptr + at))


def move(w, x, y, n):
    {size}
    codes = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)
    memory = torch.empty((4, n * {of}), dtype=torch.uint8)
    {launch}[(1,)]({first}{source}, memory{view}, 64){mark}
"""
STORED = "  # expect: TL001"


@pytest.mark.parametrize(
    ("size", "of", "source", "view", "mark"),
    [
        # Images and masks have a size of elements too.
        ("pass", "x.element_size()", "copied: x", "", ""),
        ("pass", "x.element_size()", "x", "", STORED),
        ("size = x.dtype.itemsize", "size", "x", "", STORED),
        ("x = x.contiguous()", "x.element_size()", "x", "", STORED),
        ("pass", "x.element_size()", "x.view(torch.uint8)", "", ""),
        ("pass", "x.element_size()", "x", ".view(x.dtype)", ""),
        ("pass", "y.element_size()", "x", "", ""),
    ],
    ids=[
        "nothing is viewed",
        "of it",
        "by a name",
        "of it, whole",
        "correct: its bytes",
        "correct: viewed",
        "of others",
    ],
)
def test_what_is_moved_to_as_many_bytes_as_its_elements_take(
    size: str,
    of: str,
    source: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    alone, source = source.startswith("copied: "), source.removeprefix("copied: ")
    launch, first = ("copy", "") if alone else ("pack", "w, codes, ")
    text = MOVED.format(
        size=size, of=of, launch=launch, first=first, source=source, view=view, mark=mark
    )
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

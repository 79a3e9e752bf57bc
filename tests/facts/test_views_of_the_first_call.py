"""Memory that is made once and kept: what the first call views, later calls find as bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

STORED = "  # expect: TL001"
MAKE = "torch.empty(n, dtype=torch.uint8)"
VIEW = ".view(torch.float8_e4m3fn)"
OF_CLASS = """
class Scratch:
    def __init__(self):
        self.memory = None
        self.by_size = {{}}

    def get(self, n):
"""
OF_MODULE = """
MEMORY = {{}}
LAST = None


def get(n):
"""
RUN_CLASS = """

def run(x, scratch: Scratch):
    quantize[(1,)](x, scratch.get(64), 64)
"""
RUN_MODULE = """

def run(x):
    quantize[(1,)](x, get(64), 64)
"""
# By form, what the function does; `{again}` is what it gives for memory that is there already, and
# the comment says where the finding is, which correct code does not have.
OF_OBJECTS = {
    "an attribute": """
        if self.memory is None:
            self.memory = {make}
            return self.memory{view}
        return self.memory{again}
""",
    "an attribute, there first": """
        if self.memory is not None:
            return self.memory{again}
        self.memory = {make}
        return self.memory{view}
""",
    "a dict of an object": """
        if n not in self.by_size:
            self.by_size[n] = {make}
            return self.by_size[n]{view}
        return self.by_size[n]{again}
""",
}
OF_MODULES = {
    "a dict of a module": """
    if n not in MEMORY:
        made = {make}
        MEMORY[n] = made
        return made{view}
    return MEMORY[n]{again}
""",
    "by get, named in the test": """
    if (made := MEMORY.get(n)) is None:
        made = MEMORY[n] = {make}
        return made{view}
    return made{again}
""",
    "by get": """
    made = MEMORY.get(n)
    if made is None:
        made = {make}
        MEMORY[n] = made
        return made{view}
    return made{again}
""",
    "by what it raises": """
    try:
        return MEMORY[n]{again}
    except KeyError:
        MEMORY[n] = {make}
        return MEMORY[n]{view}
""",
    "a name of a module": """
    global LAST
    if LAST is not None and LAST.numel() >= n:
        return LAST{again}
    LAST = {make}
    return LAST{view}
""",
}
CASES = {
    **{name: (OF_CLASS + each[1:], RUN_CLASS) for name, each in OF_OBJECTS.items()},
    **{name: (OF_MODULE + each[1:], RUN_MODULE) for name, each in OF_MODULES.items()},
}


@pytest.mark.parametrize("again", ["", VIEW], ids=["hazard", "correct"])
@pytest.mark.parametrize("name", CASES)
def test_views_of_the_first_call(
    name: str, again: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function, run = CASES[name]
    text = KERNELS + function.format(make=MAKE, view=VIEW, again=again) + run
    write(tmp_path, {"user.py": text})
    assert {code for _, _, code in found(select=("TL001",))} == (set() if again else {"TL001"})


# Two buffers of which one is viewed, made in a `try` and in its handler.
TRIED = """
def get(n, group):
    try:
        made = torch.empty(n, dtype=torch.uint8, device=group)
        return made{first}
    except RuntimeError:
        return torch.empty(n, dtype=torch.uint8){second}


def run(x, group):
    copy_to[(1,)](x, get(64, group), 64){mark}
"""
COPY = """
@triton.jit
def copy_to(x_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, tl.load(x_ptr + at).to(out_ptr.dtype.element_ty))


"""
HALF = ".view(torch.bfloat16)"


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [(HALF, "", STORED), ("", HALF, STORED), (HALF, HALF, ""), ("", "", "")],
    ids=["the handler's is bytes", "the other is bytes", "correct", "correct: bytes are copied"],
)
def test_one_of_a_try(
    first: str, second: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + COPY + TRIED.format(first=first, second=second, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


OLD_TORCH = """
def run(x, n):
    memory = torch.zeros(n, dtype=torch.uint8)
    try:
        memory = memory.view(torch.float8_e4m3fn)
    except AttributeError:
        {otherwise}
    quantize[(1,)](x, memory, 64)
"""


@pytest.mark.parametrize("otherwise", ["pass", "memory = memory.view(torch.int8)"])
def test_what_torch_may_lack(
    otherwise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + OLD_TORCH.format(otherwise=otherwise)})
    assert not found(select=("TL001",))

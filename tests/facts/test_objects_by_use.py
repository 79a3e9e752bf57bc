"""Objects of which no annotation tells the class: what is called on them does, and what the one
function of the file makes such objects of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
POOLS = """\
class Pool:
    def __init__(self, n):
        self.n = n
        self.page = torch.zeros(n, 80, dtype=torch.uint8)

    def scales(self):
        return self.page[:, 64:].view(torch.float32)

    def codes(self, layer):
        return self.page[:, :64]{view}{mark}

    def get(self, layer):
        return self.page[:, :64]{view}{mark_get}


class Other:
    def __init__(self, n):
        self.n = n
        self.page = torch.zeros(n, 64)

    def get(self, layer):
        return self.page


class Backend:
    def __init__(self, pool):
        self.pool = pool

    def forward(self, x):
        {forward}


def write(pool, x):
    {write}
"""
VIEW = ".view(torch.float8_e4m3fn)"
# What a method of a class does that keeps a pool, and a function that is handed one; whether the
# view is missing at `codes`, at `get`.
USES = {
    "an attribute": ("quantize[(1,)](x, self.pool.codes(0), self.pool.n)", "pass", 1, 0),
    "an attribute, one method": ("quantize[(1,)](x, self.pool.codes(0), 64)", "pass", 1, 0),
    "a parameter": ("pass", "quantize[(1,)](x, pool.codes(0), pool.n)", 1, 0),
    "a parameter, one method": ("pass", "quantize[(1,)](x, pool.codes(0), 64)", 1, 0),
    "asked of which class": (
        "if isinstance(self.pool, Pool): return\n"
        "        quantize[(1,)](x, self.pool.codes(0), self.pool.n)",
        "pass",
        0,
        0,
    ),
    "asked for what it lacks": (
        'stream = getattr(self.pool, "stream")\n'
        "        quantize[(1,)](x, self.pool.codes(0), self.pool.n)",
        "pass",
        0,
        0,
    ),
    "over a name": ("p = self.pool; c = p.codes(0); quantize[(1,)](x, c, 64)", "pass", 1, 0),
    "of either class": ("quantize[(1,)](x, self.pool.get(0), self.pool.n)", "pass", 0, 0),
    "of one class by the rest": (
        "quantize[(1,)](x, self.pool.get(0), self.pool.scales().shape[0])",
        "pass",
        0,
        1,
    ),
    "a common name": ("pass", "quantize[(1,)](x, pool.get(0), 64)", 0, 0),
    "another method asks for more": (
        "quantize[(1,)](x, self.pool.codes(0), 64)\n\n"
        "    def more(self):\n        return self.pool.lengths",
        "pass",
        0,
        0,
    ),
    "its method is replaced": (
        "quantize[(1,)](x, self.pool.codes(0), 64)",
        "pool.codes = typed",
        0,
        0,
    ),
    "more than the class has": (
        "quantize[(1,)](x, self.pool.codes(0), self.pool.stride)",
        "pass",
        0,
        0,
    ),
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "viewed"])
@pytest.mark.parametrize(("forward", "function", "codes", "get"), USES.values(), ids=list(USES))
def test_the_class_of_a_pool(
    forward: str,
    function: str,
    codes: int,
    get: int,
    view: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    marks = {
        "mark": HIT if codes and not view else "",
        "mark_get": HIT if get and not view else "",
    }
    text = KERNELS + POOLS.format(view=view, forward=forward, write=function, **marks)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


MADE = """\
class Page:
    def __init__(self, codes, scales):
        self.codes = codes
        self.scales = scales


class Handle:
    def __init__(self, page: Page):
        self.page = page


class Messages:
    def __init__(self, n):
        self.raw = torch.zeros(n, 68, dtype=torch.uint8)

    def receive(self):
        return Page(self.raw[:, :64]{view}{mark}, self.raw[:, 64:].view(torch.float32))

    def handle(self):
        return Handle(self.receive())


def unpack(page: Page, out):
    {unpack}


def unpack_handle(handle: Handle, out):
    {unpack_handle}


{more}
"""
LAUNCH = "quantize[(1,)](out, {}.codes, 64)"
TYPED = "def typed(n):\n    return Page(torch.zeros(n, 64, dtype=torch.float8_e4m3fn), None)\n"
MAKERS = {
    "one function": (LAUNCH.format("page"), "pass", "", HIT),
    "an object in it": ("pass", LAUNCH.format("handle.page"), "", HIT),
    "at the top": (LAUNCH.format("page"), "pass", "PAGE = Page(torch.zeros(64), None)\n", ""),
    "another function": (LAUNCH.format("page"), "pass", TYPED, ""),
    "by another name": (
        LAUNCH.format("page"),
        "pass",
        f"make = Page\n\n\ndef typed(raw):\n    return make(raw{VIEW}, None)\n",
        "",
    ),
    "out of a table": (
        LAUNCH.format("page"),
        "pass",
        f'KINDS = {{"page": Page}}\n\n\ndef typed(raw):\n'
        f'    return KINDS["page"](raw{VIEW}, None)  # not looked at\n',
        "",
    ),
    "by a class that inherits": (
        LAUNCH.format("page"),
        "pass",
        f"class Typed(Page):\n    def __init__(self, raw):\n"
        f"        super().__init__(raw{VIEW}, None)\n",
        "",
    ),
    "changed by its table": (
        LAUNCH.format("page"),
        "pass",
        f"def typed(page):\n    vars(page).update(codes=page.codes{VIEW})\n    return page\n",
        "",
    ),
    "asked for only": (
        LAUNCH.format("page"),
        "pass",
        "def is_one(page):\n    return isinstance(page, Page)\n",
        HIT,
    ),
    "replaced": (
        LAUNCH.format("page"),
        "pass",
        f"def typed(page):\n    return replace(page, codes=page.codes{VIEW})\n",
        "",
    ),
    "assigned": (
        LAUNCH.format("page"),
        "pass",
        f"def typed(page):\n    page.codes = page.codes{VIEW}\n    return page\n",
        "",
    ),
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "viewed"])
@pytest.mark.parametrize(("unpack", "handle", "more", "mark"), MAKERS.values(), ids=list(MAKERS))
def test_what_an_object_is_made_with(
    unpack: str,
    handle: str,
    more: str,
    mark: str,
    view: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"unpack": unpack, "unpack_handle": handle, "more": more}
    # The slice and the comma after it stand in one line.
    text = KERNELS + MADE.format(view=view, mark="", **given)
    if mark and not view:
        at = "return Page(self.raw[:, :64], self.raw[:, 64:].view(torch.float32))"
        text = text.replace(at, at + mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


@pytest.mark.parametrize("spelled", ["from user import Page", "import user"])
def test_objects_that_other_files_make(
    spelled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another file makes such objects too, they may be of other memory."""
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MADE.format(
        view="", mark="", unpack=LAUNCH.format("page"), unpack_handle="pass", more=""
    )
    name = "Page" if "from" in spelled else "user.Page"
    other = f"import torch\n{spelled}\n\n\ndef typed(raw):\n    return {name}(raw{VIEW}, None)\n"
    write(tmp_path, {"user.py": text, "other.py": other})
    assert found(select=("TL001",)) == expected({"user.py": text})


KEPT = """\
class Page:
    def __init__(self, codes, scales):
        self.codes = codes
        self.scales = scales


class Engine:
    def __init__(self, n):
        raw = torch.zeros(n, 68, dtype=torch.uint8)
        codes = raw[:, :64]{view}{mark}
        self.page = Page(codes, raw[:, 64:].view(torch.float32))


def unpack(page: Page, out):
    quantize[(1,)](out, page.codes, 64)
"""


@pytest.mark.parametrize(("view", "mark"), [("", HIT), (VIEW, "")])
def test_objects_that_a_method_keeps(
    view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + KEPT.format(view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


ANNOTATED = """\
class Pool:
    def __init__(self, n):
        self.page = torch.zeros(n, dtype=torch.uint8)

    def rows_of(self, layer):
        return self.page


def put(pool{annotation}, x):
    quantize[(1,)](x, pool.rows_of(0), 64)
"""
OTHER = "import torch\n\n\nclass Typed:\n    def {}(self, layer):\n        return self.half\n"


@pytest.mark.parametrize(
    ("annotation", "other"),
    [(': "DevicePool"', "rows_of_none"), ("", "rows_of")],
    ids=["an unknown class", "a class of another file"],
)
def test_another_class_has_the_method(
    annotation: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ANNOTATED.format(annotation=annotation)
    files = {"user.py": text, "other.py": OTHER.format(other)}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected({"user.py": text})


def test_attributes_that_other_files_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MADE.format(
        view="", mark="", unpack=LAUNCH.format("page"), unpack_handle="pass", more=""
    )
    other = f"import torch\n\n\ndef typed(page):\n    page.codes = page.codes{VIEW}\n"
    write(tmp_path, {"user.py": text, "other.py": other})
    assert found(select=("TL001",)) == expected({"user.py": text})


STEP = """\
@triton.jit
def moment(g_ptr, m_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    m = tl.load(m_ptr + at).to(tl.float32) * 0.9 + tl.load(g_ptr + at).to(tl.float32) * 0.1
    tl.store(m_ptr + at, m.to(m_ptr.dtype.element_ty))


class Optimizer(torch.optim.Optimizer):
    def step(self):
        for p in self.param_groups[0]["params"]:
            state = self.state[p]
            if {empty}:
                state["moment"] = torch.zeros_like(p, dtype=torch.uint8)
            n = p.numel()
            moment[(n // 64,)](p.grad, state["moment"]{view}, 64){mark}
"""
EMPTY = ("not state", "len(state) == 0", '"moment" not in state')


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "viewed"])
@pytest.mark.parametrize("empty", EMPTY)
def test_what_is_asked_of_a_tensor_is_not_of_a_class_with_unknown_bases(
    empty: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + STEP.format(empty=empty, view=view, mark="" if view else HIT)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


OF_UNKNOWN = """\
from elsewhere import Base


class Given(Base):
    name = "given"


class Spill:
    def __init__(self, n):
        self.memory = torch.zeros(n, 64, dtype=torch.uint8)

    def layer_codes(self, layer):
        return self.memory[layer]{mark}


def write(pool, x):
    quantize[(1,)](x, pool.layer_codes(0), 64)
"""


@pytest.mark.parametrize("known", [False, True], ids=["one of unknown bases", "alone"])
def test_what_a_class_with_unknown_bases_may_have(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + OF_UNKNOWN.format(mark=HIT if known else "")
    text = text.replace("class Given(Base):", "class Given:") if known else text
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})

"""Bad and unusual input: no crash, no hang, what cannot be analysed is said, and the rest still
is."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, Place, write
from tritonlint.engine import check as engine
from tritonlint.engine.discovery import discover
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.host.run import Run
from tritonlint.facts.project.modules import Module
from tritonlint.facts.survey import survey
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile

# What is covered is told by the tests that say what should be found: long input costs much with it.
pytestmark = pytest.mark.no_cover

WRONG = "    page = torch.empty(4, dtype=torch.uint8)\n    quantize[(1,)](x, page, 64)\n"
LAUNCH = f"def launch(x):\n{WRONG}"


def check(folder: Path, **files: str) -> tuple[list[Place], list[tuple[str, str]]]:
    """The findings in a package of these modules, and what was skipped with its reason."""
    write(
        folder, {f"pkg/{name}.py": text for name, text in files.items()} | {"pkg/__init__.py": ""}
    )
    settings = Settings(root=folder)
    result = engine.check(discover([Path("pkg")], settings), settings)
    places = [(each.span.path, each.span.line, each.code) for each in result.findings]
    return places, [(each.path, each.reason) for each in result.skipped]


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("jobs", (1, 2))
def test_a_kernel_of_too_many_steps_is_said(
    jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tritonlint.facts.device.expressions.STEPS", 200)
    steps = "    x = x * 2.0 + 1.0\n" * 100
    kernel = (
        "import triton\nimport triton.language as tl\n\n\n@triton.jit\n"
        f"def long(p, out):\n    x = tl.load(p)\n{steps}    tl.store(out, x)\n"
    )
    launch = "import torch\nfrom pkg.long import long\n\n\ndef f(x):\n    page = torch.empty(4, dtype=torch.uint8)\n    long[(1,)](x, page)\n"
    write(tmp_path, {"pkg/long.py": kernel, "pkg/launch.py": launch, "pkg/__init__.py": ""})
    settings = Settings(root=tmp_path)
    result = engine.check(discover([Path("pkg")], settings), settings, jobs=jobs)
    assert [(each.path, each.reason) for each in result.skipped] == [
        (
            "pkg/long.py",
            "`long` takes too many steps, or is nested too deeply, and is not analysed to its end",
        )
    ]


LONG = {
    "statements": "".join(f"value_{i} = {i}\n" for i in range(100_000)),
    "statements_of_a_function": "def f(x):\n"
    + "".join(f"    y{i} = x[{i}]\n" for i in range(100_000)),
    "functions": "".join(f"def f{i}(x):\n    return x\n\n\n" for i in range(25_000)),
    "functions_that_call_the_next": "".join(
        f"def f{i}(x):\n    return f{i + 1}(x)\n\n\n" for i in range(12_000)
    ),
    "a_table": "TABLE = {\n" + "".join(f'    "k{i}": {i},\n' for i in range(100_000)) + "}\n",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_long_files_are_analysed(text: str, tmp_path: Path) -> None:
    kernels = KERNELS.replace("import torch\n", "import torch\nfrom pkg.user import launch\n")
    user = f"import torch\nfrom pkg.long import quantize\n\n{LAUNCH}"
    assert check(tmp_path, long=kernels + text, user=user) == ([("pkg/user.py", 6, "TL001")], [])


# What takes very many statements: one function, or calls that fan out.
BEYOND = {
    "long": "def long(x):\n    x = x.view(torch.int8)\n" + "    y = x\n" * 40_100 + WRONG,
    "fan": "def long0(x, p):\n    quantize[(1,)](x, p, 64)\n\n\n"
    + "".join(
        f"def long{i}(x, p):\n" + f"    long{i - 1}(x, p.view(torch.float32))\n" * 20 + "\n\n"
        for i in range(1, 8)
    ),
}


def test_a_function_beyond_the_bound_is_said_and_the_next_is_analysed(tmp_path: Path) -> None:
    text = f"{KERNELS}{BEYOND['long']}\n\n{LAUNCH}"
    found, skipped = check(tmp_path, user=text)
    assert found == [("pkg/user.py", text.count("\n"), "TL001")]
    ((path, reason),) = skipped
    assert (path, reason.startswith("`long")) == ("pkg/user.py", True)
    assert "40000 statements" in reason


def test_calls_that_fan_out_are_not_all_followed(tmp_path: Path) -> None:
    text = f"{KERNELS}{BEYOND['fan']}\n\n{LAUNCH}"
    found, skipped = check(tmp_path, user=text)
    assert (found, skipped) == ([("pkg/user.py", text.count("\n"), "TL001")], [])


# Statements before the launch, nested as deep as is still followed.
NESTED = {
    "sum": "y = " + " + ".join(["x"] * 900),
    "methods": "y = x" + ".view(1)" * 80,
    "attributes": "y = x" + ".a" * 150,
    "subscripts": "y = x" + "[0]" * 120,
    "conditionals": "y = " + "1 if x else " * 100 + "2",
    "parentheses": "y = " + "(" * 90 + "x" + ")" * 90,
    "lists": "y = " + "[" * 60 + "x" + "]" * 60,
    "alternatives": "if x == 0:\n        pass\n"
    + "".join(f"    elif x == {i}:\n        pass\n" for i in range(1, 60)),
    "branches_in_a_row": "".join(f"if x.a{i}:\n        x = x.view(-1)\n    " for i in range(300)),
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_is_analysed(text: str, tmp_path: Path) -> None:
    text = f"{KERNELS}def launch(x):\n    {text.rstrip()}\n{WRONG.replace('(x,', '(y,')}"
    found, skipped = check(tmp_path, user=text)
    assert (found, skipped) == ([("pkg/user.py", text.count("\n"), "TL001")], [])


TOO_DEEP = {
    "methods": "y = x" + ".view(1)" * 900,
    "sum_beyond_the_parser": "y = " + " + ".join(["x"] * 20_000),
    "negations": "y = " + "not " * 20_000 + "x",
    "alternatives": "if x == 0:\n        pass\n"
    + "".join(f"    elif x == {i}:\n        pass\n" for i in range(1, 900)),
}


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP.keys())
def test_what_is_too_deep_is_said_and_other_files_are_analysed(text: str, tmp_path: Path) -> None:
    deep = f"{KERNELS}def launch(x):\n    {text.rstrip()}\n{WRONG}"
    found, skipped = check(tmp_path, deep=deep, other=KERNELS + LAUNCH)
    assert found == [("pkg/other.py", (KERNELS + LAUNCH).count("\n"), "TL001")]
    assert [path for path, _ in skipped] == ["pkg/deep.py"]
    assert all(reason.strip(": ") for _, reason in skipped)


def test_a_broken_module_is_said_and_its_importers_are_analysed(tmp_path: Path) -> None:
    broken = "import triton\ndef (:\n"
    user = f"from .broken import *\nfrom .broken import helper\n{KERNELS}{LAUNCH}"
    found, skipped = check(tmp_path, broken=broken, user=user)
    assert found == [("pkg/user.py", user.count("\n"), "TL001")]
    assert [path for path, _ in skipped] == ["pkg/broken.py"]


# Names that mean something inside tritonlint, as those of a kernel's pointer.
@pytest.mark.parametrize("name", ["conversions", "encodings", "casts", "stores", "loads", "new", "self"])
def test_a_parameter_may_have_any_name(name: str, tmp_path: Path) -> None:
    text = KERNELS.replace("out_ptr", name) + LAUNCH
    write(tmp_path, {"user.py": text})
    result = engine.check([Path("user.py")], Settings(root=tmp_path, preview=True))
    assert [(each.span.line, each.code) for each in result.findings] == [(text.count("\n"), "TL001")]
    assert result.skipped == ()


TWO = f"{KERNELS}{LAUNCH}\n\n{LAUNCH.replace('launch', 'second')}"
BOTH = [("pkg/two.py", TWO[: TWO.index("def second")].rstrip().count("\n") + 1, "TL001"), ("pkg/two.py", TWO.count("\n"), "TL001")]


@pytest.mark.parametrize(("place", "found"), [("interpret", BOTH[:1]), ("_QUESTIONS", BOTH)])
def test_an_error_in_the_facts_of_a_function_is_said_and_the_others_are_analysed(
    place: str, found: list[Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: Run) -> list[Observation]:
        if run.root.name == "second":
            raise KeyError("boom")
        return []

    original = getattr(survey, place)
    both = (*original, broken) if place == "_QUESTIONS" else lambda run: original(run) if not broken(run) else None
    monkeypatch.setattr(survey, place, both)
    places, skipped = check(tmp_path, two=TWO)
    assert places == found
    ((path, reason),) = skipped
    assert path == "pkg/two.py"
    assert reason.startswith("`second` could not be analysed: internal error at ")
    assert reason.endswith(f"test_robustness.py:{broken.__code__.co_firstlineno + 2}: KeyError: 'boom'; please report it")


def test_an_error_in_what_is_asked_of_a_file_costs_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(module: Module, _: object) -> list[Observation]:
        assert module.path != "pkg/other.py", "boom"
        return []

    monkeypatch.setattr(survey, "dead_guards", broken)
    text = KERNELS + LAUNCH
    places, skipped = check(tmp_path, other=text, user=text)
    assert places == [("pkg/user.py", text.count("\n"), "TL001")]
    ((path, reason),) = skipped
    assert (path, "internal error" in reason) == ("pkg/other.py", True)


def test_the_bulkhead_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "dead_guards", lambda *_: 1 / 0)
    analysis = survey.Analysis()
    analysis.bulkhead.strict = True
    source = SourceFile("user.py", (KERNELS + LAUNCH).encode())
    with pytest.raises(ZeroDivisionError):
        analysis.observe([source], {str(tmp_path / "user.py")})


# Each goes before a launch that must still be found.
ODD = {
    "star_import": "from elsewhere import *\nfrom . import *\nfrom .user import *\n",
    "own_name": "x = x\npage = page\nfp8_dtype = fp8_dtype\n",
    "each_other": "one = two\ntwo = one\nclass A(B): pass\nclass B(A): pass\n",
    "recursive_function": "def again(x, n=0):\n    again(x, n)\n    return launch(x)\n",
    "mutual_recursion": "def ping(x):\n    return pong(x)\n\ndef pong(x):\n    return ping(launch(x))\n",
    "recursive_default": "def of(x=lambda: of()):\n    return of(x)\n",
    "recursive_device_function": """\
@triton.jit
def again(p, x):
    again(p, x)
    tl.store(p, x)

@triton.jit
def start(p, x):
    again(p, tl.load(x))

def recursive(x):
    start[(1,)](torch.empty(4, dtype=torch.float16), x)
""",
    "device_functions_in_a_circle": """\
@triton.jit
def ping(p, x):
    pong(p, x)

@triton.jit
def pong(p, x):
    ping(p, x)

def circle(x):
    ping[(1,)](torch.empty(4, dtype=torch.uint8), x)
""",
    "recursive_class": """\
class Node(Node):
    def __init__(self):
        self.node = Node()
        self.page = self.node.page

    @property
    def page(self):
        return self.page

    def run(self, x):
        quantize[(1,)](x, self.page, 64)
""",
    "recursive_decorator": "def wrapped(f):\n    return wrapped(f)\n\n@wrapped\ndef w(x): return w\n",
    "rebound_in_every_way": """\
def rebind(x):
    global elsewhere
    page = torch.empty(4, dtype=torch.uint8)
    for page in x: pass
    for page, *quantised in x: pass
    with x as page: pass
    with x as (page, other): pass
    try: pass
    except ValueError as page: pass
    import page
    from page import page as page
    def page(): pass
    class page: pass
    page += 1
    del page
    [page := 3 for _ in x]
    (page := x)
    match x:
        case {"page": page, **rest}: pass
        case [page, *others]: pass
        case page: pass
    page, (page, [page, *page]) = x
    page.page = page[page] = page
    lambda page: page
    elsewhere = page
    quantize[(1,)](x, page, 64)
""",
    "dicts_that_nothing_is_known_of": """\
def keep(x, options, key):
    options.setdefault(key)
    options.setdefault("page")
    options.setdefault("page", default=x)
    options.setdefault()
    options.pop("page")
    options.pop()
    options.get()
    quantize[(1,)](x, options.get(key, None), 64)
""",
    "odd_launches": """\
def odd(x):
    quantize[(1,)]()
    quantize[(1,)](*x, *x, **x, **x)
    quantize[(1,)](x, x, x, x, x, x, unknown=x)
    quantize[()](*(), **{})
    quantize[(1,)](x, **{"x_ptr": x})
    quantize[(1,)](**{**x, 3: x})
    quantize[0][0](x, x, 64)
    (lambda: quantize)()[(1,)](x, x, 64)
    quantize.fn.fn[(1,)](x, x, 64)
    [quantize][0][(1,)](x, x, 64)
    {}[x][(1,)](x, x, 64)
    ().a[(1,)](x, x, 64)
""",
    "shapes_of_themselves": """\
@triton.jit
def rows(a_ptr, b_ptr, stride_a, stride_b, N, D: tl.constexpr):
    for row in range(tl.program_id(0), N, 1):
        at = row * stride_a + tl.arange(0, D)
        tl.store(b_ptr + row * stride_b + tl.arange(0, D), tl.load(a_ptr + at))

def moved(a, b, size: int = 33_554_432):
    assert a.shape == (b.shape[0], 16) and b.shape == (b.shape[0], 16)
    rows[(1,)](a, b, a.stride(0), b.stride(0), a.shape[0], D=16)

def moved_again(a, b):
    assert a.shape == (b.shape[0], 16) and b.shape == (a.shape[0], 16)
    rows[(1,)](a, b, a.stride(0), b.stride(0), a.shape[0], D=16)
""",
    "odd_views": """\
def odd(x):
    page = torch.empty()
    page = torch.empty(dtype=torch.nothing)
    page = torch.empty(*x, **x).view().view(torch.uint8, torch.uint8).to().split().chunk()
    page, = page.unbind()[x:y, ..., None].view(dtype=None)
    page = torch.uint8.view(torch.uint8).dtype.dtype
    quantize[(1,)](x, page, 64)
""",
    "types_of_other_objects": """\
class Layer:
    keys: torch.Tensor
    codes: torch.Tensor

    def share(self, x, layer: "Layer"):
        keys = self.keys.view(layer.codes.dtype)
        codes = self.codes.view(layer.keys.dtype)
        x = x.view(layer.keys.shape)
        quantize[(1,)](x, layer.keys, 64)
        quantize[(1,)](keys, codes, 64)
""",
    "coroutines": "async def a(x):\n    async for y in x:\n        async with y as z:\n            await z\n",
    "generators": "def g(x):\n    yield from g(x)\n    y = yield\n    return [a async for a in y]\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_code_does_not_stop_the_analysis(text: str, tmp_path: Path) -> None:
    text = f"{KERNELS}{text}\n\n{LAUNCH}"
    found, skipped = check(tmp_path, user=text)
    assert (found, skipped) == ([("pkg/user.py", text.count("\n"), "TL001")], [])


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    one = f"from .two import *\nfrom .two import launch, page\n{KERNELS}page = page\n"
    two = f"import torch\nfrom . import one\nfrom .one import *\nfrom .one import page, quantize\n\n{LAUNCH}"
    found, skipped = check(tmp_path, one=one, two=two)
    assert (found, skipped) == ([("pkg/two.py", two.count("\n"), "TL001")], [])


# A launch whose setting one caller leaves at its default: by itself it is another than through it.
LAUNCHED_TWICE = {
    "launching.py": KERNELS
    + """\
def launch(x, other, pack=True):
    cache = torch.empty(64, dtype=torch.uint8)
    quantize_or_pack[(1,)](x, cache, pack, 64)
    quantize_or_pack[(1,)](x, other, pack, 64)
""",
    "caller.py": "import torch\nfrom launching import launch\n\ndef run(x):\n    launch(x, torch.empty(4, dtype=torch.uint8))\n",
    "third.py": "import torch\nfrom launching import launch\n\ndef go(x):\n    launch(x, torch.empty(4, dtype=torch.uint8), pack=False)\n",
}


def test_the_order_of_files_decides_nothing(tmp_path: Path) -> None:
    write(tmp_path, LAUNCHED_TWICE)
    settings = Settings(root=tmp_path)
    orders = [[Path(each) for each in order] for order in permutations(LAUNCHED_TWICE)]
    results = [engine.check(order, settings) for order in orders]
    assert results[0].findings
    assert all(each == results[0] for each in results)
    alone = engine.check([Path("launching.py")], settings)
    own = [each for each in results[0].findings if each.span.path == "launching.py"]
    assert [(f.span, f.message) for f in alone.findings] == [(f.span, f.message) for f in own]


BROKEN = "import triton\nimport torch\n\n\ndef empty(:\n    return torch.uint8\n"
USING = f"from pkg import {{0}}\nfrom pkg.{{0}} import empty\n\n\n{KERNELS}{LAUNCH}    return empty(page)\n"


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_file_that_imports_one_which_cannot_be_parsed_is_checked(
    name: str, tmp_path: Path
) -> None:
    # The one file comes before or after the other.
    broken = "a_broken" if name == "after" else "z_broken"
    places, skipped = check(tmp_path, **{broken: BROKEN, "m_user": USING.format(broken)})
    assert [(path, code) for path, _, code in places] == [("pkg/m_user.py", "TL001")]
    assert [path for path, _ in skipped] == [f"pkg/{broken}.py"]

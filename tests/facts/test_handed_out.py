"""A launch that is reached by an object which a function, a class or a table hands out, or which
is called itself: the function that knows of bytes names none of what launches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

IMPL = """
class Impl%s:
    def %s(self, x, page):
        quantize[(1,)](x, page, 64)


"""
BYTES = "torch.zeros(64, dtype=torch.uint8)"
VIEWED = BYTES + ".view(torch.float8_e4m3fn)"
HIT = "  # expect: TL001"
HELD = """
class Runner:
    def __init__(self, name):
        self.impl = %s

    def step(self, x):
        self.impl%s(x, %s)%s
"""
LOCAL = """
def step(x, name):
    impl = %s
    impl%s(x, %s)%s
"""
# What gives an object, or its class, and how it is asked for.
GIVEN = {
    "a function that makes one": ("def make_impl():\n    return Impl()\n", "make_impl()"),
    "a function that gives the class": ("def impl_cls():\n    return Impl\n", "impl_cls()()"),
    "a method that gives the class": (
        "class Backend:\n    @staticmethod\n    def impl_cls() -> type[Impl]:\n        return Impl\n",
        "Backend.impl_cls()()",
    ),
    "an attribute of a class": ("class Backend:\n    impl_cls = Impl\n", "Backend.impl_cls()"),
    "a table": (
        'IMPLS = {"a": Impl}\n\n\ndef impl_cls(name):\n    return IMPLS[name]\n',
        "impl_cls(name)()",
    ),
    "an attribute of another object": (
        "class Backend:\n    def __init__(self):\n        self.impl = Impl()\n\n"
        "    def get(self):\n        return self.impl\n",
        "Backend().get()",
    ),
}  # fmt: skip

# A function sets what another gives, and its object makes memory when it is asked for.
MANAGER = """
_manager = None


class Manager:
    def __init__(self, device):
        self._device = device
        self._memory = None

    def get(self, n):
        if self._memory is None or self._memory.numel() < n:
            self._memory = torch.empty(n, dtype=torch.uint8, device=self._device)
        return self._memory


def init(device):
    global _manager
    _manager = Manager(device)


def current()%s:
    assert _manager is not None
    return _manager


def step(x):
    quantize[(1,)](x, current().get(64)%s, 64)%s
"""

FUNCTION = """
class Backend:
    def fill(self, x, page):
        quantize[(1,)](x, page, 64)  # not looked at

    store = fill


def put(x, page):
    quantize[(1,)](x, page, 64)


def step(x):
    page = torch.zeros(64, dtype=torch.uint8)
    Backend().store(x, page.view(torch.float8_e4m3fn))
    put(x, page.view(torch.float8_e4m3fn))
"""

# The object is handed out to a function between the one that knows of bytes and the launch.
GIVES = "def make_impl():\n    return Impl()\n\n\n"
BETWEEN = {
    "a function between": (
        "def middle(x, page):\n    make_impl().put(x, page)\n\n\n",
        "def step(x):\n    page = torch.zeros(64, dtype=torch.uint8)\n    middle(x, page%s)%s\n",
    ),
    "a function between that is given an object": (
        "class Pool:\n    def __init__(self):\n"
        "        self.page = torch.zeros(64, dtype=torch.uint8)\n\n\n",
        "def middle(pool, x):\n    impl = make_impl()\n    impl.put(x, pool.page%s)%s\n\n\n"
        "def step(x):\n    middle(Pool(), x)\n",
    ),
}


def cases() -> dict[str, str]:
    texts: dict[str, str] = {}
    plain, module = IMPL % ("", "put"), IMPL % ("(torch.nn.Module)", "forward")
    for name, (gives, asked) in GIVEN.items():
        for form, text in (("kept", HELD), ("local", LOCAL)):
            if (name, form) == ("an attribute of another object", "kept"):
                continue  # not followed
            texts[f"{name}, {form}"] = plain + gives + text % (asked, ".put", BYTES, HIT)
            texts[f"correct: {name}, {form}"] = plain + gives + text % (asked, ".put", VIEWED, "")
    for form, text in (("kept", HELD), ("local", LOCAL)):
        texts[f"called, {form}"] = module + text % ("Impl()", "", BYTES, HIT)
        texts[f"correct: called, {form}"] = module + text % ("Impl()", "", VIEWED, "")
    texts["a manager that is set later"] = MANAGER % ("", "", HIT)
    texts["an annotated one"] = MANAGER % (" -> Manager", "", HIT)
    texts["correct: a manager that is set later"] = MANAGER % (
        "", ".view(torch.float8_e4m3fn)", ""
    )
    for way, (kept, passed) in BETWEEN.items():
        for form, view, end in (("", "", HIT), ("correct: ", ".view(torch.float8_e4m3fn)", "")):
            texts[f"{form}{way}"] = plain + GIVES + kept + passed % (view, end)
    # A method by another name is no class, and not followed.
    texts["correct: a method by another name"] = FUNCTION
    # What is handed out by the same name is no object of that class.
    other = plain.replace("64)", "64)  # not looked at")
    other += "class Other:\n    def put(self, x, page):\n        page.copy_(x)\n\n\n"
    texts["correct: an object of another class"] = (
        other + "def make_impl():\n    return Other()\n" + LOCAL % ("make_impl()", ".put", BYTES, "")
    )
    return texts


CASES = cases()


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_handed_out(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

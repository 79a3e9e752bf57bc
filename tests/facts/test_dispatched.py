"""Functions of which the class of the first argument chooses the implementation:
`functools.singledispatch` and `functools.singledispatchmethod`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
VIEW = ".view(torch.float8_e4m3fn)"
HEAD = """
import functools
from functools import singledispatch


class Plain:
    pass


class Tensorwise:
    pass


class Blockwise{base}:
    pass


"""
GENERIC = """
@singledispatch
def elements(scheme, page):
    return page{default}


"""
ANNOTATED = """
@elements.register
def _(scheme: {kind}, page):
    return page{own}


"""
NAMED = """
@elements.register({kind})
def _(scheme, page):
    return page{own}


"""
CALLED = """
def as_codes(scheme, page):
    return page{own}


elements.register({kind}, as_codes)


"""
USE = """
def write(x, n{parameter}):
    page = torch.zeros(n, dtype=torch.uint8)
    quantize[(1,)](x, elements({scheme}, page), 64){mark}
"""


def _module(
    scheme: str,
    mark: str = "",
    base: str = "",
    default: str = "",
    registered: str = ANNOTATED,
    kind: str = "Tensorwise",
    own: str = VIEW,
    parameter: str = "",
) -> dict[str, str]:
    text = HEAD.format(base=base) + GENERIC.format(default=default)
    text += registered.format(kind=kind, own=own)
    return {"user.py": KERNELS + text + USE.format(scheme=scheme, mark=mark, parameter=parameter)}


# A class is asked for where the implementation is chosen.
ASKED = """
def write(x, scheme, n):
    page = torch.zeros(n, dtype=torch.uint8)
    quantize_or_pack[(1,)](x, elements(scheme, page), {flag}isinstance(scheme, {kind}), 64){mark}
"""


def _asked(kind: str, base: str, mark: str = "", flag: str = "not ") -> dict[str, str]:
    text = HEAD.format(base=base) + GENERIC.format(default="")
    text += ANNOTATED.format(kind="Tensorwise", own=VIEW)
    return {"user.py": KERNELS + text + ASKED.format(kind=kind, mark=mark, flag=flag)}


CASES = {
    "nothing is registered for the class": _module("Blockwise()", HIT),
    "something is registered for it": _module("Tensorwise()"),
    "for a base of it": _module("Blockwise()", base="(Tensorwise)"),
    "for the class by a decorator that names it": _module("Tensorwise()", registered=NAMED),
    "by a decorator, not for this one": _module("Plain()", HIT, registered=NAMED),
    "for a base of it by a decorator": _module("Blockwise()", registered=NAMED, base="(Tensorwise)"),
    "by a call": _module("Tensorwise()", registered=CALLED),
    "by a call, not for this one": _module("Plain()", HIT, registered=CALLED),
    "for one of two": _module("Blockwise()", kind="Tensorwise | Blockwise"),
    "for neither of two": _module("Plain()", HIT, kind="Tensorwise | Blockwise"),
    "what is registered hands on": _module("Tensorwise()", HIT, own="", default=VIEW),
    "the default views": _module("Plain()", own="", default=VIEW),
    "the class is not known": _module("scheme", parameter=", scheme"),
    "the class is not known, and all hand on": _module("scheme", HIT, own="", parameter=", scheme"),
    "the class is not known, and the default views": _module(
        "scheme", own="", default=VIEW, parameter=", scheme"
    ),
    "an annotation names a class": _module("scheme", parameter=", scheme: Tensorwise"),
    "a class with heirs that view": _module(
        "scheme", parameter=", scheme: Blockwise", kind="Part", registered="class Part(Blockwise):\n    pass\n\n" + ANNOTATED
    ),
    "for a class that is not known": _module("Tensorwise()", kind="unknown_kind()", registered=NAMED),
    "something else than what is asked for": _asked("Blockwise", "", HIT),
    "something else, for which the kernel packs": _asked("Blockwise", "", flag=""),
    "what is asked for": _asked("Tensorwise", ""),
    "an heir of what is registered is asked for": _asked("Blockwise", "(Tensorwise)"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_dispatched_functions(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, CASES[case])
    assert found(select=("TL001",)) == expected(CASES[case])


METHOD = """
class Writer:
    @functools.singledispatchmethod
    def elements(self, scheme, page):
        return page

    @elements.register
    def _(self, scheme: Tensorwise, page):
        return page{view}

    def write(self, x, n):
        page = torch.zeros(n, dtype=torch.uint8)
        quantize[(1,)](x, self.elements({scheme}(), page), 64){mark}
"""


@pytest.mark.parametrize(
    ("scheme", "view", "mark"),
    [("Tensorwise", VIEW, ""), ("Blockwise", VIEW, HIT), ("Tensorwise", "", HIT)],
)
def test_dispatched_methods(
    scheme: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = METHOD.format(scheme=scheme, view=view, mark=mark)
    files = {"user.py": KERNELS + HEAD.format(base="") + text}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)


LAUNCHING = """
@singledispatch
def put(scheme, x, page):
    quantize[(1,)](x, page, 64)


@put.register
def _(scheme: Tensorwise, x, page):
    quantize[(1,)](x, page.view(torch.float8_e4m3fn), 64)


def write(x, scheme, n):
    put(scheme, x, torch.zeros(n, dtype=torch.uint8))
"""


def test_the_default_may_not_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + HEAD.format(base="") + LAUNCHING})
    assert not found(select=("TL001",))


@pytest.mark.parametrize("view", [VIEW, ""], ids=["viewed", "bytes"])
def test_registered_in_another_file(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = "from user import Blockwise, elements as opened\nfrom views import codes\n\n\n"
    other += "@opened.register\ndef _(scheme: Blockwise, page):\n    return codes(page)\n"
    views = f"import torch\n\n\ndef codes(page):\n    return page{view}\n"
    mark = HIT if not view else ""
    files = {**_module("Blockwise()", mark), "others.py": other, "views.py": views}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)

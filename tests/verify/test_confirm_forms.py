"""Rules that know several orders of operations: each is told from what is right, and none passes
for another."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")

from tritonlint.findings.claim import Claim, Known
from tritonlint.rule import registry
from tritonlint.rule.signature import Order
from tritonlint.verify.confirm.confirm import ENVIRONMENT
from tritonlint.verify.confirm.examine import Answer, Question, examine

HEAD = """\
import triton
import triton.language as tl
from triton.language.extra import libdevice

"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the child process, in which all this happens."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def order_of(code: str, form: str) -> Order:
    rule = registry.load(code)
    order = rule.signatures[form] if form else rule.signature
    assert order is not None
    return order


def ask(folder: Path, body: str, order: Order, *known: Known, claim: Claim | None = None) -> Answer:
    """Ask about the line of `body` that is marked, in a kernel of that body."""
    path = folder / "kernels.py"
    path.write_text(f"{HEAD}{body}")
    lines = path.read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "# here" in text)
    start = next(number for number, text in enumerate(lines, 1) if "def k(" in text)
    asked = claim or Claim("", 0, "")
    asked = Claim(
        str(path), start, asked.parameter, asked.flagged, asked.fixed, known=(*known, *asked.known)
    )
    return examine(Question(asked, order, ("cuda:90",), ((str(path), line, line),)), 60.0)


TWO_WAYS = """
@triton.jit
def k(p, q, x, y):
    a = tl.load(x).to(tl.float32)
    b = tl.load(y).to(tl.float32)
    tl.store(p, libdevice.rint(a).to(tl.int8))
    tl.store(q, tl.floor(b + 0.5).to(tl.int8))  # here
"""
PRODUCTS = """
@triton.jit
def k(p, a, b, B: tl.constexpr):
    i = tl.arange(0, 32)
    at = i[:, None] * 32 + i[None, :]
    total = tl.dot(tl.load(a + at), tl.load(b + at))
    tl.store(p + at, total.to(tl.int8))  # here
"""
INDEX = """
@triton.jit
def k(p, x, BLOCK: tl.constexpr):
    row = tl.load(x) * BLOCK  # here
    tl.store(p + row, 1)
"""
BACK = """
@triton.jit
def k(p, x):
    e = tl.load(x).to(tl.int32)
    tl.store(p, tl.exp2(e.to(tl.float64)).to(tl.float32))  # here
"""
SCALED = """
@triton.jit
def k(p, x, alpha):
    tl.store(p, tl.load(x).to(tl.float32) * alpha)  # here
"""
DOUBLE = """
@triton.jit
def k(p, x, alpha):
    tl.store(p, tl.load(x) * alpha)  # here
"""
TURN = """
@triton.jit
def k(p, x):
    turn = tl.full((1,), 6.283185307179586, tl.float32)  # here
    tl.store(p + tl.arange(0, 1), tl.load(x + tl.arange(0, 1)) / turn)
"""
EXPONENT = """
@triton.jit
def k(p, x):
    code = tl.load(x)
    tl.store(p, (code.to(tl.int32) << 23).to(tl.float32, bitcast=True))  # here
"""
BY_FUNCTION = """
@triton.jit
def decoded(code):
    return (code.to(tl.uint32) * 8388608).to(tl.float32, bitcast=True)


@triton.jit
def k(p, x):
    tl.store(p, decoded(tl.load(x)))  # here
"""
BYTES = Known("x", dtypes=("uint8",))
MATRICES = (Known("a", dtypes=("int8",)), Known("b", dtypes=("int8",)))
DOUBLES = (Known("x", dtypes=("float64",)), Known("p", dtypes=("float64",)))
SHORT = Claim("", 0, "x", "int16", "int16", known=(Known("BLOCK", values=(128,)),))
PASSED = Claim("", 0, "alpha", "float64", "float32", known=(Known("x", ("bfloat16",)),))
# The rule, the form, what is wrong, how it is written right, the operation, and what is known.
FORMS: dict[str, tuple[str, str, str, tuple[str, str], str, tuple[Known, ...], Claim | None]] = {
    "two ways to round": (
        *("TL004", "unlike", TWO_WAYS, ("tl.floor(b + 0.5)", "libdevice.rint(b)"), "arith.fptosi"),
        *((), None),
    ),
    "another way to round, alone": (
        *("TL004", "unlike", TWO_WAYS, ("libdevice.rint(a)", "tl.floor(a + 0.5)"), "arith.fptosi"),
        *((), None),
    ),
    "a sum of products": (
        *("TL006", "sum", PRODUCTS, ("total.to(tl.int8)", "total"), "arith.trunci"),
        *((*MATRICES, Known("p", dtypes=("int32",))), None),
    ),
    "a sum of products that is scaled": (
        *("TL006", "sum", PRODUCTS, ("total.to(", "(total >> 8).to("), "arith.trunci"),
        *(MATRICES, None),
    ),
    "a product in 16 bits": (
        *("TL011", "short", INDEX, ("tl.load(x)", "tl.load(x).to(tl.int32)"), "tt.addptr"),
        *((), SHORT),
    ),
    "to float64 and back": ("TL013", "", BACK, ("float64", "float32"), "arith.truncf", (), None),
    "a float that is passed": (
        *("TL013", "passed", SCALED, ("* alpha", "* alpha.to(tl.float32)"), "arith.mulf"),
        *((), PASSED),
    ),
    "a short number that is passed": (
        *("TL013", "short", DOUBLE, ("* alpha", "* 0.1"), "arith.extf", DOUBLES, None),
    ),
    "a short number that is written": (
        *("TL013", "written", TURN, ("tl.float32", "tl.float64"), "arith.extf", DOUBLES, None),
    ),
    "an exponent that is shifted": (
        *("TL018", "", EXPONENT, ("code.to(", "tl.maximum(code, 1).to("), "tt.bitcast"),
        *((BYTES,), None),
    ),
    "another shift": ("TL018", "", EXPONENT, ("23", "16"), "tt.bitcast", (BYTES,), None),
    "an exponent that a function multiplies": (
        *("TL018", "", BY_FUNCTION, ("8388608", "2"), "tt.bitcast", (BYTES,), None),
    ),
}


@pytest.mark.parametrize(
    ("code", "form", "body", "right", "operation", "known", "claim"),
    FORMS.values(),
    ids=FORMS.keys(),
)
def test_a_form_is_told_from_what_is_right(
    tmp_path: Path,
    code: str,
    form: str,
    body: str,
    right: tuple[str, str],
    operation: str,
    known: tuple[Known, ...],
    claim: Claim | None,
) -> None:
    order = order_of(code, form)
    wrong = ask(tmp_path, body, order, *known, claim=claim)
    assert wrong.verdict == "confirmed", wrong.reason
    assert f"{operation} at kernels.py:" in wrong.reason
    assert body.count(right[0]) == 1
    good = ask(tmp_path, body.replace(*right), order, *known, claim=claim)
    assert good.verdict == "refuted", good.reason


# Bodies that are wrong in a way of their own, and forms of the same rule that it is not.
OTHERS = {
    "a sum is no clamp": (PRODUCTS, "TL006", "", MATRICES),
    "a detour is no short number": (BACK, "TL013", "written", ()),
    "a short number is no detour": (TURN, "TL013", "", DOUBLES),
    "no nearest rounding is no second way": (EXPONENT, "TL004", "unlike", (BYTES,)),
}


@pytest.mark.parametrize(("body", "code", "form", "known"), OTHERS.values(), ids=OTHERS.keys())
def test_a_wrong_form_is_not_confirmed(
    tmp_path: Path, body: str, code: str, form: str, known: tuple[Known, ...]
) -> None:
    answer = ask(tmp_path, body, order_of(code, form), *known)
    assert answer.verdict == "refuted", answer.reason

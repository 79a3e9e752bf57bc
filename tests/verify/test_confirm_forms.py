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
# Programs add to the same rows of 32 elements.
ATOMIC = """
@triton.jit
def k(p, x):
    lane = tl.arange(0, 32)
    part = tl.load(x + tl.program_id(0) * 32 + lane)
    tl.atomic_add(p + lane, part)  # here
"""
SCATTERED = """
@triton.jit
def added(p, row, part):
    tl.atomic_add(p + row * 32 + tl.arange(0, 32), part)


@triton.jit
def k(p, x, rows):
    lane = tl.arange(0, 32)
    row = tl.load(rows + tl.program_id(0))
    added(p, row, tl.load(x + tl.program_id(0) * 32 + lane))  # here
"""
IN_A_LOOP = """
@triton.jit
def k(p, x, n):
    row = tl.program_id(0)
    lane = tl.arange(0, 32)
    for i in range(n):
        tl.atomic_add(p + row * 32 + lane, tl.load(x + i * 32 + lane))  # here
"""
KEPT = """
@triton.jit
def k(p, x, n):
    lane = tl.arange(0, 32)
    for i in range(n):
        total = tl.load(p + lane).to(tl.float32)
        total += tl.load(x + i * 32 + lane)
        tl.store(p + lane, total)  # here
"""
KEPT_BY_FUNCTION = """
@triton.jit
def updated(p, part):
    tl.store(p, tl.load(p) - part)


@triton.jit
def k(p, x, n):
    i = 0
    while i < n:
        updated(p, tl.load(x + i))  # here
        i += 1
"""
AGAIN = """
@triton.jit
def k(p, x):
    at = tl.program_id(0) * 32 + tl.arange(0, 32)
    tl.store(p + at, tl.load(p + at) + tl.load(x + at))  # here
"""
CARRIED = """
@triton.jit
def k(p, x, n):
    lane = tl.arange(0, 32)
    state = tl.zeros((32,), dtype=tl.float32)
    for i in range(n):
        state = state * 0.5 + tl.load(x + i * 32 + lane).to(tl.float32)
        low = state.to(tl.bfloat16)  # here
        tl.store(p + i * 32 + lane, low)
        state = low.to(tl.float32)
"""
CARRIED_SHORT = """
@triton.jit
def k(p, x, n):
    lane = tl.arange(0, 32)
    state = tl.zeros((32,), dtype=tl.float16)
    i = 0
    while i < n:
        state = (state.to(tl.float32) + tl.load(x + i * 32 + lane)).to(tl.float16)  # here
        i += 1
    tl.store(p + lane, state)
"""
# Each round rounds what it loads, and nothing of it reaches the next.
ROUNDED_TWICE = """
@triton.jit
def rounded(x):
    return (x * 0.5).to(tl.bfloat16).to(tl.float32)


@triton.jit
def k(p, x, n):
    lane = tl.arange(0, 32)
    for i in range(n):
        row = tl.load(x + i * 32 + lane).to(tl.float32)
        tl.store(p + i * 32 + lane, rounded(rounded(row)))  # here
"""
SUM = """
@triton.jit
def k(p, x):
    row = tl.load(x + tl.arange(0, 32))
    tl.store(p, tl.sum(row, axis=0))  # here
"""
CODES = """
@triton.jit
def k(p, x, scale):
    code = tl.load(x)
    row = code.to(tl.float32) * scale
    tl.store(p, row.to(code.dtype))  # here
"""
SIMULATED = """
@triton.jit
def k(p, x, scale):
    row = tl.load(x).to(tl.float32) / scale
    tl.store(p, row.to(tl.float8e4nv))  # here
"""
NUMBER = """
@triton.jit
def k(p, x):
    third = tl.full((1,), 0.3333333333333333, tl.float64)
    tl.store(p + tl.arange(0, 1), (tl.load(x + tl.arange(0, 1)) * third).to(tl.float32))  # here
"""
TABLE = """
@triton.jit
def k(p, x, like):
    pointer = tl.load(x + tl.program_id(0)).to(tl.pointer_type(tl.float16))  # here
    tl.store(p, tl.load(pointer))
"""
CACHE = """
@triton.jit
def k(p, x, q):
    tl.store(p, tl.load(x))  # here
    tl.store(q, tl.load(x))
"""
BYTES = Known("x", dtypes=("uint8",))
MATRICES = (Known("a", dtypes=("int8",)), Known("b", dtypes=("int8",)))
DOUBLES = (Known("x", dtypes=("float64",)), Known("p", dtypes=("float64",)))
SHORT = Claim("", 0, "x", "int16", "int16", known=(Known("BLOCK", values=(128,)),))
PASSED = Claim("", 0, "alpha", "float64", "float32", known=(Known("x", ("bfloat16",)),))
SHORT_FLOATS = Claim("", 0, "p", "bfloat16", "float32", known=(Known("x", ("bfloat16",)),))
CACHED = Claim("", 0, "p", known=(Known("x", ("bfloat16",)), Known("q", ("bfloat16",))))
TO_FLOAT32 = (Known("x", ("bfloat16",)), Known("p", ("float32",)))
FROM_CODES = (Known("x", ("float8_e4m3fn",)), Known("p", ("bfloat16",)))
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
    "programs that add to one row": (
        *("TL012", "atomic", ATOMIC, ("(p + lane", "(p + tl.program_id(0) * 32 + lane")),
        *("tt.atomic_rmw", (), SHORT_FLOATS),
    ),
    "a row that is stored is no sum": (
        *("TL012", "atomic", ATOMIC, ("tl.atomic_add(p + lane, part)", "tl.store(p + lane, part)")),
        *("tt.atomic_rmw", (), SHORT_FLOATS),
    ),
    "rows that come from memory": (
        *("TL012", "atomic", SCATTERED, ("added(p, row, tl", "added(p, tl.program_id(0), tl")),
        *("tt.atomic_rmw", (), SHORT_FLOATS),
    ),
    "a loop that adds to one row": (
        *("TL012", "atomic", IN_A_LOOP, ("row * 32", "(row * n + i) * 32"), "tt.atomic_rmw"),
        *((), SHORT_FLOATS),
    ),
    "a sum in memory": (
        *("TL012", "kept", KEPT, ("tl.store(p + lane", "tl.store(p + i * 32 + lane"), "tt.store"),
        *((), SHORT_FLOATS),
    ),
    "a sum in memory that is begun anew": (
        *("TL012", "kept", KEPT, ("tl.load(p + lane)", "tl.load(x + lane)"), "tt.store"),
        *((), SHORT_FLOATS),
    ),
    "a sum in memory that a function keeps": (
        *("TL012", "kept", KEPT_BY_FUNCTION, ("tl.load(p) - part", "part"), "tt.store"),
        *((), SHORT_FLOATS),
    ),
    "a sum that launches keep": (
        *("TL012", "again", AGAIN, ("tl.load(p + at) +", "tl.load(p + at) *"), "tt.store"),
        *((), SHORT_FLOATS),
    ),
    "a state that is rounded": (
        *("TL012", "carried", CARRIED, ("state = low.to(tl.float32)", "state = state * 1.0")),
        *("arith.truncf", (), None),
    ),
    "a state of 16 bits": (
        *("TL012", "carried", CARRIED_SHORT, ("(state.to(tl.float32) + ", "(")),
        *("arith.truncf", (), None),
    ),
    "a sum of 16 bits": (
        *("TL012", "sum", SUM, ("tl.sum(row", "tl.sum(row.to(tl.float32)"), "arith.extf"),
        *(TO_FLOAT32, None),
    ),
    "codes that become codes again": (
        *("TL007", "codes", CODES, ("row.to(code.dtype)", "row"), "tt.fp_to_fp"),
        *(FROM_CODES, None),
    ),
    "a number in float64": (
        *("TL013", "number", NUMBER, ("float64", "float32"), "arith.truncf", (), None),
    ),
    "a pointer of a fixed type": (
        *("TL016", "", TABLE, ("tl.float16", "like.dtype.element_ty"), "tt.int_to_ptr"),
        *((Known("like", ("float32",)), Known("p", ("float32",))), None),
    ),
    "a cache of bytes": (
        *("TL015", "", CACHE, ("tl.store(p, tl.load(x))", "tl.store(q, tl.load(x) + 1)")),
        *("arith.fptoui", (), CACHED),
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
    "a rounded row is no state": (ROUNDED_TWICE, "TL012", "carried", ()),
    "a simulated quantization decodes no codes": (SIMULATED, "TL007", "codes", TO_FLOAT32),
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

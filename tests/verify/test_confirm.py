"""What the compiler is asked about findings, and what it says: kernels that do what is claimed,
kernels that do not, and kernels that nobody can compile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")

from tritonlint.findings.claim import Claim, Known
from tritonlint.rule.signature import FLOAT_TO_INTEGER, INTEGER_TO_FLOAT, Order
from tritonlint.verify.confirm.confirm import ENVIRONMENT
from tritonlint.verify.confirm.examine import Answer, Question, examine

STORE = Order(FLOAT_TO_INTEGER, through="store")
LOAD = Order(INTEGER_TO_FLOAT, through="load")
HEAD = """\
import torch
import not_installed_anywhere
import triton
import triton.language as tl

"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the child process, in which all this happens."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def module(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "kernels.py"
    path.write_text(HEAD + body)
    return path


def line_of(path: Path, text: str) -> int:
    lines = path.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def ask(
    path: Path,
    order: Order = STORE,
    *known: Known,
    targets: tuple[str, ...] = ("cuda:90",),
    rejected: bool = False,
    fixed: str = "fp8",
) -> Answer:
    claim = Claim(str(path), line_of(path, "def k("), "p", "uint8", fixed, rejected, known)
    return examine(Question(claim, order, targets), 60.0)


PLAIN = """
@triton.jit
def k(p, x, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(p + i, tl.load(x + i, i < n), i < n)
"""


def test_confirmed_names_the_operation_the_line_and_the_targets(tmp_path: Path) -> None:
    path = module(tmp_path, PLAIN)
    answer = ask(path, targets=("cuda:90", "hip:gfx942"))
    line = line_of(path, "tl.store(")
    expected = f"arith.fptoui at kernels.py:{line} with uint8, none with fp8 (cuda:90, hip:gfx942)"
    assert answer == Answer("confirmed", expected, (str(path),))


CONFIRMED = {
    "a device function and a constant of another module": """
from helper import SCALE, put

@triton.jit
def k(p, x):
    put(p, tl.load(x) * SCALE)
""",
    "decorators that cannot be made here": """
@not_installed_anywhere.cached
@triton.autotune(configs=not_installed_anywhere.configs(), key=["n"])
@triton.heuristics({"EVEN": lambda args: args["n"] % 2 == 0})
@triton.jit
def k(p, x, n, EVEN: tl.constexpr):
    tl.store(p, tl.load(x))
""",
    "block sizes from the configurations": """
@triton.autotune(configs=[triton.Config({"A": a, "B": 3 * a}) for a in (16, 32)], key=[])
@triton.jit
def k(p, x, A: tl.constexpr, B: tl.constexpr):
    tl.static_assert(B == 3 * A)
    tl.store(p + tl.arange(0, A), tl.load(x + tl.arange(0, A)))
""",
    "a flag that nothing decides": """
@triton.jit
def k(p, x, QUANTIZE: tl.constexpr, OTHER: tl.constexpr):
    if QUANTIZE:
        if not OTHER:
            tl.store(p, tl.load(x))
""",
    "a mode that is compared": """
@triton.jit
def k(p, x, mode: tl.constexpr, LEVEL: tl.constexpr):
    if mode == "per_token":
        if LEVEL == 7:
            tl.store(p, tl.load(x))
""",
    "an element type as a parameter": """
@triton.jit
def k(p, x, compute_dtype: tl.constexpr):
    v = tl.load(x).to(compute_dtype) * 2.0
    tl.store(p, v)
""",
    "sizes that must agree, and be large enough for a dot": """
@triton.jit
def k(p, x, y, M: tl.constexpr, D: tl.constexpr, E: tl.constexpr):
    i, j = tl.arange(0, M)[:, None], tl.arange(0, D)[None, :]
    a = tl.load(x + i * D + j)
    b = tl.load(y + tl.arange(0, E)[:, None] * M + tl.arange(0, M)[None, :])
    tl.store(p + i * M + tl.arange(0, M)[None, :], tl.dot(a, b))
""",
    "a mode, turns of a loop and a type by keyword": """
@triton.jit
def sums(x, TURNS: tl.constexpr, KIND: tl.constexpr, flag: tl.constexpr):
    total = tl.zeros((16,), dtype=KIND)
    for turn in tl.static_range(TURNS):
        total += tl.load(x + turn)
    if flag and TURNS == 1:
        total += 1
    return total

@triton.jit
def k(p, x, MODE: tl.constexpr, TURNS: tl.constexpr, KIND: tl.constexpr, flag: tl.constexpr):
    if MODE == "row" and not flag:
        tl.store(p + tl.arange(0, 16), sums(x, TURNS, KIND=KIND, flag=flag))
""",
    "annotated scalars": """
@triton.jit
def k(p, x, n: tl.int32, s: tl.float32):
    tl.store(p + n, tl.load(x) * s)
""",
    "a constant that only a float can be": """
@triton.jit
def k(p, x, LARGEST: tl.constexpr):
    tl.store(p, tl.load(x) / tl.exp2(tl.floor(tl.log2(LARGEST))))
""",
    "full precision where mathematics asks for it": """
@triton.jit
def k(p, x, y):
    tl.store(p, tl.div_rn(tl.load(x), tl.load(y)))
""",
    "a nested kernel with a constant of its function": """
def make():
    SCALE: tl.constexpr = 2.0

    @triton.jit
    def k(p, x):
        tl.store(p, tl.load(x) * SCALE)

    return k
""",
    "the present device asked for while the constant is made": """
def is_cuda():
    return triton.runtime.driver.active.get_current_target().backend == "cuda"

SCALE: tl.constexpr = 448.0 if is_cuda() else 240.0

@triton.jit
def k(p, x):
    tl.store(p, tl.load(x) * SCALE)
""",
}


@pytest.mark.parametrize("body", CONFIRMED.values(), ids=CONFIRMED.keys())
def test_the_signature_is_found(tmp_path: Path, body: str) -> None:
    (tmp_path / "helper.py").write_text(
        f"{HEAD}SCALE = tl.constexpr(2.0)\n\n@triton.jit\ndef put(at, v):\n    tl.store(at, v)\n"
    )
    answer = ask(module(tmp_path, body))
    assert answer.verdict == "confirmed", answer.reason


def test_a_conversion_in_another_file_is_named_with_it(tmp_path: Path) -> None:
    test_the_signature_is_found(tmp_path, CONFIRMED[next(iter(CONFIRMED))])
    answer = ask(tmp_path / "kernels.py")
    assert "arith.fptoui at helper.py:10 " in answer.reason
    assert answer.files == (str(tmp_path / "helper.py"), str(tmp_path / "kernels.py"))


def test_the_launch_decides_a_flag(tmp_path: Path) -> None:
    path = module(tmp_path, CONFIRMED["a flag that nothing decides"])
    off = Known("QUANTIZE", values=(False,))
    on = Known("QUANTIZE", values=(True,))
    assert ask(path, STORE, off).verdict == "refuted"
    assert ask(path, STORE, on).verdict == "confirmed"
    both = ask(path, STORE, Known("QUANTIZE", values=(False, True)))
    assert "where QUANTIZE=True" in both.reason


@pytest.mark.parametrize("value", [0.5, 3, 2**40, True])
def test_a_number_that_is_passed_has_its_type(tmp_path: Path, value: float) -> None:
    path = module(tmp_path, "\n@triton.jit\ndef k(p, s):\n    tl.store(p, s)\n")
    answer = ask(path, STORE, Known("s", values=(value,)))
    assert answer.verdict == ("confirmed" if isinstance(value, float) else "refuted")


def test_a_pointer_that_is_absent_is_none(tmp_path: Path) -> None:
    path = module(
        tmp_path,
        """
@triton.jit
def k(p, x, bias):
    v = tl.load(x)
    if bias is not None:
        v += tl.load(bias)
    else:
        v = v.to(tl.int32)
    tl.store(p, v)
""",
    )
    assert ask(path, STORE, Known("bias", values=(None,))).verdict == "undecided"
    assert ask(path, STORE, Known("bias", dtypes=("float32",))).verdict == "confirmed"
    maybe = ask(path, STORE, Known("bias", dtypes=("float32",), values=(None,)))
    assert maybe.verdict == "confirmed"


def test_a_loaded_byte_that_becomes_a_number(tmp_path: Path) -> None:
    body = "\n@triton.jit\ndef k(p, out):\n    tl.store(out, tl.load(p).to(tl.float32) * 0.5)\n"
    answer = ask(module(tmp_path, body), LOAD)
    assert answer.verdict == "confirmed" and "arith.uitofp" in answer.reason
    bits = "tl.load(p).to(tl.float8e4nv, bitcast=True)"
    picked = module(tmp_path, body.replace("tl.load(p)", bits).replace(bits, "(tl.load(p) & 15)"))
    assert ask(picked, LOAD).verdict == "refuted"


REFUTED = {
    "bits are kept": "tl.store(p, tl.load(x).to(tl.float8e4nv).to(p.dtype.element_ty, bitcast=True))",
    "integers are stored": "tl.store(p, tl.program_id(0))",
    "it is only read": "tl.store(x, tl.load(p).to(tl.float32))",
}


@pytest.mark.parametrize("statement", REFUTED.values(), ids=REFUTED.keys())
def test_refuted(tmp_path: Path, statement: str) -> None:
    path = module(tmp_path, f"\n@triton.jit\ndef k(p, x):\n    {statement}\n")
    answer = ask(path)
    assert answer == Answer("refuted", "no conversion with uint8 (cuda:90)", (str(path),))


UNDECIDED = {
    "the conversion is there with either type": (
        "v = tl.load(x).to(tl.uint8)\n    tl.store(p, v.to(tl.float32).to(tl.uint8))",
        "arith.fptoui at kernels.py:[0-9, ]+ with uint8, and not seen to end as fixed",
    ),
    "nothing makes it compile": ("tl.store(p, undefined)", "undefined is not defined"),
}


@pytest.mark.parametrize(("statement", "reason"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_undecided_says_why(tmp_path: Path, statement: str, reason: str) -> None:
    path = module(tmp_path, f"\n@triton.jit\ndef k(p, x):\n    {statement}\n")
    answer = ask(path, fixed="float32")
    assert answer.verdict == "undecided"
    assert re.search(reason, answer.reason)


def test_a_kernel_that_is_gone_is_undecided(tmp_path: Path) -> None:
    path = module(tmp_path, PLAIN)
    claim = Claim(str(path), 1, "p")
    answer = examine(Question(claim, STORE, ("cuda:90",)), 10.0)
    assert (answer.verdict, answer.files) == ("undecided", ())
    assert "kernels.py:1: no kernel here" in answer.reason


def test_a_claim_that_it_does_not_compile(tmp_path: Path) -> None:
    body = "\n@triton.jit\ndef k(p, x):\n    tl.store(p, tl.load(x).to(tl.float8e4nv))\n"
    path = module(tmp_path, body)
    answer = ask(path, rejected=True)
    assert answer.verdict == "confirmed"
    assert answer.reason.startswith("compiles with fp8, and does not with uint8: ")
    # A finding that speaks of a silent conversion is not confirmed by that.
    assert ask(path).verdict == "undecided"


NEGATIVE = Order(("arith.addi",), first=("arith.fptoui",), gives=8, alone=("arith.fptoui",))
UNROUNDED = Order(FLOAT_TO_INTEGER, unless=("math.floor", "rint"))


def at_line(
    path: Path, order: Order, fixed: tuple[str, str] | None, target: str = "cuda:90"
) -> Answer:
    """Ask about the line marked `# here`, with one text for another as the fix."""
    line, text = line_of(path, "# here"), path.read_text()
    place = (str(path), line, line)
    question = Question(Claim(str(path), line, ""), order, (target,), (place,))
    if fixed:
        texts = ((str(path), f"import again\n{text.replace(*fixed)}"),)
        moved = (str(path), line + 1, line + 1)
        question = Question(question.claim, order, (target,), (place,), texts, line + 1, (moved,))
    return examine(question, 60.0)


EXPONENT = """
@triton.jit
def k(out, x):
    e = tl.math.floor(tl.math.log2(tl.load(x).to(tl.float32)))
    tl.store(out, e.to(tl.uint8) + 127)  # here
"""


def test_an_order_at_a_line_and_the_edit_that_ends_it(tmp_path: Path) -> None:
    path = module(tmp_path, EXPONENT)
    good = at_line(path, NEGATIVE, ("e.to(tl.uint8) + 127", "(e + 127).to(tl.uint8)"))
    line = line_of(path, "# here")
    assert good.verdict == "confirmed"
    assert good.reason == f"arith.addi at kernels.py:{line} as written, none as fixed (cuda:90)"
    idle = at_line(path, NEGATIVE, ("+ 127", "+ 126"))
    assert idle.verdict == "undecided" and "not seen to end as fixed" in idle.reason
    alone = at_line(path, NEGATIVE, ("e.to(tl.uint8) + 127", "e.to(tl.int8)"))
    assert alone.verdict == "confirmed"


def test_what_is_wrong_alone_ends_with_the_operation(tmp_path: Path) -> None:
    path = module(tmp_path, EXPONENT.replace(" + 127", ""))
    signed = at_line(path, NEGATIVE, ("e.to(tl.uint8)", "e.to(tl.int32).to(tl.uint8)"))
    line = line_of(path, "# here")
    assert signed.reason == f"arith.fptoui at kernels.py:{line} as written, none as fixed (cuda:90)"
    idle = at_line(path, NEGATIVE, ("e.to(", "(e + 1).to("))
    assert idle.verdict == "undecided"


def test_without_a_fix_the_order_itself_confirms(tmp_path: Path) -> None:
    answer = at_line(module(tmp_path, EXPONENT), NEGATIVE, None)
    assert answer.verdict == "confirmed"
    assert answer.reason.endswith(" as written; there is no fix to compare with (cuda:90)")


OFFSET = Order(("arith.extsi", "tt.addptr"), first=("arith.muli",), made=32)
OFFSETS = """
@triton.jit
def k(out, x, a, b):
    i = tl.program_id(0)
    j = tl.program_id(1)
    tl.store(out + i, tl.load(x + i * a + j * b))  # here
"""


def test_of_several_products_in_a_line_the_fix_ends_one(tmp_path: Path) -> None:
    path = module(tmp_path, OFFSETS)
    line = line_of(path, "# here")
    wider = at_line(path, OFFSET, ("i * a", "i.to(tl.int64) * a"))
    assert wider.verdict == "confirmed"
    assert wider.reason == f"tt.addptr at kernels.py:{line} as written, fewer as fixed (cuda:90)"
    both = at_line(path, OFFSET, ("i * a + j * b", "i.to(tl.int64) * a + j.to(tl.int64) * b"))
    assert both.reason.endswith("none as fixed (cuda:90)")
    idle = at_line(path, OFFSET, ("i * a", "(i + 1) * a"))
    assert idle.verdict == "undecided"


def test_an_order_elsewhere_in_the_kernel_says_nothing(tmp_path: Path) -> None:
    path = module(tmp_path, f"{EXPONENT.replace('  # here', '')}    tl.store(out, 1)  # here\n")
    assert at_line(path, NEGATIVE, None).verdict == "refuted"


def test_what_comes_before_can_excuse_a_conversion(tmp_path: Path) -> None:
    body = "\n@triton.jit\ndef k(out, x):\n    tl.store(out, tl.load(x).to(tl.int8))  # here\n"
    path = module(tmp_path, body)
    rounded = ("tl.load(x)", "tl.math.floor(tl.load(x).to(tl.float32) + 0.5)")
    assert at_line(path, UNROUNDED, rounded).verdict == "confirmed"
    path.write_text(path.read_text().replace(*rounded))
    assert at_line(path, UNROUNDED, None).verdict == "refuted"


@pytest.mark.parametrize("target", ["cuda:90", "hip:gfx942"])
def test_only_rounding_functions_of_a_library_excuse_it(tmp_path: Path, target: str) -> None:
    body = """
@triton.jit
def k(out, x):
    v = libdevice.exp(tl.load(x).to(tl.float32))
    tl.store(out, v.to(tl.int8))  # here
"""
    path = module(tmp_path, f"from triton.language.extra import libdevice\n{body}")
    rounded = ("v.to(", "libdevice.rint(v).to(")
    assert at_line(path, UNROUNDED, rounded, target).verdict == "confirmed"
    path.write_text(path.read_text().replace(*rounded))
    assert at_line(path, UNROUNDED, None, target).verdict == "refuted"


def test_a_guess_against_the_use_neither_confirms_nor_refutes(tmp_path: Path) -> None:
    path = module(
        tmp_path, "\n@triton.jit\ndef k(p, lengths):\n    tl.store(p, tl.load(lengths))\n"
    )
    assert ask(path).verdict == "undecided"
    assert ask(path, STORE, Known("lengths", dtypes=("int32",))).verdict == "refuted"
    assert ask(path, STORE, Known("lengths", dtypes=("float32",))).verdict == "confirmed"

"""Numbers that become narrow integers in kernels: what is known of them, what comes too late, and
which checks see them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write
from tests.facts.test_device import kernels
from tritonlint.dtypes import INT8
from tritonlint.facts.device import Conversion, Specialization, Watch, watched

HEAD = "\n@triton.jit\ndef kernel(p, x, s, LIMIT: tl.constexpr, ROUND: tl.constexpr):\n"


def watch(body: str, **pointers: str) -> Watch:
    source = HEAD + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    types = dict.fromkeys(pointers, INT8)
    return watched(kernels(source)["kernel"], Specialization(types))


def conversion(value: str, first: str = "") -> Conversion:
    """What is known of `value`, of the loaded float `v`, where it is cast to int8."""
    body = f"v = tl.load(x).to(tl.float32)\n{first}\ntl.store(p, ({value}).to(tl.int8))"
    (seen,) = watch(body).conversions()
    return seen


@pytest.mark.parametrize(
    "value",
    [
        "v * 0.5",
        "v / tl.load(s)",
        "tl.clamp(v / LIMIT, -128, 127)",
        "tl.exp(v)",
        "tl.where(v > 0, v * 2.0, 0.0)",
        "tl.maximum(v * 2.0, -128.0)",
        "libdevice.rint(v) * 0.1",
        "tl.math.llrint(v) * 0.1",
        "tl.math.fma(v, 2.0, 1.0)",
        "v * 2.0 + 1.0",
    ],
)
def test_a_fraction_is_lost(value: str) -> None:
    seen = conversion(value)
    assert seen.floating
    assert not seen.rounded
    assert not seen.excused


@pytest.mark.parametrize(
    "value",
    [
        "libdevice.rint(v * 0.5)",
        "tl.floor(v * 0.5)",
        "libdevice.nearbyint(v * 0.5)",
        "tl.extra.cuda.libdevice.round(v * 0.5)",
        "tl.clamp(libdevice.rint(v * 0.5), -LIMIT, LIMIT)",
        "tl.maximum(libdevice.rint(v * 0.5), tl.load(s))",
        "tl.where(v > 0, 1.0, 0.0) * 2",
        "v * 0.5 + 12582912.0 - 12582912.0",
        "tl.program_id(0).to(tl.float32) + 1",
    ],
)
def test_a_value_is_integral(value: str) -> None:
    assert conversion(value).rounded


@pytest.mark.parametrize(
    "value",
    [
        "v * 0.5 + 0.5",
        "v * 0.5 + tl.where(v > 0, 0.5, -0.5)",
        "v * 0.5 + libdevice.copysign(0.5, v)",
        "v * 0.5 + tl.rand(0, tl.arange(0, 4))",
        "tl.clamp(v * 0.5 + 0.5, 0, 255)",
        "tl.fma(v, 0.25, 0.5)",
        "v",
        "tl.maximum(v, 0.0)",
        "tl.sum(v + tl.load(s).to(tl.float32), axis=0)",
    ],
)
def test_a_fraction_may_be_dropped(value: str) -> None:
    assert conversion(value).excused


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("tl.clamp(v * 0.5, 0.0, 255.0) + 0.5", True),
        ("tl.clamp(v * 0.5, -128.0, 127.0) - 0.5", True),
        ("tl.clamp(v * 0.5 + 0.5, 0.0, 255.0)", True),
        ("tl.clamp(v * 0.5, 0.0, 256.0)", False),
        ("tl.clamp(v * 0.5, -129.0, 0.0)", False),
        ("tl.maximum(v * 0.5, 0.0)", False),
    ],
)
def test_what_is_left_without_its_fraction_fits_in_a_byte(value: str, fits: bool) -> None:
    assert conversion(value).fits_byte is fits


def test_a_flag_that_asks_for_rounding_excuses_where_it_is_open() -> None:
    first = "v = v * 0.5\nif ROUND:\n    v = libdevice.rint(v)"
    assert conversion("v", first).excused


def test_an_accumulator_that_begins_with_zero_is_no_rounded_value() -> None:
    first = "acc = 0.0\nfor i in range(4):\n    acc += v * 0.5"
    assert not conversion("acc", first).excused


@pytest.mark.parametrize(
    ("value", "exponent", "biased"),
    [
        ("tl.log2(v)", True, False),
        ("tl.floor(tl.math.log2(v)) - 2", True, False),
        ("tl.clamp(tl.log2(v).floor() - 2, min=-127, max=127)", True, False),
        ("tl.log2(v) + 127.0", True, True),
        ("tl.floor(tl.log2(v) + 127)", True, True),
        ("v * tl.log2(v)", False, False),
        ("tl.log2(v + 1e-4)", True, False),
        ("tl.log2(v + 0.5)", True, False),
        ("tl.exp2(tl.log2(v))", False, False),
    ],
)
def test_a_logarithm_stays_one_until_it_is_something_else(
    value: str, exponent: bool, biased: bool
) -> None:
    seen = conversion(value)
    assert (seen.exponent, seen.biased) == (exponent, biased)


@pytest.mark.parametrize("value", ["v + 1.0", "1 + v", "v + 1e-6 + 2.0"])
def test_the_logarithm_of_a_count_and_one_is_never_negative(value: str) -> None:
    assert conversion(f"tl.log2({value})").interval[0] == 0


@pytest.mark.parametrize("value", ["v", "v + 0.5", "v * 2.0", "v - 1.0"])
def test_other_logarithms_can_be_negative(value: str) -> None:
    assert conversion(f"tl.log2({value})").interval[0] is None


def test_what_a_type_is_guessed_from_is_no_float() -> None:
    assert watch("tl.store(p, (tl.load(x) * 2 + 1).to(tl.int8))").conversions() == ()


def test_the_store_of_a_launch_converts() -> None:
    (seen,) = watch("tl.store(p, tl.load(x).to(tl.float32) * 0.5)", p="int8").conversions()
    assert (seen.parameter, seen.explicit, seen.target) == ("p", False, INT8)


def test_what_is_done_after_the_cast() -> None:
    body = """
        q = (tl.load(x).to(tl.float32) * 0.5).to(tl.int8)
        q = tl.maximum(tl.minimum(q, 127), -128)
        e = tl.log2(tl.load(x).to(tl.float32)).to(tl.uint8) + 127
        tl.store(p, q + e)
        """
    clamped, biased = watch(body).conversions()
    assert clamped.limits == (-128.0, 127.0)
    assert clamped.clamp is not None
    assert "127), -128)" in textwrap.dedent(body).splitlines()[2]
    assert clamped.clamp.line == clamped.place.line + 1
    assert biased.bias is not None
    assert biased.bias.line == biased.place.line


@pytest.mark.parametrize(
    ("use", "seen"),
    [
        ("tl.exp2(b.to(tl.float32) - 127.0)", ["exponent"]),
        ("b.to(tl.int32) - 127", ["exponent"]),
        ("(b.to(tl.int32) << 23).to(tl.float32, bitcast=True)", ["exponent"]),
        ("tl.load(s + b)", ["index"]),
        ("tl.load(s + b.to(tl.int64))", ["index"]),
        ("((b.to(tl.int32) + 127) << 23).to(tl.float32, bitcast=True)", []),
        ("(b.to(tl.int32) & 0xFF) - 127", []),
        ("b.to(tl.uint8).to(tl.int32) - 127", []),
        ("b.to(tl.uint8, bitcast=True).to(tl.int32) - 127", []),
        ("b.to(tl.float32) * 0.5", []),
        ("b >> 4", []),
    ],
)
def test_signed_bytes_that_are_never_negative(use: str, seen: list[str]) -> None:
    found_bytes = watch(f"b = tl.load(x)\ntl.store(p, {use})", x="int8").signed_bytes()
    assert [each.use for each in found_bytes] == seen


# Modules of a package; each file with a finding is checked alone, too.
PACKAGES = {
    "device_function_of_another_module": {
        "pkg/codes.py": IMPORTS
        + """\
@triton.jit
def encode(exponent):
    return exponent.to(tl.uint8) + 127  # expect: TL005
""",
        "pkg/kernels.py": IMPORTS
        + """\
from pkg.codes import encode


@triton.jit
def store_exponents(x_ptr, out_ptr):
    amax = tl.max(tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32))
    tl.store(out_ptr, encode(tl.floor(tl.log2(amax))))
""",
    },
    "rounded_by_the_caller": {
        "pkg/codes.py": IMPORTS
        + """\
@triton.jit
def encode(x):
    return tl.clamp(x, -128, 127).to(tl.int8)
""",
        "pkg/kernels.py": IMPORTS
        + """\
from pkg.codes import encode
from triton.language.extra import libdevice


@triton.jit
def store(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32)
    tl.store(out_ptr + tl.arange(0, 32), encode(libdevice.rint(x * 0.5)))
""",
    },
    "launches_with_int8_and_with_fp8": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x)  # expect: TL004
""",
        "pkg/launches.py": """\
import torch

from pkg import kernels


def to_integers(x):
    out = torch.empty_like(x, dtype=torch.int8)
    kernels.quantize[(1,)](x, out)


def to_fp8(x):
    out = torch.empty_like(x, dtype=torch.float8_e4m3fn)
    kernels.quantize[(1,)](x, out)
""",
    },
    "the_type_of_another_call": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def unpack(x_ptr, out_ptr, RAW: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32)
    if not RAW:
        x = x * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x)


def unpack_as(x, dtype, raw=False):
    out = torch.empty(x.shape, dtype=torch.int8 if raw else dtype)
    unpack[(1,)](x, out, RAW=raw)
    return out


def both(x, dtype):
    return unpack_as(x, None, raw=True), unpack_as(x, dtype)
""",
    },
    "only_fp8": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x)


def to_fp8(x):
    out = torch.empty_like(x, dtype=torch.float8_e4m3fn)
    quantize[(1,)](x, out)
""",
    },
    "the_type_is_passed": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr, DTYPE: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x.to(DTYPE))  # expect: TL004


def launch(x, out):
    quantize[(1,)](x, out, DTYPE=tl.int8)
""",
    },
    "a_helper_that_knows_integers": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr, most):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * most
    tl.store(out_ptr + tl.arange(0, 32), x)  # expect: TL004


def largest(dtype):
    return 127.0 if dtype == torch.int8 else torch.finfo(dtype).max


def launch(x, dtype):
    out = torch.empty_like(x, dtype=dtype)
    quantize[(1,)](x, out, largest(dtype))
""",
    },
    "a_helper_for_any_type": {
        "pkg/kernels.py": IMPORTS
        + """\
def limits(dtype: torch.dtype) -> tuple[float, float]:
    info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
    return info.min, info.max


@triton.jit
def _quantize_kernel(x_ptr, code_ptr, stride, least, most, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    offset = row * stride + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offset).to(tl.float32)
    q = tl.clamp(x * (most / tl.max(tl.abs(x), axis=0)), least, most)
    tl.store(code_ptr + offset, q.to(code_ptr.dtype.element_ty))


def put_rows(x: torch.Tensor, codes: torch.Tensor, least: float, most: float) -> None:
    _quantize_kernel[(x.shape[0],)](x, codes, x.stride(0), least, most, BLOCK=x.shape[1])


class Quantizer:
    def __init__(self, dtype: torch.dtype = torch.float8_e4m3fn) -> None:
        self.dtype = dtype
        self.least, self.most = limits(dtype)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        codes = torch.empty(x.shape, dtype=self.dtype, device=x.device)
        put_rows(x, codes, *limits(self.dtype))
        return codes


def quantize(x: torch.Tensor, *, dtype: torch.dtype = torch.float8_e5m2) -> torch.Tensor:
    codes = torch.empty_like(x, dtype=dtype)
    put_rows(x, codes, *limits(dtype))
    return codes
""",
    },
    "a_helper_of_what_is_fp8_by_default": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr, most):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * most
    tl.store(out_ptr + tl.arange(0, 32), x)


def largest(dtype):
    return 127.0 if dtype == torch.int8 else torch.finfo(dtype).max


def launch(x, dtype=torch.float8_e4m3fn):
    out = torch.empty_like(x, dtype=dtype)
    quantize[(1,)](x, out, largest(dtype))
""",
    },
    "a_helper_of_what_callers_pass": {
        "pkg/kernels.py": IMPORTS
        + """\
import functools


@triton.jit
def quantize(x_ptr, out_ptr, most):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * most
    tl.store(out_ptr + tl.arange(0, 32), x)


def largest(dtype):
    return 127.0 if dtype == torch.int8 else torch.finfo(dtype).max


def launch(x, dtype):
    out = torch.empty_like(x, dtype=dtype)
    quantize[(1,)](x, out, largest(dtype))


in_five_bits = functools.partial(launch, dtype=torch.float8_e5m2)


def in_four_bits(x):
    launch(x, torch.float8_e4m3fn)
""",
    },
    "a_type_that_is_chosen_where_it_is_no_integer": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def store(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x)


@triton.jit
def store_too(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) * 0.5
    tl.store(out_ptr + tl.arange(0, 32), x)  # expect: TL004


def widened(x):
    is_int8 = x.dtype == torch.int8
    is_fp8 = x.dtype == torch.float8_e4m3fn
    dtype = torch.bfloat16 if (is_int8 or is_fp8) else x.dtype
    store[(1,)](x, torch.empty(x.shape, dtype=dtype))


def widened_by_a_branch(x):
    if x.dtype == torch.int8:
        dtype = torch.bfloat16
    else:
        dtype = x.dtype
    store[(1,)](x, torch.empty(x.shape, dtype=dtype))


def kept(x):
    is_int8 = x.dtype == torch.int8
    dtype = x.dtype if is_int8 else torch.bfloat16
    store_too[(1,)](x, torch.empty(x.shape, dtype=dtype))
""",
    },
    "what_is_asserted_of_the_keys": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def attend(q_ptr, k_ptr, v_ptr, out_ptr):
    lanes = tl.arange(0, 32)
    p = tl.load(q_ptr + lanes).to(tl.float32) * tl.load(k_ptr + lanes).to(tl.float32) * 0.5
    v = tl.load(v_ptr + lanes)
    tl.store(out_ptr + lanes, p.to(v.type.element_ty) * v)


@triton.jit
def attend_too(q_ptr, k_ptr, v_ptr, out_ptr):
    lanes = tl.arange(0, 32)
    p = tl.load(q_ptr + lanes).to(tl.float32) * tl.load(k_ptr + lanes).to(tl.float32) * 0.5
    v = tl.load(v_ptr + lanes)
    tl.store(out_ptr + lanes, p.to(v.type.element_ty) * v)  # expect: TL004


def launch(q, k, v, out):
    assert q.dtype == torch.int8 and k.dtype == torch.int8, "queries and keys are int8"
    attend[(1,)](q, k, v, out)


def launch_unless_raised(q, k, v, out):
    if k.dtype != torch.int8:
        raise TypeError(k.dtype)
    attend[(1,)](q, k, v, out)


def launch_too(q, k, v, out):
    scale = 127.0 if k.dtype == torch.int8 else 448.0
    attend_too[(1,)](q * scale, k, v, out)
""",
    },
    "raw_bytes_are_told_once": {
        "pkg/kernels.py": IMPORTS
        + """\
@triton.jit
def quantize(x_ptr, out_ptr):
    x = tl.load(x_ptr + tl.arange(0, 32)).to(tl.float32) / 448.0
    tl.store(out_ptr + tl.arange(0, 32), x)


def launch(x, page):
    assert page.dtype == torch.uint8
    quantize[(1,)](x, page)  # expect: TL001
""",
    },
}


@pytest.mark.parametrize("files", PACKAGES.values(), ids=PACKAGES)
def test_packages(files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"pkg/__init__.py": "", **files})
    wanted = expected(files)
    assert found() == wanted
    for path in files:
        alone = {place: count for place, count in wanted.items() if place[0] == path}
        assert found(path) == alone, path

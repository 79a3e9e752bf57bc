"""The compile oracle, over all fixtures and over kernels made to mislead it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("triton", reason="the compile oracle needs triton (extra `verify`)")

from verify_support import case_id, cases, fixed_texts

from tritonlint.errors import VerifyError
from tritonlint.verify.case import OrderProbe, Probe, load_verifier
from tritonlint.verify.cases.compiled import TARGETS
from tritonlint.verify.compiler import compile as oracle
from tritonlint.verify.compiler.evaluate import evaluated
from tritonlint.verify.compiler.located import kernel_named
from tritonlint.verify.compiler.ttir_text import read_graph

HEAD = """\
import torch
import triton
import triton.language as tl
import not_installed_anywhere

BLOCK = tl.constexpr(64)
"""


def compiled() -> list[Path]:
    """The cases whose verifier asks the compiler something."""
    return [folder for folder in cases() if load_verifier(folder).probes]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("folder", compiled(), ids=case_id)
def test_every_fixture_is_confirmed(folder: Path, target: str) -> None:
    outcome = oracle.run_case(folder, case_id(folder), fixed_texts(folder), target)
    assert (outcome.verdict, outcome.reason) == ("confirmed", "")
    if all(isinstance(each, Probe) for each in load_verifier(folder).probes):
        assert "arith.fptoui" in outcome.flagged or "arith.uitofp" in outcome.flagged
        assert "tt.fp_to_fp" in outcome.fixed
    else:
        shown = ("arith.", "tt.addptr", "tt.bitcast")
        assert any(each in outcome.flagged for each in shown)


def conversions(path: Path, probe: Probe | OrderProbe, element: str, target: str) -> list[oracle.Conversion]:
    """What the oracle finds; the constants are found in this process."""
    assert isinstance(probe, Probe)
    values = evaluated(kernel_named(path, probe.kernel))
    return oracle.conversions(path, probe, element, target, values)


def test_the_line_is_that_of_the_cast() -> None:
    folder = next(each for each in cases() if each.name == "cast_in_device_function")
    lines = (folder / "flagged.py").read_text().splitlines()
    probe = load_verifier(folder).probes[0]
    found = conversions(folder / "flagged.py", probe, "u8", "cuda:90")
    assert [".to(like_ptr.dtype.element_ty)" in lines[each.line - 1] for each in found] == [True]
    assert found[0].path == str(folder / "flagged.py")


@pytest.mark.parametrize("target", TARGETS)
def test_the_fixed_type_is_the_target_s_own(target: str) -> None:
    folder = next(each for each in cases() if each.name == "implicit_store")
    probe = load_verifier(folder).probes[0]
    (found,) = conversions(folder / "flagged.py", probe, "fp8", target)
    flavour = "f8E4M3FNUZ" if target == "hip:gfx942" else "f8E4M3FN"
    assert found.types.endswith(f"x{flavour}>")


def kernel(tmp_path: Path, body: str) -> Path:
    """A module with the given kernels, whose imports cannot be satisfied."""
    path = tmp_path / "kernels.py"
    path.write_text(HEAD + body)
    return path


def seen(path: Path, direction: str = "store", element: str = "u8", **extra: str) -> list[str]:
    """The conversions of the parameter p of the kernel k, as `operation:text of the line`."""
    signature = {"x": "*fp32", "n": "i32", **extra}
    constexprs: dict[str, object] = {}
    probe = Probe("k", "p", signature, constexprs, direction=direction)
    lines = path.read_text().splitlines()
    found = conversions(path, probe, element, "cuda:90")
    return [f"{each.name}:{lines[each.line - 1].strip()}" for each in found]


def test_a_pointer_is_followed_through_loops_branches_and_calls(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def put(where, value):
    tl.store(where, value)


@triton.autotune(configs=not_installed_anywhere.configs(), key=[])
@triton.jit
def k(p, x, n):
    if n == 7:
        return
    at = p + tl.arange(0, BLOCK)
    v = tl.load(x + tl.arange(0, BLOCK))
    for _ in range(0, n):
        at += BLOCK
        v += 1.0
        if n > 3:
            put(at, v)
    tl.store(at, v.to(p.dtype.element_ty))
""",
    )
    assert seen(path) == [
        "arith.fptoui:tl.store(where, value)",
        "arith.fptoui:tl.store(at, v.to(p.dtype.element_ty))",
    ]
    assert seen(path, element="fp32") == []


def test_an_atomic_is_a_store(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, n):
    tl.atomic_add(p + n, tl.load(x).to(p.dtype.element_ty))
""",
    )
    line = "tl.atomic_add(p + n, tl.load(x).to(p.dtype.element_ty))"
    assert seen(path, element="i32") == [f"arith.fptosi:{line}"]


def test_a_store_through_another_pointer_is_not_p_s(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, q, n):
    i = tl.arange(0, BLOCK)
    v = tl.load(x + i)
    tl.store(q + i, v)
    tl.store(p + i, tl.load(q + i))
""",
    )
    assert seen(path, q="*u8") == []
    assert seen(path, q="*fp32") == ["arith.fptoui:tl.store(p + i, tl.load(q + i))"]


def test_a_pointer_behind_a_bit_cast_or_a_number_is_the_parameter_s(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, n):
    i = tl.arange(0, BLOCK)
    v = tl.load(x + i)
    as_bytes = p.to(tl.pointer_type(tl.uint8), bitcast=True)
    tl.store(as_bytes + i, v + 1)
    address = p.to(tl.int64, bitcast=True)
    tl.store(address.to(tl.pointer_type(tl.uint8), bitcast=True) + i, v + 2)
    moved = (address + n).to(tl.pointer_type(tl.uint8), bitcast=True)
    tl.store(moved + i, v + 3)
""",
    )
    assert seen(path, element="fp8e4nv") == [
        "arith.fptoui:tl.store(as_bytes + i, v + 1)",
        "arith.fptoui:tl.store(address.to(tl.pointer_type(tl.uint8), bitcast=True) + i, v + 2)",
        "arith.fptoui:tl.store(moved + i, v + 3)",
    ]


def test_a_number_is_no_address_of_a_pointer_that_is_loaded_through_it(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, table, n):
    i = tl.arange(0, BLOCK)
    other = tl.load(table + tl.load(p)).to(tl.pointer_type(tl.uint8))
    tl.store(other + i, tl.load(x + i))
""",
    )
    assert seen(path, table="*i64") == []


def test_casts_behind_bit_casts_are_seen(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, n):
    i = tl.arange(0, BLOCK)
    code = tl.load(x + i).to(tl.int8)
    tl.store(p + i, code.to(tl.uint8, bitcast=True))
    signed = tl.load(p + i + n).to(tl.int8, bitcast=True)
    tl.store(x + i, signed.to(tl.float32))
""",
    )
    assert seen(path) == ["arith.fptosi:code = tl.load(x + i).to(tl.int8)"]
    assert seen(path, "load") == ["arith.sitofp:tl.store(x + i, signed.to(tl.float32))"]


PASSED = """\
module {
  tt.func public @k(%p: !tt.ptr<f8E4M3FN>, %x: !tt.ptr<f32>) {
    %v = tt.load %x : !tt.ptr<f32> loc("k.py":1:0)
    %i = arith.fptoui %v : f32 to i8 loc("k.py":2:0)
    %b = arith.bitcast %i : i8 to f8E4M3FN loc("k.py":3:0)
    tt.store %p, %b : !tt.ptr<f8E4M3FN> loc("k.py":3:0)
    %c = tt.load %p : !tt.ptr<f8E4M3FN> loc("k.py":4:0)
    %u = arith.bitcast %c : f8E4M3FN to i8 loc("k.py":5:0)
    %f = arith.uitofp %u : i8 to f32 loc("k.py":6:0)
    tt.store %x, %f : !tt.ptr<f32> loc("k.py":6:0)
  }
}
"""


@pytest.mark.parametrize("operation", ("arith.bitcast", "tt.bitcast"))
def test_a_bit_cast_has_either_name(operation: str) -> None:
    graph = read_graph(PASSED.replace("arith.bitcast", operation))
    assert [each.name for each in oracle.between(graph, 0, "store")] == ["arith.fptoui"]
    assert [each.name for each in oracle.between(graph, 0, "load")] == ["arith.uitofp"]


def test_bits_are_no_conversion(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, n):
    i = tl.arange(0, BLOCK)
    v = tl.load(x + i).to(tl.float8e4nv)
    tl.store(p + i, v.to(tl.uint8, bitcast=True))
""",
    )
    assert seen(path) == ["tt.fp_to_fp:v = tl.load(x + i).to(tl.float8e4nv)"]


def test_a_loaded_byte_that_is_taken_apart_is_not_read_as_a_number(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p, x, n):
    i = tl.arange(0, BLOCK)
    low = tl.load(p + i) & 0xF
    tl.store(x + i, low.to(tl.float32))
    for j in range(0, n):
        tl.store(x + i, tl.load(p + i + j) * 0.5)
""",
    )
    assert seen(path, "load") == ["arith.uitofp:tl.store(x + i, tl.load(p + i + j) * 0.5)"]


def test_a_default_and_an_annotation_that_need_what_is_missing_do_no_harm(tmp_path: Path) -> None:
    path = kernel(
        tmp_path,
        """
@triton.jit
def k(p: not_installed_anywhere.Pointer, x, n, S: tl.constexpr = torch.finfo(torch.half).max):
    tl.store(p, tl.load(x) * S)
""",
    )
    probe = Probe("k", "p", {"x": "*fp32", "n": "i32"}, {"S": 2.0})
    (found,) = conversions(path, probe, "u8", "cuda:90")
    assert found.name == "arith.fptoui"


def test_a_nested_kernel_is_found(tmp_path: Path) -> None:
    body = """
def make():
    @triton.jit
    def k(p, x, n):
        tl.store(p, tl.load(x))

    return k
"""
    assert seen(kernel(tmp_path, body)) == ["arith.fptoui:tl.store(p, tl.load(x))"]


def test_an_imported_device_function_comes_from_its_own_file(tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_text(HEAD + "\n@triton.jit\ndef put(at, v):\n    tl.store(at, v * BLOCK)\n")
    body = "\nfrom helper import put\n\n\n@triton.jit\ndef k(p, x, n):\n    put(p, tl.load(x))\n"
    path = kernel(tmp_path, body)
    probe = Probe("k", "p", {"x": "*fp32", "n": "i32"})
    (found,) = conversions(path, probe, "u8", "cuda:90")
    assert (found.path, found.line) == (str(helper), 10)


def test_what_does_not_compile_is_an_error_that_names_the_target(tmp_path: Path) -> None:
    path = kernel(tmp_path, "\n@triton.jit\ndef k(p, x, n):\n    tl.store(p, undefined)\n")
    with pytest.raises(VerifyError, match="k does not compile for cuda:90: .*undefined"):
        seen(path)


def test_a_probe_that_does_not_fit_the_kernel_says_what_is_missing(tmp_path: Path) -> None:
    path = kernel(tmp_path, "\n@triton.jit\ndef k(p, x, n, more):\n    tl.store(p, 1.0)\n")
    with pytest.raises(VerifyError, match="gives no type for more"):
        seen(path)
    with pytest.raises(VerifyError, match="k has no pointer parameter 'q'"):
        conversions(path, Probe("k", "q", {}), "u8", "cuda:90")
    with pytest.raises(VerifyError, match="no kernel named 'absent'"):
        conversions(path, Probe("absent", "p", {}), "u8", "cuda:90")
    with pytest.raises(VerifyError, match="not a target"):
        seen_on(path, "cuda:ninety")


def seen_on(path: Path, target: str) -> object:
    probe = Probe("k", "p", {"x": "*fp32", "n": "i32", "more": "i32"})
    return conversions(path, probe, "u8", target)

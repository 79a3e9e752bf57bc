"""Kernel contracts: effects, spans, what is known of a stored value, and what an open launch leaves
open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.device_cases import CASES, Case
from tritonlint.dtypes import BFLOAT16, BY_NAME, FLOAT32, UINT8
from tritonlint.facts.device import KernelContract, Specialization, Store, byte_contracts, contract
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels as kernels_of
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile

IMPORTS = (
    "import triton\nimport triton.language as tl\nfrom triton.language.extra import libdevice\n"
)


def kernels(source: str) -> dict[str, Kernel]:
    file = SourceFile("kernels.py", (IMPORTS + source).encode())
    module = Project([Path()]).module(Path(file.path), file)
    return {kernel.name: kernel for kernel in kernels_of(module)}


def byte_contract(source: str, parameter: str = "p") -> KernelContract:
    return byte_contracts(kernels(source)["kernel"])[parameter]


def only_store(found: KernelContract, parameter: str = "p") -> Store:
    (store,) = (each for each in found.stores if each.parameter == parameter)
    return store


def effects(found: KernelContract, parameter: str) -> tuple[set[str], set[str]]:
    stores: set[str] = {each.effect for each in found.stores if each.parameter == parameter}
    loads: set[str] = {each.effect for each in found.loads if each.parameter == parameter}
    return stores, loads


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_effects(case: Case) -> None:
    kernel = kernels(case.source)["kernel"]
    pointers = {name: BY_NAME[dtype] for name, dtype in case.parameters.items()}
    found = contract(kernel, Specialization(pointers, case.constexprs))
    stores: dict[str, str] = {each.parameter: each.effect for each in found.stores}
    loads: dict[str, str] = {each.parameter: each.effect for each in found.loads}
    assert {name: stores.get(name) for name in case.stores} == case.stores
    assert {name: loads.get(name) for name in case.loads} == case.loads
    assert "p" in case.stores or "p" not in stores
    assert found.incomplete is None


def test_spans_of_an_explicit_cast() -> None:
    source = """
@triton.jit
def kernel(p, x):
    v = tl.load(x)
    w = (v * 2).to(p.dtype.element_ty)
    tl.store(p, w)
"""
    store = only_store(byte_contract(source))
    assert (store.explicit, store.kind) == (True, "float")
    assert store.cast is not None
    assert (store.cast.line, store.cast.column, store.cast.end_column) == (8, 9, 39)
    assert (store.place.line, store.place.column) == (9, 5)
    assert store.source == {"x"}


def test_an_implicit_cast_has_no_span() -> None:
    store = only_store(
        byte_contract("@triton.jit\ndef kernel(p, x):\n    tl.store(p, tl.load(x) * 2.0)\n")
    )
    assert (store.explicit, store.cast, store.kind) == (False, None, "float")


def test_a_cast_of_its_own_accord_is_not_the_pointers() -> None:
    store = only_store(
        byte_contract(
            "@triton.jit\ndef kernel(p, x):\n    tl.store(p, tl.load(x).to(tl.float32).to(tl.uint8))\n"
        )
    )
    assert (store.effect, store.explicit, store.kind) == ("float_to_int", False, "int")
    assert store.cast is not None


def test_a_store_in_a_device_function_names_the_calls_that_lead_to_it() -> None:
    source = """
@triton.jit
def inner(q, v):
    tl.store(q, v)

@triton.jit
def outer(q, v):
    inner(q, v)

@triton.jit
def kernel(p, x):
    outer(p + 1, tl.load(x).to(tl.float32))
"""
    store = only_store(byte_contract(source))
    assert store.place.line == 7
    assert [place.line for place in store.via] == [15, 11]


@pytest.mark.parametrize(
    ("value", "rounded", "interval"),
    [
        ("libdevice.rint(v)", True, (None, None)),
        ("tl.floor(v + 0.5)", True, (None, None)),
        ("v * 2.0", False, (None, None)),
        ("tl.clamp(v, -127.0, 127.0)", False, (-127.0, 127.0)),
        ("tl.minimum(tl.maximum(v, 0.0), 255.0)", False, (0.0, 255.0)),
        ("libdevice.rint(tl.clamp(v, -448.0, 448.0))", True, (-448.0, 448.0)),
        ("tl.abs(v)", False, (0.0, None)),
        ("tl.maximum(v, 0.0) + 127.0", False, (127.0, None)),
        ("tl.where(v > 0, 1.0, 2.5)", False, (1.0, 2.5)),
        ("tl.zeros([16], tl.float32)", True, (0.0, 0.0)),
    ],
)
def test_rounding_and_range(
    value: str, rounded: bool, interval: tuple[float | None, float | None]
) -> None:
    source = f"@triton.jit\ndef kernel(p, x):\n    v = tl.load(x).to(tl.float32)\n    tl.store(p, {value})\n"
    store = only_store(byte_contract(source))
    assert (store.rounded, store.interval) == (rounded, interval)


def test_a_range_that_grows_in_a_loop_is_not_a_range() -> None:
    source = """
@triton.jit
def kernel(p, n):
    v = 0.0
    for k in range(n):
        v = v + 1.0
    tl.store(p, v)
"""
    assert only_store(byte_contract(source)).interval == (None, None)


@pytest.mark.parametrize(
    ("body", "stores", "loads"),
    [
        # What is not known is taken by its role, and both sides of an open branch count.
        ("tl.store(p + i, tl.load(x + i))", {"float_to_int"}, set()),
        ("j = tl.load(x + i)\n    tl.store(q + j, tl.load(q))\n    tl.store(p + i, j)", {"int"}, set()),
        ("tl.store(p + i, tl.load(src_indices + i))", {"int"}, set()),
        ("if F:\n        tl.store(p + i, i)\n    else:\n        tl.store(p + i, tl.load(x) * 1.5)", {"int", "float_to_int"}, set()),
        ("v = tl.load(p + i)\n    if x.dtype.element_ty.is_fp8():\n        tl.store(q + i, v * 1.5)", set(), {"int_to_float"}),
        ("v = tl.load(p + i)\n    if p.dtype.element_ty.is_fp8():\n        tl.store(q + i, v * 1.5)", set(), {"int"}),
        ("tl.static_assert(p.dtype.element_ty.is_fp8())\n    tl.store(p + i, tl.load(x) * 1.5)", set(), set()),
        ("if p is not None:\n        tl.store(p + i, 1)\n    else:\n        tl.store(q, tl.load(p) * 1.5)", {"int"}, set()),
        ("tl.store(q + i, tl.load(p + i).to(DTYPE))", set(), {"int_to_float"}),
    ],
)  # fmt: skip
def test_open_launches(body: str, stores: set[str], loads: set[str]) -> None:
    source = f"""
@triton.jit
def kernel(p, q, x, src_indices, F: tl.constexpr, DTYPE: tl.constexpr):
    i = tl.arange(0, 16)
    {body}
"""
    found_stores, found_loads = (
        effects(byte_contract(source), "p") if "p" in body else (set(), set())
    )
    assert (found_stores, found_loads) == (stores, loads)


def test_a_constexpr_dtype_is_resolved_by_the_launch() -> None:
    source = "@triton.jit\ndef kernel(p, x, D: tl.constexpr):\n    tl.store(p, tl.load(x).to(D))\n"
    kernel = kernels(source)["kernel"]
    given = Specialization({"p": UINT8, "x": BFLOAT16}, {"D": BY_NAME["float8_e4m3fn"]})
    assert only_store(contract(kernel, given)).effect == "compile_error"
    given = Specialization({"p": UINT8, "x": BFLOAT16}, {"D": FLOAT32})
    assert only_store(contract(kernel, given)).effect == "float_to_int"


def test_every_pointer_is_listed_and_numbers_are_not() -> None:
    source = """
@triton.jit
def kernel(a, b, n, stride, eps, F: tl.constexpr):
    i = tl.program_id(0) * stride + tl.arange(0, 16)
    if F:
        tl.store(b + i, tl.load(a + i, mask=i < n) + eps)
"""
    found = byte_contract(source, "a")
    assert found.pointers == ("a", "b")
    assert found.constexprs == {"F"}
    assert found.parameters == ("a", "b", "n", "stride", "eps", "F")


def test_recursion_and_depth_are_cut_and_said() -> None:
    chain = "".join(f"@triton.jit\ndef f{n}(q, v):\n    f{n + 1}(q, v)\n\n" for n in range(12))
    source = (
        chain
        + "@triton.jit\ndef f12(q, v):\n    f12(q, v)\n\n@triton.jit\ndef kernel(p):\n    f0(p + 1, 1)\n    f12(p, 1)\n"
    )
    kernel = kernels(source)["kernel"]
    found = contract(kernel, Specialization({"p": UINT8}))
    assert found.incomplete is not None
    assert effects(found, "p")[0] == {"unknown"}


def test_a_huge_kernel_ends_at_the_bound() -> None:
    body = "".join(f"    v = v + {n} * v - (v + {n}) * v\n" for n in range(30000))
    found = contract(
        kernels(f"@triton.jit\ndef kernel(p):\n    v = tl.load(p)\n{body}    tl.store(p, v)\n")[
            "kernel"
        ],
        Specialization({"p": UINT8}),
    )
    assert found.incomplete is not None


def test_deep_nesting_is_survived() -> None:
    deep = "(" * 80 + "v" + " + 1)" * 80
    found = byte_contract(
        f"@triton.jit\ndef kernel(p):\n    v = tl.load(p)\n    tl.store(p, {deep})\n"
    )
    assert effects(found, "p") == ({"int"}, {"int"})


@pytest.mark.parametrize(
    ("value", "effect", "interval"),
    [
        ("float(3)", "float_to_int", (3.0, 3.0)),
        ("float(tl.load(x))", "float_to_int", (None, None)),
        ("int(2.5)", "int", (2.0, 2.0)),
        ("int(tl.load(x))", "int", (None, None)),
        ("len((1, 2, 3))", "int", (3.0, 3.0)),
        ("max(1, 2)", "int", (2.0, 2.0)),
        ("min(2.0, 1.0)", "float_to_int", (1.0, 1.0)),
        ("list((1.0, 2.0))[1]", "float_to_int", (2.0, 2.0)),
        ("sorted(tl.load(x))", "unknown", (None, None)),
        ("tl.full((16,), 3.0, tl.float32)", "float_to_int", (3.0, 3.0)),
        ("tl.full_like(tl.load(x), 0)", "float_to_int", (None, None)),
        ("tl.zeros((16,), tl.int32)", "int", (0.0, 0.0)),
        ("tl.zeros_like(tl.load(x))", "float_to_int", (0.0, 0.0)),
        ("tl.split(tl.load(x))[0]", "float_to_int", (None, None)),
        ("tl.join(tl.load(x), 2.0)", "float_to_int", (None, None)),
        ("tl.cat(1, 2)", "int", (1.0, 2.0)),
        ("tl.broadcast_to(tl.load(x), (16,))", "float_to_int", (None, None)),
    ],
)
def test_what_builtins_and_blocks_hold(
    value: str, effect: str, interval: tuple[float | None, float | None]
) -> None:
    store = only_store(
        byte_contract(f"@triton.jit\ndef kernel(p, x):\n    tl.store(p, {value})\n")
    )
    assert (store.effect, store.interval) == (effect, interval)


# Numbers that are chosen or joined before they are added to a pointer, and pointers that are chosen.
POINTERS = {
    "a number chosen twice": ("x, out, N, M", "k = tl.where(v, tl.where(v, N, M), M)\ntl.store(out + k + i, v)", "out x"),
    "a choice between one number": (
        "x_ptr, out_ptr, N", "k = tl.where(v, v, tl.where(v, N, N)) + 0 * i\ntl.store(out_ptr + N + i, v + k)", "out_ptr x_ptr"
    ),
    "a chosen number in front": ("x_ptr, N, M, out_ptr", "tl.store(tl.where(i < 3, N, M) + out_ptr + i, v)", "out_ptr x_ptr"),
    "a number in front": ("x, N, out", "tl.store(N + out + i, v)", "out x"),
    "a number of each branch": ("x, out, N, M", "k = N\nif M > 3:\n    k = M\ntl.store(out + k + i, v)", "out x"),
    "a chosen pointer": ("x, a, b, N", "tl.store(tl.where(N > 3, a, b) + i, v)", "a b x"),
    "a pointer chosen twice": ("x, a, b, c, N", "tl.store(tl.where(N > 3, tl.where(N > 4, a, b), c) + N + i, v)", "a b c x"),
}  # fmt: skip


@pytest.mark.parametrize(("parameters", "body", "expected"), POINTERS.values(), ids=POINTERS.keys())
def test_which_parameters_are_pointers(parameters: str, body: str, expected: str) -> None:
    first = parameters.partition(",")[0]
    lines = ["i = tl.arange(0, 16)", f"v = tl.load({first} + i).to(tl.float32)", *body.split("\n")]
    source = f"@triton.jit\ndef kernel({parameters}):\n" + "".join(f"    {each}\n" for each in lines)
    found = contract(kernels(source)["kernel"], Specialization())
    assert " ".join(sorted(found.pointers)) == expected
    assert {each.parameter for each in found.stores} == set(expected.split()) - {first}

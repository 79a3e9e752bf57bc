"""The same kernels through Triton's own front end: what the contract says is what the compiler's IR
shows.

The raw IR is the witness (no pass has folded anything away), for a CUDA target, without a GPU.
"""

from __future__ import annotations

import gc
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.facts.device_cases import CASES, Case
from tritonlint.dtypes import BY_NAME

triton = pytest.importorskip(
    "triton", reason="needs Triton's compiler: pip install '.[verify]'"
)

# Conversions in the IR, by the effect that they are.
_CONVERSIONS = {
    "float_to_int": ("arith.fptoui", "arith.fptosi"),
    "int_to_float": ("arith.uitofp", "arith.sitofp"),
}


@pytest.fixture(autouse=True, scope="module")
def no_garbage() -> Iterator[None]:
    """Triton's objects go before Python ends, else their bindings complain of a leak."""
    yield
    gc.collect()


def load_kernel(case: Case, folder: Path) -> object:
    path = folder / "case.py"
    path.write_text(case.source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("case", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.kernel


def backend() -> tuple[Any, ModuleType]:
    from triton._C.libtriton import ir
    from triton.backends.compiler import GPUTarget
    from triton.compiler.compiler import make_backend

    return make_backend(GPUTarget("cuda", 90, 32)), ir


def compile_case(case: Case, folder: Path) -> str | None:
    """The raw IR, or None when Triton rejects the kernel."""
    from triton.compiler.compiler import ASTSource
    from triton.compiler.errors import CompilationError

    made, ir = backend()
    options = made.parse_options({})
    context = ir.context()
    ir.load_dialects(context)
    made.load_dialects(context)
    signature = {name: f"*{BY_NAME[dtype].signature}" for name, dtype in case.parameters.items()}
    signature |= dict.fromkeys(case.constexprs, "constexpr")
    source = ASTSource(load_kernel(case, folder), signature, dict(case.constexprs))
    codegen, modules = made.get_codegen_implementation(options), made.get_module_map()
    try:
        return str(source.make_ir(made.target, options, codegen, modules, context))
    except CompilationError:
        return None


@pytest.mark.parametrize(
    "case", [each for each in CASES if not each.dead_code], ids=lambda case: case.name
)
def test_the_compiler_agrees(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path / "cache"))
    found = compile_case(case, tmp_path)
    said = {*case.stores.values(), *case.loads.values()}
    if "compile_error" in said:
        assert found is None
        return
    assert found is not None
    for effect, operations in _CONVERSIONS.items():
        shown = any(operation in found for operation in operations)
        if effect == "int_to_float" and "bits" in case.loads.values():
            continue  # bits that were picked become floats too
        assert shown == (effect in said), effect

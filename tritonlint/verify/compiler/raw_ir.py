"""Triton's IR of a kernel for a target, as it is before any pass."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.compiler import language

WARP = {"cuda": 32, "hip": 64}


class CompileError(VerifyError):
    """A kernel that does not compile; `reason` is what the compiler says of it, the exception that
    it comes from says where."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def parse_target(target: str) -> tuple[str, int | str]:
    """`cuda:90` or `hip:gfx942` as backend and architecture. Raises VerifyError for another
    form."""
    backend, _, architecture = target.partition(":")
    if backend == "cuda" and architecture.isdigit():
        return backend, int(architecture)
    if backend == "hip" and architecture.startswith("gfx"):
        return backend, architecture
    raise VerifyError(f"{target}: not a target; write cuda:90 or hip:gfx942")


def fp8_of(target: str) -> str:
    """The e4m3 type that the target converts in hardware, in a signature's form."""
    return "fp8e4b8" if target.startswith("hip:gfx94") else "fp8e4nv"


@contextlib.contextmanager
def compiled_for(target: str) -> Iterator[None]:
    """Let code that asks Triton for the present device (`driver.active.get_current_target()`) see
    the target, where the machine has no device."""
    driver: Any = importlib.import_module("triton.runtime").driver
    compiler = importlib.import_module("triton.backends.compiler")
    backend, architecture = parse_target(target)
    described = compiler.GPUTarget(backend, architecture, WARP[backend])
    before = getattr(driver, "_active", None)
    driver.set_active(SimpleNamespace(get_current_target=lambda: described))
    try:
        yield
    finally:
        if before is None:
            driver._active = None
        else:
            driver.set_active(before)


def raw_ir(
    kernel: Any, signature: Mapping[str, str], constexprs: Mapping[str, object], target: str
) -> str:
    """Triton's IR of a jit function before any pass, with locations.

    Raises VerifyError with the compiler's first line when it does not compile.
    """
    from triton._C.libtriton import ir
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource, make_backend

    backend_name, architecture = parse_target(target)
    gpu = GPUTarget(backend_name, architecture, WARP[backend_name])
    backend = make_backend(gpu)
    options = backend.parse_options({})
    context = ir.context()
    ir.load_dialects(context)
    backend.load_dialects(context)
    types = {name: signature.get(name, "constexpr") for name in kernel.arg_names}
    source = ASTSource(kernel, types, dict(constexprs))
    stand_ins = language.modules(backend.get_module_map())
    helpers = (backend.get_codegen_implementation(options), stand_ins, context)
    # Before Triton 3.5 the target was no argument.
    takes_target = "target" in inspect.signature(source.make_ir).parameters
    try:
        module = source.make_ir(*((gpu, options) if takes_target else (options,)), *helpers)
    except Exception as error:
        raise CompileError(
            f"{kernel.fn.__name__} does not compile for {target}: {_why(error)}", _why(error)
        ) from error
    return str(module.str() if hasattr(module, "str") else module)


def _why(error: BaseException) -> str:
    """The compiler's message without the source that it quotes: what the innermost error says
    last."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in reversed(lines) if line.strip("^ ")), type(error).__name__)

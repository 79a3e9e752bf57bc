"""The one place that knows how Triton launches kernels, and what of that is private.

Public, and used: `fn`, `arg_names`, `params` and `signature` of a jit function. The public hooks
(`knobs.runtime`) are told a launch's name, or what is compiled, and never the arguments of each
launch, so `run` of `JITFunction` and `InterpretedFunction` is wrapped: each launch that is written
`kernel[grid](...)` goes through it, from under `autotune`, `heuristics` and `wrap_triton` too. What
the autotuner measures with is told apart by wrapping its `_bench`. Tried with Triton 3.6 and 3.9.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from tritonlint.errors import VerifyError

# What the original `run` is called with: the kernel, its arguments, and `grid`, `warmup` and the
# launch's options among the keywords.
Run = Callable[..., Any]


class Observer(Protocol):
    """Sees every launch, and makes it, or not: `launch` returns what the launch returns."""

    def launch(
        self, run: Run, kernel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any: ...


class _Measuring(threading.local):
    """How deep this thread is in measurements of the autotuner."""

    depth = 0


_measuring = _Measuring()


def is_measuring() -> bool:
    """Whether this thread's launches are the autotuner's, to find the fastest configuration."""
    return _measuring.depth > 0


@contextlib.contextmanager
def hooked(observer: Observer, dry: bool = False) -> Iterator[None]:
    """Let `observer` see every launch. With `dry`, the autotuner measures nothing and takes its
    first configuration.

    Raises VerifyError when Triton is not importable.
    """
    undo = install(observer, dry)
    try:
        yield
    finally:
        undo()


def install(observer: Observer, dry: bool = False) -> Callable[[], None]:
    """`hooked` without its end, which is the function that is returned."""
    try:
        from triton.runtime.autotuner import Autotuner
        from triton.runtime.interpreter import InterpretedFunction
        from triton.runtime.jit import JITFunction
    except ImportError as error:
        raise VerifyError(f"Triton cannot be imported: {error}") from error
    wrapped: list[tuple[Any, str, Any]] = []

    def wrap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = owner.__dict__.get(name)
        if original is not None:
            wrapped.append((owner, name, original))
            setattr(owner, name, make(original))

    for kind in (JITFunction, InterpretedFunction):
        wrap(kind, "run", lambda run: _seen_by(observer, run))
    wrap(Autotuner, "_bench", _measured)
    if dry:
        wrap(Autotuner, "run", lambda _: _first_configuration)

    def undo() -> None:
        for owner, name, original in reversed(wrapped):
            setattr(owner, name, original)

    return undo


def _seen_by(observer: Observer, run: Run) -> Run:
    launch = observer.launch

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if kwargs.get("warmup"):
            return run(self, *args, **kwargs)
        return launch(run, self, args, kwargs)

    return watched


def _measured(bench: Any) -> Any:
    def measured(self: Any, *args: Any, **kwargs: Any) -> Any:
        _measuring.depth += 1
        try:
            return bench(self, *args, **kwargs)
        finally:
            _measuring.depth -= 1

    return measured


def _first_configuration(self: Any, *args: Any, **kwargs: Any) -> Any:
    """What `Autotuner.run` comes to without a device to measure on."""
    self.nargs = dict(zip(self.arg_names, args, strict=False))
    config = (self.prune_configs(kwargs) or self.configs)[0]
    return self.fn.run(*args, **{**kwargs, **config.all_kwargs()})


def constexprs_of(kernel: Any) -> frozenset[str]:
    """The compile-time parameters of a jit function."""
    params = getattr(kernel, "params", None)
    if params is not None:
        return frozenset(each.name for each in params if each.is_constexpr)
    annotations = getattr(kernel.fn, "__annotations__", {})
    return frozenset(name for name, each in annotations.items() if "constexpr" in str(each))


def ir_of(launched: Any) -> str:
    """Triton's IR of the kernel that a launch returned; empty where it gives none."""
    assembly: Any = getattr(launched, "asm", None)
    text = assembly.get("ttir") if hasattr(assembly, "get") else None
    return str(text) if text is not None else ""


def folders() -> tuple[str, ...]:
    """Where the code stands that is between a program and its launches."""
    import triton

    return tuple(f"{folder}/" for folder in triton.__path__)

"""The one place that knows what torch's compiler and its graphs do with launches, and what of that
is private.

A function that is compiled does not launch kernels as it is written. While it is traced, each
launch in it is one call of the operator `triton_kernel_wrapper_mutation`, with tensors that have
types and no memory: that is seen. What the compiled code launches later goes through
`CachingAutotuner.run`, and is counted. A CUDA graph captures between `capture_begin` and
`capture_end`. Each is wrapped as soon as torch has imported it. Tried with torch 2.11 and 2.13.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from tritonlint.watch.on_import import when_imported
from tritonlint.watch.watcher import Watcher

_TRACER = "torch._dynamo.trace_rules"
_WRAPPER = "torch._higher_order_ops.triton_kernel_wrap"
_GENERATED = "torch._inductor.runtime.triton_heuristics"
_GRAPHS = "torch.cuda.graphs"
# A line of the program in the trace that an operation keeps of where it comes from.
_LINE = re.compile(r'File "([^"]+)", line (\d+)')


def install(watcher: Watcher) -> Callable[[], None]:
    """Tell `watcher` of these, until what is returned is called."""
    ends: list[Callable[[], None]] = []

    def on(name: str, act: Callable[[Any], None]) -> None:
        def safely() -> None:
            try:
                act(sys.modules[name])
            except Exception as error:
                watcher.failed(error)

        ends.append(when_imported(name, safely))

    def wrap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = owner.__dict__[name]
        setattr(owner, name, make(original))
        ends.append(lambda: setattr(owner, name, original))

    # What is between a program and its launches is not to be traced itself.
    on(_TRACER, lambda module: module.add("tritonlint"))
    on(
        _WRAPPER,
        lambda module: wrap(
            module.TritonKernelWrapperMutation,
            "__call__",
            lambda call: _traced(watcher, module, call),
        ),
    )
    on(
        _GENERATED,
        lambda module: wrap(module.CachingAutotuner, "run", lambda run: _counted(watcher, run)),
    )
    on(_GRAPHS, lambda module: _captures(watcher, module.CUDAGraph, wrap))

    def undo() -> None:
        for end in reversed(ends):
            end()

    return undo


def _traced(watcher: Watcher, module: Any, call: Any) -> Any:
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            _see(watcher, module, kwargs)
        except Exception as error:
            watcher.failed(error)
        return call(self, *args, **kwargs)

    return traced


def _see(watcher: Watcher, module: Any, called: dict[str, Any]) -> None:
    """Tell of the launch that a call of the operator is, where it is being traced."""
    from torch.fx.traceback import get_current_meta

    place = _LINE.findall(get_current_meta().get("stack_trace") or "")
    if not place or "kernel_idx" not in called:
        return
    table = module.kernel_side_table
    kernel = table.get_kernel(called["kernel_idx"])
    while type(kernel).__name__ in ("Autotuner", "Heuristics"):
        kernel = kernel.fn
    passed = {**table.get_constant_args(called["constant_args_idx"]), **called["kwargs"]}
    watcher.traced(kernel, passed, (place[-1][0], int(place[-1][1])))


def _counted(watcher: Watcher, run: Any) -> Any:
    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        watcher.counts.generated += 1
        return run(self, *args, **kwargs)

    return counted


def _captures(watcher: Watcher, graph: Any, wrap: Callable[..., None]) -> None:
    def begins(begin: Any) -> Any:
        def begun(self: Any, *args: Any, **kwargs: Any) -> Any:
            result = begin(self, *args, **kwargs)
            watcher.capturing += 1
            return result

        return begun

    def ends(end: Any) -> Any:
        def ended(self: Any, *args: Any, **kwargs: Any) -> Any:
            watcher.capturing = max(0, watcher.capturing - 1)
            return end(self, *args, **kwargs)

        return ended

    wrap(graph, "capture_begin", begins)
    wrap(graph, "capture_end", ends)

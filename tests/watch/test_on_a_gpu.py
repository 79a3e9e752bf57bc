"""What only a GPU can show: kernels that inductor makes and launches, and graphs that are captured and
replayed. Everything is computed, and must come out as without the sanitizer."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("triton")

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")

KERNELS = """
import torch
import triton
import triton.language as tl
from torch.library import triton_op, wrap_triton


@triton.jit
def double_kernel(x_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    tl.store(out_ptr + i, tl.load(x_ptr + i).to(tl.float32) * 2.0)


def double(x, out):
    double_kernel[(1,)](x, out, N=16)
    return out


def within_a_page(page):
    floats = page[16:].view(torch.float32)
    floats += 1.0
    double_kernel[(1,)](floats, page[:16], N=16)
    return page


def between(x, out):
    y = x * 3.0 + 1.0
    double_kernel[(1,)](y, out, N=16)
    return torch.relu(out) - 1.0


@triton_op("tritonlint_gpu_tests::double", mutates_args={"out"})
def operator(x: torch.Tensor, out: torch.Tensor) -> None:
    wrap_triton(double_kernel)[(1,)](x, out, N=16)


def with_operator(x, out):
    operator(x, out)
    return out + 1.0
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels_for_a_gpu.py").write_text(KERNELS)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("kernels_for_a_gpu")
    sys.path.remove(str(folder))
    del sys.modules["kernels_for_a_gpu"]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`torch.compile` with inductor, which keeps nothing from run to run."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TORCHINDUCTOR_COMPILE_THREADS", "1")
    dynamo = pytest.importorskip("torch._dynamo")
    dynamo.reset()
    yield torch.compile
    dynamo.reset()


def watched(call: Callable[[], Any]) -> tuple[Any, dict[str, int], list[tuple[str, str]]]:
    """What a call returns, the counts that are not 0, and the code and parameter of each finding."""
    from tritonlint.engine.seen import judged
    from tritonlint.settings.config import Settings
    from tritonlint.watch.sanitizer import Sanitizer

    sanitizer = Sanitizer()
    sanitizer.start()
    try:
        with sanitizer.host_operations():
            result = call()
            torch.cuda.synchronize()
    finally:
        sanitizer.stop()
    found, unused = judged(sanitizer.watcher.seen(), Settings())
    assert (unused, found.skipped) == ((), ())
    counts = {name: each for name, each in vars(sanitizer.watcher.counts).items() if each}
    return result, counts, [(each.code, each.launch.parameter) for each in found.findings if each.launch]


def ones() -> Any:
    return torch.ones(16, device="cuda")


def page() -> Any:
    return torch.zeros(80, dtype=torch.uint8, device="cuda")


def test_kernels_that_inductor_makes_are_counted(compiled: Callable[..., Any]) -> None:
    def function(x: Any, y: Any) -> Any:
        return torch.relu(x * 2.0 + y).sum() + torch.softmax(x, 0)

    run = compiled(function)
    x, y = torch.randn(4096, device="cuda"), torch.randn(4096, device="cuda")
    result, counts, found = watched(lambda: [run(x, y) for _ in range(3)][-1])
    torch.testing.assert_close(result, function(x, y))
    assert found == [] and "errors" not in counts, counts
    assert counts["generated"] >= 3 and "launches" not in counts


def test_a_launch_between_what_inductor_makes_is_judged(compiled: Callable[..., Any], kernels: ModuleType) -> None:
    run = compiled(kernels.between)
    result, counts, found = watched(lambda: [run(ones(), torch.zeros(16, device="cuda")) for _ in range(3)][-1])
    torch.testing.assert_close(result, torch.full((16,), 7.0, device="cuda"))
    assert found == [] and "errors" not in counts, counts
    assert counts["traced"] == 1 and counts["generated"] >= 3


def test_a_wrong_one_is_found_by_its_types(compiled: Callable[..., Any], kernels: ModuleType) -> None:
    run = compiled(kernels.within_a_page)
    result, counts, found = watched(lambda: [run(page()) for _ in range(3)][-1])
    assert result[:16].tolist() == [2] * 16
    assert found == [("TL001", "out_ptr")] and "errors" not in counts, counts
    assert counts["traced"] == 1 and counts["generated"] >= 3


def test_an_operator_is_no_trouble_in_what_inductor_compiles(compiled: Callable[..., Any], kernels: ModuleType) -> None:
    run = compiled(kernels.with_operator)
    result, counts, found = watched(lambda: run(ones(), torch.zeros(16, device="cuda")))
    torch.testing.assert_close(result, torch.full((16,), 3.0, device="cuda"))
    assert found == [] and "errors" not in counts, counts


def test_a_graph_is_captured_and_replayed(kernels: ModuleType) -> None:
    x, out = ones(), torch.zeros(16, device="cuda")

    def capture() -> Any:
        kernels.double(x, out)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            kernels.double(x, out)
            kernels.double(out, x)
        out.zero_()
        x.fill_(5.0)
        graph.replay()
        torch.cuda.synchronize()
        before = x.clone()
        kernels.double(x, out)
        return before

    result, counts, found = watched(capture)
    assert result.tolist() == [20.0] * 16 and out.tolist() == [40.0] * 16
    assert found == [] and counts == {"launches": 2, "captured": 2}


def test_a_capture_that_fails_is_over(kernels: ModuleType) -> None:
    x, out = ones(), torch.zeros(16, device="cuda")

    def capture() -> None:
        kernels.double(x, out)
        with pytest.raises(ValueError, match="stop"), torch.cuda.graph(torch.cuda.CUDAGraph()):
            kernels.double(x, out)
            raise ValueError("stop")
        kernels.double(x, out)

    _, counts, _ = watched(capture)
    assert counts == {"launches": 2, "captured": 1}


def test_graphs_of_inductor_s_own(compiled: Callable[..., Any], kernels: ModuleType) -> None:
    run = compiled(kernels.between, mode="reduce-overhead")
    out = torch.zeros(16, device="cuda")
    result, counts, found = watched(lambda: [run(ones(), out).clone() for _ in range(5)][-1])
    torch.testing.assert_close(result, torch.full((16,), 7.0, device="cuda"))
    assert found == [] and "errors" not in counts, counts
    assert counts["traced"] == 1

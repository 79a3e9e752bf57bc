"""Launches that torch captures, wraps or compiles: what is watched, what is only counted. Nothing is
computed; a GPU's answers to torch's questions are stood in for."""

import importlib
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("triton")

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


def into_page(page):
    double_kernel[(1,)](page[16:].view(torch.float32), page[:16], N=16)


def wrapped(x, out):
    wrap_triton(double_kernel)[(1,)](x, out, N=16)


@triton_op("tritonlint_tests::double", mutates_args={"out"})
def operator(x: torch.Tensor, out: torch.Tensor) -> None:
    wrap_triton(double_kernel)[(1,)](x, out, N=16)
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """The module of the kernels; an operator can be registered once only."""
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels_for_torch.py").write_text(KERNELS)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("kernels_for_torch")
    sys.path.remove(str(folder))
    del sys.modules["kernels_for_torch"]


@pytest.fixture
def watched(kernels, monkeypatch):
    """Watch a call: the counts that are not 0, and the code and parameter of each finding."""
    from tritonlint.engine.seen import judged
    from tritonlint.settings.config import Settings
    from tritonlint.watch.sanitizer import Sanitizer

    def watch(call):
        sanitizer = Sanitizer(dry=True)
        sanitizer.start()
        try:
            with sanitizer.host_operations():
                call()
        finally:
            sanitizer.stop()
        result, unused = judged(sanitizer.watcher.seen(), Settings())
        assert (unused, result.skipped) == ((), ())
        counts = {name: each for name, each in vars(sanitizer.watcher.counts).items() if each}
        return counts, [(each.code, each.launch.parameter) for each in result.findings]

    return watch


@pytest.fixture
def compiled(monkeypatch):
    """`torch.compile`, which only asks whether there is a GPU before it sees a kernel in a function."""
    dynamo = pytest.importorskip("torch._dynamo")
    monkeypatch.setattr("torch.utils._triton.has_triton", lambda: True)
    dynamo.reset()
    yield torch.compile
    dynamo.reset()


def codes():
    return torch.ones(16).to(torch.float8_e4m3fn).view(torch.uint8)


def page():
    return torch.zeros(80, dtype=torch.uint8)


@pytest.mark.parametrize("name", ("wrapped", "operator"))
def test_what_torch_wraps_is_watched(watched, kernels, name):
    launch = getattr(kernels, name)
    assert watched(lambda: launch(codes(), torch.zeros(16))) == (
        {"launches": 1},
        [("TL002", "x_ptr")],
    )
    right = torch.ones(16).to(torch.float8_e4m3fn)
    assert watched(lambda: launch(right, torch.zeros(16))) == ({"launches": 1}, [])


class Graph:
    """As little of a CUDA graph as begins and ends a capture."""

    def capture_begin(self, works=True):
        """Raises where another capture goes on, as torch does."""
        if not works:
            raise RuntimeError("capture failed")

    def capture_end(self):
        """Nothing."""


def test_what_a_graph_captures_is_left_alone_and_counted(watched, kernels, monkeypatch):
    graphs = importlib.import_module("torch.cuda.graphs")
    monkeypatch.setattr(graphs, "CUDAGraph", Graph)
    begin = Graph.capture_begin

    def capture():
        graph = Graph()
        graph.capture_begin()
        kernels.into_page(page())
        kernels.double(codes(), torch.zeros(16))
        graph.capture_end()
        with pytest.raises(RuntimeError, match="capture failed"):
            Graph().capture_begin(works=False)
        kernels.double(codes(), torch.zeros(16))

    assert watched(capture) == ({"launches": 1, "captured": 2}, [("TL002", "x_ptr")])
    assert Graph.capture_begin is begin


def test_a_launch_in_a_compiled_function_is_judged_by_its_types(watched, kernels, compiled):
    run = compiled(kernels.into_page, backend="aot_eager")
    counts, found = watched(lambda: [run(page()) for _ in range(3)])
    assert found == [("TL001", "out_ptr")]
    assert counts == {"traced": 1, "generated": 3}


def test_what_compiled_code_launches_is_counted_and_not_taken_for_another_text(
    watched, kernels, compiled
):
    run = compiled(kernels.double, backend="eager")
    assert watched(lambda: run(codes(), torch.zeros(16))) == ({"generated": 1}, [])


def test_a_kernel_that_inductor_made_is_counted(watched, monkeypatch):
    heuristics = pytest.importorskip("torch._inductor.runtime.triton_heuristics")
    monkeypatch.setattr(heuristics.CachingAutotuner, "run", lambda self, *args, **kwargs: None)
    made = object.__new__(heuristics.CachingAutotuner)
    assert watched(lambda: made.run(1, stream=0)) == ({"generated": 1}, [])

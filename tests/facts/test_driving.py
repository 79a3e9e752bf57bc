"""Sums of a type that the caller chooses, where what tries the function that launches the kernel
makes random numbers: of 32 bits alone, or of 16 too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import expected, found, write

OPS = """
    import torch
    import triton
    import triton.language as tl

    @triton.jit
    def _mean_square(x_ptr, out_ptr, N: tl.constexpr):
        x = tl.load(x_ptr + tl.program_id(0) * N + tl.arange(0, N))
        tl.store(out_ptr + tl.program_id(0), tl.sum(x * x, axis=0) / N)%s

    def mean_square(x):
        out = torch.empty(x.shape[0], device=x.device)
        _mean_square[(x.shape[0],)](x, out, N=x.shape[1])
        return out
    """
FLAGGED = OPS % "  # expect: TL012"
QUIET = OPS % ""
WIDE = """
    if __name__ == "__main__":
        x = torch.randn(64, 1024, device="cuda", dtype=torch.float32)
        torch.testing.assert_close(mean_square(x), (x * x).mean(1))
    """
OBJECT = """
    import torch
    import triton
    import triton.language as tl

    @triton.jit
    def _mean(x_ptr, out_ptr, N: tl.constexpr):
        x = tl.load(x_ptr + tl.program_id(0) * N + tl.arange(0, N))
        tl.store(out_ptr + tl.program_id(0), tl.sum(x, axis=0) / N)%s

    class Mean(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            out = torch.empty(x.shape[0], device=x.device)
            _mean[(x.shape[0],)](x, out, N=x.shape[1])
            return out

    mean = Mean.apply
    """
TASK = """
    import torch
    import triton
    import triton.language as tl

    @triton.jit
    def _mean_kernel(x_ptr, out_ptr, N: tl.constexpr):
        x = tl.load(x_ptr + tl.program_id(0) * N + tl.arange(0, N))
        tl.store(out_ptr + tl.program_id(0), tl.sum(x, axis=0) / N)%s

    class Model(torch.nn.Module):
        def forward(self, x):
            out = torch.empty(x.shape[0], device=x.device)
            _mean_kernel[(x.shape[0],)](x, out, N=x.shape[1])
            return out

    def get_inputs():
        return [torch.randn(64, 1024%s)]
    """
TEST = """
    import torch
    from ops import %s as tested

    def test_it():
        x = torch.randn(8, 256, device="cuda"%s)
        tested(x)
    """
OTHER = """
    import torch

    def half_of(x):
        return torch.randn_like(x, dtype=torch.float16)
    """
PACKAGES = {
    "a_benchmark_of_its_own_in_float32": {"ops.py": QUIET + WIDE, "other.py": OTHER},
    "a_benchmark_of_its_own_in_both": {
        "ops.py": FLAGGED + WIDE + "    mean_square(x.half())\n",
    },
    "a_test_in_float32": {
        "ops.py": QUIET,
        "test_ops.py": TEST % ("mean_square", ""),
        "other.py": OTHER,
    },
    "a_test_in_bfloat16": {
        "ops.py": FLAGGED + WIDE,
        "test_ops.py": TEST % ("mean_square", ", dtype=torch.bfloat16"),
    },
    "a_test_of_something_else": {"ops.py": FLAGGED, "other.py": OTHER},
    "nothing_that_tries_it": {"ops.py": FLAGGED},
    "a_project_of_float32": {
        "ops.py": QUIET,
        "bench.py": "import torch\n\ndef inputs():\n    return torch.randn(8, 256)\n",
    },
    "random_numbers_of_a_kernel": {
        "ops.py": FLAGGED.replace("x = ", "seed = tl.rand(0, 1)\n        x = "),
    },
    "an_operator_tested_in_bfloat16": {
        "ops.py": OBJECT % "  # expect: TL012",
        "test_ops.py": TEST % ("mean", ", dtype=torch.bfloat16"),
    },
    "an_operator_tested_in_float32": {
        "ops.py": OBJECT % "",
        "test_ops.py": TEST % ("mean", ""),
        "other.py": OTHER,
    },
    "an_operator_that_a_layer_uses": {
        "ops.py": OBJECT % "  # expect: TL012" + WIDE.replace("mean_square", "mean"),
        "layer.py": "from ops import mean\n\ndef layer(x):\n    return mean(x) * 2\n",
        "other.py": OTHER,
    },
    "an_operator_that_is_exported": {
        "pkg/__init__.py": "from .ops import (\n    mean,\n)\n",
        "pkg/ops.py": OBJECT % "  # expect: TL012" + WIDE.replace("mean_square", "mean"),
        "pkg/other.py": OTHER,
    },
    "tasks_with_inputs_of_their_own": {
        "mean/solution.py": TASK % ("", ""),
        "half/solution.py": TASK % ("  # expect: TL012", ", dtype=torch.float16"),
    },
    "a_comment_tries_nothing": {"ops.py": FLAGGED + "    # as in torch.randn(8), for one\n"},
    "a_comment_names_nothing": {
        "ops.py": QUIET + WIDE,
        "other.py": OTHER + "    # not the mean_square of `import mean_square`\n",
    },
    "a_comment_says_nothing": {
        "ops.py": QUIET + WIDE + "        # float16 comes later\n",
    },
}


@pytest.mark.parametrize("name", PACKAGES)
def test_sums_are_taken_for_what_tries_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, PACKAGES[name])
    monkeypatch.chdir(tmp_path)
    assert found(select=("TL012",)) == expected(PACKAGES[name])


def test_what_is_not_shown_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"ops.py": FLAGGED + WIDE}
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    assert found(select=("TL012",), confidence="possible") == expected(files)

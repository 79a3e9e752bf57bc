"""vLLM's own C++ producer of the indexer's key cache, compiled from an unpacked release.

The file is used where it lies and nothing of it is copied; the binding is ours. The flags are those
of vLLM's own build (its CMake files), as far as this one file needs them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tritonlint.errors import VerifyError

RELEASE = "vllm-0.20.0"
SOURCE = "csrc/cache_kernels.cu"
_NAME = "indexer_k_quant_and_cache"
_BINDING = f"""
#include <torch/extension.h>
#include <string>

void {_NAME}(torch::Tensor& keys, torch::Tensor& cache, torch::Tensor& slots,
             int64_t quant_block_size, const std::string& scale_format);

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {{ module.def("{_NAME}", &{_NAME}); }}
"""
_FLAGS = ("-std=c++20", "-DENABLE_FP8")
_NVCC_FLAGS = (
    "-U__CUDA_NO_HALF_OPERATORS__",
    "-U__CUDA_NO_HALF_CONVERSIONS__",
    "-U__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-U__CUDA_NO_HALF2_OPERATORS__",
)


def build(releases: Path) -> Callable[..., Any]:
    """The compiled function, from the release below `releases`. It is kept in torch's folder of
    extensions under a hash of the sources, the flags and the versions; about a minute the first
    time. Raises VerifyError, saying what is missing."""
    source = releases / RELEASE / SOURCE
    if not source.is_file():
        raise VerifyError(f"vLLM's producer is not compiled: {source} is not there")
    import torch
    from torch.utils import cpp_extension

    _must_have_tools(cpp_extension.CUDA_HOME)
    major, minor = torch.cuda.get_device_capability()
    os.environ.setdefault("TORCH_CUDA_ARCH_LIST", f"{major}.{minor}")
    digest = _digest(source.parent, torch.__version__, torch.version.cuda, str((major, minor)))
    folder = Path(cpp_extension.get_default_build_root()) / f"tritonlint_{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    binding = folder / "binding.cpp"
    binding.write_text(_BINDING, encoding="utf-8")
    stubs = Path(cpp_extension.CUDA_HOME) / "lib64" / "stubs"
    try:
        module = cpp_extension.load(
            f"tritonlint_producer_{digest}",
            [str(source), str(binding)],
            extra_cflags=list(_FLAGS),
            extra_cuda_cflags=[*_FLAGS, *_NVCC_FLAGS],
            extra_ldflags=[f"-L{stubs}", "-lcuda"],
            extra_include_paths=[str(source.parent)],
            build_directory=str(folder),
        )
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        raise VerifyError(f"vLLM's producer does not compile: {first}") from error

    def quantize(keys: Any, cache: Any, slots: Any, block: int, scale_format: str) -> None:
        getattr(module, _NAME)(keys, cache.view(torch.uint8), slots, block, scale_format)

    return quantize


def _must_have_tools(cuda: str | None) -> None:
    """Raises VerifyError, naming it, for a tool that compiling needs and that is not there; `cuda`
    is the folder of the CUDA toolkit."""
    if cuda is None or not (Path(cuda) / "bin" / "nvcc").is_file():
        raise VerifyError("vLLM's producer is not compiled: nvcc is not there (set CUDA_HOME)")
    if shutil.which("ninja") is None:
        raise VerifyError("vLLM's producer is not compiled: ninja is not there")


def _digest(sources: Path, *versions: str | None) -> str:
    """A hash of everything that the build depends on."""
    digest = hashlib.sha256("\0".join([*map(str, versions), *_FLAGS, *_NVCC_FLAGS]).encode())
    digest.update(_BINDING.encode())
    for path in sorted(sources.rglob("*.[ch]*")):
        if path.suffix in (".h", ".hpp", ".cuh", ".cu") and path.is_file():
            digest.update(f"{path.relative_to(sources)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]

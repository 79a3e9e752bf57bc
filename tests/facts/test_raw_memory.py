"""What makes memory of bytes, however it is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """
import cupy
import numpy as np
import torch.distributed._symmetric_memory as symm_mem


def run(x, data, n, handle, group, pool):
    memory = {made}
    quantize[(1,)](x, memory{view}, 64){mark}
"""
VIEW = ".view(torch.float8_e4m3fn)"
# With `{}` for the type.
MAKING = {
    "frombuffer": "torch.frombuffer(data, dtype=torch.{})",
    "of NumPy's frombuffer": "torch.from_numpy(np.frombuffer(data, np.{}))",
    "by the name of a type": "torch.from_numpy(np.frombuffer(data, dtype='{}'))",
    "by the name of a type, in place": "torch.from_numpy(np.zeros(n, '{}')).cuda()",
    "of CuPy": "torch.as_tensor(cupy.zeros(n, dtype=cupy.{}))",
    "of CuPy by DLPack": "torch.from_dlpack(cupy.empty(n, dtype='{}'))",
    "by DLPack": "torch.from_dlpack(torch.zeros(n, dtype=torch.{}))",
    "by DLPack's capsule": "torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack("
    "torch.zeros(n, dtype=torch.{})))",
    "of a storage": "torch.empty(0, dtype=torch.{}).set_(torch.UntypedStorage(n, device='cuda'))",
    "strided": "torch.empty_strided((n,), (1,), dtype=torch.{})",
    "permuted": "torch.empty_permuted((n, 4), (1, 0), dtype=torch.{})",
    "like another": "torch.empty_like(x, dtype=torch.{})",
    "of another": "x.new_empty(n, dtype=torch.{})",
    "pinned": "torch.zeros(n, dtype=torch.{}).pin_memory()",
    "of a file": "torch.from_file('codes', size=n, dtype=torch.{})",
    "symmetric": "symm_mem.empty(n, dtype=torch.{}, device='cuda')",
    "of a peer": "handle.get_buffer(0, (n,), torch.{})",
    "of a peer, by a longer name": "pool.nvshmem_create_tensor((n,), torch.{})",
    "of an allocator": "pool.alloc(n, torch.{})",
}


@pytest.mark.parametrize("kind", ["bytes", "viewed", "floats"])
@pytest.mark.parametrize("form", MAKING)
def test_raw_memory(
    form: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = MAKING[form].format("float16" if kind == "floats" else "uint8")
    mark = "  # not looked at" if kind == "floats" else ""
    text = MODULE.format(made=made, view=VIEW if kind == "viewed" else "", mark=mark)
    write(tmp_path, {"user.py": KERNELS + text})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == ({"TL001"} if kind == "bytes" else set())

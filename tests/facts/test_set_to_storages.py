"""A tensor that is set to the storage of another one (`torch.empty(0, dtype=...).set_(...)`) is a
view of that one's memory. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

READ = "  # expect: TL002"
STORED = "  # expect: TL001"
EMPTY = "torch.empty(0, dtype=torch.uint8, device=x.device)"
CODES = "    assert x.dtype == torch.float8_e4m3fn\n"
CASES = {
    "bytes of codes": CODES + f"    codes = {EMPTY}.set_(x.untyped_storage(), 0, (n,), (1,))\n"
    f"    dequantize[(1,)](codes, page, 64){READ}\n",
    "a storage with a name": CODES + f"    storage = x.untyped_storage()\n    codes = {EMPTY}.set_(storage)\n"
    f"    dequantize[(1,)](codes, page, 64){READ}\n",
    "set in place": CODES + f"    codes = {EMPTY}\n    codes.set_(x.untyped_storage(), 0, (n,))\n"
    f"    dequantize[(1,)](codes, page, 64){READ}\n",
    "a part of it": CODES + f"    codes = {EMPTY}.set_(x.untyped_storage(), n, (n,)){READ}\n"
    "    dequantize[(1,)](codes, page, 64)\n",
    "codes beside": "    raw = torch.empty(2 * n, dtype=torch.uint8)\n"
    "    codes = torch.empty(0, dtype=torch.float8_e4m3fn).set_(raw.untyped_storage(), 0, (n,))\n"
    "    quantize[(1,)](x, codes, 64)\n"
    f"    quantize[(1,)](x, raw[n:], 64){STORED}\n",
    "correct: viewed back": CODES + f"    codes = {EMPTY}.set_(x.untyped_storage())\n"
    "    dequantize[(1,)](codes.view(torch.float8_e4m3fn), page, 64)\n",
    "correct: of the type that is meant": "    raw = torch.empty(n, dtype=torch.uint8)\n"
    "    codes = torch.empty(0, dtype=torch.float8_e4m3fn).set_(raw.untyped_storage())\n"
    "    quantize[(1,)](x, codes, 64)\n",
    "correct: floats of floats": "    raw = torch.empty(n, dtype=torch.float32)\n"
    "    again = torch.empty(0, dtype=torch.float32).set_(raw.untyped_storage())\n"
    "    copy[(1,)](x.float(), again, 64)  # not looked at\n",
    "correct: integers": "    raw = torch.arange(n, dtype=torch.uint8)\n"
    f"    again = {EMPTY}.set_(raw.untyped_storage())\n"
    "    copy[(1,)](again, page, 64)\n",
    "correct: storages are copied": CODES + "    host = torch.empty(n, dtype=torch.uint8)\n"
    "    host.untyped_storage().copy_(x.untyped_storage())\n"
    "    copy[(1,)](host, page, 64)\n",
    "correct: what is called storage": '    codes = page.storage("codes").view(torch.float8_e4m3fn)\n'
    "    quantize[(1,)](x, codes, 64)\n"
    '    quantize[(1,)](x, page.storage("scales"), 64)\n',
    "correct: bytes that are copied": CODES + f"    codes = {EMPTY}.set_(x.untyped_storage())\n"
    "    out = torch.empty_like(codes)\n"
    "    copy[(1,)](codes, out, 64)\n",
}  # fmt: skip


@pytest.mark.parametrize("body", CASES.values(), ids=list(CASES))
def test_memory_of_another(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + function(body)}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002", "TL010")) == expected(files)

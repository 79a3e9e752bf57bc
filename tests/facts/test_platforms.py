"""Objects of one class or another, by the platform: what each of them gives is one of the values."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
TEXT = """
class Platform:
    name: str

    @classmethod
    def stored(cls) -> torch.dtype:
        raise NotImplementedError

    @classmethod
    def fp8_dtype(cls) -> torch.dtype:
        raise NotImplementedError

    @classmethod
    def typed(cls, page):
        return page.view(cls.fp8_dtype())


class Cuda(Platform):
    @classmethod
    def stored(cls) -> torch.dtype:
        return torch.%s

    @classmethod
    def fp8_dtype(cls) -> torch.dtype:
        return torch.float8_e4m3fn


class Rocm(Platform):
    @classmethod
    def stored(cls) -> torch.dtype:
        return torch.%s

    @classmethod
    def fp8_dtype(cls) -> torch.dtype:
        arch = torch.cuda.get_device_properties(0).gcnArchName
        return torch.float8_e4m3fnuz if "gfx94" in arch else torch.float8_e4m3fn


%s


def put(x):
    page = torch.zeros(64, dtype=current_platform.stored())
    quantize[(1,)](x, %s, 64)%s
    return page
"""
CHOSEN = "current_platform%s = Rocm() if torch.version.hip else Cuda()"
PICKED = """
def pick():
    if torch.version.hip:
        return Rocm()
    return Cuda()


current_platform = pick()"""


def case(chosen: str, passed: str, stored: tuple[str, str] = ("uint8", "uint8"), end: str = HIT) -> str:
    return TEXT % (*stored, chosen, passed, end)


CASES = {
    "bytes of either": case(CHOSEN % "", "page"),
    "annotated": case(CHOSEN % ": Platform", "page"),
    "picked by a function": case(PICKED, "page"),
    "bytes of one of them": case(CHOSEN % "", "page", ("uint8", "bfloat16")),
    "correct: viewed by the platform": case(
        CHOSEN % "", "page.view(current_platform.fp8_dtype())", end=""
    ),
    "correct: viewed by a method of its own": case(PICKED, "current_platform.typed(page)", end=""),
    "correct: floats of either": case(CHOSEN % "", "page", ("bfloat16", "float16"), ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_platforms(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002", "TL003")) == expected(files)

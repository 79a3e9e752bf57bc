"""A custom operator is called by the name that it is registered under, which may be another one than
that of its function."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

MODULE = """\
{decorator}
def {function}(pages: torch.Tensor, out: torch.Tensor) -> None:
    dequantize[(1,)](pages, out, 64)


class Pooler:
    def __init__(self, pages):
        assert pages.dtype == torch.uint8
        self.pages = pages

    def typed(self):
        return self.pages.view(torch.float8_e4m3fn)

    def __call__(self, out):
        torch.ops.pooling.mean({given}, out){mark}
"""
HIT, RAW, VIEWED = "  # expect: TL002", "self.pages", "self.typed()"
PLAIN = '@torch.library.custom_op("pooling::mean", mutates_args=("out",))'
LONG = '@torch.library.custom_op(\n    "pooling::mean",\n    mutates_args=("out",),\n)'
TRITON = '@torch.library.triton_op("pooling::mean", mutates_args={"out"})'
CASES = {
    "its own name": (PLAIN, "mean", RAW, HIT),
    "another name": (PLAIN, "pool_mean", RAW, HIT),
    "over lines": (LONG, "pool_mean", RAW, HIT),
    "of Triton": (TRITON, "pool_mean", RAW, HIT),
    "viewed": (PLAIN, "pool_mean", VIEWED, ""),
}


@pytest.mark.parametrize(("decorator", "function", "given", "mark"), CASES.values(), ids=list(CASES))
def test_operator_names(
    decorator: str,
    function: str,
    given: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MODULE.format(decorator=decorator, function=function, given=given, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


# Registered by a helper of the file, or of another one, that hands the name and the function on.
HELPER = """\
from torch.library import Library

library = Library("pooling", "FRAGMENT")


def register_op(name, schema, function, key="CUDA"):
    library.define(name + schema)
    library.impl(name, function, dispatch_key=key)
"""
CALLS = {
    "by position": ('register_op("mean", "(Tensor a, Tensor(b!) b) -> ()", pool_mean)', RAW, HIT),
    "by name": ('register_op("mean", "(Tensor a) -> ()", function=pool_mean)', RAW, HIT),
    "viewed": ('register_op("mean", "(Tensor a) -> ()", pool_mean)', VIEWED, ""),
}
OTHERS = {
    "under another name": HELPER.replace("    library.define", '    name = f"plain_{name}"\n    library.define'),
    "another function": HELPER.replace("    library.define", "    function = viewing(function)\n    library.define"),
}


@pytest.mark.parametrize("helper", OTHERS.values(), ids=list(OTHERS))
def test_what_a_helper_changes_is_not_known(
    helper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = MODULE.format(decorator=helper, function="pool_mean", given=RAW, mark="")
    module = module.replace("out, 64)", "out, 64)  # not looked at")
    call = 'register_op("mean", "(Tensor a) -> ()", pool_mean)'
    write(tmp_path, {"user.py": f"{KERNELS}{module}\n\n{call}\n"})
    assert not found()


@pytest.mark.parametrize(("call", "given", "mark"), CALLS.values(), ids=list(CALLS))
def test_registered_by_a_helper(
    call: str, given: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = MODULE.format(decorator=HELPER, function="pool_mean", given=given, mark=mark)
    text = f"{KERNELS}{module}\n\n{call}\n"
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})

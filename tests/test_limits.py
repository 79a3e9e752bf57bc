"""Where functions are not followed further is said, with the function and the place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Command

KERNEL = """import torch, triton
import triton.language as tl

@triton.jit
def store(x_ptr, out_ptr):
    tl.store(out_ptr, tl.load(x_ptr).to(out_ptr.dtype.element_ty))

"""


def _chain(depth: int) -> str:
    """Wrappers around wrappers of a launch, of which the outermost hands on bytes."""
    lines = ["def f0(x, out):\n    store[(1,)](x, out)\n"]
    lines += [f"def f{n}(x, out):\n    f{n - 1}(x, out)\n" for n in range(1, depth)]
    last = f"def run(x):\n    f{depth - 1}(x.to(torch.float8_e4m3fn), torch.empty(8, dtype=torch.uint8))\n"
    return KERNEL + "\n".join([*lines, last])


def _long(statements: int) -> str:
    """A function that calls a helper many times before it launches by a wrapper."""
    work = ["def work(x):", *(f"    x{n} = x + {n}" for n in range(20)), "    return x", ""]
    body = ["def wrap(x, out):", "    store[(1,)](x, out)", "", "def run(x):"]
    body += [f"    y{n} = work(x)" for n in range(statements // 20)]
    body += ["    out = torch.empty(8, dtype=torch.uint8)", "    wrap(x, out)", ""]
    return KERNEL + "\n".join([*work, *body])


@pytest.mark.parametrize(
    ("source", "function", "reason"),
    [
        (_chain(40), "f", "is called over more than 24 calls from `run`"),
        (_long(7000), "run", "leads to more than 6000 statements: later calls are not followed"),
    ],
    ids=["depth", "statements"],
)
def test_a_limit_is_said_with_its_function(
    tritonlint: Command, tmp_path: Path, source: str, function: str, reason: str
) -> None:
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    said = json.loads(tritonlint("check", "--output-format", "json", "a.py").out)
    assert [each["reason"] for each in said["limits"]] == [reason]
    (limit,) = said["limits"]
    assert limit["function"].startswith(function)
    assert f"def {limit['function']}(" in source.splitlines()[limit["line"] - 1]
    shown = tritonlint("check", "a.py").out  # from what the first run kept
    assert f"a.py:{limit['line']}: note: `{limit['function']}` {reason}" in shown


def test_what_is_seen_whole_has_none(tritonlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(_chain(10), encoding="utf-8")
    said = json.loads(tritonlint("check", "--output-format", "json", "a.py").out)
    assert said["limits"] == []


@pytest.mark.parametrize(
    "words",
    ["the reason for it lies in the words of a text that is kept in a file ", "for self.x in y "],
    ids=["a prompt", "names of `self`"],
)
def test_a_long_line_takes_no_longer_than_many_short_ones(
    words: str, tritonlint: Command, tmp_path: Path
) -> None:
    """What takes its time to the second or third would not end here."""
    text = words * (600_000 // len(words))
    prompt = f'\n\nclass Prompt:\n    def get(self):\n        return "{text}"\n'
    (tmp_path / "a.py").write_text(_chain(1) + prompt, encoding="utf-8")
    said = json.loads(tritonlint("check", "--output-format", "json", ".").out)
    assert [each["code"] for each in said["findings"]] == ["TL001"]

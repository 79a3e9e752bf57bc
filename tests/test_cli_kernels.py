"""`tritonlint kernels`: what it prints, its JSON, and what it does with files that it cannot
read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tritonlint.__main__ import main

SOURCE = """\
import triton
import triton.language as tl


@triton.jit
def quantize(out_ptr, x_ptr, unused_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + i, mask=i < n)
    tl.store(out_ptr + i, (x * 2).to(out_ptr.dtype.element_ty), mask=i < n)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "ops.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "package" / "other.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # What the command asks of the end of its process is not for the process of the tests.
    monkeypatch.setattr("atexit.register", lambda function: function)
    return tmp_path


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kernels", "--output-format", "json", "."]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["skipped"]) == (1, [])
    rows = {row["parameter"]: row for row in found["parameters"]}
    assert list(rows) == ["out_ptr", "x_ptr"]
    assert rows["out_ptr"]["stores"] == [{"line": 9, "effect": "float_to_int"}]
    assert rows["x_ptr"]["loads"][0]["line"] == 8
    head = {key: rows["x_ptr"][key] for key in ("path", "kernel", "line")}
    assert head == {"path": "package/ops.py", "kernel": "quantize", "line": 6}


def test_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kernels", "package/ops.py"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["package/ops.py:6: quantize", "  out_ptr: store float_to_int (line 9)"]


def test_what_a_function_does_in_two_calls_is_said_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SOURCE.replace("jit\ndef quantize(", "jit\ndef part(") + """

@triton.jit
def whole(out_ptr, x_ptr, n, BLOCK: tl.constexpr):
    part(out_ptr, x_ptr, x_ptr, n, BLOCK)
    part(out_ptr + n, x_ptr, x_ptr, n, BLOCK)
"""
    (folder / "package" / "ops.py").write_text(text, encoding="utf-8")
    assert main(["kernels"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("package/ops.py:13: whole") + 1 :] == [
        "  out_ptr: store float_to_int (line 9)",
        "  x_ptr: load int_to_float (line 8)",
    ]


def test_a_broken_file_is_said_and_the_others_are_listed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.py").write_text("import triton\ndef (:\n", encoding="utf-8")
    assert main(["kernels", "--output-format", "json"]) == 2
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert [each["path"] for each in found["skipped"]] == ["broken.py"]
    assert {row["kernel"] for row in found["parameters"]} == {"quantize"}
    assert "broken.py: cannot be parsed" in captured.err


def test_a_missing_path_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kernels", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err

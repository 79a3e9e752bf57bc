"""The file that keeps what was seen: what it holds comes back, and what is no such file is said."""

import json

import pytest

from tritonlint.errors import UsageError
from tritonlint.facts.hazards.launched import record_file
from tritonlint.facts.hazards.launched.functions import digest
from tritonlint.facts.hazards.launched.seen import (
    Clash,
    Code,
    Given,
    SeenCopy,
    SeenLaunch,
    Sign,
)
from tritonlint.source import Span

KERNEL = """\
import triton
import triton.language as tl


@triton.jit
def double_kernel(x_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    tl.store(out_ptr + i, tl.load(x_ptr + i).to(tl.float32) * 2.0)


def double(x, out):
    double_kernel[(1,)](x, out, N=16)
"""
LINES = KERNEL.splitlines(keepends=True)
FUNCTION = Code("a.py", "double", 11, digest("".join(LINES[10:12])))
CODE = Code("a.py", "double_kernel", 6, digest("".join(LINES[5:8])))
PLACE = Span("a.py", 12, 5, 12, 38)


def launch(x="uint8", out="float32", signs=(), clashes=(), tests=("test_a.py::test_it",)):
    arguments = (
        ("x_ptr", Given("tensor", x)),
        ("out_ptr", Given("tensor", out)),
        ("N", Given("constant", constant=16)),
        ("M", Given("constant")),
        ("F", Given("constant", constant=False)),
    )
    return SeenLaunch(FUNCTION, PLACE, CODE, arguments, signs, clashes, tests)


SIGN = Sign(
    "x_ptr", "the same bytes are seen as torch.float8_e4m3fn", PLACE, "certain", ("float8_e4m3fn",)
)
CLASH = Clash("x_ptr", "float16", "bfloat16", "double_kernel", PLACE)
COPY = SeenCopy(FUNCTION, PLACE, "float8_e4m3fn", "uint8", True)


def test_what_is_written_is_read():
    seen = [launch(signs=(SIGN,)), launch(x="float16", clashes=(CLASH,)), COPY]
    loaded = record_file.load(record_file.dump(seen).encode(), "f")
    assert set(loaded) == set(seen)


def test_one_kind_is_kept_once():
    one, other = launch(signs=(SIGN,)), launch(tests=("test_b.py::test_it",))
    (both,) = record_file.merged([one, other])
    assert both.signs == (SIGN,)
    assert both.tests == ("test_a.py::test_it", "test_b.py::test_it")
    assert both.count == 2


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"{}\n",
        b"[1]\n",
        b'{"findings": []}',
        b'{"tritonlint-launches": 99}\n',
        record_file.HEADER.encode() + b"{}\n",
        record_file.HEADER.encode() + b"nothing\n",
        record_file.HEADER.encode() + b'{"launch": {"function": 1}}\n',
        record_file.HEADER.encode() + record_file.line(COPY).replace("uint8", "byte").encode(),
        record_file.HEADER.encode() + record_file.line(launch()).replace("16", "[16]").encode(),
    ],
)
def test_a_foreign_file_is_one_line(tritonlint, tmp_path, text):
    (tmp_path / "a.py").write_text(KERNEL)
    (tmp_path / "launches.jsonl").write_bytes(text)
    with pytest.raises(UsageError, match=r"launches\.jsonl"):
        record_file.read(tmp_path / "launches.jsonl")
    run = tritonlint("check", "a.py", "--launches", "launches.jsonl")
    assert run.code == 2
    assert run.err.count("\n") == 1
    assert run.err.startswith("error: launches.jsonl: ")


def test_a_file_that_is_not_there(tritonlint, tmp_path):
    (tmp_path / "a.py").write_text(KERNEL)
    run = tritonlint("check", "a.py", "--launches", "launches.jsonl")
    assert (run.code, run.err) == (
        2,
        "error: launches.jsonl: cannot be read: No such file or directory\n",
    )


@pytest.fixture
def check(tritonlint, tmp_path):
    """Check `a.py` with a record."""

    def run(*seen, text=KERNEL, more=()):
        (tmp_path / "a.py").write_text(text)
        (tmp_path / "launches.jsonl").write_text(record_file.dump(seen))
        return tritonlint(
            "check", "a.py", "--launches", "launches.jsonl", "--output-format", "json", *more
        )

    return run


def findings(run):
    return [(each["code"], each["confidence"]) for each in json.loads(run.out)["findings"]]


def test_types_at_run_time_are_evidence(check):
    assert findings(check(launch())) == []
    run = check(launch(signs=(SIGN,)))
    assert (run.code, findings(run)) == (1, [("TL002", "certain")])
    assert "(seen at run time in test_a.py::test_it)" in run.out
    assert findings(check(launch(x="float16", clashes=(CLASH,)))) == [("TL003", "likely")]
    assert findings(check(launch(x="float16", clashes=(CLASH,)), more=("--ignore", "TL003"))) == []


def test_the_launch_passes_other_types_too(check, tmp_path):
    """Then the view is for the bytes only."""
    run = check(launch(signs=(SIGN,)), launch(x="float32"))
    (finding,) = json.loads(run.out)["findings"]
    (edit,) = [each for each in finding["fix"]["edits"] if "view" in each["replacement"]]
    assert " if x.dtype == " in edit["replacement"]


def test_code_that_moved_is_found(check):
    assert findings(check(launch(signs=(SIGN,)), text="# one\n# two\n" + KERNEL)) == [
        ("TL002", "certain")
    ]


@pytest.mark.parametrize("change", [("* 2.0", "* 3.0"), ("N=16)", "N=32)")])
def test_a_record_of_another_version_is_not_used(check, change):
    run = check(launch(signs=(SIGN,)), text=KERNEL.replace(*change))
    assert (run.code, findings(run)) == (0, [])
    assert run.err.startswith("note: a.py: `double")
    assert "recorded with another text; that record is not used" in run.err


def test_a_comment_suppresses_it(check):
    text = KERNEL.replace("(x, out, N=16)", "(x, out, N=16)  # tritonlint: ignore[TL002] an image")
    sign, function = launch(signs=(SIGN,)), text.splitlines(keepends=True)[10:12]
    code = Code("a.py", "double", 11, digest("".join(function)))
    from dataclasses import replace

    run = check(replace(sign, function=code), text=text)
    assert (run.code, findings(run)) == (0, [])


def test_the_setting_names_the_record(check, tmp_path, tritonlint):
    check(launch(signs=(SIGN,)))
    (tmp_path / "tritonlint.toml").write_text('launches = "launches.jsonl"\n')
    assert tritonlint("check", "a.py").code == 1
    assert tritonlint("check", "a.py").code == 1

"""What each format shows of the same result."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from tritonlint.findings.result import Result
from tritonlint.report import FORMATS, Options, renderer
from tritonlint.report.json import schema

ROOT = Path(__file__).resolve().parents[2]

TEXT = """\
error[TL001] numeric-store-to-raw-bytes: `cache[:, :128]` holds raw bytes, and 100% of floats are \
cast (likely)
 --> host.py:5:11
  |
4 | def write(k, cache):
5 |     values = cache[:, :128]  # \N{GREEK SMALL LETTER MU}
  |              ^^^^^^^^^^^^^^
6 |     scales = cache[:, 128:].view(torch.float32)
  |
  = trigger: -0.3 is stored as 0
  = trace:
    1. line 6: raw bytes
      6 |     scales = cache[:, 128:].view(torch.float32)
        |              ----------------------------------
    2. kernel.py:3:21: cast to the element type
      3 |     tl.store(v_ptr, tl.load(k_ptr).to(v_ptr.dtype.element_ty))
        |                     --------------
  = help: view the slice as the platform's fp8 dtype (safe fix)
  |
3 + import ops
  | ...
5 -     values = cache[:, :128]  # \N{GREEK SMALL LETTER MU}
5 +     values = cache[:, :128].view(fp8_dtype())  # \N{GREEK SMALL LETTER MU}
  |

warning[TL002] numeric-load-of-raw-bytes: bytes are read as numbers (certain)
 --> kernel.py:2:5
  |
1 | @triton.jit
2 | def quantize(k_ptr, v_ptr, s_ptr):
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
3 |     tl.store(v_ptr, tl.load(k_ptr).to(v_ptr.dtype.element_ty))
  |
  = trigger: 0x7E is read as 126
  = help: no automatic fix

(certain: every step is written in the code; likely: a step is inferred, as from a name or from \
other uses of the buffer)
Found 2 findings (3 files, some not checked).
1 fixable with `tritonlint autofix --apply`.
1 finding suppressed.
1 file could not be checked.
"""


def _render(name: str, result: Result, **options: bool) -> str:
    out = io.StringIO()
    renderer(name)(result, out, Options(**options))
    return out.getvalue()


def test_text(result: Result) -> None:
    assert _render("text", result) == TEXT


def test_text_in_colour_is_the_same_text(result: Result) -> None:
    import re

    colored = _render("text", result, color=True)
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == TEXT


def test_concise_is_one_line_per_finding(result: Result) -> None:
    first, second, *closing = _render("concise", result, list_skipped=True).splitlines()
    message = "`cache[:, :128]` holds raw bytes, and 100% of floats are cast"
    assert first == f"host.py:5:11: TL001 [*] {message}: -0.3 is stored as 0"
    assert second == "kernel.py:2:5: TL002 bytes are read as numbers: 0x7E is read as 126"
    assert closing[0] == "broken.py: not checked: cannot be parsed: no (line 3)"


def test_the_counts_of_fixes_add_up(result: Result) -> None:
    first, second = result.findings
    assert first.fix is not None
    unsafe = replace(second, fix=replace(first.fix, applicability="unsafe"))
    both = _render("concise", Result((first, unsafe, unsafe), (), 3)).splitlines()
    assert [line.split()[2] for line in both[:3]] == ["[*]", "[-]", "[-]"]
    command = "`tritonlint autofix --apply`"
    assert both[-1] == f"[*] 1 fixable with {command}, [-] 2 more with `--unsafe-fixes`."
    alone = _render("text", Result((unsafe,), (), 3)).splitlines()
    assert alone[-1] == "1 fixable with `tritonlint autofix --apply --unsafe-fixes`."


def test_advice_is_shown_where_there_is_no_fix(result: Result) -> None:
    advised = replace(result.findings[1], help="round first")
    assert "  = help: round first\n" in _render("text", Result((advised,), (), 3))
    assert "0x7E is read as 126; round first" in _render("concise", Result((advised,), (), 3))


def test_statistics_count_the_findings_of_each_rule(result: Result) -> None:
    doubled = Result((*result.findings, result.findings[1]), (), 3)
    lines = _render("statistics", doubled).splitlines()
    assert lines[:2] == [
        "2  TL002  numeric-load-of-raw-bytes",
        "1  TL001  numeric-store-to-raw-bytes (1 with a fix)",
    ]


def test_github_escapes_what_a_workflow_command_reserves(result: Result) -> None:
    first, second, third = _render("github", result).splitlines()
    assert first == (
        "::error file=host.py,line=5,endLine=5,col=11,endColumn=25,"
        "title=TL001 numeric-store-to-raw-bytes::"
        "`cache[:, :128]` holds raw bytes, and 100%25 of floats are cast: -0.3 is stored as 0"
        "%0Ahost.py:6: raw bytes%0Akernel.py:3: cast to the element type"
        "%0Afix (safe): view the slice as the platform's fp8 dtype"
    )
    assert second.startswith("::warning file=kernel.py,line=2,endLine=3,title=TL002")
    assert third.startswith("::error file=broken.py,title=tritonlint%3A not checked::cannot be")


def test_github_paths_count_from_the_top_of_the_repository(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd().parent))
    assert f"file={Path.cwd().name}/host.py," in _render("github", result)


def test_json_is_what_its_schema_says(result: Result) -> None:
    document = json.loads(_render("json", result))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    first, second = document["findings"]
    assert (first["line"], first["column"], first["end_column"]) == (5, 11, 25)
    assert first["launch"] == {
        "path": "host.py",
        "line": 7,
        "kernel": "quantize",
        "parameter": "v_ptr",
        "argument": "values",
    }
    assert first["fix"]["edits"][0]["replacement"] == ".view(fp8_dtype())"
    assert (second["launch"], second["fix"], second["trace"]) == (None, None, [])
    assert document["skipped"] == [{"path": "broken.py", "reason": "cannot be parsed: no (line 3)"}]
    (suppressed,) = document["suppressed"]
    assert (suppressed["code"], suppressed["line"]) == ("TL002", 3)
    assert suppressed["suppression"] == {
        "kind": "in-source",
        "justification": "the bytes are counts",
    }
    assert document["summary"]["codes"] == {"TL001": 1, "TL002": 1}
    assert document["summary"]["fixable"] == {"safe": 1, "unsafe": 0}


def test_the_schema_refuses_what_the_report_never_holds(result: Result) -> None:
    document = json.loads(_render("json", result))
    document["findings"][0]["line"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


def test_source_cannot_steer_the_terminal(result: Result) -> None:
    text = Path("host.py").read_text(encoding="utf-8")
    Path("host.py").write_text(text.replace("cache):", "cache):  # \x1b[2J"), encoding="utf-8")
    shown = _render("text", result)
    assert "\x1b" not in shown
    assert "# \\x1b[2J" in shown


def test_a_source_that_is_gone_costs_only_its_excerpt(result: Result) -> None:
    Path("kernel.py").unlink()
    text = _render("text", result)
    assert "2. kernel.py:3:21: cast to the element type" in text
    assert "tl.load" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_was_not_checked(result: Result, name: str) -> None:
    assert "cannot be parsed: no (line 3)" in _render(name, result, list_skipped=True)

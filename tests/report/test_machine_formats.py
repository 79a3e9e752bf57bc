"""The formats that other programs read: they hold what their schemas ask for, and stay readable
whatever the names of the files and the encoding of the stream."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import junitparser
import pytest
from hypothesis import HealthCheck, given, settings, strategies

from tritonlint.findings import Edit, Fix, Span, Suppressed
from tritonlint.findings.result import Limit, Result, Skipped
from tritonlint.report import FORMATS, TEXT_FORMATS, Options, renderer
from tritonlint.report.json import lines_schema

SCHEMAS = Path(__file__).with_name("schemas")
EMPTY = Result((), (), 1)
NOT_CHECKED = "not checked: cannot be parsed: no (line 3)"


def _render(name: str, result: Result) -> str:
    out = io.StringIO()
    renderer(name)(result, out, Options())
    return out.getvalue()


@cache
def _schema(name: str) -> Any:
    """The validator of a schema: made once, since that takes longer than to use it."""
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _valid(name: str, result: Result, schema: str) -> Any:
    """The report as data, once it is what the schema says."""
    document = json.loads(_render(name, result))
    _schema(schema).validate(document)
    return document


def _sarif(result: Result) -> Any:
    (run,) = _valid("sarif", result, "sarif-2.1.0.json")["runs"]
    return run


def _gitlab(result: Result) -> Any:
    return _valid("gitlab", result, "gitlab-code-quality.json")


def _rdjson(result: Result) -> Any:
    return _valid("rdjson", result, "rdjson.json")["diagnostics"]


@pytest.mark.parametrize(
    ("name", "schema", "spoil"),
    [
        ("sarif", "sarif-2.1.0.json", lambda d: d["runs"][0]["results"][0].pop("message")),
        ("sarif", "sarif-2.1.0.json", lambda d: d["runs"][0].update(columnKind="bytes")),
        ("gitlab", "gitlab-code-quality.json", lambda d: d[0].update(severity="error")),
        ("rdjson", "rdjson.json", lambda d: d["diagnostics"][0].update(severity="error")),
    ],
)
def test_the_schemas_refuse_what_is_wrong(
    result: Result, name: str, schema: str, spoil: Any
) -> None:
    document = _valid(name, result, schema)
    spoil(document)
    with pytest.raises(jsonschema.ValidationError):
        _schema(schema).validate(document)


def test_sarif_has_the_trace_the_fix_and_the_help_of_the_rule(result: Result) -> None:
    run = _sarif(result)
    first = run["results"][0]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 5, "startColumn": 11, "endLine": 5, "endColumn": 25}
    (flow,) = first["codeFlows"][0]["threadFlows"]
    places = [each["location"]["physicalLocation"] for each in flow["locations"]]
    assert [each["artifactLocation"]["uri"] for each in places] == ["host.py", "kernel.py"]
    (change,) = first["fixes"][0]["artifactChanges"]
    inserted = [each["insertedContent"]["text"] for each in change["replacements"]]
    assert inserted == ["import ops\n", ".view(fp8_dtype())"]
    assert first["properties"]["confidence"] == "likely"
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert (rule["id"], rule["name"]) == ("TL001", "NumericStoreToRawBytes")
    assert "## Why is this bad" in rule["help"]["markdown"]


def test_sarif_marks_suppressed_results_and_only_those(result: Result) -> None:
    external = replace(result.suppressed[0], kind="baseline", justification="")
    run = _sarif(replace(result, suppressed=(*result.suppressed, external)))
    assert [each["suppressions"] for each in run["results"]] == [
        [],
        [],
        [{"kind": "inSource", "status": "accepted", "justification": "the bytes are counts"}],
        [{"kind": "external", "status": "accepted"}],
    ]


def test_sarif_says_that_a_run_with_skipped_files_did_not_succeed(result: Result) -> None:
    (invocation,) = _sarif(result)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == f"broken.py: {NOT_CHECKED}"
    assert _sarif(EMPTY)["invocations"][0]["executionSuccessful"] is True



@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_where_a_function_was_not_followed_further(
    result: Result, name: str
) -> None:
    limit = Limit("host.py", 4, "write", "leads to too much")
    text = _render(name, replace(result, limits=(limit,)))
    assert "write" in text and "leads to too much" in text
    assert "leads to too much" not in _render(name, result)


def test_the_limits_are_notes_in_what_the_schemas_ask_for(result: Result) -> None:
    limited = replace(result, limits=(Limit("host.py", 4, "write", "leads to too much"),))
    *_, note = _sarif(limited)["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == "note"
    assert note["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert _gitlab(limited)[-1]["severity"] == "info"
    assert _rdjson(limited)[-1]["severity"] == "INFO"


def test_sarif_counts_paths_from_the_top_of_the_repository(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Path.cwd().parent
    monkeypatch.setenv("CI_PROJECT_DIR", str(top))
    run = _sarif(result)
    found = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert found == {"uri": f"{Path.cwd().name}/host.py", "uriBaseId": "SRCROOT"}
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{top.as_uri()}/"
    assert _gitlab(result)[0]["location"]["path"] == f"{Path.cwd().name}/host.py"


def test_the_top_of_the_repository_is_the_folder_with_dot_git(result: Result) -> None:
    Path(".git").mkdir()
    below = Path("below")
    below.mkdir()
    os.chdir(below)
    elsewhere = Result((), (Skipped("/elsewhere/a.py", "no"), Skipped("b.py", "no")), 2)
    (invocation,) = _sarif(elsewhere)["invocations"]
    places = [
        each["locations"][0]["physicalLocation"]["artifactLocation"]
        for each in invocation["toolExecutionNotifications"]
    ]
    assert places[0] == {"uri": "file:///elsewhere/a.py"}
    assert places[1]["uri"] == "below/b.py"


def test_sarif_does_not_turn_a_launch_into_a_link(result: Result) -> None:
    launch = replace(result.findings[0], message="`kernel[grid](values)` holds cache[:, 0]", trigger="")
    (only,) = _sarif(Result((launch,), (), 1))["results"]
    assert only["message"]["text"] == r"`kernel\[grid](values)` holds cache[:, 0]"


def test_a_finding_of_no_rule_is_reported_too(result: Result) -> None:
    stale = replace(result.findings[0], code="XX900", name="unused-comment")
    (rule,) = _sarif(Result((stale,), (), 1))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "unused-comment"


def test_gitlab_has_a_fingerprint_for_each_of_equal_findings(result: Result) -> None:
    first, second, skipped = _gitlab(result)
    assert (first["severity"], second["severity"], skipped["severity"]) == (
        "major",
        "minor",
        "blocker",
    )
    assert skipped["description"] == NOT_CHECKED
    again = replace(result.findings[0], span=Span("host.py", 6, 11, 6, 25))
    keys = [each["fingerprint"] for each in _gitlab(Result((result.findings[0], again), (), 1))]
    assert keys == [first["fingerprint"], f"{first['fingerprint']}:2"]


def test_rdjson_counts_bytes_and_suggests_a_fix_whole(result: Result) -> None:
    text = Path("host.py").read_text(encoding="utf-8").replace("\tvalues", "\t\u03bc")
    Path("host.py").write_text(text, encoding="utf-8")
    place = Span("host.py", 5, 6, 5, 20)
    edits = (
        Edit(Span("host.py", 3, 1, 3, 1), "import ops\n"),
        Edit(Span("host.py", 5, 20, 5, 20), ".view(fp8_dtype())"),
    )
    finding = replace(result.findings[0], span=place, fix=Fix("safe", "view", edits))
    found = _rdjson(Result((finding,), result.skipped, 1))
    span = {"start": {"line": 5, "column": 7}, "end": {"line": 5, "column": 21}}
    assert found[0]["location"]["range"] == span
    (suggestion,) = found[0]["suggestions"]
    assert suggestion["range"] == {"start": {"line": 3, "column": 1}, "end": span["end"]}
    assert suggestion["text"] == (
        "import ops\n\ndef write(k, cache):\n\t\u03bc = cache[:, :128].view(fp8_dtype())"
    )
    assert found[1]["message"] == NOT_CHECKED


@pytest.mark.parametrize(
    "fix",
    [
        Fix("unsafe", "view", (Edit(Span("host.py", 5, 1, 5, 1), "x"),)),
        Fix("safe", "view", (Edit(Span("kernel.py", 1, 1, 1, 1), "x"),)),
        Fix("safe", "view", (Edit(Span("host.py", 500, 1, 500, 1), "x"),)),
    ],
)
def test_rdjson_suggests_nothing_that_cannot_be_taken_over_as_it_is(
    result: Result, fix: Fix
) -> None:
    finding = replace(result.findings[0], fix=fix)
    assert _rdjson(Result((finding,), (), 1))[0]["suggestions"] == []


def test_junit_counts_findings_failures_and_skips(result: Result) -> None:
    suites = junitparser.JUnitXml.fromstring(_render("junit", result).encode())
    assert (suites.tests, suites.failures, suites.errors) == (4, 2, 1)
    (suite,) = suites
    assert suite.skipped == 1
    failed, _, broken, suppressed = suite
    assert (failed.classname, failed.name) == (
        "host.py",
        "TL001 numeric-store-to-raw-bytes at 5:11",
    )
    assert failed.result[0].text.startswith("host.py:5:11: TL001 `cache[:, :128]` holds")
    assert "kernel.py:3: cast to the element type" in failed.result[0].text
    assert broken.result[0].message == "cannot be parsed: no (line 3)"
    assert suppressed.result[0].message == "the bytes are counts"
    (clean,) = junitparser.JUnitXml.fromstring(_render("junit", EMPTY).encode())
    assert [each.is_passed for each in clean] == [True]


def test_azure_escapes_what_a_logging_command_reserves(result: Result) -> None:
    odd = replace(result.findings[0], span=replace(result.findings[0].span, path="a;b].py"))
    first, skipped = _render("azure", replace(result, findings=(odd,))).splitlines()
    place = f"sourcepath={Path.cwd()}/a%3Bb%5D.py;linenumber=5;columnnumber=11;code=TL001;"
    assert first.startswith(f"##vso[task.logissue type=error;{place}]`cache[:, :128]` holds")
    assert "100%AZP25 of floats are cast: -0.3 is stored as 0%0Ahost.py:6: raw bytes%0Akernel.py:3: " in first
    assert skipped.endswith(f"code=not-checked;]{NOT_CHECKED}")


def test_json_lines_are_the_parts_of_the_json_report(result: Result) -> None:
    lines = [json.loads(line) for line in _render("json-lines", result).splitlines()]
    for line in lines:
        jsonschema.validate(line, lines_schema())
    kinds = [each["type"] for each in lines]
    assert kinds == ["finding", "finding", "suppressed", "skipped", "summary"]
    whole = json.loads(_render("json", result))
    assert {**lines[0], "type": None} == {**whole["findings"][0], "type": None}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "finding"}, lines_schema())


NAME = os.fsdecode(b"bad\xff \x1b.py")


def _named(result: Result) -> Result:
    """The result with a file whose name is no UTF-8, in every place that a report names a file."""
    finding = replace(
        result.findings[0],
        span=replace(result.findings[0].span, path=NAME),
        trace=tuple(replace(s, span=replace(s.span, path=NAME)) for s in result.findings[0].trace),
        fix=None,
    )
    reason = "cannot be read: \u00e9 \U0001f600"
    return Result((finding,), (Skipped(NAME, reason),), 2, (Suppressed(finding, "baseline"),))


@pytest.mark.parametrize("name", FORMATS)
def test_any_name_of_a_file_can_be_written_to_a_stream_of_ascii(result: Result, name: str) -> None:
    data = io.BytesIO()
    out = io.TextIOWrapper(data, "ascii", errors="backslashreplace", newline="\n")
    renderer(name)(_named(result), out, Options(list_skipped=True))
    out.flush()
    text = data.getvalue().decode("ascii")
    if name in TEXT_FORMATS:
        assert "\x1b" not in text
        assert "bad\\xff \\x1b.py" in text
    if name in ("json", "sarif", "gitlab", "rdjson"):
        # Half a surrogate pair could not be encoded: strict decoders refuse it.
        plain = json.dumps(json.loads(text), ensure_ascii=False).encode().decode()
        assert "cannot be read: \u00e9 \U0001f600" in plain
    if name == "junit":
        (suite,) = junitparser.JUnitXml.fromstring(text.encode())
        assert [each.classname for each in suite] == ["bad\\xff \\x1b.py"] * 3
    if name == "sarif":
        artifact = json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        uri = artifact["artifactLocation"]["uri"]
        assert unquote_to_bytes(uri) == b"bad\xff \x1b.py"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=strategies.text(min_size=1).filter(lambda text: "\0" not in text))
def test_any_text_leaves_every_report_readable(result: Result, text: str) -> None:
    step = replace(result.findings[0].trace[0], message=text)
    finding = replace(result.findings[0], message=text, name=text, trace=(step,))
    suppressed = Suppressed(finding, "in-source", text)
    odd = Result((finding,), (Skipped(text, text),), 2, (suppressed,))
    for name in ("json", "sarif", "gitlab", "rdjson"):
        json.dumps(json.loads(_render(name, odd)), ensure_ascii=False).encode()
    assert len(_render("json-lines", odd).splitlines()) == 4
    (suite,) = junitparser.JUnitXml.fromstring(_render("junit", odd).encode())
    assert suite.tests == 3
    for name in ("github", "azure"):
        assert _render(name, odd).count("\n") == 2
        assert "\r" not in _render(name, odd)


def test_machine_formats_do_not_import_what_only_people_need(tmp_path: Path) -> None:
    machine = sorted(set(FORMATS) - TEXT_FORMATS)
    (tmp_path / "a.py").write_text("import triton\n")
    reports = [f"--output-format={name}={name}.out" for name in machine]
    program = (
        "import sys; from tritonlint.__main__ import main;"
        f"code = main(['check', 'a.py', *{reports!r}]);"
        "print(code, sorted({'libcst', 'rich'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.stdout == "0 []\n", run.stderr
    assert sorted(path.stem for path in tmp_path.glob("*.out")) == machine

"""Comments that suppress: which findings they are about, and what is found about them. A finding of
TL001 is at each `bad` here, one of TL002 at each `worse`."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import ROOT, Command
from tritonlint.edits import edits
from tritonlint.findings import Finding, Span, Suppressed
from tritonlint.rule import registry
from tritonlint.source import SourceFile
from tritonlint.suppress import comment_edits, review, suppressions

HAZARDS = {"bad": "TL001", "worse": "TL002"}
ALL = frozenset(registry.codes())


def _finding(path: str, line: int, match: re.Match[str]) -> Finding:
    code = HAZARDS[match[0]]
    span = Span(path, line, match.start() + 1, line, match.end() + 1)
    return Finding(code, registry.codes()[code].name, "wrong", "error", "certain", span, "x")


def _hazards(source: SourceFile) -> list[Finding]:
    return [
        _finding(source.path, number, match)
        for number, line in enumerate(source.lines, 1)
        for match in re.finditer(r"\b(?:bad|worse)\b", line.partition("#")[0])
    ]


def _apply(
    text: str, selected: frozenset[str] = ALL, complete: bool = True
) -> tuple[list[Finding], list[Suppressed]]:
    source = SourceFile("a.py", text.encode())
    return suppressions.apply(source, _hazards(source), selected, complete)


def _kept(text: str) -> list[tuple[int, str]]:
    return sorted((each.span.line, each.code) for each in _apply(text)[0])


@pytest.mark.parametrize(
    "text",
    [
        "x = bad  # tritonlint: ignore[TL001]\n",
        "x = bad  # tritonlint: ignore[TL001] integers on purpose",
        "x = bad  #tritonlint:ignore[TL001]\n",
        "x = bad  # tritonlint: ignore[numeric-store-to-raw-bytes]\n",
        "x = bad + worse  # tritonlint: ignore[TL001, numeric-load-of-raw-bytes]\n",
        "x = bad  # type: ignore[name]  # tritonlint: ignore[TL001]  # noqa: E501\n",
        "x = bad  # see #12 # tritonlint: ignore[TL001]\n",
        "x = bad  # tritonlint: expect[TL001]\n",
        "# tritonlint: ignore[TL001] the statement below\nx = bad\n",
        "# tritonlint: ignore[TL001]\n# more words\n\nx = bad\n",
        "if y:\n    # tritonlint: ignore[TL001]\n    x = bad\n",
        "f(\n    bad,\n    y,  # tritonlint: ignore[TL001]\n)\n",
        "f(\n    bad,\n    y,\n)  # tritonlint: ignore[TL001]\n",
        "f(\n    # tritonlint: ignore[TL001]\n    bad,\n)\n",
        "# tritonlint: ignore[TL001]\nf(\n    y,\n    bad,\n)\n",
        "f(y, \\\n  bad)  # tritonlint: ignore[TL001]\n",
        "f('''\n''', bad)  # tritonlint: ignore[TL001]\n",
        "for y in bad:  # tritonlint: ignore[TL001]\n    pass\n",
        "# tritonlint: ignore[TL001]\n@jit\n@tune(1)\ndef f(x=bad):\n    pass\n",
        "@jit(\n    bad\n)\ndef f():  # tritonlint: ignore[TL001]\n    pass\n",
        "x = bad\ny = bad\n# tritonlint: file-ignore[TL001] generated\n",
        "x = bad  # noqa: TL001\n",
        "x = bad  # NOQA:E501,TL001 why\n",
        "x = bad  # noqa\n",
        "x = 1; y = bad  # tritonlint: ignore[TL001]\r\n",
        "\ufeffx = bad  # tritonlint: ignore[TL001]\n",
    ],
)
def test_a_comment_silences_its_statement(text: str) -> None:
    assert _kept(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = bad, '# tritonlint: ignore[TL001]'\n",
        "x = bad, '''\n# tritonlint: ignore[TL001]\n'''\n",
        "x = bad, f'# noqa'\n",
        "x = bad  # write `# tritonlint: ignore[TL001]` here\n",
        "x = bad  # noqa: E501\n",
        "x = bad  # noqa:\n",
        "x = bad  # ruff: noqa: E501\n",
        "x = bad  # tritonlint ignores this\n",
        "# noqa\nx = bad\n",
        "x = bad  # noqas\n",
    ],
)
def test_what_is_no_such_comment_silences_nothing(text: str) -> None:
    assert [code for _, code in _kept(text)] == ["TL001"]


def test_a_comment_ends_with_its_statement() -> None:
    assert _kept("x = bad  # tritonlint: ignore[TL001]\ny = bad\n") == [(2, "TL001")]
    assert _kept("# tritonlint: ignore[TL001]\nx = bad\ny = bad\n") == [(3, "TL001")]
    header = "if bad:  # tritonlint: ignore[TL001]\n    x = bad\n"
    assert _kept(header) == [(2, "TL001")]


def test_only_the_rules_that_it_names_are_silent() -> None:
    assert _kept("x = bad + worse  # tritonlint: ignore[TL001]\n") == [(1, "TL002")]


def test_the_reason_is_kept() -> None:
    text = "x = bad  # tritonlint: ignore[TL001]: bytes, see #12  # noqa: E501\n"
    assert _apply(text)[1][0].justification == "bytes, see #12"
    assert _apply("x = bad  # noqa: TL001 bytes\n")[1][0].justification == "bytes"


def _after_fixes(text: str, unsafe: bool = False) -> str:
    """The text after the safe (and unsafe) fixes of what is found about its comments, made until
    there are none."""
    for _ in range(100):
        every = [f.fix for f in _apply(text)[0] if f.fix]
        fixes = [each for each in every if unsafe or each.applicability == "safe"]
        if not fixes:
            return text
        text = edits.apply(text, fixes[0].edits)
    raise AssertionError("the fixes do not come to rest")


@pytest.mark.parametrize(
    ("text", "code", "fixed"),
    [
        ("x = 1  # tritonlint: ignore[TL001] why\n", "TL901", "x = 1  # why\n"),
        ("x = 1\n    # tritonlint: ignore[TL001]\ny = 2\n", "TL901", "x = 1\ny = 2\n"),
        ("x = 1\n# tritonlint: ignore[TL001]", "TL901", "x = 1\n"),
        (
            "x = bad  # tritonlint: ignore[TL001, TL002] why\n",
            "TL901",
            "x = bad  # tritonlint: ignore[TL001] why\n",
        ),
        ("x = 1  # tritonlint: file-ignore[TL001]\n", "TL901", "x = 1\n"),
        ("x = 1  # noqa: TL001\n", "TL901", "x = 1\n"),
        ("x = 1  # noqa: E501, TL001, F401 why\n", "TL901", "x = 1  # noqa: E501, F401 why\n"),
        ("x = 1  # tritonlint: ignore[TL001]  # noqa: E501\n", "TL901", "x = 1  # noqa: E501\n"),
        ("x = 1  # words  # tritonlint: ignore[TL001] why\n", "TL901", "x = 1  # words  # why\n"),
        ("x = 1  # tritonlint: expect[TL001] why\n", "TL903", "x = 1  # why\n"),
        (
            "x = bad  # tritonlint: expect[TL001, TL002]\n",
            "TL903",
            "x = bad  # tritonlint: expect[TL001]\n",
        ),
        (
            "x = bad  # tritonlint: ignore TL001 why\n",
            "TL902",
            "x = bad  # tritonlint: ignore[TL001] why\n",
        ),
        (
            "x = bad + worse  # tritonlint: ignore: TL001, TL002\n",
            "TL902",
            "x = bad + worse  # tritonlint: ignore[TL001, TL002]\n",
        ),
        (
            "x = bad  # tritonlint: ignore[TL001 why\n",
            "TL902",
            "x = bad  # tritonlint: ignore[TL001] why\n",
        ),
        (
            "x = bad  # tritonlint: ingore[TL001] why\n",
            "TL902",
            "x = bad  # tritonlint: ignore[TL001] why\n",
        ),
        (
            "# tritonlint: ignore-file[TL001] why\nx = bad\n",
            "TL902",
            "# tritonlint: file-ignore[TL001] why\nx = bad\n",
        ),
        (
            "x = bad  # tritonlint: ignore[tl001]\n",
            "TL902",
            "x = bad  # tritonlint: ignore[TL001]\n",
        ),
        (
            "x = bad  # tritonlint: ignore[numeric-store-to-raw-byte]\n",
            "TL902",
            "x = bad  # tritonlint: ignore[numeric-store-to-raw-bytes]\n",
        ),
        (
            "x = bad + worse  # tritonlint: ignore why\n",
            "TL902",
            "x = bad + worse  # tritonlint: ignore[TL001, TL002] why\n",
        ),
        (
            "x = bad  # tritonlint: ignore[TL01] the table holds integers\n",
            "TL902",
            "x = bad  # tritonlint: ignore[TL001] the table holds integers\n",
        ),
    ],
)
def test_a_comment_that_does_nothing_is_found_and_fixed(text: str, code: str, fixed: str) -> None:
    found = [each for each in _apply(text)[0] if each.code in review.CODES]
    assert [each.code for each in found] == [code]
    after = _after_fixes(text)
    assert after == fixed
    assert [each for each in _apply(after)[0] if each.code in review.CODES] == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("x = 1  # tritonlint: ignore[TL999]\n", "x = 1\n"),
        ("x = 1  # tritonlint: ignore[TL999] why\n", "x = 1  # why\n"),
        ("x = 1  # tritonlint: ignore[TL01] why\n", "x = 1  # why\n"),
        ("x = bad  # tritonlint: ignore[XX7] why\n", "x = bad  # why\n"),
        ("x = 1  # tritonlint: ignore\n", "x = 1\n"),
        ("x = 1  # tritonlint: ignore why\n", "x = 1  # why\n"),
        ("x = 1  # tritonlint: ignore noqa\n", "x = 1  # was: noqa\n"),
        ("x = 1  # tritonlint: ignore[]\n", "x = 1\n"),
        ("x = bad  # tritonlint: ignore[TL001, TL999]\n", "x = bad  # tritonlint: ignore[TL001]\n"),
    ],
)
def test_what_nobody_can_guess_is_changed_only_on_request_and_keeps_its_reason(
    text: str, fixed: str
) -> None:
    assert _after_fixes(text) == text
    assert _after_fixes(text, unsafe=True) == fixed


def test_a_code_that_does_not_exist_is_told_what_is_near() -> None:
    (found,) = _apply("x = 1  # tritonlint: ignore[TL01]\n")[0]
    assert "there is no rule `TL01` (did you mean TL0" in found.message


@pytest.mark.parametrize("kind", ["ignore[XX7]", "ignore", "ingor[TL001]", "file-ignore[XX7]"])
def test_a_statement_whose_comment_is_not_understood_has_no_fix(kind: str) -> None:
    text = f"# tritonlint: {kind}\nx = bad\n"
    found = next(each for each in _apply(text)[0] if each.code == "TL001")
    assert found.fix is None
    assert "line 1 is not understood" in found.held


def test_a_word_that_could_be_anything_has_no_fix() -> None:
    (found,) = _apply("x = 1  # tritonlint: see the manual\n")[0]
    assert (found.code, found.fix) == ("TL902", None)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # noqa\n",
        "x = 1  # noqa: E501\n",
        "x = 1  # noqa: TL999\n",
        "x = bad  # tritonlint: ignore[TL001]\n",
        "# tritonlint: file-ignore[TL001]\nx = bad  # tritonlint: ignore[TL001]\n",
        "x = 1  # tritonlint: ignore[TL001, TL901] for a while\n",
        "# tritonlint: file-ignore[TL901]\nx = 1  # tritonlint: ignore[TL001]\n",
        "x = 1  # tritonlint: ignore[TL001]  # noqa: TL901\n",
        "x = '# tritonlint: ignore'\n",
    ],
)
def test_nothing_is_said_of_a_comment_that_is_in_order(text: str) -> None:
    assert _apply(text)[0] == []


_FRAGMENTS = (
    ["# ", "#", "tritonlint:", " ", "ignore", "expect", "file-ignore", "[", "]", ",", ":", "noqa"]
    + [
        "TL001",
        "TL002",
        "TL901",
        "TL999",
        "tl001",
        "numeric-store-to-raw-bytes",
        "E501",
        "why",
        "-",
    ]
    + ["ignor", "\t", "\N{GREEK SMALL LETTER MU}"]
)
_COMMENTS = st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "x = 1", "x = bad", "f(bad,\n"]), _COMMENTS)))
def test_whatever_a_comment_says_its_fixes_change_comments_and_come_to_rest(
    lines: list[tuple[str, str]],
) -> None:
    text = "".join(
        f"{code.rstrip()}  # tritonlint: {comment}\n{'  worse)' if code.endswith(chr(10)) else ''}\n"
        for code, comment in lines
    )
    after = _after_fixes(text)
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))


def test_a_rule_that_did_not_look_leaves_its_comments_alone() -> None:
    text = "x = 1  # tritonlint: ignore[TL001]\ny = 1  # tritonlint: expect[TL001]\n"
    assert len(_apply(text)[0]) == 2
    assert _apply(text, ALL - {"TL001"})[0] == []
    assert _apply(text, complete=False)[0] == []
    assert _apply(text, frozenset({"TL001"}))[0] == []


def test_text_that_is_not_python_has_no_comments() -> None:
    assert _apply("x = (  # tritonlint: ignore[TL001]\n")[0] == []
    assert _apply("x = = 1  # tritonlint: ignore[TL001]\n")[0] == []


@pytest.mark.parametrize(
    ("text", "commented"),
    [
        ("x = bad\n", "x = bad  # tritonlint: ignore[TL001] why\n"),
        ("x = bad", "x = bad  # tritonlint: ignore[TL001] why"),
        ("x = bad  # note\n", "x = bad  # note  # tritonlint: ignore[TL001] why\n"),
        ("f(\n    bad,\n    y,\n)\n", "f(\n    bad,  # tritonlint: ignore[TL001] why\n    y,\n)\n"),
        (
            "f(\n    bad,\n    worse,\n    bad,\n)\n",
            "f(\n    bad,  # tritonlint: ignore[TL001, TL002] why\n    worse,\n    bad,\n)\n",
        ),
        (
            "x = bad + worse  # tritonlint: ignore[TL002] known\n",
            "x = bad + worse  # tritonlint: ignore[TL002, TL001] known\n",
        ),
        (
            "if y:\n    f(bad, \\\n      y)\n",
            "if y:\n    # tritonlint: ignore[TL001] why\n    f(bad, \\\n      y)\n",
        ),
        ("f(bad, '''\n''')\n", "# tritonlint: ignore[TL001] why\nf(bad, '''\n''')\n"),
        (f"x = bad + {'y' * 80}\n", f"# tritonlint: ignore[TL001] why\nx = bad + {'y' * 80}\n"),
        (
            f"@jit\ndef f(x=bad, {'y' * 80}): pass\n",
            f"# tritonlint: ignore[TL001] why\n@jit\ndef f(x=bad, {'y' * 80}): pass\n",
        ),
    ],
)
def test_an_added_comment_silences_the_finding(text: str, commented: str) -> None:
    source = SourceFile("a.py", text.encode())
    findings = _apply(text)[0]
    after = edits.apply(text, comment_edits.comment_edits(source, findings, reason="why"))
    assert after == commented
    assert _apply(after)[0] == []


def test_an_expectation_can_be_added() -> None:
    source = SourceFile("a.py", b"x = bad\n")
    added = comment_edits.comment_edits(source, _hazards(source), "expect")
    assert edits.apply(source.text, added) == "x = bad  # tritonlint: expect[TL001]\n"


def _comment(flagged: Path, comment: str) -> None:
    """Put a comment at the line of the finding of `flagged`."""
    line = "values = pages[:, : page_size * head_dim]"
    text = flagged.read_text(encoding="utf-8")
    assert text.count(f"{line}\n") == 1
    flagged.write_text(text.replace(line, f"{line}  {comment}"), encoding="utf-8")


def test_a_suppressed_finding_does_not_count_and_can_be_shown(
    tritonlint: Command, flagged: Path
) -> None:
    _comment(flagged, "# tritonlint: ignore[TL001] a test of ours")
    for _ in range(2):  # the second time from the cache
        run = tritonlint("check", "--show-suppressed")
        assert run.code == 0
        assert "flagged.py:61:14: TL001 suppressed by a comment: a test of ours\n" in run.out
    assert "suppressed by" not in tritonlint("check").out


def test_a_suppressed_finding_is_not_fixed(tritonlint: Command, flagged: Path) -> None:
    _comment(flagged, "# tritonlint: ignore[TL001]")
    before = flagged.read_bytes()
    assert tritonlint("autofix", "--apply", "--unsafe-fixes").code == 0
    assert flagged.read_bytes() == before


def test_a_fix_leaves_other_comments_and_then_removes_what_has_become_unused(
    tritonlint: Command, flagged: Path
) -> None:
    _comment(flagged, "# a note  # tritonlint: ignore[TL002]")
    assert tritonlint("autofix", "--apply").code == 0
    assert "head_dim].view(current_platform.fp8_dtype())  # a note\n" in flagged.read_text("utf-8")


@pytest.mark.parametrize("comment", ["ignore", "ignore TL001", "expects[TL001]"])
def test_what_a_malformed_comment_meant_to_silence_is_not_fixed(
    tritonlint: Command, flagged: Path, comment: str
) -> None:
    _comment(flagged, f"# tritonlint: {comment} a test of ours")
    assert tritonlint("check").code == 1
    assert tritonlint("autofix", "--apply").code == 0
    kind = comment[:6]
    line = f"head_dim]  # tritonlint: {kind}[TL001] a test of ours\n"
    assert line in flagged.read_text("utf-8")


@pytest.mark.parametrize("options", [(), ("--unsafe-fixes",)])
def test_a_comment_with_an_unknown_rule_still_protects_its_statement(
    tritonlint: Command, flagged: Path, options: tuple[str, ...]
) -> None:
    _comment(flagged, "# tritonlint: ignore[XX7] the table holds integers")
    tritonlint("autofix", "--apply", *options)
    left = "# the table" if options else "# tritonlint: ignore[XX7] the table"
    assert f"head_dim]  {left} holds integers\n" in flagged.read_text("utf-8")
    assert "help: no fix while the comment in line" in tritonlint("check").out or options


def test_an_expectation_fails_when_the_hazard_is_gone(tritonlint: Command, flagged: Path) -> None:
    _comment(flagged, "# tritonlint: expect[TL001] until the cache is typed")
    assert tritonlint("check").code == 0
    text = flagged.read_text("utf-8").replace(
        "head_dim]  #", "head_dim].view(torch.float8_e4m3fn)  #"
    )
    flagged.write_text(text, encoding="utf-8")
    run = tritonlint("check", "--output-format", "concise")
    assert run.code == 1
    assert "TL903 [*] TL001 is expected here and not found" in run.out


def test_a_file_without_anything_about_triton_is_judged_too(
    tritonlint: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("x = 1  # noqa: TL001\n")
    run = tritonlint("check", "--output-format", "concise")
    assert run.code == 1
    assert run.out.startswith("a.py:1:8: TL901 ")
    assert tritonlint("check", "--ignore", "TL901").code == 0


def test_a_finding_that_is_not_shown_keeps_its_comment_used(
    tritonlint: Command, tmp_path: Path
) -> None:
    case = ROOT / "fixtures" / "TL002" / "correct_fp8_typed_page"
    shutil.copy(case / "correct.py", tmp_path)
    assert tritonlint("check", "--confidence", "possible").code == 1
    run = tritonlint("check", "--confidence", "possible", "--add-ignore")
    assert run.out == "Ignored 1 finding in 1 file.\n"
    assert tritonlint("check", "--confidence", "possible").code == 0
    run = tritonlint("check", "--show-suppressed")
    assert (run.code, "suppressed by" in run.out) == (0, False)


def test_add_ignore_writes_comments_with_which_the_run_is_clean(
    tritonlint: Command, flagged: Path
) -> None:
    run = tritonlint("check", "--add-ignore", "--reason", "known\nfor long")
    assert (run.code, run.out) == (0, "Ignored 1 finding in 1 file.\n")
    assert "# tritonlint: ignore[TL001] known for long\n" in flagged.read_text("utf-8")
    after = flagged.read_bytes()
    assert tritonlint("check").code == 0
    assert tritonlint("check", "--add-ignore").out == "Ignored 0 findings in 0 files.\n"
    assert flagged.read_bytes() == after


def test_a_reason_that_cannot_be_written_leaves_the_file(
    tritonlint: Command, flagged: Path
) -> None:
    text = "# coding: ascii\n" + flagged.read_text("utf-8")
    flagged.write_text(text, encoding="ascii")
    run = tritonlint("check", "--add-ignore", "--reason", "\N{GREEK SMALL LETTER MU}")
    assert run.code == 2
    assert run.err.startswith("error: flagged.py: no comment could be added: ")
    assert flagged.read_text("ascii") == text

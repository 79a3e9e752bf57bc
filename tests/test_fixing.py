"""Fixing: passes, what is kept and what is not. The rule here is a toy, so that it can misbehave at
will."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tritonlint.engine import check
from tritonlint.errors import SourceError, TritonlintError
from tritonlint.facts.index import universe
from tritonlint.findings import Applicability, Edit, Finding, Fix, Span
from tritonlint.findings.result import Result, Skipped
from tritonlint.fixing import fixing
from tritonlint.fixing.plans import Plan
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile, display_path

Toy = Callable[..., list[Finding]]


def _finding(
    path: str,
    line: int,
    column: int,
    word: str,
    replacement: str,
    applicability: Applicability = "safe",
    function: str = "",
) -> Finding:
    span = Span(path, line, column, line, column + len(word))
    fix = Fix(applicability, f"write {replacement}", (Edit(span, replacement),))
    return Finding(
        "TL999",
        "toy",
        f"{word} is wrong",
        "error",
        "certain",
        span,
        "x",
        fix=fix,
        function=function,
    )


def _words(source: SourceFile, rules: Mapping[str, str], **more: str) -> list[Finding]:
    """A finding at each word of `rules`, whose fix writes the word that it maps to."""
    return [
        _finding(source.path, number, match.start() + 1, word, rules[word], **more)  # type: ignore[arg-type]
        for number, line in enumerate(source.lines, 1)
        for match in re.finditer(r"\w+", line)
        if (word := match[0]) in rules
    ]


@pytest.fixture
def with_toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Toy], None]:
    """Make `toy(source, others)` the only rule of the engine."""
    monkeypatch.chdir(tmp_path)

    def install(toy: Toy) -> None:
        def check_text(
            path: Path, data: bytes, settings: Settings, others: Mapping[Path, bytes], *_: object
        ) -> Result:
            source = SourceFile(display_path(path), data)
            try:
                source.tree  # noqa: B018 - raises for what does not parse
            except SourceError as error:
                return Result((), (Skipped(error.path, error.reason),), 1)
            return Result(tuple(toy(source, others)), (), 1)

        monkeypatch.setattr(check, "check_text", check_text)

    return install


def _plan(*paths: str, unsafe: bool = False) -> Plan:
    found = [
        check.check_text(Path(path), Path(path).read_bytes(), Settings(), {}) for path in paths
    ]
    findings = tuple(f for result in found for f in result.findings)
    return fixing.plan(Result(findings, (), len(paths)), Settings(), unsafe)


def _after(plan: Plan) -> dict[str, bytes]:
    return {change.path: change.after for change in plan.changes}


def test_every_fix_is_made_and_the_rest_of_the_bytes_stay(with_toy: Callable[[Toy], None]) -> None:
    with_toy(lambda source, others: _words(source, {"bad": "good"}))
    data = b"\xef\xbb\xbf# \xc3\xa9\r\nx = bad\r\ny = bad  # keep"
    Path("a.py").write_bytes(data)
    plan = _plan("a.py")
    assert _after(plan) == {"a.py": data.replace(b"bad", b"good")}
    assert (len(plan.applied), plan.remaining, plan.reverted) == (2, (), ())


def test_a_declared_encoding_is_kept(with_toy: Callable[[Toy], None]) -> None:
    with_toy(lambda source, others: _words(source, {"bad": "good"}))
    data = "# coding: latin-1\ns = 'é'; x = bad\n".encode("latin-1")
    Path("a.py").write_bytes(data)
    assert _after(_plan("a.py")) == {"a.py": data.replace(b"bad", b"good")}


def test_a_replacement_that_the_encoding_lacks_is_not_made(with_toy: Callable[[Toy], None]) -> None:
    with_toy(lambda source, others: _words(source, {"bad": "\N{GREEK SMALL LETTER MU}"}))
    Path("a.py").write_bytes(b"# coding: ascii\nx = bad\n")
    plan = _plan("a.py")
    assert plan.changes == ()
    assert "can't encode" in plan.reverted[0].reason


def test_an_unsafe_fix_waits_to_be_asked_for(with_toy: Callable[[Toy], None]) -> None:
    with_toy(lambda source, others: _words(source, {"bad": "good"}, applicability="unsafe"))
    Path("a.py").write_text("x = bad\n")
    assert _plan("a.py").changes == ()
    assert _after(_plan("a.py", unsafe=True)) == {"a.py": b"x = good\n"}


def _line_rewrites(source: SourceFile, rules: Mapping[str, str]) -> list[Finding]:
    """A finding for each word of `rules` in line 1, whose fix writes the whole line anew."""
    line = source.lines[0].rstrip()
    span = Span(source.path, 1, 1, 1, len(line) + 1)
    return [
        Finding(
            "TL999",
            "toy",
            word,
            "error",
            "certain",
            span,
            "x",
            fix=Fix("safe", "", (Edit(span, line.replace(word, new)),)),
            function=word,
        )
        for word, new in rules.items()
        if word in line
    ]


def test_fixes_that_overlap_are_made_one_pass_after_the_other(
    with_toy: Callable[[Toy], None],
) -> None:
    with_toy(lambda source, others: _line_rewrites(source, {"one": "eins", "two": "zwei"}))
    Path("a.py").write_text("one + two\n")
    plan = _plan("a.py")
    assert _after(plan) == {"a.py": b"eins + zwei\n"}
    assert (plan.passes, plan.deferred) == (2, 1)


def test_the_same_edit_asked_for_twice_is_made_once(with_toy: Callable[[Toy], None]) -> None:
    with_toy(lambda source, others: _words(source, {"bad": "good"}) * 2)
    Path("a.py").write_text("x = bad\n")
    plan = _plan("a.py")
    assert _after(plan) == {"a.py": b"x = good\n"}
    assert (plan.passes, len(plan.applied)) == (1, 2)


def test_one_bad_fix_does_not_take_the_good_ones_with_it(with_toy: Callable[[Toy], None]) -> None:
    rules = {"bad": "good", "stays": "(stays)", "breaks": "(("}

    def toy(source: SourceFile, others: object) -> list[Finding]:
        return [f for word in rules for f in _words(source, {word: rules[word]}, function=word)]

    with_toy(toy)
    Path("a.py").write_text("x = bad\ny = stays\nz = breaks\n")
    plan = _plan("a.py")
    assert _after(plan) == {"a.py": b"x = good\ny = stays\nz = breaks\n"}
    reasons = {each.finding.function: each.reason for each in plan.reverted}
    assert reasons["stays"] == "the fix does not remove TL999 in line 2"
    assert reasons["breaks"].startswith("with the fix the file cannot be parsed")
    assert [each.function for each in plan.remaining] == ["stays", "breaks"]


def test_a_fix_that_brings_another_finding_is_not_kept(with_toy: Callable[[Toy], None]) -> None:
    def toy(source: SourceFile, others: object) -> list[Finding]:
        first = _words(source, {"bad": "awful"}, function="f")
        return first + _words(source, {"awful": "good"}, function="g")

    with_toy(toy)
    Path("a.py").write_text("x = bad\n")
    plan = _plan("a.py")
    assert plan.changes == ()
    assert plan.reverted[0].reason == "the fix would add TL999 in line 1: awful is wrong"


def test_a_comment_that_a_fix_makes_useless_goes_in_the_next_pass(
    with_toy: Callable[[Toy], None],
) -> None:
    def toy(source: SourceFile, others: object) -> list[Finding]:
        unused = [] if "bad" in source.text else _words(source, {"ignored": "left"})
        return _words(source, {"bad": "good"}) + [replace(each, code="TL901") for each in unused]

    with_toy(toy)
    Path("a.py").write_text("x = bad  # ignored\n")
    plan = _plan("a.py")
    assert _after(plan) == {"a.py": b"x = good  # left\n"}
    assert (plan.passes, plan.reverted) == (2, ())


def test_fixes_that_do_not_come_to_rest_are_a_bug(with_toy: Callable[[Toy], None]) -> None:
    words = {f"w{number:02}": "done" for number in range(fixing.MOST_PASSES + 1)}
    with_toy(lambda source, others: _line_rewrites(source, words))
    Path("a.py").write_text(" + ".join(words))
    with pytest.raises(TritonlintError, match=r"a\.py: the fixes of TL999 do not come to rest"):
        _plan("a.py")


def test_a_fix_across_files_is_made_and_checked_with_both(with_toy: Callable[[Toy], None]) -> None:
    def toy(source: SourceFile, others: Mapping[Path, bytes]) -> list[Finding]:
        helper = others.get(Path("b.py"), Path("b.py").read_bytes())
        if source.path != "a.py" or b"ready" in helper:
            return []
        span = Span("a.py", 1, 1, 1, 2)
        edits = (Edit(Span("b.py", 1, 1, 1, 1), "ready\n"), Edit(span, "x.view()"))
        fix = Fix("safe", "view it", edits)
        return [Finding("TL999", "toy", "wrong", "error", "certain", span, "x", fix=fix)]

    with_toy(toy)
    Path("a.py").write_text("x\n")
    Path("b.py").write_text("y\n")
    plan = _plan("a.py", "b.py")
    assert _after(plan) == {"a.py": b"x.view()\n", "b.py": b"ready\ny\n"}
    assert [[change.path for change in group] for group in plan.groups] == [["a.py", "b.py"]]


def test_fixed_text_is_the_text_after_every_fix(flagged: Path) -> None:
    fixed = fixing.fixed_text(flagged)
    assert fixed != flagged.read_text()
    flagged.write_text(fixed)
    assert fixing.fixed_text(flagged) == fixed


def test_fixed_text_of_what_cannot_be_parsed_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("import triton\n@triton.jit\ndef f(:\n")
    with pytest.raises(SourceError, match="cannot be parsed"):
        fixing.fixed_text(path)


def test_a_fix_is_checked_again_by_what_is_known_of_the_other_files(
    flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(flagged.parent)
    for number in range(3):
        Path(f"other{number}.py").write_text("import triton\n")
    outlined: list[bytes] = []
    real = universe.outline
    monkeypatch.setattr(
        universe, "outline", lambda text, *x: outlined.append(text) or real(text, *x)
    )
    settings, texts, path = Settings(), universe.Texts({}), Path(flagged.name)
    result = check.check([path], settings, texts=texts)
    before = list(outlined)
    plan = fixing.plan(result, settings, known=texts)
    again = outlined[len(before) :]
    assert [each.path for each in plan.changes] == [flagged.name]
    assert again
    assert set(again) == {each.after for each in plan.changes}
    assert plan == fixing.plan(result, settings)


def test_what_a_fix_of_another_file_changes_is_seen_in_the_next(tmp_path: Path) -> None:
    """Texts that stand in for others, several at once, tell of these no longer."""
    file, other = (tmp_path / name for name in ("a.py", "b.py"))
    for each in (file, other):
        each.write_text("import triton\ndef launch(x):\n    f(x)\n")
    known = universe.Texts({})
    paths = [str(file), str(other)]
    assert [len(known.outline(path).functions) for path in paths] == [1, 1]
    two = b"import triton\ndef launch(x):\n    f(x)\ndef more(x):\n    f(x)\n"
    instead = known.instead({paths[0]: two})
    assert [len(instead.outline(path).functions) for path in paths] == [2, 1]
    assert len(instead.instead({}).outline(paths[0]).functions) == 1
    both = instead.instead(dict.fromkeys(paths, two))
    assert [len(both.outline(path).functions) for path in paths] == [2, 2]
    again = both.again(dict.fromkeys(paths, file.read_bytes()))
    assert again is not None
    assert [len(again.outline(path).functions) for path in paths] == [1, 1]
    new = str(tmp_path / "new.py")
    assert new in known.instead({new: two}).universe(new)

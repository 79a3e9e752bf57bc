"""Where only comments and blank lines changed, what the last run found holds: it is what a run
without a cache finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.facts.test_settings import PUBLIC, TESTS
from tritonlint.caching.cache import Cache
from tritonlint.engine import check as engine
from tritonlint.facts.index import homes
from tritonlint.facts.project.code_lines import digest, numbers
from tritonlint.facts.project.comments import code_digest
from tritonlint.settings import config

FIXTURES = Path(__file__).parent.parent / "fixtures"
FIXTURE = FIXTURES / "TL001" / "imported_kernel"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name in ("flagged.py", "kernels.py", "platforms.py"):
        shutil.copy(FIXTURE / name, folder / name)
    monkeypatch.chdir(folder)
    return folder


def check(cache: Cache | None) -> engine.Result:
    files = sorted(Path().glob("*.py"))
    return engine.check(files, config.load(Path(), {}), cache)


def _comment_at_the_top(text: str) -> str:
    return "# A comment.\n\n" + text


def _comment_between(text: str) -> str:
    at = text.index("\n\n\n")
    return text[:at] + "\n# A comment.\n" + text[at:]


def _comments_everywhere(text: str) -> str:
    lines = (each if '"' in each else f"{each}  # why" for each in text.splitlines() if each)
    return "\n".join(lines) + "\n"


HARMLESS: dict[str, Callable[[str], str]] = {
    "a comment at the top": _comment_at_the_top,
    "a comment between functions": _comment_between,
    "comments after code": _comments_everywhere,
    "the text as it was": lambda text: text,
}


@pytest.mark.parametrize("name", ["flagged.py", "kernels.py", "platforms.py"])
@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
def test_comments_do_not_have_all_looked_at_again(
    case: Path, monkeypatch: pytest.MonkeyPatch, name: str, edit: Callable[[str], str]
) -> None:
    cache = Cache(case / "cache")
    assert check(cache).findings
    for _ in range(2):  # what is kept of the second run serves the third
        path = case / name
        path.write_text(edit(path.read_text()))
        expected = check(None)
        with monkeypatch.context() as patch:
            patch.setattr(engine, "_check", None)
            again = check(cache)
        assert [asdict(each) for each in again.findings] == [
            asdict(each) for each in expected.findings
        ]
        assert (again.skipped, again.files) == (expected.skipped, expected.files)


def test_a_comment_in_a_file_that_is_not_checked_is_none_of_the_run(case: Path) -> None:
    cache = Cache(case / "cache")
    named = [Path("flagged.py")]
    found = engine.check(named, config.load(Path(), {}), cache).findings
    other = case / "kernels.py"
    other.write_text(other.read_text() + "# tritonlint: ignore[TL01] no rule\n")
    assert engine.check(named, config.load(Path(), {}), cache).findings == found


def test_a_comment_that_suppresses_a_finding_is_read(case: Path) -> None:
    cache = Cache(case / "cache")
    (found,) = check(cache).findings
    path = case / found.span.path
    lines = path.read_text().splitlines(keepends=True)
    lines.insert(found.span.line - 1, "# tritonlint: ignore[TL001] bytes are meant\n")
    path.write_text("".join(lines))
    again = check(cache)
    assert not again.findings
    assert [each.justification for each in again.suppressed] == ["bytes are meant"]
    path.write_text("".join(lines).replace("[TL001]", "[TL002]"))
    assert {each.code for each in check(cache).findings} == {"TL001", "TL901"}
    path.write_text("".join(lines).replace("# tritonlint: ignore[TL001] bytes are meant\n", ""))
    assert check(cache).findings == (found,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("uint8", "float32"),
        ("# ", "x = 1  # "),
        ('"""', '"""# no comment\n'),
    ],
)
def test_other_changes_are_looked_at(case: Path, before: str, after: str) -> None:
    cache = Cache(case / "cache")
    path = case / "flagged.py"
    path.write_text('"""Text."""\n# A comment.\n' + path.read_text())
    check(cache)
    path.write_text(path.read_text().replace(before, after, 1))
    assert check(cache).findings == check(None).findings


PLAIN = '"""Text."""\n\n\ndef double(x):\n    return x * 2\n'


def _looks_again(case: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str) -> bool:
    """Whether all is looked at again after `plain.py` was changed; what is found is what a run
    without a cache finds."""
    cache = Cache(case / "cache")
    (case / "plain.py").write_text(before)
    check(cache)
    (case / "plain.py").write_text(after)
    runs = []
    monkeypatch.setattr(engine, "_check", lambda *given: runs.append(given) or found(*given))
    again = check(cache)
    looked, expected = bool(runs), check(None)
    assert again.findings == expected.findings
    assert (again.skipped, again.files) == (expected.skipped, expected.files)
    return looked


found = engine._check


@pytest.mark.parametrize("code", ["x * 3", "print(x)", "[y + 1 for y in x]  # why"])
def test_a_file_that_cannot_matter_does_not_have_all_looked_at_again(
    case: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(homes, "_FEW", 0)  # as among many files
    assert not _looks_again(case, monkeypatch, PLAIN, PLAIN.replace("x * 2", code))


def test_among_few_files_each_matters(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _looks_again(case, monkeypatch, PLAIN, PLAIN.replace("x * 2", "x * 3"))


@pytest.mark.parametrize(
    "code", ["x.view(y)", "x.to(torch.uint8)", "fnuz == e4m3fnuz", "kernel[(1,)](x).view(1)", "x *"]
)
def test_a_file_that_matters_after_a_change_or_did_before_it_has(
    case: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    assert _looks_again(case, monkeypatch, PLAIN, PLAIN.replace("x * 2", code))
    if code != "x *":
        monkeypatch.undo()
        monkeypatch.chdir(case)
        assert _looks_again(case, monkeypatch, PLAIN.replace("x * 2", code), PLAIN)


def test_a_file_whose_calls_choose_a_type_matters(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FIXTURES / "TL007" / "correct_chosen_by_the_caller" / "correct.py").read_text()
    at = text.index("def backward")
    (case / "ops.py").write_text(text[:at])
    before = "from ops import decay, differences\n\n\n" + text[at:]
    before = before.replace("torch.Tensor", "Tensor")
    after = before.replace("decay(x=x, grad=grad,", "decay(x=x, grad=grad.half(),")
    assert _looks_again(case, monkeypatch, before, after)
    assert "TL007" in {each.code for each in check(None).findings}


SAME = {
    "comments and blank lines": (b"a = 1\nb\n", b"# x\na = 1  # y\n\nb\n"),
    "carriage returns": (b"a\r\nb\r\n", b"a # c\r\n\r\nb\r\n"),
    "a comment at the end": (b"a\n", b"a\n\n# z\n"),
    "indented": (b"if a:\n  b\nc\n", b'if a:\n# hm\n  b\n    # hm "\nc\n'),
    "around a string": (b'"""a\n\n# b\n"""\nc\n', b'# d\n"""a\n\n# b\n"""\n\n# d\nc\n'),
}
OTHER = {
    "a string with a #": (b'a = "x#y"\n', b'a = "x#z"\n'),
    "a line in a string": (b'a = """x\n# y\n"""\n', b'a = """x\n"""\n'),
    "an empty line in a string": (b'a = """x\n\ny"""\n', b'a = """x\ny"""\n'),
    "a string that goes on": (b"a = 'x\\\n# y'\n", b"a = 'x\\\n# z'\n"),
    "a string that goes on with code": (b"a = 'x\\\ny # y'\n", b"a = 'x\\\ny # z'\n"),
    "what follows a string": (b'"""a"""\nif b: c\n', b'"""a"""if b: c\n'),
    "strings of both kinds": (
        b'\'\'\'"""\n# a\n\'\'\'\n"""b"""\n',
        b'\'\'\'"""\n\'\'\'\n"""b"""\n',
    ),
    "returns alone": (b"a\r# b\rc\n", b"a\r# d\n"),
    "indentation": (b"if a:\n  b\n  c\n", b"if a:\n  b\nc\n"),
    "a codec": (b"# coding: latin-1\na\n", b"# coding: utf-8\na = 1\n"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_texts_of_the_same_code(one: bytes, other: bytes) -> None:
    assert digest(one) == digest(other)
    assert _code(one) == _code(other)


def _code(text: bytes) -> list[bytes]:
    """The lines of code, without the comments after it."""
    lines = [b"", *text.splitlines(), b""]
    return [lines[number].partition(b"  #")[0].partition(b" #")[0] for number in numbers(text)]


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_texts_of_other_code(one: bytes, other: bytes) -> None:
    assert digest(one) != digest(other)


# A comment at a sum says that 16 bits are meant: it counts where it stands, and by its distance.
SUM = b"@jit\ndef f(p):\n    # in fp16\n    return sum(p)\n"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (b"# A comment.\n" + SUM, True),
        (SUM + b"\n# A comment.\n", True),
        (SUM.replace(b"    # in fp16\n", b""), False),
        (SUM.replace(b"fp16\n", b"fp16\n    # A comment.\n"), False),
        (SUM.replace(b"sum(p)", b"sum(p)  # half"), False),
        (SUM.replace(b"in fp16", b"in fp16 sums"), False),
        (b"# p is float32\n" + SUM, False),
    ],
)
def test_a_comment_about_a_sum_counts_where_it_stands(other: bytes, same: bool) -> None:
    assert (code_digest(other) == code_digest(SUM)) == same


def test_a_comment_about_what_a_launch_passes_counts() -> None:
    launch = b"def f(x, y):\n    kernel[(1,)](x, y)  # to float32\n"
    assert code_digest(b"# x is float32\n" + launch) != code_digest(b"# x is large\n" + launch)


def test_a_test_beside_a_package_decides_what_is_found_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "tests").mkdir()
    for name in ("pkg/__init__.py", "setup.py"):
        (tmp_path / name).touch()
    (tmp_path / "pkg" / "ops.py").write_text(PUBLIC)
    test = tmp_path / "tests" / "test_ops.py"
    cache, settings, files = Cache(tmp_path / "cache"), config.load(Path(), {}), [Path("pkg/ops.py")]

    def codes(text: str) -> list[str]:
        test.write_text(text)
        return [each.code for each in engine.check(files, settings, cache).findings]

    assert codes(TESTS["views_it"]) == []
    assert codes(TESTS["views_nothing"]) == ["TL001"]
    assert codes(TESTS["views_it"]) == []

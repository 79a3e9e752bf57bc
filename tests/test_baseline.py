"""The baseline: what it knows, that it only shrinks, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Command
from tritonlint.errors import ConfigError
from tritonlint.suppress import baseline

FILE = "tritonlint-baseline.json"
LINE = "    values = pages[:, : page_size * head_dim]\n"


@pytest.fixture
def known(tritonlint: Command, flagged: Path) -> Path:
    """`flagged.py`, whose finding the baseline knows."""
    assert tritonlint("baseline", "write").code == 0
    return flagged


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def _entries() -> list[dict[str, object]]:
    document = json.loads(Path(FILE).read_text("utf-8"))
    assert document["version"] == 1
    found: list[dict[str, object]] = document["findings"]
    return found


def test_what_is_known_does_not_count(tritonlint: Command, known: Path) -> None:
    assert tritonlint("check").code == 1
    run = tritonlint("check", "--baseline", FILE, "--show-suppressed")
    assert (run.code, run.err) == (0, "")
    assert "flagged.py:61:14: TL001 suppressed by the baseline\n" in run.out
    assert tritonlint("baseline", "check").code == 0


def test_an_entry_names_rule_path_function_and_code(known: Path) -> None:
    assert _entries() == [
        {
            "path": "flagged.py",
            "code": "TL001",
            "function": "quantize_k_into_pages",
            "snippet": "pages[:,:page_size*head_dim]",
            "count": 1,
        }
    ]


def test_edits_elsewhere_and_another_layout_do_not_disturb_it(
    tritonlint: Command, known: Path
) -> None:
    _edit(known, "import torch\n", "# more words\n\nimport torch\n")
    _edit(known, LINE, "    values = pages[\n        :, :page_size*head_dim,  # note\n    ]\n")
    run = tritonlint("check", "--baseline", FILE)
    assert (run.code, run.err) == (0, "")


def test_of_two_equal_findings_one_is_known(tritonlint: Command, known: Path) -> None:
    text = known.read_text("utf-8")
    start = text.index("    _quantize_k_into_pages_kernel[")
    launch = text[start:]
    known.write_text(text + LINE + launch, "utf-8")
    run = tritonlint("check", "--baseline", FILE, "--output-format", "concise")
    assert run.code == 1
    assert run.out.count("TL001") == 1
    assert tritonlint("baseline", "write", "--force").code == 0
    assert [each["count"] for each in _entries()] == [2]
    known.write_text(text, "utf-8")
    run = tritonlint("baseline", "check")
    assert (run.code, run.out.splitlines()[-1]) == (1, f"{FILE}: 2 known, 0 new, 1 stale.")
    assert tritonlint("baseline", "prune").code == 0
    assert [each["count"] for each in _entries()] == [1]


def test_a_stale_entry_is_named_and_pruned(tritonlint: Command, known: Path) -> None:
    _edit(known, LINE, LINE.rstrip() + ".view(torch.float8_e4m3fn)\n")
    entry = "flagged.py: TL001 in quantize_k_into_pages: pages[:,:page_size*head_dim]"
    run = tritonlint("check", "--baseline", FILE)
    assert run.code == 0
    assert f"note: stale in the baseline: {entry}\n" in run.err
    run = tritonlint("baseline", "check")
    assert (run.code, f"stale: {entry}\n" in run.out) == (1, True)
    run = tritonlint("baseline", "prune")
    assert (run.code, f"removed: {entry}\n" in run.out) == (0, True)
    assert _entries() == []
    assert tritonlint("baseline", "check").code == 0


def test_it_does_not_grow_by_accident(tritonlint: Command, known: Path) -> None:
    before = Path(FILE).read_bytes()
    _edit(known, "page_size * head_dim]\n", "head_dim * page_size]\n")
    run = tritonlint("baseline", "write")
    assert run.code == 1
    assert "new: flagged.py:61:14: TL001 " in run.out
    assert Path(FILE).read_bytes() == before
    assert tritonlint("baseline", "write", "--force").code == 0
    assert [each["snippet"] for each in _entries()] == ["pages[:,:head_dim*page_size]"]


def test_only_what_this_run_could_find_is_stale(tritonlint: Command, known: Path) -> None:
    (known.parent / "other.py").write_text("x = 1\n")
    for arguments in (["other.py"], ["--select", "TL002"]):
        run = tritonlint("check", "--baseline", FILE, *arguments)
        assert (run.code, run.err) == (0, "")
        assert tritonlint("baseline", "prune", *arguments).code == 0
    assert len(_entries()) == 1
    known.write_text("import triton\ndef f(:\n")
    assert tritonlint("baseline", "prune").code == 2
    assert len(_entries()) == 1
    known.unlink()
    assert tritonlint("baseline", "prune").code == 0
    assert _entries() == []


def test_the_setting_is_relative_to_its_file_and_holds_from_any_folder(
    tritonlint: Command, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = known.parent
    (folder / "tritonlint.toml").write_text(f'baseline = "{FILE}"\n')
    assert tritonlint("check").code == 0
    assert tritonlint("baseline", "check").code == 0
    below = folder / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert tritonlint("check", str(known)).code == 0


def test_what_is_known_is_not_fixed(tritonlint: Command, known: Path) -> None:
    before = known.read_bytes()
    assert tritonlint("autofix", "--apply", "--baseline", FILE).code == 0
    assert known.read_bytes() == before


def test_the_file_is_the_same_for_the_same_findings(tritonlint: Command, known: Path) -> None:
    first = Path(FILE).read_bytes()
    assert tritonlint("baseline", "write").code == 0
    assert Path(FILE).read_bytes() == first
    Path(FILE).unlink()
    assert tritonlint("baseline", "write").code == 0
    assert Path(FILE).read_bytes() == first


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such baseline"),
        ("{", "not valid JSON"),
        ("[]", "is no baseline of version 1"),
        ('{"version": 2, "findings": []}', "its version is 2"),
        ('{"version": 1}', "is no baseline"),
        ('{"version": 1, "findings": [{"path": "a.py"}]}', "is no baseline"),
        (
            '{"version": 1, "findings":'
            ' [{"path": "a", "code": "b", "function": "", "snippet": "", "count": 0}]}',
            "count 0",
        ),
    ],
)
def test_what_is_no_baseline_is_an_error(
    tritonlint: Command, flagged: Path, content: str | None, says: str
) -> None:
    if content is not None:
        Path(flagged.parent, FILE).write_text(content)
    for command in (["check"], ["autofix"], ["baseline", "check"], ["baseline", "prune"]):
        run = tritonlint(*command, "--baseline", FILE)
        assert run.code == 2
        assert run.err.startswith(f"error: {FILE}: ")
        assert says in run.err


def test_a_baseline_that_cannot_be_written_is_an_error(tritonlint: Command, flagged: Path) -> None:
    run = tritonlint("baseline", "write", "--baseline", "gone/b.json")
    assert run.code == 2
    assert run.err.startswith("error: gone/b.json: cannot be written: ")


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("x[ : , :n ]", "x[:, :n]"),
        ("f(\n    x,\n    y,\n)", "f(x, y)"),
        ("a  if b else c  # why", "a if b else c"),
        ("x['a b']", "x[ 'a b' ]"),
        ('x[f"{a} b"]', 'x[ f"{a} b" ]'),
    ],
)
def test_layout_does_not_make_another_expression(written: str, again: str) -> None:
    assert baseline.normalised(written) == baseline.normalised(again)


@pytest.mark.parametrize(("one", "other"), [("a if b", "aif b"), ("x['a b']", "x['a  b']")])
def test_other_code_is_another_expression(one: str, other: str) -> None:
    assert baseline.normalised(one) != baseline.normalised(other)


def test_read_names_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tritonlint baseline write"):
        baseline.read(tmp_path / "gone.json")

"""Properties of any input: generated programs, programs that were changed at random, settings, and
the order in which files come."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import ROOT
from tests.fuzz.invariants import check, configuration, facts
from tests.fuzz.mutations import mutate
from tritonlint.engine import check as engine
from tritonlint.engine import parallel
from tritonlint.findings import Edit, Span
from tritonlint.fixing import fixing
from tritonlint.settings.config import Settings

hypothesmith = pytest.importorskip("hypothesmith", reason="needs hypothesmith")

# What is covered is told by the tests that say what should be found: these cost twice with it.
pytestmark = pytest.mark.no_cover

FIXTURES = sorted(ROOT.glob("fixtures/*/*/flagged.py"))
TEXTS = [path.read_bytes() for path in FIXTURES]
SLOW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# What lets a file through the gate.
GATE = "import torch\nimport triton\nimport triton.language as tl\nfp8 = torch.uint8\n"


@SLOW
@given(hypothesmith.from_grammar())
def test_any_program(text: str) -> None:
    check((GATE + text).encode("utf-8", errors="replace"))


@SLOW
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_a_fixture_that_was_changed_at_random(text: bytes, seed: int) -> None:
    check(mutate(text, TEXTS, random.Random(seed)))


@SLOW
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_the_facts_of_a_fixture_that_was_changed_at_random(text: bytes, seed: int) -> None:
    facts(mutate(text, TEXTS, random.Random(seed)))


@SLOW
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(GATE.encode() + data)


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab-", min_size=1), inner, max_size=2)
    ),
    max_leaves=4,
)
_KEYS = st.sampled_from(
    "select extend-select ignore preview confidence exclude extend-exclude force-exclude fp8-dtype"
    " fp8-import targets extend selekt".split()
)


@SLOW
@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_any_settings(table: dict[str, object]) -> None:
    lines = "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
    configuration(f"[tool.tritonlint]\n{lines}".encode(errors="replace"))


@SLOW
@given(st.binary(max_size=60))
def test_any_settings_file(data: bytes) -> None:
    configuration(b"[tool.tritonlint]\nselect = ['TL001']\n" + data)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(c):08X}" for c in value) + '"'
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return repr(value)


_PLACES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.text("xy", max_size=2)), max_size=6)


@given(st.text("ab\n", min_size=31, max_size=40), _PLACES)
def test_edits_that_overlap_are_deferred_and_the_others_made(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    from tritonlint.edits import edits

    def span(start: int, end: int) -> Span:
        ends = [text[:offset].rpartition("\n")[2] for offset in (start, end)]
        lines = [text.count("\n", 0, offset) + 1 for offset in (start, end)]
        return Span("a.py", lines[0], len(ends[0]) + 1, lines[1], len(ends[1]) + 1)

    wanted = [(a, min(a + size, 31), new) for a, size, new in places]
    kept: list[tuple[int, int, str]] = []
    for each in wanted:
        mine = Edit(span(*each[:2]), each[2])
        if not any(edits.conflict(mine, Edit(span(*o[:2]), o[2])) for o in kept):
            kept.append(each)
    expected = text
    for start, end, new in sorted({*kept}, reverse=True):
        expected = expected[:start] + new + expected[end:]
    made = edits.apply(text, [Edit(span(*each[:2]), each[2]) for each in kept])
    assert made == expected


def test_the_order_of_files_and_the_number_of_processes_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = []
    for number, text in enumerate(TEXTS):
        name = Path(f"m{number:02}.py")
        name.write_bytes(text)
        files.append(name)
    for helper in {path for case in FIXTURES for path in case.parent.glob("*.py")}:
        if helper.name not in ("flagged.py", "fixed.py", "verifier.py"):
            shutil.copy(helper, tmp_path)
    chosen = Settings(root=tmp_path)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    alone = engine.check(files, chosen)
    assert alone.findings
    changes = fixing.plan(alone, chosen, unsafe=True).changes
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(parallel, "_FEW_FILES", 2)
    for order in range(2):
        shuffled = random.Random(order).sample(files, len(files))
        found = engine.check(shuffled, chosen)
        assert found == alone
    assert fixing.plan(found, chosen, unsafe=True).changes == changes
    assert os.getcwd() == str(tmp_path)

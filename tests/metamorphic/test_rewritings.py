"""What is found is found however a program is written: after each rewriting of some fixtures the same
rule speaks, and correct code stays silent. `make metamorphic` runs all of them on all fixtures."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest

from tests.metamorphic.judging import codes
from tests.metamorphic.programs import Source, fixtures, known, reason
from tests.metamorphic.rewritings import REWRITINGS, rewritten

# What is covered is told by the tests that say what should be found: these cost twice with it.
pytestmark = pytest.mark.no_cover

# So many flagged and so many correct fixtures each rewriting is tried on.
MOST = 3


@cache
def _sources() -> list[Source]:
    """The fixtures in an order that a new one does not change."""
    return sorted(fixtures(), key=lambda each: hashlib.sha256(each.name.encode()).digest())


@pytest.mark.parametrize("name", REWRITINGS)
def test_a_rewriting_changes_no_verdict(name: str) -> None:
    tried = {True: 0, False: 0}
    for source in _sources():
        hazard = bool(source.expected)
        text = rewritten(source.text, [name]) if tried[hazard] < MOST else None
        if text is None:
            continue
        tried[hazard] += 1
        found = codes(text, source.beside)
        assert found <= source.expected, source.name
        if not reason(name, source.name):
            assert found == source.expected, source.name


# Rewritings after which a correct fixture was found wrong.
SILENT = [
    ("view_by_checking_helper", "TL001/correct_view_where_a_setting_is_refused/correct.py"),
    ("through_same_in_a_dict", "TL001/imported_kernel/fixed.py"),
    ("in_function", "TL004/correct_limits_of_any_type/correct.py"),
    ("by_any_launcher", "TL004/correct_limits_of_any_type/correct.py"),
    ("by_position", "TL003/correct_generation_asked/correct.py"),
    ("by_dict", "TL003/correct_generation_asked/correct.py"),
    ("by_dict_set", "TL003/correct_generation_asked/correct.py"),
    ("constructor_in_base", "TL003/correct_setting_normalized/correct.py"),
    ("attributes_by_property", "TL003/correct_setting_normalized/correct.py"),
    ("attributes_by_setattr", "TL003/correct_setting_normalized/correct.py"),
    ("attributes_annotated", "TL003/correct_setting_normalized/correct.py"),
]


@pytest.mark.parametrize(("name", "program"), SILENT)
def test_a_correct_program_stays_correct(name: str, program: str) -> None:
    (source,) = (each for each in _sources() if each.name == program)
    text = rewritten(source.text, [name])
    assert text is not None
    assert not codes(text, source.beside)


def test_what_is_known_to_be_lost_is_a_rewriting_or_a_program() -> None:
    programs = {each.name.rpartition("/")[0] for each in fixtures()}
    assert set(known()) <= {*REWRITINGS, *programs}

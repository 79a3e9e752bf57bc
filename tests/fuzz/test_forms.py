"""The seed's bug in many forms: each fix parses, leaves no finding, and changes nothing the second
time; what is not fixed says why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.fuzz.forms import Form, forms
from tritonlint.engine import check as engine
from tritonlint.fixing import fixing
from tritonlint.settings.config import Settings

FORMS = list(forms())
# Launches in expressions that are evaluated later, or for each element, are not looked into yet.
UNSEEN = ("lambda", "comprehension", "f_string")
# One side of a choice is viewed, and the other is not.
UNFIXED = ("conditional",)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_is_fixed_or_says_why(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("module.py")
    path.write_bytes(form.data)
    settings = Settings(root=tmp_path)
    result = engine.check([path], settings)
    assert result.skipped == ()
    if not result.findings:
        assert any(each in form.name for each in UNSEEN)
        return
    assert {each.code for each in result.findings} == {"TL001"}
    plan = fixing.plan(result, settings)
    if not plan.changes:
        assert any(each in form.name for each in UNFIXED)
        assert all(each.reason for each in plan.reverted) and plan.reverted
        return
    (change,) = plan.changes
    ast.parse(change.after)
    path.write_bytes(change.after)
    fixed = engine.check([path], settings)
    assert (fixed.findings, fixed.skipped) == ((), ())
    assert not fixing.plan(fixed, settings).changes
    # Nothing but the view is new, whatever the text is made of.
    assert change.after.count(b"\r") == form.data.count(b"\r")
    assert change.after.count(b"#") == form.data.count(b"#")
    assert len(change.after) - len(form.data) < 60


def test_there_are_many() -> None:
    assert len({each.data for each in FORMS}) >= 60

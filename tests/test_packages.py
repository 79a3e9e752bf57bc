"""The wheel holds every package: the list in pyproject.toml is written by hand, and a checkout that
is installed for editing works without it."""

import re

from support import ROOT


def test_every_package_is_listed():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^packages = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    found = {
        ".".join(each.parent.relative_to(ROOT).parts)
        for each in (ROOT / "tritonlint").rglob("*.py")
    }
    assert sorted(re.findall(r'"([^"]+)"', listed)) == sorted({*found, "tritonlint.rules"})

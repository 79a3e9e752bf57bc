"""Documentation that is generated is fresh, and documentation that is not names what exists."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from support import ROOT
from tritonlint.settings.config import KEYS


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_fresh(generate: ModuleType) -> None:
    stale = [path.relative_to(ROOT).as_posix() for path, _ in generate.stale()]
    assert stale == [], "run `make docs`"


def test_no_page_is_left_of_a_rule_that_is_gone(generate: ModuleType) -> None:
    pages = {path for path, _ in generate.generated()}
    assert set((ROOT / "docs" / "rules").glob("*.md")) <= pages


def test_the_page_shows_every_setting_and_none_that_is_not() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    block = page.split("[tool.tritonlint]\n", 1)[1].split("```", 1)[0]
    assert set(re.findall(r"^([a-z0-9-]+) = ", block, re.M)) == {*KEYS, "extend"}


def test_the_settings_of_the_page_are_understood(tmp_path: object) -> None:
    from pathlib import Path

    from tritonlint.settings import config

    folder = Path(str(tmp_path))
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    block = page.split("```toml\n", 1)[1].split("```", 1)[0].replace("../base", "base")
    (folder / "pyproject.toml").write_text(block, encoding="utf-8")
    (folder / "base.toml").write_text("")
    assert config.load(folder).select == ("TL001",)


def test_the_schema_of_the_settings_says_what_the_parser_says() -> None:
    import json

    import jsonschema

    from tritonlint.settings.config_values import SETTINGS
    from tritonlint.settings.toml import toml

    schema = json.loads((ROOT / "docs" / "config-schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    block = page.split("```toml\n", 1)[1].split("```", 1)[0]
    validator.validate(toml(block)["tool"]["tritonlint"])
    for wrong in (
        {"slect": []},
        {"select": "TL001"},
        {"ignore": [""]},
        {"preview": "yes"},
        {"confidence": "likly"},
        {"targets": ["cuda90"]},
        {"per-file-ignores": ["a"]},
        {"per-file-ignores": {"a": "TL001"}},
        {"rule-modules": ["a-b"]},
        {"required-version": 1},
    ):
        assert not validator.is_valid(wrong), wrong
        for key, value in wrong.items():
            with pytest.raises((ValueError, KeyError)):
                SETTINGS[key].parse(value)


def test_the_limits_of_the_architecture_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \| `([\w/]+\.py)` \|", page, re.M)
    assert rows, "no table of limits"
    for limits, file in rows:
        text = (ROOT / "tritonlint" / "facts" / file).read_text(encoding="utf-8")
        for limit in re.findall(r"`([^`]+)`", limits):
            assert re.search(rf"^\s*{re.escape(limit)}$", text, re.M), f"{limit} is not in {file}"

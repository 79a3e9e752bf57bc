"""Settings: which file counts, what is refused, and where each value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint import __version__
from tritonlint.errors import ConfigError
from tritonlint.settings import config


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_without_a_file(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    assert settings.select == ()
    assert settings.confidence == "likely"
    assert settings.root == tmp_path.resolve()
    assert settings.origin("select") == "default"


def test_the_nearest_file_counts_and_others_are_passed_by(tmp_path: Path) -> None:
    outer = _write(tmp_path / "pyproject.toml", "[tool.tritonlint]\nselect = ['TL001']\n")
    _write(tmp_path / "a/pyproject.toml", "[project]\nname = 'x'\n")
    inner = _write(tmp_path / "b/tritonlint.toml", "ignore = ['TL002']\n")
    file = _write(tmp_path / "a/kernel.py", "")
    assert config.find(file) == outer
    assert config.load(file).origin("select") == str(outer)
    assert config.find(tmp_path / "b") == inner
    assert config.load(tmp_path / "b").select == ()


def test_a_broken_file_that_is_not_about_tritonlint_does_not_matter(tmp_path: Path) -> None:
    _write(tmp_path / "pyproject.toml", "[project\n")
    assert config.find(tmp_path) is None


@pytest.mark.parametrize("name", ["tritonlint.toml", "pyproject.toml"])
def test_a_byte_order_mark_is_no_part_of_the_settings(tmp_path: Path, name: str) -> None:
    table = "[tool.tritonlint]\n" if name == "pyproject.toml" else ""
    _write(tmp_path / name, f"\ufeff{table}preview = true\n")
    assert config.load(tmp_path).preview


@pytest.mark.parametrize("name", ["tritonlnt", "triton-lint", "TritonLint", "tritonlinter"])
def test_a_misspelt_table_is_not_passed_by(tmp_path: Path, name: str) -> None:
    _write(tmp_path / "pyproject.toml", f"[tool.{name}]\nselect = ['TL001']\n")
    with pytest.raises(ConfigError, match=rf"unknown table `tool\.{name}`"):
        config.load(tmp_path)


@pytest.mark.parametrize("name", ["triton", "pylint", "ruff.lint", "tritonserver"])
def test_the_table_of_another_tool_is_passed_by(tmp_path: Path, name: str) -> None:
    _write(tmp_path / "pyproject.toml", f"[tool.{name}]\nselect = ['TL001']\n")
    assert config.load(tmp_path).select == ()


def test_extend_is_read_below_the_file(tmp_path: Path) -> None:
    base = _write(tmp_path / "base.toml", "preview = true\nextend-exclude = ['a']\n")
    own = _write(
        tmp_path / "p/tritonlint.toml", "extend = '../base.toml'\nextend-exclude = ['b']\n"
    )
    settings = config.load(tmp_path / "p")
    assert settings.preview
    assert settings.origin("preview") == str(base)
    assert settings.extend_exclude == ("a", "b")
    assert settings.origin("extend-exclude") == f"{base}, {own}"


def test_command_line_wins_and_is_named_as_the_origin(tmp_path: Path) -> None:
    _write(tmp_path / "tritonlint.toml", "confidence = 'certain'\nextend-select = ['TL003']\n")
    settings = config.load(tmp_path, {"confidence": "possible", "extend_select": ("TL004",)})
    assert settings.confidence == "possible"
    assert settings.origin("confidence") == "--confidence"
    assert settings.extend_select == ("TL003", "TL004")


def test_select_on_the_command_line_overrides_an_ignore_in_a_file(tmp_path: Path) -> None:
    _write(tmp_path / "tritonlint.toml", "ignore = ['TL001']\nextend-select = ['TL002']\n")
    settings = config.load(tmp_path, {"select": ("TL001",)})
    assert (settings.select, settings.ignore, settings.extend_select) == (("TL001",), (), ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slect = ['TL001']", "unknown key `slect`; did you mean `select`?"),
        ("zzz = 1", "unknown key `zzz`; known keys: select, extend-select"),
        ("select = 'TL001'", "select: expected a list of strings, got 'TL001'"),
        ("select = [1]", "select: expected a list of non-empty strings, got 1 in it"),
        ("preview = 'yes'", "preview: expected true or false, got 'yes'"),
        ("confidence = 'likly'", "did you mean `likely`?"),
        ("fp8-dtype = 'a +'", "fp8-dtype: expected a Python expression, got 'a +'"),
        ("fp8-import = 'f()'", "fp8-import: expected one import statement, got 'f()'"),
        ("targets = ['cuda90']", "targets: expected targets such as cuda:90 or hip:gfx942"),
        ("per-file-ignores = ['a']", "per-file-ignores: expected a table of patterns and lists"),
        ("per-file-ignores = { 'a' = 'TL001' }", "expected a list of strings, got 'TL001'"),
        ("rule-modules = ['a-b']", "rule-modules: expected names of modules such as tools.rules"),
        ("required-version = 'new'", "required-version: expected a condition on the version"),
        ("required-version = '>=99'\nfrom-99 = 1", "and >=99 is required; install such a version"),
        ("extend = 'gone.toml'", "extend: there is no file"),
        ("extend = 'tritonlint.toml'", "extends itself"),
        ("select = [", "not valid TOML"),
    ],
)
def test_what_is_not_understood_is_refused_with_file_and_key(
    tmp_path: Path, text: str, says: str
) -> None:
    file = _write(tmp_path / "tritonlint.toml", text)
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [">=0.0.1", "!=99", __version__])
def test_a_version_that_will_do_is_no_matter(tmp_path: Path, text: str) -> None:
    _write(tmp_path / "tritonlint.toml", f"required-version = '{text}'\n")
    assert config.load(tmp_path).required_version


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "pyproject.toml", "[tool]\ntritonlint = 3\n")
    with pytest.raises(ConfigError, match=r"tool\.tritonlint: expected a table, got 3"):
        config.load(tmp_path)


def test_every_key_has_a_parser_and_a_default() -> None:
    from tritonlint.settings.config_values import SETTINGS

    assert set(config.KEYS) == set(SETTINGS)
    for key, value in config.Settings().values().items():
        assert value is None or SETTINGS[key].parse(value) == value

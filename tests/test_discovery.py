"""Which files are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tritonlint.engine.discovery import discover
from tritonlint.errors import SourceError, UsageError
from tritonlint.settings import config
from tritonlint.settings.config import Settings


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _tree(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def _found(*paths: str, **settings: object) -> list[str]:
    return _names(discover([Path(p) for p in paths], config.load(Path(), settings)))


def _names(paths: Iterable[Path]) -> list[str]:
    return [path.as_posix() for path in paths]


def test_folders_are_walked_in_order_without_what_is_not_source() -> None:
    _tree("b.py", "a/z.py", "a/a.py", "a/x.txt", "a/i.pyi", ".venv/v.py", "a/__pycache__/c.py")
    assert _found(".") == ["b.py", "a/a.py", "a/z.py"]


def test_a_named_file_is_taken_whatever_it_is_and_once() -> None:
    _tree("build/gen.py", "script", "build/other.py")
    assert _found("build/gen.py", "script", "./build/gen.py") == ["build/gen.py", "script"]
    assert _found("build") == ["build/gen.py", "build/other.py"]


def test_force_exclude_holds_for_named_files() -> None:
    _tree("build/gen.py", "src/a.py")
    assert _found("build/gen.py", "src/a.py", force_exclude=True) == ["src/a.py"]


def test_patterns_name_files_or_paths_below_the_root() -> None:
    _tree("a/gen_x.py", "a/k.py", "a/b/k.py", "b/k.py")
    assert _found(".", extend_exclude=("gen_*.py", "a/b")) == ["a/k.py", "b/k.py"]
    assert _found("a", extend_exclude=("a/b/*.py",)) == ["a/gen_x.py", "a/k.py"]
    assert _found(".", exclude=("b",)) == ["a/gen_x.py", "a/k.py"]


def test_patterns_are_relative_to_the_file_that_states_them() -> None:
    _tree("p/a/k.py", "p/b/k.py", "p/b/deep/er/k.py", "p/b/er/k.py", "p/c.py")
    Path("base.toml").write_text("extend-exclude = ['p/a', './p/c.py']\n")
    Path("p/tritonlint.toml").write_text(
        "extend = '../base.toml'\nextend-exclude = ['b/**/er', 'a/never.py']\n"
    )
    found = discover([Path("p")], config.load(Path("p")))
    assert _names(found) == ["p/b/k.py"]


def test_a_settings_file_further_down_excludes_below_itself() -> None:
    _tree("p/a.py", "p/gen/b.py", "q/gen/c.py")
    Path("tritonlint.toml").write_text("")
    Path("p/tritonlint.toml").write_text("extend-exclude = ['gen']\n")
    assert _found(".") == ["p/a.py", "q/gen/c.py"]
    assert _found("p/gen/b.py") == ["p/gen/b.py"]
    assert _found("p/gen/b.py", force_exclude=True) == []


def test_a_folder_whose_name_is_a_pattern_is_taken_literally() -> None:
    _tree("[x]/a.py", "[x]/b/c.py")
    Path("[x]/tritonlint.toml").write_text("exclude = ['b/*']\n")
    assert _names(discover([Path("[x]")], config.load(Path("[x]")))) == ["[x]/a.py"]


def test_what_git_ignores_is_left_out_of_folders_and_not_of_named_files() -> None:
    _tree(
        ".git/info/x", "gen/a.py", "kept/gen/a.py", "a_gen.py", "b_gen.py", "own/b_gen.py", "k.py"
    )
    Path(".gitignore").write_text("/gen/\n*_gen.py\n# a comment\n\\\n")
    Path("own/.gitignore").write_text("!b_gen.py\n")
    Path(".git/info/exclude").write_text("k.py\n")
    assert _found(".") == ["kept/gen/a.py", "own/b_gen.py"]
    assert _found("own") == ["own/b_gen.py"]
    assert _found("a_gen.py", "gen") == ["a_gen.py", "gen/a.py"]
    assert len(_found(".", respect_gitignore=False)) == 6


def test_a_repository_inside_another_has_ignores_of_its_own() -> None:
    _tree(".git/x", "inner/.git", "inner/a.py", "inner/b.py", "outer/a.py")
    Path(".gitignore").write_text("a.py\n")
    Path("inner/.gitignore").write_text("b.py\n")
    assert _found(".") == ["inner/a.py"]


def test_a_byte_order_mark_is_no_part_of_a_pattern() -> None:
    _tree(".git/x", "a.py", "b.py")
    Path(".gitignore").write_text("\ufeffa.py\n", encoding="utf-8")
    assert _found(".") == ["b.py"]


def test_ignores_count_only_in_a_repository() -> None:
    _tree("a.py")
    Path(".gitignore").write_text("a.py\n")
    assert _found(".") == ["a.py"]


def test_a_path_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="gone: no such file or directory"):
        _found("gone")


def test_loops_of_links_end_and_each_file_comes_once_under_its_own_name() -> None:
    _tree("z/real.py")
    os.symlink("z", "a_link")
    os.symlink("..", "z/up")
    os.symlink("z/real.py", "also.py")
    os.symlink("gone", "broken.py")
    assert _found(".") == ["z/real.py"]


def test_a_link_to_a_file_elsewhere_is_checked(tmp_path: Path) -> None:
    _tree("out/k.py", "in/a.py")
    os.symlink(tmp_path / "out/k.py", "in/k.py")
    assert _found("in") == ["in/a.py", "in/k.py"]


def test_a_folder_that_cannot_be_listed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    _tree("a/x.py", "b/y.py")
    listing = os.scandir

    def scandir(path: str) -> object:
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    errors: list[SourceError] = []
    assert _names(discover([Path(".")], Settings(), errors.append)) == ["b/y.py"]
    assert [str(each) for each in errors] == ["a: cannot be listed: Permission denied"]
    with pytest.raises(SourceError):
        discover([Path(".")], Settings())

"""The package as users get it: its wheel in clean environments, with each Python that is supported
and with the oldest and the newest versions of its dependencies."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from support import CASE, ROOT, copy_flagged
from tests.gates.environments import environment, interpreter, must_run, oldest, run, wheel
from tests.test_own_rules import ALLOWED, as_the_page_says, blocks

# What needs neither the compiler nor more than pytest. The first are tried with every Python; the others
# with the first one and what is oldest, and with the last one and what is newest.
EVERYWHERE = ("test_cli.py", "facts/test_forms.py")
AT_THE_ENDS = (
    "test_fixtures.py", "test_cli_autofix.py", "test_cli_autofix_asks.py", "test_fixing.py", "test_writing.py",
    "test_view_fix.py", "test_discovery.py", "test_cache.py", "test_hostile_paths.py",
)  # fmt: skip
VERSIONS = tuple(f"3.{minor}" for minor in range(10, 14))
# With this Python and the newest versions all tests run anyway.
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
SHARED = ("__init__.py", "conftest.py", "support.py", "facts/__init__.py", "facts/hosting.py", "sight.py")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def clean(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and what it needs."""
    return environment(sys.executable, tmp_path_factory.mktemp("clean") / "env", built)


@pytest.mark.xdist_group("wheel")
def test_the_wheel_works_in_a_clean_environment(clean: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    flagged = copy_flagged(project)
    tool = clean.with_name("tritonlint")
    found = run(tool, "check", "--output-format", "json", ".", cwd=project)
    assert (found.returncode, found.stderr) == (1, "")
    assert [each["code"] for each in json.loads(found.stdout)["findings"]] == ["TL001"]
    must_run(tool, "autofix", "--apply", ".", cwd=project)
    assert flagged.read_bytes() == (CASE / "fixed.py").read_bytes()
    must_run(tool, "check", ".", cwd=project)
    explained = must_run(tool, "explain", "--all", cwd=project)
    assert "TL001" in explained


@pytest.mark.xdist_group("wheel")
def test_rules_of_ones_own_are_written_as_the_page_says(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ALLOWED.items():
        monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    as_the_page_says(project)
    for block in blocks("console"):
        first, _, shown = block.partition("\n")
        done = run(clean.with_name("tritonlint"), *first.split()[2:], cwd=project)
        assert (done.stdout, done.stderr) == (shown, "")


@pytest.mark.xdist_group("wheel")
def test_every_documented_install_line_installs(
    built: Path, clean: Path, tmp_path: Path
) -> None:
    """What the documents tell a user to type, with the wheel in the place of the checkout."""
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    lines = {
        line
        for text in texts
        for line in re.findall(r"pip install [^`\n<$#]*[^`\n<$#\s,).;]", text.read_text("utf-8"))
    }
    checkout = {re.search(r"(?:^|[\s'])(?:\.|path/to/tritonlint)(\[[\w,]+\])?'?$", each) for each in lines}
    extras = {each[1] or "" for each in checkout if each}
    assert "[lsp]" in extras, lines
    assert not [each for each in lines if re.search(r"(?:^|[\s'])tritonlint(?:$|\[|\s|')", each)], (
        "before a release the package index has no tritonlint"
    )
    named = {extra for each in extras if each for extra in each.strip("[]").split(",")}
    # Versions that go together for all extras do so for each.
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--python", clean)
    must_run(*pip, "install", "--dry-run", f"{built}[{','.join(sorted(named))}]", cwd=tmp_path)
    stated = must_run(
        clean, "-c", "from importlib.metadata import metadata as m; "
        "print(*m('tritonlint').get_all('Provides-Extra'))", cwd=tmp_path,
    )  # fmt: skip
    assert named <= set(stated.split())


@pytest.mark.parametrize(
    ("version", "pins"),
    [(VERSIONS[0], "oldest"), *((each, "newest") for each in VERSIONS if each != OWN)],
)
def test_the_tests_pass_with(version: str, pins: str, built: Path, tmp_path: Path) -> None:
    found = interpreter(version)
    if found is None:
        pytest.skip(f"NOT TRIED with Python {version}: it is not on this machine")
    requirements = oldest() if pins == "oldest" else []
    python = environment(found, tmp_path / "env", built, "pytest>=8", *requirements)
    ends = pins == "oldest" or version == VERSIONS[-1]
    for name in (*EVERYWHERE, *(AT_THE_ENDS if ends else ()), *SHARED):
        target = tmp_path / "tests" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, target)
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = tests\naddopts = -q\n")
    done = run(python, "-m", "pytest", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout

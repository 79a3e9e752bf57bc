"""What the tests share: running the command line in a scratch folder, and a fixture that is
flagged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ROOT, Command, Run, copy_flagged
from tritonlint.__main__ import main


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes what is seen into the files that say what is expected."""
    parser.addoption("--update", action="store_true", help="rewrite the comments of tests/reveal")


@pytest.fixture(autouse=True, scope="session")
def _user_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tests have settings and keys of the user of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp("user")))
        patch.delenv("TRITONLINT_ALLOW_RULE_MODULES", raising=False)
        yield


@pytest.fixture
def tritonlint(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """`tritonlint(*arguments)` runs the command line in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)

    def run(*arguments: str) -> Run:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run


@pytest.fixture
def flagged(tmp_path: Path) -> Path:
    """See `support.copy_flagged`."""
    return copy_flagged(tmp_path)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as a site."""
    folder = tmp_path_factory.mktemp("site")
    # Not `--quiet`: a warning that is not shown does not count as an error either.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the receipts of two rules."""
    folder = tmp_path_factory.mktemp("report")
    pytest.importorskip("matplotlib", reason="the page needs matplotlib (extra `report`)")
    cases = [str(ROOT / "fixtures" / code) for code in ("TL002", "TL015")]
    assert main(["verify", "--receipts", "--report", str(folder), *cases]) == 0
    return folder

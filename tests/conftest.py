"""What the tests share: running the command line in a scratch folder, and a fixture that is
flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Command, Run, copy_flagged
from tritonlint.__main__ import main


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes what is seen into the files that say what is expected."""
    parser.addoption("--update", action="store_true", help="rewrite the comments of tests/reveal")


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

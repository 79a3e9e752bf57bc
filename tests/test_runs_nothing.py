"""`check` and `autofix` read code; they never import, compile or run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import copy_flagged

MARK = "open(__file__ + '.ran', 'w').close()\n"
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "x"
version = "1"

[tool.pytest.ini_options]
addopts = "-p plugin"
"""
# What Python, pytest, pip, setuptools or an editor would run by itself, and what the modules import.
RUN_BY_OTHERS = (
    "conftest.py", "setup.py", "backend.py", "plugin.py", "sitecustomize.py", "usercustomize.py",
    "noxfile.py", "__init__.py", "__main__.py", "torch.py", "triton/__init__.py", "libcst.py",
    "rich.py", "tomli.py", "click.py", "ast.py", "json.py", "platforms.py", "tritonlint.py",
)  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--no-cache", "."),
        ("check", "--output-format", "json", "flagged.py"),
        ("autofix", "--unsafe-fixes", "."),
        ("autofix", "--apply", "."),
        ("kernels", "."),
        ("config", "show"),
    ],
    ids=" ".join,
)
def test_nothing_that_is_read_is_run(command: tuple[str, ...], tmp_path: Path) -> None:
    flagged = copy_flagged(tmp_path)
    flagged.write_text(flagged.read_text(encoding="utf-8") + "\n\n" + MARK, encoding="utf-8")
    for name in RUN_BY_OTHERS:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + MARK)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "run.pth").write_text(f"import os; open({str(tmp_path / 'pth.ran')!r}, 'w')\n")
    # The installed command, as users run it: `python -m` puts the working directory on the path.
    script = Path(sys.executable).with_name("tritonlint")
    start = [str(script)] if script.exists() else [sys.executable, "-P", "-m", "tritonlint"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    run = subprocess.run([*start, *command], cwd=tmp_path, env=environment, capture_output=True)
    assert run.returncode in (0, 1), run.stderr.decode()
    assert run.returncode == 1 or command[0] not in ("check",)
    assert [path.name for path in tmp_path.rglob("*.ran")] == []
    assert not list(tmp_path.rglob("*.pyc"))

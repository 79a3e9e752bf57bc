"""Clean environments for the package as users get it: a wheel, an interpreter, and versions of what
it depends on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from support import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "tests", "docs", "benchmarks", "editors"
)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The end of a command, run with nothing of this run's Python settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "PYTEST"))}
    return subprocess.run(
        [str(each) for each in command], cwd=cwd, env=kept, capture_output=True, text=True
    )


def must_run(*command: str | Path, cwd: Path) -> str:
    """What a command wrote. Fails the test when it failed."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def wheel(folder: Path) -> Path:
    """The package's wheel, built in `folder` from a copy of the sources."""
    sources = folder / "sources"
    shutil.copytree(ROOT, sources, ignore=NOT_SOURCE)
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")
    must_run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, sources, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


def oldest() -> list[str]:
    """The lowest versions that pyproject.toml allows of each dependency, as requirements."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [each.replace(">=", "==", 1) for each in data["project"]["dependencies"]]


def interpreter(version: str) -> str | None:
    """A Python of that version (`3.12`) on this machine, None where there is none."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return sys.executable
    places = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")]
    found = [
        path
        for place in places
        for path in sorted(place.glob(f"{version}.*/bin/python"))
        if re.fullmatch(rf"{re.escape(version)}\.\d+", path.parents[1].name)
    ]
    on_path = shutil.which(f"python{version}")
    for candidate in (*map(str, found), *([on_path] if on_path else [])):
        asked = run(candidate, "-c", "import venv, sys; print(sys.version_info[:2])", cwd=ROOT)
        if asked.returncode == 0:
            return candidate
    return None


def environment(python: str, folder: Path, *requirements: str | Path) -> Path:
    """The Python of a new environment with `requirements` installed."""
    must_run(python, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    made = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input")
    # Few of the modules are imported: those are compiled then.
    must_run(*pip, "--python", made, "install", "--no-compile", *requirements, cwd=folder.parent)
    return made

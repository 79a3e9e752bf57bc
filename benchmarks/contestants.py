"""What is timed: the states of tritonlint, its peers, and the work that no checker can avoid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = "{target}"


@dataclass(frozen=True)
class Contestant:
    """One command. `{target}` in it stands for the file or folder to check; `accepted` are the exit
    codes of a run that did its job; `prepare` runs, untimed, before each run; `slow` is said of one
    that takes minutes on a large tree. `changes` says that `prepare` changes the file."""

    name: str
    command: tuple[str, ...]
    accepted: tuple[int, ...] = (0, 1)
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    slow: bool = False
    changes: bool = False

    def for_target(self, target: str) -> list[str]:
        """The command line that checks `target`."""
        return [target if part == TARGET else part for part in self.command]


def find(name: str, folders: Sequence[Path]) -> str | None:
    """The executable `name`: in `folders`, beside this Python, or on the search path."""
    beside = os.pathsep.join(map(str, (*folders, Path(sys.executable).parent)))
    return shutil.which(name, path=beside) or shutil.which(name)


def own(tool: Sequence[str], caches: Path) -> Iterator[Contestant]:
    """tritonlint without a cache, with the cache of the run before, and with that cache but a
    file that has changed since, as pre-commit runs it."""
    for state in ("cold", "warm", "changed"):
        cache = caches / state
        yield Contestant(
            name=f"tritonlint {state}",
            command=(*tool, "check", "--output-format", "concise", TARGET),
            environment={"TRITONLINT_CACHE_DIR": str(cache)},
            prepare=_remover(cache) if state == "cold" else lambda: None,
            changes=state == "changed",
        )


def _remover(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def references() -> Iterator[Contestant]:
    """Python starting, reading the files, and parsing them."""
    python = sys.executable
    script = str(HERE / "reference.py")
    yield Contestant("python -c pass", (python, "-c", "pass"), (0,))
    yield Contestant("reading", (python, script, "read", TARGET), (0,))
    yield Contestant("ast.parse", (python, script, "parse", TARGET), (0,))


def peers(caches: Path) -> Iterator[Contestant]:
    """Each peer, by the name of its executable, with the settings of no project."""
    # Its default report quotes the source around each finding; tritonlint's, above, does not.
    ruff = ("ruff", "check", "--isolated", "--quiet", "--output-format", "concise")
    yield Contestant("ruff cold", (*ruff, "--no-cache", TARGET))
    yield Contestant("ruff warm", (*ruff, "--cache-dir", str(caches / "ruff"), TARGET))
    yield Contestant(
        "semgrep, 1 rule",
        ("semgrep", "scan", "--quiet", "--config", str(HERE / "cast_to_pointer_element_type.yaml"))
        + ("--metrics", "off", "--disable-version-check", "--no-git-ignore", TARGET),
        # Its version check would wait for the network.
        environment={"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"},
    )
    yield Contestant("flake8", ("flake8", "--isolated", TARGET), slow=True)
    yield Contestant(
        "pylint, 1 check",
        ("pylint", "--rcfile", os.devnull, "--disable", "all", "--enable", "bare-except")
        + ("--jobs", "0", "--recursive", "y", TARGET),
        # A bit for each kind of message; 32 is a wrong command line.
        accepted=tuple(range(32)),
        slow=True,
    )
    rule = "fixit.rules.no_static_if_condition"
    yield Contestant("fixit, 1 rule", ("fixit", "--rules", rule, "lint", TARGET), slow=True)


def version(executable: str, environment: dict[str, str]) -> str:
    """The first version number that `executable --version` prints, or "unknown"."""
    answer = subprocess.run(
        [executable, "--version"], capture_output=True, text=True, env=environment, check=False
    )
    words = (answer.stdout + " " + answer.stderr).replace(",", " ").split()
    return next((word for word in words if word[0].isdigit() and "." in word), "unknown")

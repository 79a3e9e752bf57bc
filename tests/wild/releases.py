"""What tritonlint finds in unpacked public releases, and the files that say what it found before.

The folder that the environment variable TRITONLINT_WILD names holds a folder per release;
`findings/RELEASE.txt` beside this file has a line `path:line CODE` for each finding, and
`path SKIPPED` for each file that could not be checked.

`TRITONLINT_WILD=FOLDER python -m tests.wild.releases [RELEASE ...]` rewrites these files: the ones
that exist, or those of the releases that are named. Read the change before you commit it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = Path(__file__).with_name("findings")
VARIABLE = "TRITONLINT_WILD"


def recorded() -> list[str]:
    """The releases whose findings are recorded."""
    return sorted(path.stem for path in FINDINGS.glob("*.txt"))


def record(release: str) -> Path:
    """Where the findings in `release` are recorded."""
    return FINDINGS / f"{release}.txt"


def folder(release: str) -> Path | None:
    """Where `release` is unpacked, None where it is not."""
    found = Path(os.environ.get(VARIABLE) or os.devnull, release)
    return found.resolve() if found.is_dir() else None


def findings(release: Path) -> list[str]:
    """The sorted lines for the release unpacked in `release`, with a line for each finding even
    where two differ in the kernel only. Raises ValueError when there is no report."""
    command = [sys.executable, "-m", "tritonlint", "check", "--output-format", "json", str(release)]
    with tempfile.TemporaryDirectory() as empty:
        # A cache could hide what a change in the code changes.
        environment = os.environ | {"TRITONLINT_CACHE_DIR": empty}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if not run.stdout.startswith("{"):
        raise ValueError(f"{release}: exit code {run.returncode}: {run.stderr[-2000:]}")
    report = json.loads(run.stdout)

    def below(path: str) -> str:
        return (ROOT / path).relative_to(release).as_posix()

    found = sorted((below(each["path"]), each["line"], each["code"]) for each in report["findings"])
    skipped = sorted(below(each["path"]) for each in report["skipped"])
    return [f"{path}:{line} {code}" for path, line, code in found] + [
        f"{path} SKIPPED" for path in skipped
    ]


def main(releases: list[str]) -> None:
    """Rewrite the records of `releases`, or all that exist."""
    for release in releases or recorded():
        where = folder(release)
        if where is None:
            raise SystemExit(
                f"error: {release}: not unpacked; {VARIABLE} names the folder above it"
            )
        lines = findings(where)
        FINDINGS.mkdir(exist_ok=True)
        record(release).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        print(f"{release}: {len(lines)} lines")


if __name__ == "__main__":
    main(sys.argv[1:])

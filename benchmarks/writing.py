"""What becomes of files when a run of `autofix --apply` ends badly.

`python benchmarks/writing.py [--kills N] [--trees N] [--small FOLDER]`: a tree of files with a
finding each is fixed by a run that is killed at a random moment; so is the writing of files that
belong together; two runs fix one tree at once; and with `--small`, an empty folder on a small file
system of its own (`mount -t tmpfs -o size=1m none FOLDER`), runs fix a tree there with less and
less room. A file is torn when it is neither as it was nor as it should be. The exit code is 1 when
one is, or when files that belong together are half written after the next run. POSIX only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tritonlint.__main__ import main as cli
from tritonlint.fixing import repairing
from tritonlint.fixing.plans import Change
from tritonlint.fixing.writing import write

CASE = Path(__file__).resolve().parents[1] / "fixtures/TL001/explicit_type_element_ty"
FIXED = (CASE / "fixed.py").read_bytes()
FLAGGED = re.sub(rb"  # expect: .*", b"", (CASE / "flagged.py").read_bytes())
FILES = 12
GROUP = 6


def tree(count: int = FILES) -> list[Path]:
    """Files to be fixed, in the working directory."""
    shutil.copy(CASE / "platforms.py", ".")
    files = [Path(f"cache{n}.py") for n in range(count)]
    for each in files:
        each.write_bytes(FLAGGED)
    return files


def state(files: list[Path]) -> Counter[str]:
    """How many files are as they were, as they should be, or torn, and how many are left over."""
    names = {FLAGGED: "before", FIXED: "fixed"}
    found = Counter(names.get(each.read_bytes(), "torn") for each in files)
    found["left over"] = sum(".tritonlint-" in each.name for each in Path(".").iterdir())
    return found


def child(work: Callable[[], object]) -> int:
    """The id of a process that does `work`, without output, and ends with its exit code."""
    process = os.fork()
    if process:
        return process
    code = 2
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silent, stream)
        code = int(work() or 0)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def fix() -> object:
    return cli(["autofix", "--apply", "--isolated", "."])


def killed(work: Callable[[], object], seconds: float) -> None:
    process = child(work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    ended(process)


def kills(count: int, choose: random.Random) -> Counter[str]:
    """Runs that are killed, each in a fresh tree."""
    tree()
    ended(child(fix))
    tree()
    start = time.monotonic()
    ended(child(fix))
    takes = time.monotonic() - start
    total: Counter[str] = Counter()
    for _ in range(count):
        files = tree()
        killed(fix, choose.uniform(0, 1.2 * takes))
        found = state(files)
        total += found
        total["runs between two files"] += found["before"] > 0 and found["fixed"] > 0
    total["not fixed by the next run"] = FILES - state(files)["fixed"] if ended(child(fix)) else 0
    total["left over by the next run"] = state(files)["left over"]
    return total


def groups(count: int, choose: random.Random) -> Counter[str]:
    """Groups whose writing is killed, and what they are after the next run."""
    files = tree(GROUP)
    there = [Change(str(each), FLAGGED, FIXED) for each in files]
    back = [Change(str(each), FIXED, FLAGGED) for each in files]

    def endlessly() -> None:
        while True:
            write(there)
            write(back)

    total: Counter[str] = Counter()
    for _ in range(count):
        tree(GROUP)
        killed(endlessly, choose.uniform(0, 0.2))
        found = state(files)
        total["half written"] += 0 < found["fixed"] < GROUP
        total["torn"] += found["torn"]
        repairing.repair([Path(".")])
        total["half written after the next run"] += 0 < state(files)["fixed"] < GROUP
    return total


def two(trees: int) -> Counter[str]:
    """Two runs at once in each tree."""
    total: Counter[str] = Counter()
    for _ in range(trees):
        files = tree()
        for code in map(ended, [child(fix), child(fix)]):
            total[f"runs that ended with {code}"] += 1
        total += state(files)
    return total


def full(folder: Path, choose: random.Random) -> Counter[str]:
    """Runs on a file system of which less and less is free."""
    total: Counter[str] = Counter()
    with inside(folder):
        for _ in range(20):
            files = tree()
            free = os.statvfs(".").f_bavail * os.statvfs(".").f_frsize
            filler = Path("filler")
            filler.write_bytes(b"x" * max(0, free - choose.randrange(0, 4 * len(FIXED))))
            total[f"runs that ended with {ended(child(fix))}"] += 1
            total += state(files)
            filler.unlink()
    return total


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--trees", type=int, default=25)
    parser.add_argument("--small", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    choose, bad = random.Random(0), 0
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = os.path.join(name, "state")
        os.environ["TRITONLINT_CACHE_DIR"] = os.path.join(name, "cache")
        project = Path(name, "project")
        project.mkdir()
        asked = {
            f"{options.kills} runs killed": lambda: kills(options.kills, choose),
            f"{options.kills} groups killed": lambda: groups(options.kills, choose),
            f"{options.trees} trees, two runs at once": lambda: two(options.trees),
        }
        with inside(project):
            # What a run imports is there before the first of them begins.
            tree()
            fix()
            if options.small:
                asked["a full disk"] = lambda: full(options.small.absolute(), choose)
            for what, measure in asked.items():
                found = measure()
                print(
                    f"{what}: {', '.join(f'{n} {each}' for each, n in found.items())}", flush=True
                )
                bad += found["torn"] + found["half written after the next run"]
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())

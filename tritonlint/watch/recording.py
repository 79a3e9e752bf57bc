"""Recording what the launches of any program pass: in each of its processes, from their start."""

from __future__ import annotations

import atexit
import contextlib
import os
from pathlib import Path

from tritonlint.facts.hazards.launched import record_file
from tritonlint.facts.hazards.launched.seen import Seen
from tritonlint.watch.on_import import when_imported
from tritonlint.watch.sanitizer import Sanitizer

# The folder that each process writes its record to, and what is said to have launched.
FOLDER = "TRITONLINT_RECORD"
COMMAND = "TRITONLINT_COMMAND"
HOME = "TRITONLINT_HOME"


def begin() -> None:
    """Record in this process. Each line is written at once: a server is often killed."""
    folder = Path(os.environ[FOLDER])

    def part() -> Path:
        return folder / f"{os.getpid()}.jsonl"

    def add(seen: Seen) -> None:
        try:
            path = part()
            head = "" if path.exists() else record_file.HEADER
            with path.open("a", encoding="ascii") as file:
                file.write(head + record_file.line(seen))
        except OSError as error:
            sanitizer.watcher.failed(error)

    def end() -> None:
        held.close()
        sanitizer.stop()
        seen = sanitizer.watcher.seen()
        if seen:
            part().write_text(record_file.dump(seen), encoding="ascii")

    # Left only at the end of the process.
    held = contextlib.ExitStack()
    sanitizer = Sanitizer(added=add)
    sanitizer.watcher.test = os.environ.get(COMMAND, "")
    sanitizer.start()
    when_imported("torch", lambda: held.enter_context(sanitizer.host_operations()))
    atexit.register(end)


def parts(folder: Path) -> list[Seen]:
    """What all processes recorded. Of one that was killed while it wrote the last line is left
    out."""
    found: list[Seen] = []
    for path in sorted(folder.glob("*.jsonl")):
        data = path.read_bytes()
        found += record_file.load(data[: data.rfind(b"\n") + 1], str(path))
    return record_file.merged(found)

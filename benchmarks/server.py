"""Times the language server on a real package, as an editor sees it; see README.md here.

python benchmarks/server.py FILE [--edited FILE] [--edits N] [--python PYTHON] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

# So many seconds a server may take to answer; the aims are far below.
PATIENCE = 300.0
AIMS = {"cold": 8.0, "warm": 2.0, "edit": 0.4, "memory": 200.0}


@dataclass(frozen=True)
class Figures:
    """What an editor waits for, in seconds: from the start of the server to the first diagnostics
    of the file, without and with what earlier runs kept; from an edit of a file (the other one, if
    one was named) to its diagnostics. The same in seconds of the server's processor time, which
    other programs change less (0 where the system does not tell: it is read from `/proc`). What the
    server holds, in MiB, after the first edits and after the last; its exit code, and how many
    processes it left."""

    cold: float
    warm: float
    edit: float
    slowest_edits: float
    cold_cpu: float
    warm_cpu: float
    edit_cpu: float
    slowest_edits_cpu: float
    first_mib: float
    last_mib: float
    peak_mib: float
    exit_code: int | None
    left: int


class Editor:
    """A client with a server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client = LanguageClient("benchmark", "1")
        self._told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        @self._client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: types.PublishDiagnosticsParams) -> None:
            self._told.put_nowait(params)

        @self._client.feature(types.WINDOW_SHOW_MESSAGE)
        def shown(params: types.ShowMessageParams) -> None:
            print(params.message, file=sys.stderr)

    async def start(self, python: str, cache: Path) -> None:
        """Start the server."""
        environment = os.environ | {"TRITONLINT_CACHE_DIR": str(cache)}
        await self._client.start_io(
            python, "-m", "tritonlint", "server", env=environment, cwd=self._folder
        )
        asked = types.InitializeParams(
            capabilities=types.ClientCapabilities(), root_uri=self._folder.as_uri()
        )
        await self._client.initialize_async(asked)
        self._client.initialized(types.InitializedParams())

    @property
    def process(self) -> int:
        """The server's process."""
        server = self._client._server
        assert server is not None
        return int(server.pid)

    async def open(self, file: Path, text: str) -> float:
        """Open a file, and the seconds until its diagnostics are there."""
        begin = time.perf_counter()
        document = types.TextDocumentItem(file.as_uri(), "python", 1, text)
        self._client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        return await self._answered(file, 1, begin)

    async def change(self, file: Path, version: int, text: str) -> float:
        """Change a file, and the seconds until its diagnostics are there."""
        begin = time.perf_counter()
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self._client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))
        return await self._answered(file, version, begin)

    async def _answered(self, file: Path, version: int, begin: float) -> float:
        while True:
            params = await asyncio.wait_for(self._told.get(), PATIENCE)
            if params.uri == file.as_uri() and params.version == version:
                return time.perf_counter() - begin

    async def stop(self) -> int | None:
        """End the server as an editor does; its exit code."""
        server = self._client._server
        await asyncio.wait_for(self._client.shutdown_async(None), PATIENCE)
        self._client.exit(None)
        assert server is not None
        code = await asyncio.wait_for(server.wait(), PATIENCE)
        await self._client.stop()
        return code


def descendants(process: int) -> list[int]:
    """The processes below one, at this moment."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    children = [int(each) for each in listed.stdout.split()]
    return [*children, *(below for each in children for below in descendants(each))]


def resident(process: int) -> float:
    """What a process and those below it hold, in MiB."""
    everyone = ",".join(map(str, [process, *descendants(process)]))
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", everyone], capture_output=True, text=True, check=False
    )
    return sum(map(int, listed.stdout.split())) / 1024


def processor(process: int) -> float:
    """The seconds of processor time that a process has taken."""
    try:
        stated = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    user, system = stated.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak(process: int) -> float:
    """The most that a process has held, in MiB, at any moment; 0 where the system does not tell."""
    try:
        stated = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in stated.splitlines() if line.startswith("VmHWM")),
        0.0,
    )


def edited(text: str, number: int) -> str:
    """The text with one statement more in the middle, another one for each number."""
    lines = text.split("\n")
    heads = [i for i, line in enumerate(lines) if line.startswith(("def ", "class ", "import "))]
    middle = next((i for i in heads if i >= len(lines) // 2), heads[-1] if heads else 0)
    # Above what is decorated.
    while middle and lines[middle - 1].startswith("@"):
        middle -= 1
    added = f"_EDIT = {number}" if number % 2 else f"# edit {number}\n_EDIT = {number}\n"
    return "\n".join([*lines[:middle], added, *lines[middle:]])


async def measured(given: argparse.Namespace, cache: Path) -> Figures:
    """The figures."""
    file, other = given.file.resolve(), (given.edited or given.file).resolve()
    text, text_of_other = (each.read_text(encoding="utf-8") for each in (file, other))
    starts, starts_cpu = [], []
    for _ in range(2):
        begin = time.perf_counter()
        editor = Editor(given.folder)
        await editor.start(given.python, cache)
        await editor.open(file, text)
        starts.append(time.perf_counter() - begin)
        starts_cpu.append(processor(editor.process))
        if len(starts) == 1:
            await asyncio.sleep(given.settle)  # the other files are asked, and all is kept
            await editor.stop()
    if other != file:
        await editor.open(other, text_of_other)
    seconds, spent, held = [], [], []
    for number in range(1, given.edits + 1):
        # Between two edits there is time for the rest of a round, now and then.
        await asyncio.sleep(given.settle if number % 50 == 0 else given.pause)
        before = processor(editor.process)
        seconds.append(await editor.change(other, number + 1, edited(text_of_other, number)))
        spent.append(processor(editor.process) - before)
        held.append(resident(editor.process))
    process = editor.process
    below, most = descendants(process), peak(process)
    code = await editor.stop()
    alive = [each for each in below if Path(f"/proc/{each}").exists()]
    few = max(1, len(held) // 10)
    return Figures(
        cold=starts[0],
        warm=starts[1],
        edit=statistics.median(seconds),
        slowest_edits=sorted(seconds)[int(len(seconds) * 0.95)],
        cold_cpu=starts_cpu[0],
        warm_cpu=starts_cpu[1],
        edit_cpu=statistics.median(spent),
        slowest_edits_cpu=sorted(spent)[int(len(spent) * 0.95)],
        first_mib=statistics.median(held[few : 2 * few] or held),
        last_mib=statistics.median(held[-few:]),
        peak_mib=max(*held, most),
        exit_code=code,
        left=len(alive),
    )


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; ends the process with exit code 2 where it is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("file", type=Path, help="the file that is opened first")
    parser.add_argument("--edited", type=Path, help="the file that is edited (default: the same)")
    parser.add_argument("--edits", type=int, default=500, help="how many edits (default: 500)")
    parser.add_argument("--settle", type=float, default=10.0, help="seconds for a whole round")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two edits")
    parser.add_argument("--folder", type=Path, default=Path(), help="the project's folder")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the server")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(argv)
    given.folder = given.folder.resolve()
    return given


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures, write the JSON. Returns 0; 1 when an aim was missed."""
    given = arguments(argv)
    with tempfile.TemporaryDirectory() as cache:
        found = asyncio.run(measured(given, Path(cache)))
    rows = (
        ("first diagnostics, cold", f"{found.cold:.2f} s", found.cold <= AIMS["cold"]),
        ("first diagnostics, warm", f"{found.warm:.2f} s", found.warm <= AIMS["warm"]),
        ("an edit, median", f"{found.edit:.2f} s", found.edit <= AIMS["edit"]),
        ("an edit, 95 of 100 are faster than", f"{found.slowest_edits:.2f} s", None),
        (f"memory after {given.edits // 10} edits", f"{found.first_mib:.0f} MiB", None),
        (f"memory after {given.edits} edits", f"{found.last_mib:.0f} MiB", None),
        ("memory, peak", f"{found.peak_mib:.0f} MiB", found.peak_mib <= AIMS["memory"]),
        *(
            (f"{name}, processor time", f"{value:.2f} s", None)
            for name, value in (
                ("cold", found.cold_cpu),
                ("warm", found.warm_cpu),
                ("an edit, median", found.edit_cpu),
                ("95 of 100 edits", found.slowest_edits_cpu),
            )
        ),
        ("exit code", str(found.exit_code), found.exit_code == 0),
        ("processes left", str(found.left), found.left == 0),
    )
    for name, value, reached in rows:
        verdict = {None: "", True: "  reached", False: "  missed"}[reached]
        print(f"{name:36} {value:>10}{verdict}")
    if given.json is not None:
        given.json.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    return 1 if any(reached is False for _, _, reached in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

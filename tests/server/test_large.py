"""The language server in a package of more files than are outlined in one process, at the end of a
session, and when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="needs pygls (in the extra `lsp`)")

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from server.test_server import FULL, Editor

from support import copy_flagged

FILES = 260
# Far more than it takes; a server that hangs never answers.
TIMEOUT = 60.0


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of FILES modules about Triton, and `flagged.py` among them."""
    folder = tmp_path / "project" / "package"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for number in range(FILES):
        (folder / f"module{number}.py").write_text(
            "import torch\nimport triton\nimport triton.language as tl\n\n\n"
            "@triton.jit\n"
            f"def kernel{number}(out_ptr, n, BLOCK: tl.constexpr):\n"
            "    offsets = tl.arange(0, BLOCK)\n"
            "    tl.store(out_ptr + offsets, offsets.to(tl.float32), mask=offsets < n)\n\n\n"
            f"def launch{number}(n):\n"
            "    out = torch.empty(n, dtype=torch.uint8)\n"
            f"    kernel{number}[(1,)](out.view(torch.float32), n, BLOCK=128)\n"
            "    return out\n"
        )
    return copy_flagged(folder).parent


def children(process: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in listed.stdout.split()]


async def started(folder: Path) -> tuple[LanguageClient, Editor, asyncio.subprocess.Process]:
    client = LanguageClient("test", "1")
    talking = Editor(client)
    await client.start_io(sys.executable, "-m", "tritonlint", "server", cwd=folder)
    parameters = types.InitializeParams(capabilities=FULL, root_uri=folder.as_uri())
    await asyncio.wait_for(client.initialize_async(parameters), TIMEOUT)
    client.initialized(types.InitializedParams())
    server = client._server
    assert server is not None
    return client, talking, server


def test_it_answers_and_ends_as_it_is_asked_to(package: Path) -> None:
    flagged = package / "flagged.py"
    text = flagged.read_text(encoding="utf-8")

    async def session() -> tuple[int, str, float]:
        begin = time.perf_counter()
        client, editor, server = await started(package)
        editor.open(flagged, text)
        found = await asyncio.wait_for(editor.told(flagged, 1), TIMEOUT)
        assert [each.code for each in found] == ["TL001"]
        editor.change(flagged, 2, "\n" + text)
        (moved,) = await asyncio.wait_for(editor.told(flagged, 2), TIMEOUT)
        assert moved.range.start.line == found[0].range.start.line + 1
        assert children(server.pid) == []
        await asyncio.wait_for(client.shutdown_async(None), TIMEOUT)
        client.exit(None)
        code = await asyncio.wait_for(server.wait(), TIMEOUT)
        assert server.stderr is not None
        said = (await server.stderr.read()).decode()
        await client.stop()
        return code, said, time.perf_counter() - begin

    code, said, seconds = asyncio.run(session())
    assert (code, said) == (0, "")
    assert seconds < TIMEOUT


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_it_leaves_no_process_when_it_is_killed(package: Path) -> None:
    flagged = package / "flagged.py"

    async def session() -> list[int]:
        client, editor, server = await started(package)
        editor.open(flagged, flagged.read_text(encoding="utf-8"))
        await asyncio.sleep(0.5)
        below = children(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.wait_for(server.wait(), TIMEOUT)
        await client.stop()
        return below

    assert asyncio.run(session()) == []


def test_it_ends_when_the_editor_is_gone(package: Path) -> None:
    """Without being asked to shut down: that is an exit code of 1."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tritonlint", "server"],
        cwd=package,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = server.communicate(timeout=TIMEOUT)
    assert (server.returncode, out, err) == (1, b"", b"")


def test_a_run_that_is_killed_leaves_no_process(package: Path) -> None:
    """The processes of `check` end with the one that started them."""
    for number in range(FILES):
        module = package / f"module{number}.py"
        module.write_text(module.read_text() * 20)
    run = subprocess.Popen(
        [sys.executable, "-m", "tritonlint", "check", "--no-cache", "-j", "2", "."],
        cwd=package,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    below: list[int] = []
    end = time.monotonic() + TIMEOUT
    while len(below) < 2 and run.poll() is None and time.monotonic() < end:
        below = children(run.pid)
        time.sleep(0.02)
    run.kill()
    run.wait()
    while any(_runs(each) for each in below) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(below) >= 2
    assert not any(_runs(each) for each in below)


def _runs(process: int) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1] not in ("", "Z")

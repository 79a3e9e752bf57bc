"""The child that runs strangers' code: each thing that a hostile kernel would do, by each means of
confining it that works here."""

from __future__ import annotations

import errno
import json
import os
import pickle
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tritonlint.errors import VerifyError
from tritonlint.verify.confined import confined
from tritonlint.verify.confined.confined import Confined, Unconfined

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confined on Linux only")

MEMORY = 2**29


def _only(means: str, patch: pytest.MonkeyPatch) -> None:
    """Let nothing but these means work."""
    off = {each: "switched off" for each in ("bubblewrap", "landlock") if each != means}
    patch.setattr(confined, "_works", off)


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def child(request: pytest.FixtureRequest) -> Iterator[Confined]:
    """A child that is confined by these means, for all tests: a task leaves nothing for the next."""
    with pytest.MonkeyPatch.context() as patch:
        _only(request.param, patch)
        patch.delenv(confined.VARIABLE, raising=False)
        patch.setenv("SECRET_TOKEN", "secret")
        with Confined({"KNOWN": "1"}, MEMORY, 3, preload=("attacks",)) as made:
            try:
                assert made.ask("attacks", "echo", ("x",), 30) == "x"
            except Unconfined as error:
                pytest.skip(str(error))
            assert made.means == request.param
            yield made


def refused(child: Confined, function: str, *arguments: object, seconds: float = 30) -> str:
    """Why an attack fails."""
    with pytest.raises(VerifyError) as error:
        child.ask("attacks", function, arguments, seconds)
    return str(error.value)


DENIED = r"Permission|not permitted|No such file|Read-only|Function not implemented"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a secret, and code."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id").write_text("secret")
    (tmp_path / "kernels.py").write_text("import triton\n")
    return tmp_path


def test_it_reads_no_file_of_the_user(child: Confined, home: Path) -> None:
    for path in (home / ".ssh" / "id", home / "kernels.py", Path("/etc/passwd"), Path("/etc/hostname")):
        assert any(each in refused(child, "read", str(path)) for each in ("Permission", "No such file"))
    with pytest.raises(VerifyError):
        assert "id" not in child.ask("attacks", "names", (str(home / ".ssh"),), 30)


def test_it_sees_no_environment(child: Confined) -> None:
    seen = child.ask("attacks", "environment", (), 30)
    assert seen["KNOWN"] == "1" and "SECRET_TOKEN" not in seen
    assert set(seen) <= {"KNOWN", "HOME", "TMPDIR", "LANG", "PATH", "LD_LIBRARY_PATH", "TZ", "PWD", "LC_CTYPE"}
    for process in (os.getpid(), 1):
        refused(child, "environment_of", process)


@pytest.mark.parametrize("how", ["remove", "rename", "permit", "link", "truncate", "folder", "touch"])
def test_it_changes_nothing(child: Confined, home: Path, how: str) -> None:
    before = {path: path.stat().st_mode for path in home.rglob("*")}
    refused(child, "change", str(home / "kernels.py"), how)
    assert {path: path.stat().st_mode for path in home.rglob("*")} == before


def test_it_writes_nothing_anywhere(child: Confined, home: Path) -> None:
    """Not in a folder of its own either: what one task leaves another would read."""
    places = (home, Path(sys.prefix), Path(confined.__file__).parent, Path("/dev/shm"), Path("/var/tmp"), Path("/"), Path("/tmp"))
    for folder in places:
        refused(child, "write", str(folder / "tritonlint-was-here"))
        assert not (folder / "tritonlint-was-here").exists()


def test_it_reaches_no_network(child: Confined, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        other.settimeout(0.2)
        refused(child, "connect", server.getsockname()[1])
        refused(child, "datagram", other.getsockname()[1])
        with pytest.raises(TimeoutError):
            server.accept()
        with pytest.raises(TimeoutError):
            other.recv(10)
    for address in (str(tmp_path / "socket"), "\0tritonlint-test"):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(address)
            server.listen()
            refused(child, "connect_to", address)


def test_it_starts_no_process_and_no_program(child: Confined) -> None:
    assert child.ask("attacks", "fork_without_end", (), 30) == 0
    for name in ("run", "become"):
        assert "not permitted" in refused(child, name, "/bin/true")


def test_it_fills_no_disk(child: Confined) -> None:
    assert child.ask("attacks", "fill_disk", ("/tmp",), 60) == 0
    assert not list(Path("/tmp").glob("fill*"))


def test_it_fills_no_memory(child: Confined) -> None:
    assert 0 < child.ask("attacks", "fill_memory", (), 60) < 8
    assert "not permitted" in refused(child, "fill_memory_that_is_not_counted")


@pytest.mark.parametrize("name", ["sleep", "spin", "stop"])
def test_it_ends_in_time(child: Confined, name: str) -> None:
    start = time.monotonic()
    assert "longer than 1 seconds" in refused(child, name, seconds=1)
    assert time.monotonic() - start < 20
    assert child.ask("attacks", "echo", ("next",), 30) == "next"


def test_it_ends_after_its_share_of_the_processor(child: Confined) -> None:
    assert "exit code -" in refused(child, "spin", seconds=120)


def test_it_kills_nobody(child: Confined) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as victim:
        try:
            for name, arguments in (("kill", (victim.pid,)), ("kill_parent", ()), ("kill_all", ())):
                assert any(each in refused(child, name, *arguments) for each in ("not permitted", "No such process"))
            if platform.machine() == "x86_64":
                assert child.ask("attacks", "kill_thread_of", (victim.pid,), 30) == -1
            assert victim.poll() is None
            assert child.ask("attacks", "echo", ("next",), 30) == "next"
        finally:
            victim.kill()


@pytest.mark.parametrize("means", ["bubblewrap", "landlock", "nothing"])
def test_it_leaves_no_survivor(means: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where nothing confines it."""
    _only(means, monkeypatch)
    monkeypatch.delenv(confined.VARIABLE, raising=False)
    token = f"/tritonlint-{os.getpid()}-{means}"
    monkeypatch.setattr(sys, "path", [*sys.path, token])
    with Confined({}, MEMORY, 5, preload=("attacks",), unconfined=means == "nothing") as made:
        try:
            for seconds, name in ((30, "leave_a_survivor"), (1, "leave_a_survivor_and_sleep")):
                try:
                    made.ask("attacks", name, (), seconds)
                except VerifyError as error:
                    if isinstance(error, Unconfined):
                        raise
        except Unconfined as error:
            pytest.skip(str(error))
        assert made.ask("attacks", "echo", ("next",), 30) == "next"
        assert made.means == means
    # The command line of the child and of all that it started holds the token.
    # What was killed takes a moment to be gone.
    until = time.monotonic() + 10
    while any(token.encode() in _command(each) for each in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < until, "something goes on"
        time.sleep(0.05)


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_it_makes_no_system_call_that_reaches_deep(child: Confined) -> None:
    calls = {
        "ptrace": (101, 16, 1), "unshare": (272, 0x10000000), "mount": (165, 0, 0, 0, 0, 0), "bpf": (321, 0, 0, 0),
        "keyctl": (250, 0), "perf_event_open": (298, 0, 0, -1, -1, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
        "pidfd_open": (434, 1, 0), "setsid": (112,), "shmget": (29, 0, 2**30, 0o1600), "userfaultfd": (323, 0),
        "prctl(PR_SET_PDEATHSIG)": (157, 1, 0), "vfork": (58,), "clone": (56, 17, 0, 0, 0, 0),
    }  # fmt: skip
    for name, call in calls.items():
        assert child.ask("attacks", "system_call", call, 30) == errno.EPERM, name
    for number in (435, 425):  # clone3, io_uring_setup
        assert child.ask("attacks", "system_call", (number, 0, 0), 30) == errno.ENOSYS
    assert any(each in refused(child, "raise_limits") for each in ("not permitted", "exceed", "not allowed"))


def test_a_forged_answer_is_no_ones_but_its_own(child: Confined) -> None:
    forged = json.dumps({"value": "forged"})
    assert child.ask("attacks", "forge", (forged,), 30) in ("forged", "honest")
    # Neither the next task nor the child itself is answered for.
    assert child.ask("attacks", "echo", ("next",), 30) == "next"
    assert child.ask("attacks", "echo", ("and the next",), 30) == "and the next"


class _Runs:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (open, (self.path, "w"))


def test_no_answer_is_run(child: Confined, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    payload = pickle.dumps(_Runs(str(mark)))
    noise = [payload, len(payload).to_bytes(8, "big") + payload, b"\xff" * 64, b"", (2**63).to_bytes(8, "big"),
             (8).to_bytes(8, "big") + b"[[[[[[[["]  # fmt: skip
    for each in noise:
        refused(child, "forge_noise", each)
        assert not mark.exists()
        assert child.ask("attacks", "echo", ("next",), 30) == "next"


def test_without_any_means_nothing_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(confined.VARIABLE, raising=False)
    _only("none", monkeypatch)
    mark = tmp_path / "ran"
    with Confined({}) as made, pytest.raises(Unconfined, match="nothing here can confine"):
        made.ask("attacks", "write", (str(mark),), 30)
    assert not mark.exists()
    with Confined({}, unconfined=True, preload=("attacks",)) as made:
        assert made.ask("attacks", "write", (str(mark),), 30) == "written"
        assert made.means == "nothing"
    monkeypatch.setenv(confined.VARIABLE, "1")
    with Confined({}) as made:
        assert made.ask("attacks", "echo", ("x",), 30) == "x"


def test_the_parents_end_is_the_childs(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from tritonlint.verify.confined.confined import Confined\n"
        "c = Confined({})\n"
        "try: c.ask('os', 'getpid', (), 30)\n"
        "except Exception: sys.exit(3)\n"
        "print(c._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        line = parent.stdout.readline()
        if not line:
            pytest.skip("nothing confines here")
        parent.send_signal(signal.SIGKILL)
    group = int(line)
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("the child goes on")

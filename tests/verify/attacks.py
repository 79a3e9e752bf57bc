"""What a hostile kernel would try. Each returns what it got; most end in an error."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path


def read(path: str) -> str:
    return Path(path).read_text()


def environment() -> dict[str, str]:
    return dict(os.environ)


def environment_of(process: int) -> str:
    return Path(f"/proc/{process}/environ").read_text()


def write(path: str) -> str:
    Path(path).write_text("was here")
    return "written"


def change(path: str, how: str) -> str:
    match how:
        case "remove":
            os.unlink(path)
        case "rename":
            os.rename(path, f"{path}.gone")
        case "permit":
            os.chmod(path, 0o777)
        case "link":
            os.link(path, f"{path}.link")
        case "truncate":
            os.truncate(path, 0)
        case "touch":
            os.utime(path, (0, 0))
        case "folder":
            os.mkdir(f"{path}.folder")
    return how


def connect(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as to:
        to.sendall(b"secret")
    return "connected"


def connect_to(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as to:
        to.connect(path)
        to.sendall(b"secret")
    return "connected"


def datagram(port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to:
        to.sendto(b"secret", ("127.0.0.1", port))
    return "sent"


def fork_without_end() -> int:
    made = 0
    with contextlib.suppress(OSError):
        while made < 1000:
            if os.fork() == 0:
                time.sleep(600)
            made += 1
    return made


def run(program: str) -> int:
    return subprocess.run([program], check=False).returncode


def become(program: str) -> None:
    os.execv(program, [program])


def fill_disk(folder: str) -> int:
    written = 0
    with contextlib.suppress(OSError):
        for number in range(10_000):
            with open(f"{folder}/fill{number}", "wb") as file:  # noqa: PTH123
                for _ in range(64):
                    written += file.write(b"x" * 2**20)
                    file.flush()
    return written


def fill_memory() -> int:
    kept = []
    try:
        while len(kept) < 64:
            kept.append(bytearray(64 * 2**20))
    except MemoryError:
        pass
    return len(kept)


def fill_memory_that_is_not_counted() -> int:
    handle = os.memfd_create("fill")
    os.ftruncate(handle, 2**34)
    return handle


def sleep() -> None:
    for each in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(each, signal.SIG_IGN)
    while True:
        time.sleep(600)


def spin() -> None:
    while True:
        pass


def stop() -> None:
    signal.raise_signal(signal.SIGSTOP)


def kill(process: int) -> str:
    os.kill(process, signal.SIGKILL)
    return "killed"


def kill_parent() -> str:
    return kill(os.getppid())


def kill_all() -> str:
    return kill(-1)


def kill_thread_of(process: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(234, process, process, signal.SIGKILL))  # tgkill, of x86-64


def leave_a_survivor() -> str:
    thread = threading.Thread(target=time.sleep, args=(600,))
    thread.start()
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError):
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
    return "done"


def leave_a_survivor_and_sleep() -> None:
    leave_a_survivor()
    time.sleep(600)


def forge(text: str) -> str:
    data = text.encode()
    for handle in range(256):
        with contextlib.suppress(OSError):
            os.write(handle, len(data).to_bytes(8, "big") + data)
    return "honest"


def forge_noise(data: bytes) -> None:
    for handle in range(256):
        with contextlib.suppress(OSError):
            os.write(handle, data)
    os._exit(0)


def raise_limits() -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**40, 2**40))
    return "raised"


def system_call(number: int, *arguments: int) -> int:
    """The errno of a system call, 0 when it is made."""
    libc = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if libc.syscall(number, *arguments) < 0 else 0


def names(folder: str) -> list[str]:
    return sorted(os.listdir(folder))


def echo(text: str) -> str:
    return json.loads(json.dumps(text))

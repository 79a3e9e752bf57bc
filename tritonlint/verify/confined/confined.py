"""The side of the process that asks: it starts the child, confined by the best means that work
here, gives it tasks, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.confined import bubblewrap, frames
from tritonlint.verify.confined.rules import Means, extra_path, rules

# The user's word that code may run unconfined where it cannot be confined.
VARIABLE = "TRITONLINT_CONFIRM_UNCONFINED"
_START_SECONDS = 120.0
# How much longer than its task a child may be silent before all of it is ended.
_GRACE_SECONDS = 5.0
# So much of what a child says is shown.
_LONGEST = 500
_works: dict[Means, str] = {}


class Unconfined(VerifyError):
    """Nothing here can confine a child."""


class Confined:
    """A child for tasks that run strangers' code; use as a context manager. It reads `readable` and
    what Python and Triton are made of, sees `environment` alone, writes nothing,
    reaches no network and no process, and has `memory` bytes and `processor` seconds for
    each task. With `unconfined` it is a plain process where it cannot be confined."""

    def __init__(
        self,
        environment: Mapping[str, str],
        memory: int | None = None,
        processor: int = 60,
        readable: Iterable[Path] = (),
        preload: tuple[str, ...] = (),
        unconfined: bool = False,
    ) -> None:
        self._rules = rules(readable, environment, memory, processor)
        self._preload = preload
        self._unconfined = unconfined or os.environ.get(VARIABLE) == "1"
        self._process: subprocess.Popen[bytes] | None = None
        self.means: Means | None = None

    def __enter__(self) -> Confined:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def ask(self, module: str, function: str, arguments: tuple[Any, ...], seconds: float) -> Any:
        """What `module.function(*arguments)` gives in a process of its own, as plain data: a
        dataclass as a dictionary.

        Raises VerifyError when it raises, ends its process, or takes longer than `seconds`, and
        Unconfined where nothing can confine it.
        """
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            frames.send(
                process.stdin.fileno(), pickle.dumps((module, function, arguments, seconds))
            )
            until = time.monotonic() + seconds + _GRACE_SECONDS
            said = _understood(frames.receive(process.stdout.fileno(), until))
        except frames.Late as error:
            self._stop()
            raise VerifyError(f"took longer than {seconds:g} seconds and was stopped") from error
        except (EOFError, OSError) as error:
            self._stop()
            raise VerifyError("its process ended") from error
        if "value" not in said:
            raise VerifyError(str(said.get("error", "an answer that is none")))
        return said["value"]

    def _start(self) -> subprocess.Popen[bytes]:
        tried: dict[str, str] = {}
        chosen: list[Means] = ["bubblewrap", "landlock"]
        chosen += ["nothing"] if self._unconfined else []
        for means in chosen:
            reason = _works.get(means) or self._try(means)
            if not reason:
                assert self._process is not None
                self.means = means
                return self._process
            # What does not work now will not for the next child.
            _works[means] = tried[means] = reason
        why = "; ".join(f"{means}: {reason}" for means, reason in tried.items())
        raise Unconfined(f"nothing here can confine the code that is run ({why})")

    def _try(self, means: Means) -> str:
        """Start the child by these means; why that cannot be, else an empty string."""
        before = bubblewrap.command(self._rules) if means == "bubblewrap" else []
        if before is None:
            return "not installed"
        start = f"import sys; sys.path[:0] = {extra_path()!r}; "
        start += "from tritonlint.verify.confined.zygote import main; main()"
        process = subprocess.Popen(
            [*before, sys.executable, "-I", "-B", "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(self._rules.environment),
            # A group of its own, which is ended as a whole.
            start_new_session=True,
            cwd="/",
            bufsize=0,
        )
        self._process = process
        assert process.stdin is not None and process.stdout is not None and process.stderr
        reason = ""
        try:
            frames.send(process.stdin.fileno(), pickle.dumps((means, self._rules, self._preload)))
            until = time.monotonic() + _START_SECONDS
            said = _understood(frames.receive(process.stdout.fileno(), until))
            reason = str(said.get("error", ""))
        except (EOFError, OSError):
            self._end(process)
            lines = process.stderr.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else "its process ended"
        except frames.Late:
            reason = "did not start in time"
        if reason:
            self._stop()
        return reason

    def _stop(self) -> None:
        """End the child and all that it started, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        self._end(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _understood(data: bytes) -> dict[str, Any]:
    """What an answer says. Raises EOFError for what is none."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EOFError("an answer that is none") from error
    if not isinstance(said, dict):
        raise EOFError("an answer that is none")
    return said


def printable(text: str) -> str:
    """What a child says, in one line of what can be printed, and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."

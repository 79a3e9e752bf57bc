"""A child process that does one task after another for the verifier, with a time limit on each.

Verifiers run kernels: a fault on the device poisons the process, a compiler bug ends it, a bad
kernel never returns. The parent outlives all of these, reports them as the answer to that task, and
goes on with a fresh child.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from tritonlint.errors import TritonlintError, VerifyError

GONE_AFTER_SECONDS = 10


def _serve(connection: Connection, environment: Mapping[str, str], memory: int | None) -> None:
    """Answer tasks `(module, function, arguments)` until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    if memory is not None:
        _limit(memory)
    while True:
        try:
            module, function, arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = (True, getattr(importlib.import_module(module), function)(*arguments))
        except TritonlintError as error:
            answer = (False, str(error))
        except BaseException as error:
            answer = (False, _one_line(error))
        connection.send(answer)


def _limit(memory: int) -> None:
    """Let this process have so many bytes of address space, where the system can say so."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


def _one_line(error: BaseException) -> str:
    """The kind of error, its first line, and the innermost place it came from."""
    lines = str(error).strip().splitlines()
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {lines[0] if lines else ''}{where}"


class Worker:
    """The child. `environment` is set in it before anything is imported, `memory` bytes are all
    that it gets (None: no limit); use as a context manager."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, memory: int | None = None
    ) -> None:
        self._environment = dict(environment or {})
        self._memory = memory
        self._process: Any = None
        self._connection: Connection | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def ask(self, module: str, function: str, arguments: tuple[Any, ...], seconds: float) -> Any:
        """The value of `module.function(*arguments)` in the child.

        Raises VerifyError when it raises, ends the child, or takes longer than `seconds`; the next
        task then gets a fresh child.
        """
        connection = self._connection or self._start()
        try:
            connection.send((module, function, arguments))
            if not connection.poll(seconds):
                self._stop()
                raise VerifyError(f"took longer than {seconds:g} seconds and was stopped")
            good, answer = connection.recv()
        except (EOFError, ConnectionError) as error:
            code = self._stop()
            raise VerifyError(f"its process ended with exit code {code}") from error
        if not good:
            self._stop()
            raise VerifyError(answer)
        return answer

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._environment, self._memory), daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def _stop(self) -> int | None:
        """End the child if there is one; its exit code, None when it had to be ended."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return None
        process.join(0.5)
        code: int | None = process.exitcode
        if process.is_alive():
            process.kill()
            process.join(GONE_AFTER_SECONDS)
        return code

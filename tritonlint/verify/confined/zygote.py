"""The child. It does nothing but hand each task to a process of its own, which it forks after what
all tasks need is imported, and which may do still less than itself: no task sees another, or can
answer for it.

Tasks come from the process that started the child, and are pickles; what comes back is JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import resource
import signal
import time
import traceback
from dataclasses import asdict, is_dataclass
from typing import Any, NoReturn

from tritonlint.errors import TritonlintError
from tritonlint.verify.confined import descendants, frames, landlock, syscalls
from tritonlint.verify.confined.rules import Means, Rules

# Limits of every task: the size of a file, open files, what is dumped.
_LIMITS = {
    resource.RLIMIT_FSIZE: 64 * 2**20,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_CORE: 0,
}


def main() -> None:
    """Answer tasks `(module, function, arguments, seconds)` until there are no more."""
    tasks, replies = os.dup(0), os.dup(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        means, rules, preload = pickle.loads(frames.receive(tasks))
        _prepare(means, rules, preload)
    except (TritonlintError, ImportError, OSError) as error:
        frames.send(replies, json.dumps({"error": str(error)}).encode())
        return
    frames.send(replies, json.dumps({"ready": means}).encode())
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    while True:
        try:
            task = pickle.loads(frames.receive(tasks))
        except EOFError:
            return
        frames.send(replies, _answer(task, means, rules, (tasks, replies)))


def _prepare(means: Means, rules: Rules, preload: tuple[str, ...]) -> None:
    """Confine this process as far as it may be, and import what tasks need."""
    if means == "landlock":
        landlock.restrict(rules)
    if means == "nothing":
        descendants.adopt()
    else:
        syscalls.filtering()  # now, so that it is known that it can be made
    for limit, most in _LIMITS.items():
        _limit(limit, most)
    for name in preload:
        importlib.import_module(name)


def _limit(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (most, most))


def _answer(task: Any, means: Means, rules: Rules, handles: tuple[int, int]) -> bytes:
    """What a process of its own says to the task."""
    seconds = task[3]
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        for each in (ours, *handles):
            os.close(each)
        _work(task, means, rules, theirs)
    os.close(theirs)
    try:
        found = frames.receive(ours, time.monotonic() + seconds)
    except frames.Late:
        return _failure(f"took longer than {seconds:g} seconds and was stopped")
    except EOFError:
        _, status = os.waitpid(process, 0)
        process = 0
        return _failure(f"its process ended with exit code {os.waitstatus_to_exitcode(status)}")
    finally:
        os.close(ours)
        if process:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        if means == "nothing":
            descendants.end()
    return found


def _work(task: Any, means: Means, rules: Rules, answers: int) -> NoReturn:
    """Do the task, and end."""
    try:
        module, function, arguments, _ = task
        _limit(resource.RLIMIT_CPU, rules.processor)
        if rules.memory is not None:
            _limit(resource.RLIMIT_AS, rules.memory)
        if means != "nothing":
            syscalls.filtering().load()
        try:
            value = getattr(importlib.import_module(module), function)(*arguments)
            plain = is_dataclass(value) and not isinstance(value, type)
            said = {"value": asdict(value) if plain else value}
            found = json.dumps(said).encode()
        except TritonlintError as error:
            found = _failure(str(error))
        except BaseException as error:
            found = _failure(_one_line(error))
        frames.send(answers, found)
    finally:
        os._exit(1)


def _failure(reason: str) -> bytes:
    return json.dumps({"error": reason}).encode()


def _one_line(error: BaseException) -> str:
    """The kind of error, its first line, and the innermost place it came from."""
    lines = str(error).strip().splitlines()
    frame = traceback.extract_tb(error.__traceback__)
    where = f" ({frame[-1].filename}:{frame[-1].lineno})" if frame else ""
    return f"{type(error).__name__}: {lines[0] if lines else ''}{where}"

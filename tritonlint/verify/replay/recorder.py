"""Runs a user's program under a hook on Triton's launches, and replays the flagged ones.

Runs in a child process (`worker.py`), since it imports the user's code. Each flagged launch is
replayed before it happens: on a copy of the memory of every tensor argument as they are passed, on
another with the flagged one viewed as the fix says, and then it happens as it would have. Copies
are of whole storages, so that slices of one buffer are slices of one copy.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.triton_hook import Run, hooked, is_measuring
from tritonlint.verify.replay.replay import Difference, Flagged, Replayed

# Replays of one kind of launch: a loop's thousandth shows what its first did.
MOST = 4


def record(module: str, function: str, flagged: Sequence[Flagged], folder: str) -> dict[str, Any]:
    """Call the function and return the fields of `Replays` but its entry. Raises VerifyError when
    there is no such function."""
    sys.path.insert(0, folder)
    recorder = Recorder(flagged)
    error = ""
    with hooked(recorder), contextlib.redirect_stdout(sys.stderr):
        try:
            entry = getattr(importlib.import_module(module), function, None)
            if not callable(entry):
                raise VerifyError(f"{module} has no function {function}")
            entry()
        except VerifyError:
            raise
        except (Exception, SystemExit) as raised:
            error = _said(raised)
    return {
        "device": device_name(),
        "launches": tuple(recorder.replayed),
        "passed_over": sum(max(0, n - MOST) for n in recorder.seen.values()),
        "never_launched": tuple(each for each in flagged if each not in recorder.seen),
        "error": error,
    }


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"


def device_name() -> str:
    """The device that the launches ran on."""
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return "the CPU, in Triton's interpreter, whose casts are not a GPU's"


class Launch:
    """One launch, which can be repeated with other arguments."""

    def __init__(self, run: Run, kernel: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        self._run, self._kernel = run, kernel
        names = kernel.arg_names
        self._positional = names[: len(args)]
        self._options = {name: value for name, value in kwargs.items() if name not in names}
        self.arguments: Mapping[str, Any] = dict(zip(names, args, strict=False)) | {
            name: value for name, value in kwargs.items() if name in names
        }

    def repeat(self, arguments: Mapping[str, Any]) -> None:
        """Launch with these arguments, and wait for the end."""
        import torch

        named = {n: v for n, v in arguments.items() if n not in self._positional}
        positional = [arguments[name] for name in self._positional]
        options = {**self._options, **named}
        self._run(self._kernel, *positional, **options)
        if torch.cuda.is_available():
            torch.cuda.synchronize()


class Recorder:
    """What was flagged, how often each was launched, and what the replays came to."""

    def __init__(self, flagged: Sequence[Flagged]) -> None:
        self._flagged = flagged
        self._kernels = {each.kernel for each in flagged}
        self.seen: Counter[Flagged] = Counter()
        self.replayed: list[Replayed] = []

    def launch(self, run: Run, kernel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """See a launch, and make it (`triton_hook.Observer`)."""
        if kernel.fn.__name__ in self._kernels and not is_measuring():
            self._see(kernel, sys._getframe(1), Launch(run, kernel, args, kwargs))
        return run(kernel, *args, **kwargs)

    def _see(self, kernel: Any, frame: FrameType | None, launch: Launch) -> None:
        """Replay the launch if it is flagged, unless enough of its kind were replayed."""
        frames = _frames(frame)
        for flagged in self._flagged:
            called = {path for path, _ in frames}
            if flagged.kernel == kernel.fn.__name__ and flagged.path in called:
                self.seen[flagged] += 1
                if self.seen[flagged] <= MOST:
                    self.replayed.append(_replayed(flagged, self.seen[flagged], frames, launch))


def _frames(frame: FrameType | None) -> list[tuple[str, FrameType]]:
    """The frames from `frame` outwards, with their files."""
    found = []
    while frame is not None:
        found.append((str(Path(frame.f_code.co_filename).resolve()), frame))
        frame = frame.f_back
    return found


def _replayed(
    flagged: Flagged, number: int, frames: list[tuple[str, FrameType]], launch: Launch
) -> Replayed:
    """The launch replayed; with the reason, should that fail."""
    try:
        return _replay(flagged, number, fixed_dtype(flagged, frames), launch)
    except Exception as error:
        # Whatever the compiler or the device says: the program itself goes on.
        return Replayed(flagged, number, reason=_said(error))


def fixed_dtype(flagged: Flagged, frames: list[tuple[str, FrameType]]) -> Any:
    """The dtype that the fix would view the argument as: its expression, evaluated where it would
    be written. Raises VerifyError when it is not one there."""
    import torch

    wanted = (flagged.written_in, flagged.path)
    for frame in [frame for where in wanted for path, frame in frames if path == where]:
        with contextlib.suppress(Exception):
            dtype = eval(flagged.view, frame.f_globals, frame.f_locals)
            if isinstance(dtype, torch.dtype):
                return dtype
    raise VerifyError(f"`{flagged.view}` is no dtype in {flagged.written_in} when it is launched")


def _replay(flagged: Flagged, number: int, dtype: Any, launch: Launch) -> Replayed:
    import torch

    before = {n: v for n, v in launch.arguments.items() if isinstance(v, torch.Tensor)}
    tensor = before.get(flagged.parameter)
    if tensor is None:
        raise VerifyError(f"{flagged.parameter} is not a tensor in this launch")
    as_passed = {**launch.arguments, **copies(before)}
    launch.repeat(as_passed)
    as_fixed = {**launch.arguments, **copies(before)}
    as_fixed[flagged.parameter] = as_fixed[flagged.parameter].view(dtype)
    launch.repeat(as_fixed)
    types = {name: each.dtype for name, each in before.items()} | {flagged.parameter: dtype}
    differences = [
        difference(name, (before[name], as_passed[name], as_fixed[name]), types[name])
        for name in before
    ]
    changed = tuple(d for d in differences if d.written or d.parameter == flagged.parameter)
    return Replayed(flagged, number, str(tensor.dtype), str(dtype), changed)


def copies(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Copies of the tensors, those that share a storage sharing one copy of it."""
    import torch

    storages: dict[int, Any] = {}
    found = {}
    for name, tensor in tensors.items():
        storage = tensor.untyped_storage()
        key = storage.data_ptr()
        if key not in storages:
            storages[key] = storage.clone()
        empty = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
        shape = (tensor.storage_offset(), tensor.size(), tensor.stride())
        found[name] = empty.set_(storages[key], *shape)
    return found


def difference(parameter: str, states: Sequence[Any], dtype: Any) -> Difference:
    """How the elements of an argument, of the type `dtype`, came out: `states` are the tensor
    before the launch, after that as passed, and after that as fixed."""
    rows = [_elements(each, dtype) for each in states]
    written = (rows[0] != rows[1]).any(1) | (rows[0] != rows[2]).any(1)
    nan = [_is_nan(each, dtype) & written for each in rows[1:]]
    return Difference(
        parameter,
        written.numel(),
        int(written.sum()),
        int((rows[1] != rows[2]).any(1).sum()),
        int(nan[0].sum()),
        int(nan[1].sum()),
    )


def _elements(tensor: Any, dtype: Any) -> Any:
    """The bytes of a tensor, a row for each element of the type `dtype`."""
    import torch

    return tensor.contiguous().view(-1).view(torch.uint8).view(-1, dtype.itemsize)


def _is_nan(rows: Any, dtype: Any) -> Any:
    """Which elements are not a number."""
    import torch

    if not dtype.is_floating_point:
        return torch.zeros(len(rows), dtype=torch.bool, device=rows.device)
    return rows.contiguous().view(dtype).view(-1).to(torch.float32).isnan()

"""Watches the launches of a program: which element types arrive at each, and what the memory behind
them was before. What was seen is data; rules judge it, at the end or at each launch."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.hazards.launched.seen import Seen, SeenCopy, SeenLaunch
from tritonlint.triton_hook import Run, ir_of, is_measuring
from tritonlint.watch import evidence
from tritonlint.watch.comparing import Comparer
from tritonlint.watch.frames import Frames, position
from tritonlint.watch.kinds import Kind, kind
from tritonlint.watch.passing import Parameters, Passing
from tritonlint.watch.shadow import Shadows, View
from tritonlint.watch.sources import Sources
from tritonlint.watch.torch_tensors import (
    geometry,
    type_name,
    version,
)


class HazardError(Exception):
    """A launch that breaks its kernel's contract, where that is to be an error."""


@dataclass
class Counts:
    """What was seen, and what was left alone: launches while the autotuner measures, while a CUDA
    graph is captured, and by code without a source file; and errors of tritonlint's own, with the
    first of them. `traced` are the kinds of launches in functions that torch compiles, seen when it
    traced them, and `generated` those of kernels that it launches itself."""

    launches: int = 0
    measured: int = 0
    captured: int = 0
    sourceless: int = 0
    traced: int = 0
    generated: int = 0
    errors: int = 0
    first_error: str = ""


# Judges what was seen of one kind: what findings there are, as texts.
Judge = Callable[[Seen], tuple[str, ...]]


class Watcher:
    """An observer of launches (`triton_hook.Observer`).

    `judge` is asked at each launch of a kind that is new, or of which something new was seen;
    what it says is raised. `dry` is whether launches return at once. `keep_ir` is whether Triton's
    IR of each kind is kept. `test` names what runs now. `added` is told of each kind that is new,
    or of which something new was seen.
    """

    def __init__(
        self,
        judge: Judge | None = None,
        dry: bool = False,
        keep_ir: bool = False,
        added: Callable[[Seen], None] | None = None,
    ) -> None:
        self.test = ""
        self.capturing = 0
        self.counts = Counts()
        self.shadows = Shadows()
        self.frames = Frames()
        self.sources = Sources()
        self.launched_in_test = 0
        self.found_in_test: list[str] = []
        self._judge, self._dry, self._keep_ir, self._added = judge, dry, keep_ir, added
        self._kinds: dict[tuple[Any, ...], Kind | None] = {}
        self._copies: dict[SeenCopy, int] = {}
        self._passing = Passing()
        self._comparer = Comparer(self.shadows, self._report)
        self._lock = threading.RLock()

    def seen(self) -> list[Seen]:
        """All that was seen so far."""
        kinds = [each.record() for each in self._kinds.values() if each is not None]
        return [*kinds, *self._copies]

    def texts(self) -> list[tuple[SeenLaunch, str]]:
        """The IR of each kind, where it was kept."""
        return [(k.record(), k.ir) for k in self._kinds.values() if k is not None and k.ir]

    def launch(self, run: Run, kernel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """See a launch, and make it."""
        __tracebackhide__ = True
        kind = None
        try:
            kind = self._see(kernel, args, kwargs)
            if kind is not None and self._judge is not None and kind.findings:
                self.found_in_test += kind.findings
                raise HazardError("\n".join(kind.findings))
        except HazardError:
            raise
        except Exception as error:
            self.failed(error)
        if self._dry and not is_measuring():
            return None
        result = run(kernel, *args, **kwargs)
        if kind is not None and self._keep_ir and kind.ir is None:
            kind.ir = ir_of(result)
        return result

    def failed(self, error: Exception) -> None:
        """Count an error of tritonlint's own."""
        self.counts.errors += 1
        if not self.counts.first_error:
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
            self.counts.first_error = f"{type(error).__name__}: {error}{where}"

    def _see(self, kernel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Kind | None:
        if is_measuring():
            self.counts.measured += 1
            return None
        if self.capturing:
            self.counts.captured += 1
            return None
        frame = self.frames.own(sys._getframe(2))
        if frame is None:
            made = self.frames.is_generated(sys._getframe(2))
            self.counts.generated += made
            self.counts.sourceless += not made
            return None
        self.counts.launches += 1
        self.launched_in_test += 1
        plan = self._passing.plan(kernel, args, kwargs)
        values = (*args, *kwargs.values())
        tensors = [values[each] for each in plan.tensors]
        tells = plan.unwrapped(tensors) if plan.wrapped else [each.dtype for each in tensors]
        if plan.constants or plan.others:
            tells += plan.told(values)
        key = (plan.number, id(frame.f_code), frame.f_lasti, *tells)
        found: Kind | None = self._kinds.get(key, _NEW)
        new = found is _NEW
        if new:
            with self._lock:
                found = self._new(kernel, plan.of, frame, args, kwargs)
                self._kinds[key] = found
        elif found is None:
            self.counts.sourceless += 1
        if found is None:
            return None
        found.launched(self.test)
        if self._comparer.compare(found, plan.names, tensors) or new:
            self._report(found)
        return found

    def traced(self, kernel: Any, passed: Mapping[str, Any], place: tuple[str, int]) -> None:
        """See a launch in a function that torch compiles: only the types are known."""
        try:
            parameters = self._passing.parameters(kernel)
            known = self.sources.kernel(kernel)
            where = self.sources.place(os.path.abspath(place[0]), (place[1], -1, place[1], -1))
            if known is None or where is None:
                self.counts.sourceless += 1
                return
            given = self._passing.given(kernel, parameters, passed)
            key = (id(kernel), place, tuple(given.items()))
            found = self._kinds.get(key)
            if found is None:
                found = self._kinds[key] = kind(where, known, given, None)
                self.counts.traced += 1
                found.launched(self.test)
                self._report(found)
            else:
                found.launched(self.test)
        except Exception as error:
            self.failed(error)

    def _new(
        self,
        kernel: Any,
        parameters: Parameters,
        frame: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Kind | None:
        code = frame.f_code
        file = os.path.abspath(code.co_filename)
        where = self.sources.place(file, position(code, frame.f_lasti, frame.f_lineno))
        known = self.sources.kernel(kernel)
        if where is None or known is None:
            self.counts.sourceless += 1
            return None
        passed = {**dict(zip(parameters.names, args, strict=False)), **kwargs}
        return kind(where, known, self._passing.given(kernel, parameters, passed), code)

    def viewed(self, tensor: Any, origin: tuple[Any, int, int], element: str) -> None:
        """The host sees memory as floats of a type, at the instruction `origin`."""
        shadow = self.shadows.of(tensor.untyped_storage())
        if element in shadow.views and not shadow.writes:
            return
        where = geometry(tensor)
        code, instruction, line = origin
        place = self.sources.place(
            os.path.abspath(code.co_filename), position(code, instruction, line)
        )
        if place is None:
            return
        view = View(where, element, place[1])
        shadow.see(view)
        self.shadows.meant(None)
        shadow.touched(version(tensor))
        written = shadow.read(where) if shadow.writes else None
        if written is None or not BY_NAME[element].is_fp8:
            return
        codes = written.meaning.element
        clash = codes is not None and evidence.is_other_format(codes, where, view)
        if written.meaning.kind == "truncated" or clash:
            if written.writer.sign(evidence.viewed_later(written.parameter, view)):
                self._report(written.writer)

    def host_wrote(self, tensor: Any) -> None:
        """torch wrote to the memory of a tensor."""
        shadow = self.shadows.get(tensor.untyped_storage()._cdata)
        if shadow is not None:
            shadow.host_wrote(geometry(tensor), BY_NAME.get(type_name(tensor.dtype)))
            shadow.version = version(tensor)

    def copied(self, origin: tuple[Any, int, int], types: tuple[str, str], to_bytes: bool) -> None:
        """The host copies between 8-bit floats and bytes (`types`), at an instruction."""
        code, instruction, line = origin
        place = self.sources.place(
            os.path.abspath(code.co_filename), position(code, instruction, line)
        )
        if place is not None:
            tests = (self.test,) if self.test else ()
            seen = SeenCopy(place[0], place[1], types[0], types[1], to_bytes, tests)
            self._copies[seen] = self._copies.get(seen, 0) + 1
            if self._copies[seen] == 1:
                if self._added is not None:
                    self._added(seen)
                if self._judge is not None and (said := self._judge(seen)):
                    self.found_in_test += said
                    raise HazardError("\n".join(said))

    def _report(self, found: Kind, at: Kind | None = None) -> None:
        """Something new was seen of a kind; `at` is that of the launch that showed it."""
        record = found.record()
        if self._added is not None:
            self._added(record)
        if self._judge is not None:
            found.findings = self._judge(record)
            self.found_in_test += found.findings
            if found.findings and at is not None:
                raise HazardError("\n".join(found.findings))


_NEW: Any = object()

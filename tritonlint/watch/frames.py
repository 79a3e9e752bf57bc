"""Whose code launched: the frame of the program, behind those of Triton, torch and tritonlint."""

from __future__ import annotations

import sys
import sysconfig
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tritonlint import triton_hook

# What torch calls the file of a graph of operations that it runs.
_GENERATED = "<eval_with_key>"
# Whose a file is.
_OWN, _FOREIGN, _MADE = "the program's", "foreign", "generated"


class Frames:
    """Finds the innermost frame that is the program's own."""

    def __init__(self) -> None:
        library = sysconfig.get_paths()["stdlib"]
        self._site = (f"{library}/site-packages/", f"{library}/dist-packages/")
        own = (f"{Path(__file__).parent}/", triton_hook.__file__)
        self._passed: list[str] = [*own, f"{library}/"]
        self._foreign: dict[str, str] = {}
        self._packages = ["triton", "torch", "_pytest", "pluggy"]

    def is_generated(self, frame: FrameType | None) -> bool:
        """Whether code that `torch.compile` made is between the program and a frame. The program's
        own frame is then one that was compiled, and has lost its lines."""
        while frame is not None:
            if frame.f_code.co_filename.startswith(_GENERATED):
                return True
            frame = frame.f_back
        return False

    def own(self, frame: FrameType | None) -> FrameType | None:
        """The first frame from `frame` outwards that is the program's own; None where generated
        code is between."""
        foreign = self._foreign
        while frame is not None:
            name = frame.f_code.co_filename
            known = foreign.get(name) or self._look(name)
            if known is _OWN:
                return frame
            if known is _MADE:
                return None
            frame = frame.f_back
        return None

    def _look(self, name: str) -> str:
        made = _MADE if name.startswith(_GENERATED) else ""
        self._foreign[name] = made or (_FOREIGN if self._is_foreign(name) else _OWN)
        return self._foreign[name]

    def _is_foreign(self, name: str) -> bool:
        if name.startswith("<"):
            return True
        for package in self._packages:
            for folder in getattr(sys.modules.get(package), "__path__", ()):
                if name.startswith(f"{folder}/"):
                    return True
        return name.startswith(tuple(self._passed)) and not name.startswith(self._site)


def position(code: CodeType, instruction: int, line: int) -> tuple[int, int, int, int]:
    """First line and byte column, last line and byte column of an instruction, columns from 0; -1
    where Python does not keep them (before 3.11)."""
    positions: Any = getattr(code, "co_positions", None)
    if positions is not None:
        found = next(islice(positions(), instruction // 2, None), None)
        if found is not None and None not in found:
            first, last, column, end = found
            return first, column, last, end
    return line, -1, line, -1

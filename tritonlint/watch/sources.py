"""From frames and kernels to the code that they are of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tritonlint.errors import SourceError
from tritonlint.facts.hazards.launched.functions import (
    call_at,
    code_of,
    defined_at,
    kernel_from,
)
from tritonlint.facts.hazards.launched.seen import Code
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.project import Project
from tritonlint.source import Span


class Sources:
    """The source of a running program, parsed as it is asked for."""

    def __init__(self) -> None:
        self.project = Project([])
        self._kernels: dict[tuple[str, str, int], tuple[Kernel, Code] | None] = {}

    def _module(self, file: str) -> Module | None:
        try:
            module = self.project.cached(file) or self.project.module(Path(file))
            _ = module.tree
        except SourceError:
            return None
        return module

    def kernel(self, kernel: Any) -> tuple[Kernel, Code] | None:
        """The kernel that a jit function is, and its code; None without a source file."""
        code = kernel.fn.__code__
        key = (code.co_filename, code.co_name, code.co_firstlineno)
        if key not in self._kernels:
            self._kernels[key] = self._kernel(*key)
        return self._kernels[key]

    def _kernel(self, file: str, name: str, line: int) -> tuple[Kernel, Code] | None:
        module = self._module(file)
        definition = defined_at(module, name, line) if module else None
        if module is None or definition is None:
            return None
        return kernel_from(definition), code_of(module, definition, Span(file, line, 1, line, 1))

    def place(self, file: str, where: tuple[int, int, int, int]) -> tuple[Code, Span] | None:
        """The function around an instruction, and the place of the call that it is; None without a
        source file."""
        module = self._module(file)
        if module is None:
            return None
        first, column, last, end = where
        if column < 0:
            node = call_at(module, Span(module.path, first, 0, last, 0))
            span = module.source.span(node) if node else Span(module.path, first, 1, last, 1)
        else:
            lines = module.source.lines
            span = Span(
                module.path,
                first,
                _characters(lines, first, column) + 1,
                last,
                _characters(lines, last, end) + 1,
            )
        return code_of(module, module.function_at(span.line), span), span


def _characters(lines: Sequence[str], line: int, column: int) -> int:
    """How many characters a number of bytes of UTF-8 are."""
    if not 0 < line <= len(lines):
        return column
    text = lines[line - 1]
    return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))

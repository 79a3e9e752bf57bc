"""What kernels do when they are launched so, each found out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tritonlint.facts.project.kernel import Kernel

T = TypeVar("T")


class Effects:
    """The answers to questions about kernels, which launches share. The question itself is part of
    what an answer is kept under: no name in the code that is analysed can stand for another one."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Any] = {}

    def of(self, question: Callable[..., T], kernel: Kernel, made: object, *more: str) -> T:
        """`question(kernel, made, *more)`, asked once; `made` is a specialization."""
        key = (question, kernel.node, repr(made), more)
        if key not in self._known:
            self._known[key] = question(kernel, made, *more)
        known: T = self._known[key]
        return known

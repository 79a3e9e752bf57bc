"""What the constants are that a kernel reads: found by running them, and the functions of the
project that they call. Nobody vouches for that code, so a process that has run it is believed for
nothing but what it says the values are (`values.py`)."""

from __future__ import annotations

import ast
import importlib
from typing import Any

from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import Enclosing
from tritonlint.verify.compiler.extract import Extraction
from tritonlint.verify.compiler.values import encoded, place_of


def evaluated(definition: Definition) -> dict[str, Any]:
    """The value of each constant that a kernel and its device functions read, by place, as far as
    it is plain data. Raises VerifyError when there is no way to the kernel."""
    evaluation = _Evaluation()
    evaluation.function(definition)
    list(evaluation.configs(definition))
    return evaluation.found


class _Evaluation(Extraction):
    """Goes the way of an extraction, and runs what stands on it. `found` are the values."""

    def __init__(self) -> None:
        super().__init__({})
        self.found: dict[str, Any] = {}

    def _value(self, target: Definition | External | None) -> tuple[bool, Any]:
        match target:
            case External(qualified):
                return _imported(qualified)
            case Definition(node=ast.FunctionDef()):
                return True, self.function(target)
        return super()._value(target)

    def _compiled(self, made: Any, definition: Definition) -> Any:
        return importlib.import_module("triton").jit(made)

    def _constant(
        self, value: ast.expr, module: Module, enclosing: Enclosing = ()
    ) -> tuple[bool, Any]:
        """The value of an expression outside of kernels; not known when evaluating it fails, as it
        does for whatever needs torch."""
        self._define(value, module, enclosing)
        code = compile(ast.Expression(value), str(module.file), "eval")
        try:
            found = eval(code, self._namespace(module))
        except Exception:
            return False, None
        said = encoded(found)
        if said is not None:
            self.found[place_of(value, str(module.file))] = said
        return True, found


# Modules that constants are computed with; others are not imported.
_MODULES = ("triton", "math")


def _imported(qualified: str) -> tuple[bool, Any]:
    """The object of a dotted name inside Triton or the module of mathematics."""
    head, *rest = qualified.split(".")
    if head not in _MODULES:
        return False, None
    value: Any = importlib.import_module(head)
    for depth, part in enumerate(rest, start=1):
        inside = getattr(value, part, None)
        value = inside if inside is not None else _submodule(".".join([head, *rest[:depth]]))
    return value is not None, value


def _submodule(dotted: str) -> Any:
    try:
        return importlib.import_module(dotted)
    except ImportError:
        return None

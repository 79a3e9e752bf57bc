"""Caches that hold bytes where a setting asks for a quantized cache, told by the setting alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import about, is_cache
from tritonlint.facts.hazards.torch_code import float_type, viewed
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.paths import contradicts
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.settings import stem
from tritonlint.facts.host.symbols import Parameter, Symbol
from tritonlint.facts.host.values import Condition, Path, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, last_name, nodes, only_given, walk
from tritonlint.source import Span

Asked = tuple[Symbol, Span, Path]


def asked_for(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> Iterator[Evidence]:
    """Evidence from a test of the cache's dtype setting: the code knows of quantized caches, and
    this one is not viewed.

    Only where the project says that it stores quantized caches as bytes (`run.byte_table`), or the
    same file views such a cache for the same setting; and not for a parameter that callers in the
    project pass, or tests beside it that view tensors: they may pass it viewed, unless the other
    methods of the class view what they are passed.
    """
    if not is_cache(tensor.buffer):
        return
    passed, alike = run.passed_by_callers(tensor.buffer), _is_handed_alike(run, tensor)
    if passed and not alike:
        return
    tests = [each for each in _tests(run, event) if about(each[0], tensor.buffer)]
    if tests and run.passed_by_tests(tensor.buffer):
        return
    for key, span, taken in tests:
        if contradicts(taken, path):
            continue
        if run.byte_table() is not None and not passed:
            message = "a quantized cache is asked for here, and the project stores one as bytes"
            yield Evidence(span, message, "likely", taken, here=True, stated=False)
            continue
        called = key.last_name, tensor.buffer.last_name
        found = None if passed else _viewed_for(event.module, None, *called)
        if found is None and alike:
            found = _viewed_for(run.root.module, run.root.owner, *called)
        if found is not None:
            types, place = found
            message = f"for the same setting the cache is viewed as {types} here"
            yield Evidence(place, message, "likely", taken, types, stated=False)


def _is_handed_alike(run: Run, tensor: Tensor) -> bool:
    """Whether what a method is handed is what the other methods of its class are: none of them
    calls it, so that whoever calls them has one cache for all."""
    root, buffer = run.root, tensor.buffer
    if root.owner is None or not isinstance(buffer, Parameter):
        return False
    return buffer.function == root.qualified and not _is_called_in(root.owner, root.name)


@kept(256)
def _is_called_in(owner: ast.ClassDef, name: str) -> bool:
    """Whether the code of a class calls a method of this name of its own objects."""
    return any(as_code(each.func) == f"self.{name}" for each in nodes(owner, ast.Call))


def _tests(run: Run, event: LaunchEvent) -> Iterator[Asked]:
    """The tests of settings that were met, and those that the launch hands to the kernel."""
    for note in run.notes:
        if note.kind == "setting":
            yield note.buffer, note.span, note.path
    for passed in event.arguments.values():
        for inner, value in options(passed.value):
            if isinstance(value, Condition) and value.kind == "quantized":
                yield stem(value.key), value.span, (*event.path, *inner, (value.key, True))


def _viewed_for(
    module: Module, owner: ast.ClassDef | None, setting: str, cache: str
) -> tuple[ElementTypes, Span] | None:
    """Where a cache of that name is viewed as fp8 under a test of the setting, and as what: in a
    file, or in a class of it."""
    for node in walk(owner or module.tree):
        if not isinstance(node, ast.If) or setting not in _spelled_out(module, node.test):
            continue
        for each in (inner for statement in node.body for inner in walk(statement)):
            match each:
                case ast.Call(func=ast.Attribute(attr="view")) if view := viewed(each):
                    of, types = view[0], float_type(view[1])
                    of = of.value if isinstance(of, ast.Subscript) else of
                    named = last_name(of) == cache
                    if named and types and all(t.is_fp8 for t in types.types or ()):
                        return types, module.source.span(each)
    return None


def _spelled_out(module: Module, test: ast.expr) -> str:
    """A test as it is written; of a name, what it stands for in its function."""
    around = module.function_at(test.lineno) if isinstance(test, ast.Name) else None
    given = only_given(around.as_function) if around is not None else {}
    return ast.unparse(given.get(test.id, test) if isinstance(test, ast.Name) else test)

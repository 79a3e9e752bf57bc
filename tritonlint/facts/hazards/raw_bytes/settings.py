"""Caches that hold bytes where a setting asks for a quantized cache, told by the setting alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import about, is_cache
from tritonlint.facts.hazards.torch_code import float_type, viewed
from tritonlint.facts.host.calls.decorators import has_view
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.conditions.settings import stem
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.objects.classes import owner_of
from tritonlint.facts.host.objects.heirs import heirs
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Parameter, Symbol
from tritonlint.facts.host.values.values import Condition, Path, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, last_name, nodes, only_given, walk
from tritonlint.source import Span

Asked = tuple[Symbol, Span, Path]


def asked_for(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> Iterator[Evidence]:
    """Evidence from a test of the cache's dtype setting: the code knows of quantized caches, and
    this one is not viewed.

    Only where the project says that it stores quantized caches as bytes (`run.byte_table`), or the
    same file views such a cache for the same setting; and not for a parameter that callers in the
    project pass, or tests beside it that view tensors: they may pass it viewed.
    """
    if not is_cache(tensor.buffer) or run.passed_by_callers(tensor.buffer):
        return
    tests = [each for each in _tests(run, event) if about(each[0], tensor.buffer)]
    if tests and run.passed_by_tests(tensor.buffer):
        return
    for key, span, taken in tests:
        if contradicts(taken, path):
            continue
        if run.byte_table() is not None:
            message = "a quantized cache is asked for here, and the project stores one as bytes"
            yield Evidence(span, message, "likely", taken, here=True, stated=False)
            continue
        called = key.last_name, tensor.buffer.last_name
        found = _viewed_for(event.module, None, *called)
        if found is None and _is_handed_alike(run, tensor):
            found = _viewed_for(run.root.module, run.root.owner, *called)
        if found is not None:
            types, place = found
            message = f"for the same setting the cache is viewed as {types} here"
            yield Evidence(place, message, "likely", taken, types, stated=False)


def _is_handed_alike(run: Run, tensor: Tensor) -> bool:
    """Whether what a method is handed is what the other methods of its class are: none of them, of
    its bases or of its heirs names it, and who calls one of its name has what it hands on from
    elsewhere as it is, so that whoever calls them has one cache for all."""
    root, buffer = run.root, tensor.buffer
    kind = owner_of(root)
    if kind is None or not isinstance(buffer, Parameter) or buffer.function != root.qualified:
        return False
    family = (*linearized(kind), *heirs(kind))
    if any(_names_its_own(each.as_class, root.name) for each in family):
        return False
    files = (kind.module, *run.binding(kind.module, (root.name, root.name)))
    return all(_is_handed_on(each, root.name) for each in files)


@kept(1024)
def _is_handed_on(module: Module, name: str) -> bool:
    """Whether all functions of a file that call a method of this name view and make nothing, and
    call nothing for what they hand it."""
    for call in nodes(module.tree, ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == name:
            around = module.function_at(call.lineno)
            given = (*call.args, *(each.value for each in call.keywords))
            if around is None or has_view(around.as_function) or makes_tensors(around.as_function):
                return False
            if any(isinstance(each, ast.Call) for each in given):
                return False
    return True


@kept(1024)
def _names_its_own(owner: ast.ClassDef, name: str) -> bool:
    """Whether the code of a class names a method of this name of its own objects."""
    return any(
        each.attr == name
        and (isinstance(each.value, ast.Call) or as_code(each.value) in ("self", "cls"))
        for each in nodes(owner, ast.Attribute)
    )


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
        if not isinstance(node, ast.If):
            continue
        if not re.search(rf"\b{setting}\b", _spelled_out(module, node.test)):
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

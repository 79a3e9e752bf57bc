"""Wrappers that take the setting of a cache's dtype, or its scales, and never ask for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import UINT8, UNKNOWN
from tritonlint.facts.device import Store, contract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.declared_settings import means, supported
from tritonlint.facts.hazards.launched.known_arguments import known_arguments
from tritonlint.facts.hazards.launched.specializations import parameter_span, specialization
from tritonlint.facts.hazards.raw_bytes.storage import storage_of
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import only_tensor, options
from tritonlint.facts.host.values.symbols import Parameter
from tritonlint.facts.host.values.values import Const, Tensor
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import dotted_name, nodes, walk
from tritonlint.findings.claim import Known
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# What wrappers call the setting, the scales of a cache, and the cache.
_SETTING = re.compile(r"^(?:kv_)?cache_dtype(?:_str)?$")
_SCALE = re.compile(r"^(?:kv?|v|key|value|kv_cache)_(?:scales?|descales?)(?:_float|_cache)?$")
_CACHE = re.compile(r"(?:^|_)cache(?:_|$)")


@dataclass(frozen=True)
class IgnoredSetting:
    """A launch that hands a cache to a kernel that stores floats into it, in a wrapper that ignores
    what it is told of the cache.

    `place` is the parameter that says it, `settings` are all of them, `cache` is the parameter that
    holds the cache. `store` is what the kernel does to it when it holds bytes. `unread` are the
    parameters of the kernel that settings are handed to, and that it never reads. `known` is what
    is known of all arguments.
    """

    place: Span
    function: str
    settings: tuple[str, ...]
    cache: str
    argument: str
    argument_span: Span
    launch: Span
    kernel: str
    parameter: str
    parameter_span: Span
    store: Store
    unread: tuple[str, ...]
    kernel_path: str
    kernel_line: int
    known: tuple[Known, ...]


def ignored_settings(run: Run) -> Iterator[IgnoredSetting]:
    """The settings that the root of `run` ignores: one for each cache that a launch is passed."""
    if isinstance(run.root.node, Module):
        return  # nothing is passed to a module
    declared = signature(run.root.as_function).named
    settings = [each for each in declared if _SETTING.match(each.arg)]
    if not settings or run.notes.of_kind("unquantized") or _is_unquantized(run, settings[0].arg):
        return
    settings += [each for each in declared if _SCALE.match(each.arg)]
    names = {each.arg for each in settings}
    body = walk(run.root.as_function)
    uses = [each for each in body if isinstance(each, ast.Name) and each.id in names]
    for event in run.launches:
        unread = _unread(run, event, _asked_beside(event, uses))
        for cache, parameter, store in _caches(run, event) if unread is not None else ():
            passed = event.arguments[parameter]
            yield IgnoredSetting(
                _name_of(run, settings[0]),
                event.function,
                tuple(each.arg for each in settings),
                cache,
                passed.text,
                passed.span,
                event.span,
                event.kernel.name,
                parameter,
                parameter_span(event.kernel, parameter),
                store,
                unread or (),
                event.kernel.path,
                event.kernel.line,
                tuple(known_arguments(event, "", event.path)),
            )


def _is_unquantized(run: Run, setting: str) -> bool:
    """Whether the file of the root lists what a setting can be, and no 8-bit floats among them."""
    lists = [each for each in supported(run.root.module) if means(each.name, setting)]
    members = [member.value for each in lists for member in each.members]
    return bool(members) and not any(each.startswith(("fp8", "float8")) for each in members)


def _asked_beside(event: LaunchEvent, uses: list[ast.Name]) -> list[ast.Name]:
    """Those of `uses` that are not in the other arm of a test than the launch."""
    if not event.alone:
        return uses
    apart: set[int] = set()
    for each in walk(event.root.as_function):
        if isinstance(each, ast.If):
            holding = [_holds(arm, event.span.line) for arm in (each.body, each.orelse)]
            for arm, other in ((each.body, holding[1]), (each.orelse, holding[0])):
                if other:
                    apart.update(id(inner) for part in arm for inner in walk(part))
            if not any(holding) and each.end_lineno and each.end_lineno < event.span.line:
                # What returns before the launch is another way.
                ended = (
                    arm
                    for arm in (each.body, each.orelse)
                    if arm and isinstance(arm[-1], ast.Return)
                )
                apart.update(id(inner) for arm in ended for part in arm for inner in walk(part))
    return [each for each in uses if id(each) not in apart]


def _holds(body: list[ast.stmt], line: int) -> bool:
    return any(each.lineno <= line <= (each.end_lineno or each.lineno) for each in body)


def _name_of(run: Run, parameter: ast.arg) -> Span:
    """Where the name of a parameter of the root stands."""
    line, column = parameter.lineno, parameter.col_offset + 1
    return Span(run.root.module.path, line, column, line, column + len(parameter.arg))


def _unread(run: Run, event: LaunchEvent, uses: list[ast.Name]) -> tuple[str, ...] | None:
    """The parameters of the kernel that the settings are handed to, when they are handed to nothing
    but launches, of which no kernel reads one of them; None when a setting is asked for."""
    found: list[str] = []
    for each in uses:
        handed = [(other, name) for other in run.launches for name in _handed(other, each)]
        if not handed or any(name in _read(other) for other, name in handed):
            return None
        found += (name for other, name in handed if other is event)
    return tuple(dict.fromkeys(found))


def _handed(event: LaunchEvent, use: ast.Name) -> Iterator[str]:
    """The parameters of a kernel that a launch is passed a name for, over whatever calls."""
    for name, passed in event.arguments.items():
        tensors = (each for _, each in options(passed.value) if isinstance(each, Tensor))
        places = [passed.place, *(place for each in tensors for place in each.passed)]
        if any(place.node is use for place in places):
            yield name


def _read(event: LaunchEvent) -> set[str]:
    """The names that a kernel reads, in what is not left out where a launch passes a flag so."""
    flags = {name: passed.value for name, passed in event.arguments.items()}
    found: set[str] = set()
    waiting: list[ast.AST] = [*event.kernel.node.body]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.If) and isinstance(each.test, ast.Name):
            flag = flags.get(each.test.id)
            if isinstance(flag, Const) and isinstance(flag.value, bool):
                waiting += each.body if flag.value else each.orelse
                continue
        if isinstance(each, ast.Name):
            found.add(each.id)
        waiting += ast.iter_child_nodes(each)
    return found


def _caches(run: Run, event: LaunchEvent) -> Iterator[tuple[str, str, Store]]:
    """The caches that the root is given and that the launch is passed as they are, of an element
    type that nothing tells; with the parameter and the store of a float through it."""
    told = {note.buffer for note in run.notes if note.kind in ("view", "asserted", "handled")}
    compared = _compared(run)
    for parameter, passed in event.arguments.items():
        tensor = only_tensor(passed.value)
        if tensor is None or tensor.view is not None or not isinstance(tensor.buffer, Parameter):
            continue
        if not tensor.buffer.is_given_to(run.root.qualified):
            continue
        name = tensor.buffer.name
        known = tensor.types or event.types.get(tensor.buffer, UNKNOWN)
        if not _CACHE.search(name) or known.known or tensor.buffer in told:
            continue
        if not compared.isdisjoint((name, passed.text)):
            continue
        store = _float_store(run, event, parameter, tensor)
        if store is not None:
            yield name, parameter, store


def _compared(run: Run) -> frozenset[str]:
    """The tensors whose dtype the root compares with something, such as that of another tensor."""
    return frozenset(
        dotted_name(side.value) or ""
        for each in nodes(run.root.as_function, ast.Compare)
        for side in (each.left, *each.comparators)
        if isinstance(side, ast.Attribute) and side.attr == "dtype"
    )


def _float_store(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor) -> Store | None:
    """The store that loses floats when `parameter` holds bytes; None where there is none, or where
    the bytes are reported as such."""
    storage = storage_of(run, event, parameter, tensor)
    if storage.raw:
        return None
    made = specialization(event, parameter, storage.types, event.path)
    found = contract(event.kernel, Specialization({**made.pointers, parameter: UINT8}, {}))
    stores = [each for each in found.stores if each.parameter == parameter]
    if any(each.effect in ("bits", "int") for each in stores):
        return None  # the kernel knows of bytes
    lost = (each for each in stores if each.effect == "float_to_int" and each.kind == "float")
    return next(lost, None)

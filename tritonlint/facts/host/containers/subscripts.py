"""Subscripts in launching code: items of containers, entries of tables, parts of tensors."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from tritonlint.dtypes import PLATFORM_FP8
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.attributes import asked_by_name
from tritonlint.facts.host.calls import entering, given
from tritonlint.facts.host.conditions import branching, conditions, dtype_tests, setting_tests
from tritonlint.facts.host.containers import iteration, lookups
from tritonlint.facts.host.memory import tensors
from tritonlint.facts.host.objects import members
from tritonlint.facts.host.objects.classes import LISTS, annotated, as_tuple
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.arms import bare
from tritonlint.facts.host.values.choices import any_item, choose, options
from tritonlint.facts.host.values.naming import as_tensor, entry_of, written_entry
from tritonlint.facts.host.values.symbols import Never, OfSetting, Parameter
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Condition,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Namespace,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
    constant,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import as_code, nodes
from tritonlint.frozen import replace

# What an annotation has of a list or tuple of tensors.
_LISTED = re.compile(rf"\b(?:{'|'.join(sorted(LISTS))})\[")
# How a table of dtypes is called.
_TYPES = re.compile(r"d?types?$", re.IGNORECASE)


def subscript(frame: Frame, node: ast.Subscript) -> Value:
    named = asked_by_name.entry(frame, node)
    if named is not None:
        return named
    owner = frame.evaluate(node.value)
    every = list(options(owner))
    filled = [each for each in every if each[1] != Sequence(()) and _may_be_cut(each[1], node)]
    return choose(*((path, _element(frame, each, node)) for path, each in filled or every))


def _may_be_cut(value: Value, node: ast.Subscript) -> bool:
    """Whether a value takes the index in `node`: a list takes no `[..., :n]`."""
    return not (isinstance(value, Sequence) and isinstance(node.slice, ast.Tuple))


def _element(frame: Frame, owner: Value, node: ast.Subscript) -> Value:
    match owner:
        case Method():
            owner = as_tensor(owner)
        case Sequence():
            return _item(frame, owner, node)
        case Instance():
            fields = as_tuple(owner)
            if fields is not None:
                return _item(frame, fields, node)
            method = owner.definition.module.member(owner.definition, "__getitem__")
            if isinstance(method, Definition) and isinstance(method.node, ast.FunctionDef):
                index = given.positional(frame, node.slice, frame.evaluate(node.slice))
                call = ast.copy_location(ast.Call(node.value, [node.slice], []), node)
                return entering.enter(frame, call, Callable(method, owner), index)
        case Table(open=False) if (picked := _by_flag(frame, owner, node)) is not None:
            return picked
        case Table(open=False) if (sized := _by_size(frame, owner, node)) is not None:
            return sized
        case Table():
            entry_ = lookups.look_up(frame, owner, frame.evaluate(node.slice), node)
            return _as_annotated(frame, node, entry_) if entry_ == frame.unknown(node) else entry_
        case Launchable():
            return replace(owner, gridded=True)
        case Namespace(name=table):
            return _of_outside(frame, table, node) or frame.unknown(node)
        case Class():
            member = members.by_name(frame, owner, frame.evaluate(node.slice), node)
            return member or frame.unknown(node)
    if not isinstance(owner, Tensor):
        return frame.unknown(node)
    entry = entry_of(owner, node.slice, frame.evaluate)
    if entry is None and _is_listed(frame, owner) and _number(node.slice):
        entry = written_entry(owner, node.slice)
    if entry is not None:
        return frame.env.get(entry) or Tensor(entry)
    _run_calls(frame, node.slice)
    part = tensors.cut(frame, owner, frame.span(node))
    several = owner.several and isinstance(node.slice, ast.Slice)  # some of those that were cut out
    return part if part.several == several else replace(part, several=several)


def _by_flag(frame: Frame, owner: Table, node: ast.Subscript) -> Value | None:
    """The entry that a flag picks, which is not known; None of a table for other keys, and of a
    name of the module."""
    entries = {label: value for label, value in owner.items if isinstance(label, bool)}
    of_module = isinstance(node.slice, ast.Name) and node.slice.id not in frame.env
    if len(entries) < 2 or len(owner.items) > 2 or of_module:
        return None
    if isinstance(frame.evaluate(node.slice), Const):
        return None
    test = branching.condition(frame, node.slice)
    return _chosen_by(frame, test, entries)


def _chosen_by(frame: Frame, test: Condition, arms: Mapping[bool, Value]) -> Value:
    """What a test picks: each where it comes out so, where it is open."""
    outcome = branching.decided(frame, test)
    taken = (True, False) if outcome is None else (outcome,)
    return choose(*bare([(_where(frame, test, x), arms[x]) for x in taken], frame.known))


def _where(frame: Frame, test: Condition, outcome: bool) -> Path:
    """The path on which a test comes out so."""
    inner = frame.fork()
    conditions.assume(inner, test, outcome)
    return inner.path[len(frame.path) :]


def _by_size(frame: Frame, owner: Table, node: ast.Subscript) -> Value | None:
    """The entry for the size of the elements of a tensor, each on the path on which they have it;
    None where something else is asked for."""
    entries = [(label, value) for label, value in owner.items if type(label) is int]
    if not entries or len(entries) < len(owner.items):
        return None
    if dtype_tests.sized(frame, node.slice, frame.evaluate(node.slice)) is None:
        return None
    paths: list[tuple[Path, Value]] = []
    for label, value in entries:
        asked = ast.Compare(node.slice, [ast.Eq()], [ast.Constant(label)])
        test = branching.condition(frame, ast.copy_location(asked, node))
        if branching.decided(frame, test) is not False:
            paths.append((_where(frame, test, True), value))
    return choose(*paths) if paths else None


def _as_annotated(frame: Frame, node: ast.Subscript, entry: Value) -> Value:
    """An entry of a dict of a module, of which nothing else is known, as an object of the class
    that the annotation of this dict names: `LAYERS: dict[str, Layer] = {}`."""
    target = frame.module.meant(node.value, frame.enclosing)
    if target is None:
        return entry
    for each, around in target.module.assignments:
        if isinstance(each, ast.AnnAssign) and each.value is target.node:
            match each.annotation:
                case ast.Subscript(slice=ast.Tuple(elts=[_, kind])):
                    return annotated(target.module, kind, around, entry)
    return entry


def _is_listed(frame: Frame, owner: Tensor) -> bool:
    """Whether it is a parameter of the root that is annotated as a list or tuple: what is known of
    one item says nothing of the others."""
    root, buffer = frame.run.root, owner.buffer
    if not isinstance(buffer, Parameter) or buffer.function != root.qualified or owner.part:
        return False
    named = (each for each in signature(root.as_function).named if each.arg == buffer.name)
    annotation = next((each.annotation for each in named), None)
    return annotation is not None and _LISTED.search(as_code(annotation)) is not None


def _number(index: ast.expr) -> bool:
    """Whether an index is a number, as it is written."""
    if isinstance(index, ast.UnaryOp):
        index = index.operand
    return isinstance(index, ast.Constant) and type(index.value) is int


def _run_calls(frame: Frame, index: ast.expr) -> None:
    """Evaluate what an index calls: that may launch."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for part in parts:
        bounds = (part.lower, part.upper) if isinstance(part, ast.Slice) else (part,)
        for each in bounds:
            if each is not None and next(nodes(each, ast.Call), None) is not None:
                frame.evaluate(each)


def _of_outside(frame: Frame, table: str, node: ast.Subscript) -> DType | None:
    """What a table of dtypes from outside of the project has for the name of a quantized cache,
    where that is asked for; None of another one, and where it is not known what is asked for."""
    if not _TYPES.search(table):
        return None
    setting = setting_tests.asks_for(frame.evaluate(node.slice), node.slice)
    asked = (key for key, outcome in frame.path if outcome and not isinstance(key, Never))
    if setting and any(isinstance(x, OfSetting) and x.setting == setting.setting for x in asked):
        return DType(PLATFORM_FP8, text=as_code(node))
    return None


def _item(frame: Frame, owner: Sequence, node: ast.Subscript) -> Value:
    """An item of a sequence, or a part of it."""
    items = owner.items
    if isinstance(node.slice, ast.Slice):
        part = None if owner.repeated else iteration.bounds(frame, node.slice)
        if part is None:
            return Sequence(items, repeated=True)
        return Sequence(items[part], owner.places[part] if owner.places else ())
    asked = frame.evaluate(node.slice)
    index = constant(asked)
    if isinstance(index, int) and not owner.repeated and -len(items) <= index < len(items):
        return items[index]
    if isinstance(asked, Condition) and len(items) == 2 and not owner.repeated:
        return _chosen_by(frame, asked, {True: items[1], False: items[0]})
    found = any_item(owner) or frame.unknown(node)
    return iteration.at(found, as_tensor(asked)) if owner.repeated else found

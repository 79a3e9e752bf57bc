"""Attributes that are asked for, or given, by their names: `getattr(self, f"{kind}_cache")`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.flow.targets import bind
from tritonlint.facts.host.attributes import attributes
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.memory.element_types import all_bytes, mixes_bytes, tensor_types
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import NAMES, as_tensor, written_entry
from tritonlint.facts.host.values.symbols import Parameter
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Const,
    DType,
    Instance,
    Launchable,
    Namespace,
    Path,
    Tensor,
    Value,
    constant,
)
from tritonlint.facts.project.tree import FUNCTION, as_code, last_name, only_given

# What holds the attributes of an object by name.
_TABLES = (NAMES, "_buffers", "_parameters", "_modules")
# Stands for what is not known in the name of an attribute.
ANYTHING = "*"


def call(frame: Frame, node: ast.Call, name: str, values: tuple[Value, ...]) -> Value | None:
    """What `getattr(x, name)` or `setattr(x, name, value)` gives."""
    match name, values:
        case "getattr", (Namespace(name="torch"), Choice() as key, *_):
            return _dtypes(frame, node, key)
        case "getattr", (owner, key, *default):
            named = _named(frame, node.args[1], key)
            if len(named) == 1 and not named[0][0]:
                return _there(frame, node, named[0][1], default)
            if named:
                return _any(frame, [(at, _there(frame, node, x, default)) for at, x in named])
            text = _text(frame, node.args[1]) if isinstance(owner, Instance) else None
            if isinstance(owner, Instance) and text is not None:
                alike = attributes.named_like(frame, owner, _pattern(text))
                return _any(frame, [((), frame.evaluate(attribute(node, x))) for x in alike])
        case "setattr", (_, Const(value=str(given)), value):
            bind(frame, attribute(node, given), value)
            return Const(None)
        case "setattr", (Instance(), _, value) if text := _text(frame, node.args[1]):
            bind(frame, attribute(node, text), value)
    return _by_unknown_name(frame, node, list(values[2:]), name == "setattr")


def _dtypes(frame: Frame, node: ast.Call, key: Value) -> Value | None:
    """What `getattr(torch, name)` gives where the name is written out on some paths: there that
    dtype, and one that is not known on the others."""
    written = [isinstance(x, Const) and isinstance(x.value, str) for _, x in options(key)]
    if not any(written):
        return None
    return choose(
        *(
            (at, frame.evaluate(attribute(node, x.value)))
            if isinstance(x, Const) and isinstance(x.value, str)
            else (at, DType(UNKNOWN, text=as_code(node)))
            for at, x in options(key)
        )
    )


def entry(frame: Frame, node: ast.Subscript) -> Value | None:
    """What `self.__dict__["cache"]` or `self._buffers["cache"]` gives, of an object of a class of
    the project; None of another entry."""
    match node:
        case ast.Subscript(
            value=ast.Attribute(value=owner, attr=table) | ast.Call(func=table, args=[owner]),
            slice=key,
        ) if table in _TABLES or (isinstance(table, ast.Name) and table.id == "vars"):
            named = _named(frame, key, frame.evaluate(key))
            if named and isinstance(frame.evaluate(owner), Instance):
                nodes = ((at, ast.Attribute(owner, name, ast.Load())) for at, name in named)
                each = ((at, frame.evaluate(ast.copy_location(x, node))) for at, x in nodes)
                return choose(*each)
    return None


def registered(frame: Frame, node: ast.expr, key: Value | None) -> str | None:
    """The name that something is registered by, as far as it is known."""
    if isinstance(key, Const):
        return key.value if isinstance(key.value, str) else None
    return _text(frame, node)


def _any(frame: Frame, found: Sequence[tuple[Path, Value]]) -> Value | None:
    """What any of several attributes holds; None where some are bytes and others are not, or not
    known to be, on a path that both can be on, and nothing tells which of them is meant."""
    held = choose(*found) if found else None
    if held is None or all(path for path, _ in found):
        return held
    every = [(at, as_tensor(x)) for path, value in found for at, x in options(value, path)]
    tensors = [(path, each) for path, each in every if isinstance(each, Tensor)]
    types = [(path, tensor_types(frame, each)) for path, each in tensors]
    if not all(each.known for _, each in types):
        return None
    mixed = any(
        all_bytes(one) != all_bytes(other) and not contradicts(path, at)
        for index, (path, one) in enumerate(types)
        for at, other in types[index:]
    )
    return None if mixed or (mixes_bytes(frame, held) and len(tensors) < len(every)) else held


def _there(frame: Frame, node: ast.Call, name: str, default: Sequence[Value]) -> Value:
    """The attribute of this name, or the default where it may not be there."""
    found = frame.evaluate(attribute(node, name))
    there = not default or isinstance(found, (DType, Callable, Launchable))
    return found if there else choose(((), found), ((), default[0]))


def _named(frame: Frame, node: ast.expr, key: Value) -> list[tuple[Path, str]]:
    """The names that a key is, each on its path: those that are written, or that the annotation of
    a parameter lists; none where it may be another one."""
    every = options(key)
    found = [(path, each.value) for path, each in every if isinstance(each, Const)]
    known = [(path, name) for path, name in found if isinstance(name, str)]
    if len(known) == len(every):
        return known
    match key:
        case Tensor(buffer=Parameter(name=name)):
            return [((), each) for each in _listed(frame, name)]
    return []


def _listed(frame: Frame, name: str) -> list[str]:
    """The texts that the annotation of a parameter lists (`Literal["keys", "values"]`), or the one
    that it is by default."""
    around = frame.enclosing[-1] if frame.enclosing else None
    if not isinstance(around, FUNCTION):
        return []
    known = signature(around)
    said = next((each.annotation for each in known.named if each.arg == name), None)
    written: list[ast.expr] = []
    if isinstance(said, ast.Subscript) and last_name(said.value) == "Literal":
        written = said.slice.elts if isinstance(said.slice, ast.Tuple) else [said.slice]
    elif name in known.defaults:
        written = [known.defaults[name]]
    found = [each.value for each in written if isinstance(each, ast.Constant)]
    return [each for each in found if isinstance(each, str)]


def _text(frame: Frame, node: ast.expr) -> str | None:
    """A text that is put together, with `ANYTHING` for what is not known; None for another value,
    and where all of it is unknown."""
    if isinstance(node, ast.Name) and frame.enclosing:
        node = only_given(frame.enclosing[-1]).get(node.id, node)
    parts = list(_parts(frame, node))
    return "".join(parts) if any(part != ANYTHING for part in parts) else None


def _parts(frame: Frame, node: ast.expr) -> Sequence[str]:
    match node:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.JoinedStr(values=values):
            return [part for each in values for part in _parts(frame, each)]
        case ast.FormattedValue(value=ast.Name() as value, format_spec=None, conversion=-1):
            return _parts(frame, value)
        case ast.Name() if isinstance(known := constant(frame.evaluate(node)), (str, int)):
            return (str(known),)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (*_parts(frame, left), *_parts(frame, right))
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=given):
            several = given.elts if isinstance(given, ast.Tuple) else [given]
            return _between(frame, re.split(r"%[a-z]", text), several)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            plain = all(each in ("", "{}") for each in re.findall(r"\{[^{}]*\}", text))
            several = node.args if plain else []
            return _between(frame, re.split(r"\{[^{}]*\}", text), several)
    return (ANYTHING,)


def _between(frame: Frame, parts: Sequence[str], given: Sequence[ast.expr]) -> Sequence[str]:
    """What is written, with what is `given` between, as far as that is known."""
    unknown = [(ANYTHING,)] * (len(parts) - 1)
    between = [_parts(frame, x) for x in given] if len(given) == len(unknown) else unknown
    return [x for text, after in zip(parts, [*between, ()], strict=True) for x in (text, *after)]


def _pattern(text: str) -> re.Pattern[str]:
    """What a text may come to."""
    return re.compile(".+".join(re.escape(each) for each in text.split(ANYTHING)))


def _by_unknown_name(frame: Frame, node: ast.Call, rest: list[Value], put: bool) -> Value | None:
    """What `getattr(x, name)` gives that `setattr(x, name, value)` was given, where all that is
    known of the name is how it is written."""
    names = as_tensor(frame.evaluate(attribute(node, NAMES)))
    entry = written_entry(names, node.args[1]) if isinstance(names, Tensor) else None
    if entry is not None and put:
        frame.env[entry] = rest[0]
    return frame.env.get(entry)


def attribute(node: ast.Call, name: str) -> ast.Attribute:
    """`x.name` for `getattr(x, "name")`."""
    return ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)

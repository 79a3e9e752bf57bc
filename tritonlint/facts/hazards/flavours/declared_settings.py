"""Settings that say how a cache is kept, as a project declares them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import last_name, nodes, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# How a file that declares a setting of 8-bit floats names a member of it.
MEMBER = re.compile(rb"""["'](?:fp8|float8)\w*["']\s*[,:\]})\n]""")
# One that is the same as "fp8" everywhere, and one that is no e4m3.
E4M3 = re.compile(rb"""["'](?:fp8|float8)_e4m3(?:fn)?["']""")
UNLIKE_E4M3 = re.compile(rb"""["'](?:(?:fp8|float8)_e5m2|int8(?:_per_\w+)?)["']""")
_GENERAL = re.compile(r"^(?:all|valid|supported|allowed|known)_|s$|_(?:str|name|choice|option)$")
_SHORTEST = 5
# What a function is called that tells whether something is supported.
_SUPPORT = re.compile(r"(?:^|_)support(?:s|ed)?(?:_|$)")
_COLLECTIONS = ("frozenset", "set", "tuple", "list")


@dataclass(frozen=True)
class Member:
    """A value that a setting can have, and where that is said."""

    value: str
    place: Span


@dataclass(frozen=True)
class Declaration:
    """The members of a setting that the project calls `name`."""

    name: str
    members: tuple[Member, ...]

    def member(self, values: Iterable[str]) -> Member | None:
        """The first of `values` that the setting can have."""
        by_value = {each.value: each for each in self.members}
        return next((by_value[value] for value in values if value in by_value), None)


# What declares a setting, or asks what it is.
_DECLARING = (ast.Assign, ast.AnnAssign, ast.ClassDef, ast.Call, ast.arg, ast.Compare)


def declarations(module: Module) -> Iterator[Declaration]:
    """The settings that `module` declares with members of 8-bit floats: enums, literals, tables and
    lists, of the module or a class."""
    for node in nodes(module.tree, *_DECLARING):
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _declared(module, last_name(target), (value,))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                parts = (annotation, value) if value is not None else (annotation,)
                yield from _declared(module, last_name(target), parts)
            case ast.ClassDef(name=name, bases=bases) if any("Enum" in last_name(b) for b in bases):
                yield from _declared(module, name, node.body)
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(name)), value]
            ):
                yield from _declared(module, name, (value,))
            case ast.arg(arg=name, annotation=ast.Subscript() as annotation):
                yield from _declared(module, name, (annotation,))
            case ast.Compare(
                left=setting, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]
            ):
                yield from _looked_up(module, last_name(setting), name)


def supported(module: Module) -> Iterator[Declaration]:
    """What the classes of `module` list as supported by them (`supported_...`); without members
    where that is no list that is written out."""
    for owner in nodes(module.tree, ast.ClassDef):
        for node in owner.body:
            match node:
                case ast.Assign(targets=[target], value=value):
                    name = last_name(target)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    name = last_name(target)
                case _:
                    continue
            if _SUPPORT.search(name):
                yield Declaration(name, tuple(_written_out(module, value)))


def _written_out(module: Module, value: ast.expr) -> Iterator[Member]:
    """The members of a list that is written out in full, none of another."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            if all(isinstance(each, ast.Constant) for each in elements):
                for each in _members(value):
                    yield Member(str(each.value), module.source.span(each))


def _looked_up(module: Module, setting: str, name: str) -> Iterator[Declaration]:
    """What a setting can be that is looked up in a collection of the file."""
    for each in module.bindings.get(name, ()) if setting else ():
        if isinstance(each.node, ast.expr):
            yield from _declared(module, setting, (each.node,))


def admitted(module: Module) -> Iterator[Declaration]:
    """The values that `module` lets settings have, those of 8-bit floats among them: any other is
    refused with an error, here or in a function that is called for that, or answered with no by a
    function that tells what is supported (`supports_...`)."""
    for node in walk(module.tree):
        yield from _admitted(module, node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = module.meant(node.value.func)
            if called is not None and called.module is not module:
                inner = walk(called.node) if isinstance(called.node, ast.FunctionDef) else ()
                for each in inner:
                    yield from _admitted(called.module, each)


def _admitted(module: Module, node: ast.AST) -> Iterator[Declaration]:
    match node:
        case ast.If(
            test=ast.Compare(left=setting, ops=[ast.NotIn()], comparators=[values]),
            body=[*_, ast.Raise()],
        ):
            yield from _declared(module, last_name(setting), (values,))
        case ast.Assert(test=ast.Compare(left=setting, ops=[ast.In()], comparators=[values])):
            yield from _declared(module, last_name(setting), (values,))
        case ast.FunctionDef(name=name, body=body) if _SUPPORT.search(name):
            for each in body:
                match each:
                    case ast.If(
                        test=ast.Compare(left=setting, ops=[ast.NotIn()], comparators=[values]),
                        body=[*_, ast.Return(ast.Constant(False))],
                    ) | ast.Return(ast.Compare(left=setting, ops=[ast.In()], comparators=[values])):
                        yield from _declared(module, last_name(setting), (values,))


def _declared(module: Module, name: str, parts: Iterable[ast.AST]) -> Iterator[Declaration]:
    strings = [each for part in parts for each in _members(part)]
    values = [str(each.value) for each in strings]
    if len(values) > 1 and any(value.startswith(("fp8", "float8")) for value in values):
        spans = map(module.source.span, strings)
        yield Declaration(name, tuple(map(Member, values, spans)))


def _members(node: ast.AST) -> Iterator[ast.Constant]:
    """The strings that are members of a type, a collection or an enum, not those in calls and
    conditions."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node
        return
    match node:
        case ast.Dict(keys=keys):
            inner: Iterable[ast.AST] = filter(None, keys)
        case ast.List() | ast.Tuple() | ast.Set() | ast.Subscript() | ast.BinOp():
            inner = ast.iter_child_nodes(node)
        case ast.Call(args=[argument]) if last_name(node.func) in _COLLECTIONS:
            inner = (argument,)
        case ast.Assign(value=value) | ast.Expr(value=value):
            inner = (value,) if isinstance(node, ast.Assign) else ()
        case _:
            return
    for each in inner:
        yield from _members(each)


def means(declared: str, setting: str) -> bool:
    """Whether a declaration is that of a setting, by what both are called."""
    one, other = _core(declared), _core(setting.rpartition(".")[2])
    return min(len(one), len(other)) >= _SHORTEST and (one in other or other in one)


def lists_without(near: Iterable[Declaration], setting: str, values: Iterable[str]) -> bool:
    """Whether one of the declarations `near` by is that of a setting, and has none of `values`."""
    return any(not each.member(values) and means(each.name, setting) for each in near)


def all_without(lists: Iterable[Declaration], setting: str, values: Iterable[str]) -> bool:
    """Whether some of `lists` are of a setting, and all of those are told and have none of
    `values`."""
    own = [each for each in lists if means(each.name, setting)]
    return bool(own) and all(each.members and not each.member(values) for each in own)


@cache
def shared_name(name: str) -> str:
    """What a setting and its declarations are called but for what is general, the same for
    `CacheDType` and `self.kv_cache_dtype`; empty for a name that says too little. One with another
    word before it, as `indexer_kv_cache_dtype`, is another setting."""
    core = _core(name.rpartition(".")[2]).removeprefix("kv")
    return core if len(core) >= _SHORTEST else ""


def _core(name: str) -> str:
    """`supported_kv_cache_dtypes`, `CacheDType` and `kv_cache_dtype` in what they share."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()
    for _ in range(3):
        snake = _GENERAL.sub("", snake)
    return snake.replace("_", "")

"""Settings of which `startswith("fp8")` decides that they mean e4m3, though the project lets them
be e5m2."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from tritonlint.facts.host.tensors import named_fp8
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_ASKS = re.compile(r"""\.startswith\(\s*["'](?:fp8|float8)_?["']\s*\)""")
# Members of a setting, by which the files of declarations are found: the one of e5m2, and any.
MEMBER = re.compile(rb"""["'](?:fp8|float8)_e5m2["']""")
ANY_MEMBER = re.compile(rb"""["'](?:fp8|float8)\w*["']\s*[,:\]})\n]""")
_E5M2 = ("fp8_e5m2", "float8_e5m2")
_NAMED_E4M3 = ("torch.float8_e4m3fn", "torch.float8_e4m3fnuz")
_GENERAL = re.compile(r"^(?:all|valid|supported|allowed|known)_|s$|_(?:str|name|choice|option)$")
_SHORTEST = 5


@dataclass(frozen=True)
class Declaration:
    """The members of a setting that the project calls `name`, at `place`; `e5m2` is the one of e5m2
    or empty where there is none."""

    name: str
    place: Span
    e5m2: str


@dataclass(frozen=True)
class Prefixed:
    """An expression at `place` that is e4m3, under the test `test` that `setting` starts so;
    `member` is the setting of e5m2 that passes it, `declared` at that place."""

    place: Span
    function: str
    test: Span
    setting: str
    member: str
    declared: Span


def may_ask_prefix(text: str) -> bool:
    """Whether the text of a file may ask so."""
    return "startswith" in text and bool(_ASKS.search(text))


def declarations(module: Module) -> Iterator[Declaration]:
    """The settings that `module` declares with members of 8-bit floats: enums, literals, tables and
    lists, of the module or a class."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _declared(module, _last(target), (value,))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                parts = (annotation, value) if value is not None else (annotation,)
                yield from _declared(module, _last(target), parts)
            case ast.ClassDef(name=name, bases=bases) if any("Enum" in _last(b) for b in bases):
                yield from _declared(module, name, node.body)
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(name)), value]
            ):
                yield from _declared(module, name, (value,))
            case ast.arg(arg=name, annotation=ast.Subscript() as annotation):
                yield from _declared(module, name, (annotation,))


def _declared(module: Module, name: str, parts: Iterable[ast.AST]) -> Iterator[Declaration]:
    strings = [each for part in parts for each in _members(part)]
    values = [str(each.value) for each in strings]
    if len(values) < 2 or not any(value.startswith(("fp8", "float8")) for value in values):
        return
    member = next((value for value in values if value in _E5M2), "")
    place = next((each for each in strings if each.value == member), strings[0])
    yield Declaration(name, module.source.span(place), member)


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
        case ast.Call(args=[argument]) if _last(node.func) in ("frozenset", "set", "tuple", "list"):
            inner = (argument,)
        case ast.Assign(value=value) | ast.Expr(value=value):
            inner = (value,) if isinstance(node, ast.Assign) else ()
        case _:
            return
    for each in inner:
        yield from _members(each)


def prefixed(
    module: Module, declared: Iterable[Declaration], near: Iterable[Declaration]
) -> Iterator[Prefixed]:
    """The tests in `module` that take all settings of a prefix for e4m3; `declared` is what the
    project declares, `near` what `module` and its folder do. A module that asks for e5m2 anywhere
    is left alone, and so is a setting that is listed near by without it."""
    if _asks_for_e5m2(module.tree):
        return
    without = [each for each in near if not each.e5m2]
    members = [each for each in declared if each.e5m2]
    for function in module.functions:
        node = function.node
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        flags = _flags(node)
        for each in _statements(node):
            setting = _setting(each.test, flags)
            if setting is None:
                continue
            if any(_means(other.name, setting) for other in without):
                continue
            member = next((other for other in members if _means(other.name, setting)), None)
            body = each.body if isinstance(each, ast.If) else [each.body]
            place = next(_decided(body, _names(node)), None)
            if member is not None and place is not None:
                yield from _finding(module, function, (each.test, setting, place), member)


def _finding(
    module: Module,
    function: Definition,
    found: tuple[ast.expr, str, ast.expr],
    member: Declaration,
) -> Iterator[Prefixed]:
    test, setting, node = found
    place = module.source.span(node)
    yield Prefixed(
        place, function.name, module.source.span(test), setting, member.e5m2, member.place
    )


def _statements(node: ast.AST) -> Iterator[ast.If | ast.IfExp]:
    """The branches of a function, not those of functions inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(child, (ast.If, ast.IfExp)):
            yield child
        yield from _statements(child)


def _flags(node: ast.AST) -> dict[str, str]:
    """The local names that are bound, once, to such a test, and the setting that it is about."""
    found: dict[str, str] = {}
    for each in ast.walk(node):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = "" if name in found else _setting(value, {}) or ""
    return {name: setting for name, setting in found.items() if setting}


def _setting(test: ast.expr, flags: Mapping[str, str]) -> str | None:
    """The setting that begins with the prefix wherever `test` is true."""
    match test:
        case ast.Call(
            func=ast.Attribute(value=owner, attr="startswith"),
            args=[ast.Constant(value="fp8" | "fp8_" | "float8" | "float8_")],
        ):
            return dotted_name(owner)
        case ast.Name(id=name):
            return flags.get(name)
        case ast.BoolOp(op=ast.And(), values=values):
            return next(filter(None, (_setting(each, flags) for each in values)), None)
    return None


def _names(node: ast.AST) -> set[str]:
    """The local names that are assigned e4m3."""
    return {
        each.targets[0].id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Name)
        and _is_e4m3(each.value, set())
    }


def _decided(body: Iterable[ast.AST], names: set[str]) -> Iterator[ast.expr]:
    """The expressions that make something e4m3 in `body`: what is viewed or made so, handed back
    or kept."""
    for statement in body:
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Attribute(attr="view" | "to"), args=[dtype]):
                    candidates: list[ast.expr] = [dtype]
                case ast.Call(keywords=keywords):
                    candidates = [each.value for each in keywords if each.arg == "dtype"]
                case ast.Assign(value=value) | ast.Return(value=ast.expr() as value):
                    candidates = value.elts if isinstance(value, ast.Tuple) else [value]
                case _:
                    continue
            yield from (each for each in candidates if _is_e4m3(each, names))
        if isinstance(statement, ast.expr) and _is_e4m3(statement, names):
            yield statement


def _is_e4m3(node: ast.expr, names: set[str]) -> bool:
    """Whether it is e4m3: by its name, or as the platform has it."""
    match node:
        case ast.Call(func=function, args=[], keywords=[]):
            return named_fp8(_last(function))
        case ast.Name(id=name):
            return name in names
        case ast.Attribute():
            return dotted_name(node) in _NAMED_E4M3
    return False


def _asks_for_e5m2(tree: ast.AST) -> bool:
    """Whether something is compared with a setting or a dtype of e5m2."""
    return any(
        isinstance(node, (ast.Compare, ast.MatchValue)) and "e5m2" in ast.unparse(node)
        for node in ast.walk(tree)
    )


def _means(declared: str, setting: str) -> bool:
    """Whether a declaration is that of a setting, by what both are called."""
    one, other = _core(declared), _core(setting.rpartition(".")[2])
    return min(len(one), len(other)) >= _SHORTEST and (one in other or other in one)


def _core(name: str) -> str:
    """`supported_kv_cache_dtypes`, `CacheDType` and `kv_cache_dtype` in what they share."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()
    for _ in range(3):
        snake = _GENERAL.sub("", snake)
    return snake.replace("_", "")


def _last(node: ast.expr) -> str:
    return (dotted_name(node) or "").rpartition(".")[2]

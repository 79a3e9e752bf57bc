"""What an expression is by declaration: a string, a number, a tensor, a dtype.

Annotations say it, and constants, and string methods that are called on it. Annotations lie: what a
function hands on as a dtype, tests with `isinstance`, binds again or is given a dtype for is not
known, whatever its annotation says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.guards.annotations import Kind, annotated
from tritonlint.facts.hazards.guards.doubts import bound_otherwise, doubted_in, doubts
from tritonlint.facts.host.memory.named_dtypes import named_fp8
from tritonlint.facts.index.gates import is_followed
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import Enclosing, Function, dotted_name, statements_in, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_TORCH_DTYPE = re.compile(
    r"torch\.(?:u?int\d+|b?float\d+\w*|complex\d+|q?u?int\d+|half|float|double|long|int|short|bool)$"
)
_STRING_METHODS = frozenset(
    "startswith endswith lower upper strip lstrip rstrip split rsplit encode casefold".split()
)
# Those that make another string of it.
_GIVE_STRINGS = frozenset(
    "lower upper strip lstrip rstrip casefold replace removeprefix removesuffix join format".split()
)
_CONTAINERS = frozenset(("frozenset", "set", "tuple", "list", "sorted"))
_HELD: Mapping[Kind | None, Kind] = {"dtype": "dtypes", "str": "strings"}
_OF: Mapping[Kind | None, Kind] = {each: each for each in _HELD.values()}
_NUMBERS = frozenset(("len", "int", "element_size", "itemsize", "dim", "numel", "nelement"))
# What a function that returns no dtype does not return.
_DTYPE_IN = re.compile(r"torch\.|dtype", re.IGNORECASE)
# After a name: that it is a dtype by default or in a call, and that it may be declared.
_A_DTYPE = re.compile(r"(?:\s*:[^,()=]*)?\s*=\s*(?:torch\.(?!Tensor|device)\w|\w+\.dtype)")
_DECLARED = re.compile(r"(?!\w)[^\n]*[:=]")
# Decorators that leave what a function returns as it is.
_PLAIN = frozenset(("staticmethod", "classmethod", "cache", "lru_cache"))
# How many names are followed from one to the next.
_DEPTH = 6


@dataclass(frozen=True)
class Declared:
    """What an expression is, and where that is said. `written` is whether an annotation or the
    expression itself says it; else the way in which it is used does."""

    kind: Kind
    because: Span
    written: bool = True


@dataclass(frozen=True)
class Scope:
    """The names that a function of `module` sees, or, without a function, its top level."""

    module: Module
    function: Function | None = None
    enclosing: Enclosing = ()

    @cached_property
    def around(self) -> Enclosing:
        return (*self.enclosing, self.function) if self.function else ()

    @cached_property
    def arguments(self) -> tuple[ast.arg, ...]:
        return signature(self.function).named if self.function else ()

    @cached_property
    def _nodes(self) -> tuple[ast.AST, ...]:
        return tuple(walk(self.function)) if self.function else ()

    @cached_property
    def doubted(self) -> frozenset[str]:
        """The expressions that are tested with `isinstance` or used as a dtype here."""
        return frozenset(each for node in self._nodes for each in doubts(node))

    @cached_property
    def strings(self) -> dict[str, ast.Call]:
        """The expressions on which a method of strings is called here, each with the call."""
        return {
            ast.unparse(node.func.value): node
            for node in self._nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _STRING_METHODS
        }


def declared(scope: Scope, node: ast.expr, depth: int = _DEPTH) -> Declared | None:
    """What `node` is, where the code says so."""
    here = scope.module.source.span(node)
    kind = _literal(scope, node, depth)
    if kind is not None:
        return Declared(kind, here)
    if isinstance(node, ast.Call) and depth > 0:
        return _returned(scope, node)
    spelled = dotted_name(node)
    if spelled is None or depth <= 0:
        return None
    if isinstance(node, ast.Attribute) and node.attr == "dtype":
        owner = declared(scope, node.value, depth - 1)
        if owner is not None and owner.kind == "tensor":
            return Declared("dtype", owner.because)
    if isinstance(node, ast.Name):
        return _of_name(scope, node, depth)
    found = _of_target(scope, spelled, here, depth) or _of_attribute(scope, node, depth)
    return found if found is None or spelled not in scope.doubted else None


def _literal(scope: Scope, node: ast.expr, depth: int) -> Kind | None:
    """What an expression is by its form alone."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return "str"
        case ast.Call(func=ast.Name(id="str" | "repr")):
            return "str"
        case ast.Call(func=ast.Attribute(value=inner, attr=x)) if x in _GIVE_STRINGS:
            return "str" if _alike(scope, [inner], depth) == "str" else None
        case ast.Call(func=ast.Name(id="type"), args=[_]):
            return "type"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _NUMBERS:
            return "int"
        case ast.Call(func=ast.Attribute(value=inner, attr="keys"), args=[]):
            return _OF.get(_alike(scope, [inner], depth))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[]):
            return "dtype" if named_fp8(name) else None
        case ast.Call(func=ast.Attribute(attr="size" | "stride"), args=[_]):
            return "int"
        case ast.Attribute(attr="ndim" | "nbytes"):
            return "int"
        case ast.Subscript(
            value=ast.Attribute(attr="shape"), slice=ast.Constant(value=int()) | ast.UnaryOp()
        ):
            return "int"
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items) if items:
            return _HELD.get(_alike(scope, items, depth))
        case ast.Dict(keys=keys) if keys:
            return _HELD.get(_alike(scope, keys, depth))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _CONTAINERS:
            return _OF.get(_alike(scope, [inner], depth))
        case ast.BinOp(left=left, op=ast.BitOr() | ast.Add(), right=right):
            return _OF.get(_alike(scope, [left, right], depth))
    return None


def _alike(scope: Scope, nodes: Iterable[ast.expr | None], depth: int) -> Kind | None:
    """What all of these are."""
    kinds = {x.kind if n and (x := declared(scope, n, depth - 1)) else None for n in nodes}
    return kinds.pop() if len(kinds) == 1 else None


def _returned(scope: Scope, node: ast.Call) -> Declared | None:
    """What a function of the project gives by its annotation, unless it returns a dtype."""
    found = scope.module.meant(node.func, scope.around)
    if found is None or not isinstance(found.node, ast.FunctionDef):
        return None
    function, module, returns = found.node, found.module, found.node.returns
    if returns is None:
        return None
    wrapped = (dotted_name(getattr(each, "func", each)) for each in function.decorator_list)
    if any((each or "").rpartition(".")[2] not in _PLAIN for each in wrapped):
        return None
    kind = annotated(module, returns, found.enclosing)
    if kind not in ("int", "str"):
        return None
    for each in walk(function):
        if isinstance(each, ast.Return) and each.value is not None:
            if _DTYPE_IN.search(module.source.snippet(module.source.span(each.value))):
                return None
    return Declared(kind, module.source.span(returns))


def _of_name(scope: Scope, node: ast.Name, depth: int) -> Declared | None:
    """What a parameter, a local name or a name of the module is: the same wherever it is bound."""
    name = node.id
    for index in range(len(scope.around), 0, -1):
        owner = scope.around[index - 1]
        bound = scope.module.scope_bindings(owner).get(name) or ()
        if not bound or isinstance(owner, ast.ClassDef):
            continue
        inner = index == len(scope.around)
        outer = scope if inner else Scope(scope.module, owner, scope.around[: index - 1])
        values = [each.node for each in bound if not _is_again(name, each.node)]
        if values.count(None) > 1 or bound_otherwise(owner, name):
            return None  # not the parameter alone
        found = [_bound(outer, name, each, depth) for each in values]
        return found[0] if len({each and each.kind for each in found}) == 1 else None
    return _of_target(scope, name, scope.module.source.span(node), depth)


def _bound(scope: Scope, name: str, value: object, depth: int) -> Declared | None:
    """What a name is that is bound to `value`, or is a parameter."""
    if isinstance(value, ast.expr):
        return declared(scope, value, depth - 1)
    return _of_parameter(scope, name) if value is None else None


def _is_again(name: str, value: object) -> bool:
    """Whether a value is what methods of strings make of a name: `name.strip().lower()`."""
    match value:
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _GIVE_STRINGS:
            return _is_again(name, inner) or (isinstance(inner, ast.Name) and inner.id == name)
    return False


def _of_parameter(scope: Scope, name: str) -> Declared | None:
    """What a parameter is: by its annotation, else by the methods that are called on it."""
    argument = next((each for each in scope.arguments if each.arg == name), None)
    if argument is None:
        return None
    source = scope.module.source
    found: Declared | None = None
    if argument.annotation is not None:
        kind = annotated(scope.module, argument.annotation, scope.enclosing)
        found = Declared(kind, source.span(argument.annotation)) if kind else None
    elif any(f"{name}.{method}(" in source.text for method in _STRING_METHODS):
        called = scope.strings.get(name)
        found = Declared("str", source.span(called), written=False) if called else None
    # Its default is a dtype, or a call in this file passes one.
    doubted = name in scope.doubted or is_followed(source.text, name, _A_DTYPE)
    return None if doubted else found


def _of_target(scope: Scope, spelled: str, here: Span, depth: int) -> Declared | None:
    """What a name of the module, or of one that it imports, is."""
    match scope.module.target(spelled):
        case External(qualified=qualified) if _TORCH_DTYPE.match(qualified):
            return Declared("dtype", here)
        case Definition(node=ast.expr() as value, module=module, enclosing=()) as found:
            if named_fp8(found.name) and not isinstance(value, (ast.Tuple, ast.List, ast.Set)):
                return Declared("dtype", module.source.span(value))
            return declared(Scope(module), value, depth - 1)
    return None


def _of_attribute(scope: Scope, node: ast.expr, depth: int) -> Declared | None:
    """What an attribute of `self`, or of a parameter whose class is known, is declared as."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return None
    if node.value.id == "self":
        owner = next((e for e in reversed(scope.enclosing) if isinstance(e, ast.ClassDef)), None)
        return _of_field(scope.module, owner, node.attr) if owner else None
    for each in scope.arguments:
        if each.arg == node.value.id:
            found = scope.module.meant(each.annotation, scope.enclosing)
            if found is not None and isinstance(found.node, ast.ClassDef):
                return _of_field(found.module, found.node, node.attr)
    return None


def _of_field(module: Module, owner: ast.ClassDef, name: str) -> Declared | None:
    """What a class declares its attribute as; None where some assignment is not declared."""
    if not is_followed(module.source.text, name, _DECLARED):
        return None
    found: list[Declared | None] = []
    for node, enclosing in statements_in(owner.body, (owner,)):
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=field) | ast.Attribute(value=ast.Name(id="self"), attr=field),
                annotation=annotation,
            ) if field == name:
                kind = annotated(module, annotation, (owner,))
                found.append(Declared(kind, module.source.span(node)) if kind else None)
            case ast.Assign(targets=targets, value=value) if any(
                _is_field(each, name) for each in targets
            ):
                found.append(_handed_on(module, enclosing, value))
    if not found or not all(found) or f"self.{name}" in doubted_in(owner):
        return None
    return found[0]


def _handed_on(module: Module, enclosing: Enclosing, value: ast.expr) -> Declared | None:
    """What a parameter, or an attribute of one, is declared as that a method keeps as an attribute
    (`self.x = x`, `self.x = config.x`)."""
    method = enclosing[-1]
    owner = value.value if isinstance(value, ast.Attribute) else value
    if not isinstance(owner, ast.Name) or not isinstance(method, ast.FunctionDef):
        return None
    if owner.id == "self" or len(module.scope_bindings(method).get(owner.id, ())) != 1:
        return None
    scope = Scope(module, method, enclosing[:-1])
    if isinstance(value, ast.Attribute):
        return _of_attribute(scope, value, 1)
    return _of_parameter(scope, owner.id)


def _is_field(target: ast.expr, name: str) -> bool:
    if isinstance(target, ast.Tuple):
        return any(_is_field(each, name) for each in target.elts)
    return dotted_name(target) == f"self.{name}"

"""Which expression a module would use for the fp8 type at a place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import field

from tritonlint.edits.imports import imported_from, module_name
from tritonlint.edits.surroundings import Placed, Surroundings, bound
from tritonlint.findings import Applicability
from tritonlint.frozen import dataclass, replace

# What projects call the fp8 type of the platform: a constant, a local name, a helper function or an
# attribute. `Policy.FP8` is the member of an enum.
_FP8 = re.compile(
    r"^(?:\w+\.)*\w*(?:fp8|float8)(?:_\w+)?_(?:d?type)(?:\(\))?$|^\w+\.(?-i:fp8)$", re.IGNORECASE
)
_HINT = re.compile(r"fp8|float8", re.IGNORECASE)
_FLAVOUR = re.compile(r"^float8_e\dm\d(?:fn)?(?:uz)?$")
GUESS = "float8_e4m3fn"


@dataclass(frozen=True)
class Spelling:
    """An expression for the fp8 type, and whether a fix that uses it is safe. `needs` is the import
    without which it means nothing, empty when all is there."""

    text: str
    applicability: Applicability
    needs: str = ""


@dataclass
class _Names:
    """What a module calls the fp8 type, seen from one place in it. `viewed` counts what the module
    views tensors as."""

    local: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    flavours: Counter[str] = field(default_factory=Counter)
    viewed: Counter[str] = field(default_factory=Counter)


def spelling(around: Surroundings, at: Placed) -> Spelling:
    """The expression for the fp8 type at `at`.

    By preference: a name that the same function has bound by then; a constant of the module or one
    that it imports; the expression that the module uses most (`current_platform.fp8_dtype()`); a
    helper that it defines; the flavour of torch that it names, if that is one; else, as a guess,
    torch.float8_e4m3fn. Where names of one kind differ, the one that the module views tensors as;
    without such a view the choice is a guess too.
    """
    names = _names(around, at)
    if names.local:
        return Spelling(names.local[-1], "safe")
    for candidates in (names.constants, list(names.used), [f"{h}()" for h in names.helpers]):
        if candidates:
            return _chosen(candidates, names)
    return torch_spelling(around, at, *_flavour(names))


def _chosen(candidates: list[str], names: _Names) -> Spelling:
    def often(name: str) -> tuple[int, int, int]:
        return names.viewed[name], names.used[name], candidates.index(name)

    best = max(candidates, key=often)
    clear = len({*candidates}) == 1 or names.viewed[best] or names.used[best]
    return Spelling(best, "safe" if clear else "unsafe")


def _flavour(names: _Names) -> tuple[str, Applicability]:
    viewed = [name for name in names.flavours if any(name in text for text in names.viewed)]
    if len(names.flavours) == 1:
        return next(iter(names.flavours)), "safe" if viewed else "unsafe"
    return GUESS, "unsafe"


def torch_spelling(
    around: Surroundings, at: Placed, name: str, applicability: Applicability = "safe"
) -> Spelling:
    """torch's type `name` as the module at `at` can spell it."""
    alone = imported_from(around, "torch", at).get(name)
    if alone:
        return Spelling(alone, applicability)
    torch = module_name(around, "torch", at)
    return Spelling(f"{torch or 'torch'}.{name}", applicability, "" if torch else "import torch")


@dataclass
class _Module:
    """What a module says of the fp8 type wherever one asks: `names` but for what is local; what is
    bound inside functions, and the expressions for the type."""

    names: _Names
    inside: list[tuple[str, Placed]] = field(default_factory=list)
    expressions: list[tuple[str, Placed]] = field(default_factory=list)


def _names(around: Surroundings, at: Placed) -> _Names:
    module = around.once(_module)
    at_top = around.once(_names_at_top)
    local = [
        name
        for name, placed in module.inside
        if placed.scopes == at.scopes and placed.start < at.start and placed.blocks <= at.blocks
    ]
    used = Counter(
        text
        for text, placed in module.expressions
        if _is_known(text.partition(".")[0], placed, at, at_top)
        # `dtypes.fp8` of a module; that of an object may be a flag.
        and (not text.endswith(".fp8") or text.removesuffix(".fp8") in at_top)
    )
    return replace(module.names, local=local, used=used)


def _module(around: Surroundings) -> _Module:
    module = _Module(_Names())
    found = module.names
    called = {each.node.func for each in around.all if isinstance(each.node, ast.Call)}
    for placed in around.all:
        match placed.node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if _FP8.match(name) and not placed.scopes and placed.runs:
                    found.constants.append(name)
                elif _FP8.match(name):
                    module.inside.append((name, placed))
            case ast.alias() as alias:
                name = bound(alias)
                if _FP8.match(name) and name.isupper() and not placed.scopes and placed.runs:
                    found.constants.append(name)
                elif _FLAVOUR.match(alias.name) and placed.runs:
                    found.flavours[alias.name] += 1
            case ast.FunctionDef(name=name, args=args) if _FP8.match(name) and not placed.scopes:
                if placed.runs and _needs_no_argument(args):
                    found.helpers.append(name)
            case ast.Call() | ast.Attribute():
                _count(module, placed, placed.node in called)
    return module


def _count(module: _Module, placed: Placed, called: bool) -> None:
    """Count an expression for the fp8 type, a flavour of torch or the type of a view."""
    node = placed.node
    match node:
        case ast.Call(func=ast.Attribute(attr="view"), args=[only]):
            module.names.viewed[ast.unparse(only)] += 1
        case ast.Attribute(value=ast.Name(), attr=name) if _FLAVOUR.match(name):
            module.names.flavours[name] += 1
    last = node.func if isinstance(node, ast.Call) and not (node.args or node.keywords) else node
    if called or not isinstance(last, ast.Attribute) or not _HINT.search(last.attr):
        return
    text = ast.unparse(node)
    if _FP8.match(text):
        module.expressions.append((text, placed))


def _is_known(root: str, placed: Placed, at: Placed, at_top: frozenset[str]) -> bool:
    """Whether the name `root`, used at `placed`, means the same at `at`: a name of the module, or
    of the same function; `self` in the same class."""
    if root.removesuffix("()") in at_top:
        return True
    if root == "self":
        classes = [each for each in placed.scopes if isinstance(each, ast.ClassDef)]
        function = next(iter(at.scopes), None)
        first: list[ast.arg] = []
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = function.args.args[:1]
        return bool(classes) and classes[0] in at.scopes and [a.arg for a in first] == [root]
    return placed.scopes == at.scopes and placed.blocks <= at.blocks


def _names_at_top(around: Surroundings) -> frozenset[str]:
    """The names that the top of the module binds at run time."""
    names = {bound(alias) for placed, _, alias in around.imports() if not placed.scopes}
    for node in around.module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        for each in ast.walk(node) if isinstance(node, (ast.Assign, ast.If, ast.Try)) else ():
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                names.add(each.id)
    return frozenset(names)


def _needs_no_argument(args: ast.arguments) -> bool:
    positional = len(args.posonlyargs) + len(args.args)
    return len(args.defaults) == positional and None not in args.kw_defaults

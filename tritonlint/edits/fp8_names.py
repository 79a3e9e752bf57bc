"""Which expression a module would use for the fp8 type at a place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field

from tritonlint.edits.imports import imported_from, module_name
from tritonlint.findings import Applicability
from tritonlint.rule.syntax import Tree, bound, start

# What projects call the fp8 type of the platform: a constant, a local name, a helper function or an
# attribute.
_FP8 = re.compile(
    r"^(?:\w+\.)*\w*(?:fp8|float8)(?:_\w+)?_(?:d?type)(?:\(\))?$|^\w+\.fp8$", re.IGNORECASE
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


def spelling(tree: Tree, at: ast.AST) -> Spelling:
    """The expression for the fp8 type at `at`.

    By preference: a name that the same function has bound by then; a constant of the module or one
    that it imports; the expression that the module uses most (`current_platform.fp8_dtype()`); a
    helper that it defines; the flavour of torch that it names, if that is one; else, as a guess,
    torch.float8_e4m3fn. Where names of one kind differ, the one that the module views tensors as;
    without such a view the choice is a guess too.
    """
    names = _names(tree, at)
    if names.local:
        return Spelling(names.local[-1], "safe")
    for candidates in (names.constants, list(names.used), [f"{h}()" for h in names.helpers]):
        if candidates:
            return _chosen(candidates, names)
    return torch_spelling(tree, at, *_flavour(names))


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
    tree: Tree, at: ast.AST, name: str, applicability: Applicability = "safe"
) -> Spelling:
    """torch's type `name` as the module at `at` can spell it."""
    alone = imported_from(tree, "torch", at).get(name)
    if alone:
        return Spelling(alone, applicability)
    torch = module_name(tree, "torch", at)
    return Spelling(f"{torch or 'torch'}.{name}", applicability, "" if torch else "import torch")


def _names(tree: Tree, at: ast.AST) -> _Names:
    around, blocks = tree.scopes(at), tree.blocks(at)
    found = _Names()
    at_top = _names_at_top(tree)
    called = {node.func for node in ast.walk(tree.module) if isinstance(node, ast.Call)}
    for node in ast.walk(tree.module):
        scopes = tree.scopes(node) if isinstance(node, (*_NAMING, ast.alias)) else ()
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if _FP8.match(name) and not scopes and tree.runs(node):
                    found.constants.append(name)
                elif _FP8.match(name) and scopes == around and start(node) < start(at):
                    if tree.blocks(node) <= blocks:
                        found.local.append(name)
            case ast.alias():
                name = bound(node)
                if _FP8.match(name) and name.isupper() and not scopes and tree.runs(node):
                    found.constants.append(name)
                elif _FLAVOUR.match(node.name) and tree.runs(node):
                    found.flavours[node.name] += 1
            case ast.FunctionDef(name=name) if _FP8.match(name) and not scopes:
                if tree.runs(node) and _needs_no_argument(node.args):
                    found.helpers.append(name)
            case ast.Call() | ast.Attribute():
                _count(found, node, tree, at, at_top, node in called)
    return found


_NAMING = (ast.Assign, ast.AnnAssign, ast.FunctionDef)


def _count(
    found: _Names,
    node: ast.Call | ast.Attribute,
    tree: Tree,
    at: ast.AST,
    at_top: frozenset[str],
    called: bool,
) -> None:
    """Count an expression for the fp8 type, a flavour of torch or the type of a view."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view"), args=[only]):
            found.viewed[ast.unparse(only)] += 1
        case ast.Attribute(value=ast.Name(), attr=name) if _FLAVOUR.match(name):
            found.flavours[name] += 1
    last = node.func if isinstance(node, ast.Call) and not (node.args or node.keywords) else node
    if called or not isinstance(last, ast.Attribute) or not _HINT.search(last.attr):
        return
    text = ast.unparse(node)
    if _FP8.match(text) and _is_known(text.partition(".")[0], node, tree, at, at_top):
        found.used[text] += 1


def _is_known(root: str, node: ast.AST, tree: Tree, at: ast.AST, at_top: frozenset[str]) -> bool:
    """Whether the name `root`, used at `node`, means the same at `at`: a name of the module, or of
    the same function; `self` in the same class."""
    if root.removesuffix("()") in at_top:
        return True
    if root == "self":
        classes = [each for each in tree.scopes(node) if isinstance(each, ast.ClassDef)]
        function = tree.function(at)
        first = function.args.args[:1] if function else []
        return bool(classes) and classes[0] in tree.scopes(at) and [a.arg for a in first] == [root]
    return tree.scopes(node) == tree.scopes(at) and tree.blocks(node) <= tree.blocks(at)


def _names_at_top(tree: Tree) -> frozenset[str]:
    """The names that the top of the module binds at run time."""
    names = {bound(alias) for node, alias in tree.imports() if not tree.scopes(node)}
    for node in tree.module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        for each in ast.walk(node) if isinstance(node, (ast.Assign, ast.If, ast.Try)) else ():
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                names.add(each.id)
    return frozenset(names)


def _needs_no_argument(args: ast.arguments) -> bool:
    positional = len(args.posonlyargs) + len(args.args)
    return len(args.defaults) == positional and None not in args.kw_defaults

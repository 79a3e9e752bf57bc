"""Names that a module gives one of several values, by a test or by whether a package is there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, TypeVar

from tritonlint.facts.host import names
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import is_dtype, on_path, options
from tritonlint.facts.host.values.symbols import Missing
from tritonlint.facts.host.values.values import Const, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.bindings import Import, bindings, bound_by
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.registering import declared_global, may_declare
from tritonlint.facts.project.tree import last_name, nodes

N = TypeVar("N", ast.If, ast.IfExp)

# So many statements are followed that give one name something, and so many imports.
_MOST = 16
_LONGEST = 8
# What a `try` around an import is for.
_LACKING = frozenset(("ImportError", "ModuleNotFoundError"))
# What else may stand beside assignments.
_ASIDE = (ast.Import, ast.ImportFrom, ast.Expr, ast.Pass)


def chosen(frame: Frame, module: Module, name: str) -> Value | None:
    """The dtype that a name at the top of a module, its own or one that it imports, stands for
    after the tests that choose it; or what it is with a package and without. None of another
    name."""
    home = _home(module, name)
    statements = _choosing(*home) if home is not None else ()
    if home is None or not statements or id(statements[0]) in frame.run.stack:
        return None
    frame.run.stack.append(id(statements[0]))
    inner = frame.elsewhere(home[0], (), frame.types)
    inner.block(statements)
    frame.run.stack.pop()
    found = inner.env.get(home[1])
    if found is None or is_dtype(found):
        return found and on_path(found, frame.path)
    # A switch of a module is one of both values where a package decides it, and nothing else.
    for path, each in options(found):
        if not isinstance(each, Const) or not any(isinstance(test, Missing) for test, _ in path):
            return None
    return None if _may_be_set(*home) else on_path(found, frame.path)


def imported(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    """An import at the top of a module gives names something that it gives something else too."""
    for name, bound in bound_by(node):
        if isinstance(bound, Import) and len(frame.module.bindings.get(name, ())) > 1:
            place = ast.copy_location(ast.Name(name, ast.Load()), node)
            target = frame.module.imported(bound)
            frame.env[name] = names.definition_value(frame, target, name, place)


def is_missing(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is reached where a package is missing."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return all(each is not None and last_name(each) in _LACKING for each in kinds)


def in_turn(frame: Frame, node: N) -> N:
    """`node` with one test after the other where it has two, of which the first asks for what a
    package decides: `a if x else (a if y else b)` for `a if x or y else b`."""
    match node.test:
        case ast.BoolOp(op=op, values=[first, *rest]):
            named = (each.id for each in nodes(first, ast.Name) if each.id not in frame.env)
            homes = (_home(frame.module, name) for name in named)
            if not any(home is not None and _tries(_choosing(*home)) for home in homes):
                return node
            second = rest[0] if len(rest) == 1 else ast.copy_location(ast.BoolOp(op, rest), rest[0])
            inner = ast.copy_location(type(node)(second, node.body, node.orelse), node)
            one: Any = [inner] if isinstance(node, ast.If) else inner
            body, orelse = (one, node.orelse) if isinstance(op, ast.And) else (node.body, one)
            return ast.copy_location(type(node)(first, body, orelse), node)
    return node


def _tries(statements: Sequence[ast.stmt]) -> bool:
    return any(isinstance(each, ast.Try) for each in statements)


@kept(8192)
def _home(module: Module, name: str) -> tuple[Module, str] | None:
    """The module that gives a name something more than once which another one imports, over any
    number of others, and what it is called there."""
    for _ in range(_LONGEST):
        bound = module.bindings.get(name, ())
        if len(bound) > 1:
            return module, name
        given = bound[0].node if bound else None
        if not isinstance(given, Import) or given.name is None:
            return None
        home = module.import_module(given)
        if home is None:
            return None
        module, name = home, given.name
    return None


@kept(1024)
def _may_be_set(module: Module, name: str) -> bool:
    """Whether a function of a module gives a name of it something."""
    return may_declare(module) and any(
        name in declared_global(each.as_function) for each in module.functions
    )


@kept(1024)
def _choosing(module: Module, name: str) -> Sequence[ast.stmt]:
    """The statements of a module that give a name something, where tests are among them, or tries
    of a package, and little but assignments stands under these."""
    found = [each for each in module.tree.body if name in _assigned_in(each)]
    tests = [each for each in found if isinstance(each, ast.If | ast.Try)]
    whole = len(bindings(found, grows=True).get(name, ())) == len(module.bindings[name])
    return found if tests and whole and len(found) <= _MOST else ()


def _assigned_in(statement: ast.stmt) -> frozenset[str]:
    """The names that a statement assigns: one that stands for itself, or a test above such, or a
    `try` above such whose handlers are for a missing package."""
    match statement:
        case ast.Assign(targets=targets):
            return frozenset(each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return frozenset((name,))
        case ast.If(body=body, orelse=orelse):
            inner = [*body, *orelse]
            if all(isinstance(each, (ast.Assign, ast.AnnAssign, ast.If)) for each in inner):
                return frozenset().union(*map(_assigned_in, inner))
        case ast.Try(body=body, orelse=orelse, handlers=handlers, finalbody=[]):
            inner = [*body, *orelse, *(x for each in handlers for x in each.body)]
            plain = (ast.Assign, ast.AnnAssign, ast.If, *_ASIDE)
            if all(map(is_missing, handlers)) and all(isinstance(each, plain) for each in inner):
                return frozenset().union(*map(_assigned_in, inner))
        case ast.ImportFrom(names=names):
            return frozenset(each.asname or each.name for each in names)
    return frozenset()

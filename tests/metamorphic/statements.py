"""Statements of the host: variables for values, branches, the order in which things stand."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from tests.metamorphic.program import (
    Function,
    Program,
    names_in,
    replace,
)

Rewrite = Callable[[Program], bool]


def _every_value_named(program: Program) -> bool:
    """A variable for each call, subscript and attribute inside of a simple statement."""
    changed = False
    for function in list(program.functions()):
        if any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(function)):
            continue
        for holder in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                body = getattr(holder, field, None)
                if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                    new: list[ast.stmt] = []
                    for statement in body:
                        if isinstance(statement, ast.Assign | ast.Expr | ast.Return | ast.AnnAssign) and statement.value is not None:
                            hoister = _Hoister(program)
                            hoister.hoist(statement)
                            new += hoister.made
                            changed |= bool(hoister.made)
                        new.append(statement)
                    setattr(holder, field, new)
    return changed


class _Hoister:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.made: list[ast.stmt] = []

    def hoist(self, node: ast.AST) -> None:
        top = getattr(node, "value", None)
        apart = (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.IfExp, ast.BoolOp, ast.Await, ast.Yield, ast.NamedExpr, ast.JoinedStr)

        def walk(each: ast.AST) -> None:
            for field, value in ast.iter_fields(each):
                if each is node and field in ("targets", "target"):
                    continue
                if isinstance(each, ast.Call) and field == "func" and isinstance(value, ast.Attribute | ast.Subscript):
                    if isinstance(value, ast.Subscript):
                        continue
                    inner = value.value
                    if not isinstance(inner, apart):
                        walk(inner)
                    new = self.named(inner)
                    if new is not None:
                        value.value = new
                    continue
                items = value if isinstance(value, list) else [value]
                for item in items:
                    if not isinstance(item, ast.AST) or isinstance(item, apart):
                        continue
                    walk(item)
                    new = None if item is top else self.named(item)
                    if new is not None:
                        replace(each, item, new)

        walk(node)

    def named(self, node: ast.AST) -> ast.Name | None:
        if not isinstance(node, ast.Call | ast.Subscript) or isinstance(getattr(node, "ctx", None), ast.Store):
            return None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("super", "vars", "locals"):
            return None
        name = self.program.free("v1")
        self.made.append(ast.Assign([ast.Name(name, ast.Store())], node, lineno=0))
        return ast.Name(name)


def _single_uses_inlined(program: Program) -> bool:
    """`x = f(y)` put into the next statement where that alone uses `x`."""
    changed = False
    for function in program.functions():
        uses = Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name))
        for holder in ast.walk(function):
            body = getattr(holder, "body", None)
            if not isinstance(body, list):
                continue
            at = 0
            while at + 1 < len(body):
                match body[at]:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if uses[name] == 2:
                        if _put(body[at + 1], name, value):
                            del body[at]
                            changed = True
                            at = max(at - 1, 0)
                            continue
                at += 1
    return changed


def _put(statement: ast.stmt, name: str, value: ast.expr) -> bool:
    if not isinstance(statement, ast.Assign | ast.Expr | ast.Return):
        return False
    apart = (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.IfExp, ast.BoolOp)
    if any(isinstance(n, apart) for n in ast.walk(statement)):
        return False
    for parent in ast.walk(statement):
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Load):
                replace(parent, child, value)
                return True
    return False


def _statements(program: Program, kind: type[ast.stmt]) -> list[ast.stmt]:
    return [node for f in program.functions() for node in ast.walk(f) if isinstance(node, kind)]


def _conditional_to_branches(program: Program) -> bool:
    changed = False
    for node in _statements(program, ast.Assign):
        assert isinstance(node, ast.Assign)
        if isinstance(node.value, ast.IfExp):
            target, value = " = ".join(map(ast.unparse, node.targets)), node.value
            program.places()[node].instead(
                f"if {ast.unparse(value.test)}:\n    {target} = {ast.unparse(value.body)}\n"
                f"else:\n    {target} = {ast.unparse(value.orelse)}"
            )
            changed = True
    return changed


def _branches_to_conditional(program: Program) -> bool:
    changed = False
    for node in _statements(program, ast.If):
        match node:
            case ast.If(
                body=[ast.Assign(targets=[a], value=x)], orelse=[ast.Assign(targets=[b], value=y)]
            ) if ast.unparse(a) == ast.unparse(b):
                code = f"{ast.unparse(a)} = ({ast.unparse(x)}) if ({ast.unparse(node.test)}) else ({ast.unparse(y)})"
                program.places()[node].instead(code)
                changed = True
    return changed


def _branches_turned(program: Program) -> bool:
    changed = False
    for node in _statements(program, ast.If):
        assert isinstance(node, ast.If)
        if node.orelse and not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
            node.test = ast.UnaryOp(ast.Not(), node.test)
            node.body, node.orelse = node.orelse, node.body
            changed = True
    return changed


def _else_nested(program: Program) -> bool:
    """What follows a branch that leaves the function, as its `else`."""
    changed = False
    for function in program.functions():
        for at, each in enumerate(function.body[:-1]):
            if isinstance(each, ast.If) and not each.orelse and isinstance(each.body[-1], ast.Return | ast.Raise):
                each.orelse = function.body[at + 1 :]
                del function.body[at + 1 :]
                changed = True
                break
    return changed


def _tests_kept(program: Program) -> bool:
    changed = False
    for node in _statements(program, ast.If):
        assert isinstance(node, ast.If)
        place = program.places()[node]
        if isinstance(place.parent, ast.If) and node in place.parent.orelse:
            continue
        if not any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)) and not isinstance(node.test, ast.BoolOp):
            name = program.free("holds")
            place.before(f"{name} = {ast.unparse(node.test)}")
            node.test = ast.Name(name)
            changed = True
    return changed


def _pairs_apart(program: Program) -> bool:
    changed = False
    for node in _statements(program, ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values):
                stored = {n for each in targets for n in names_in(each)}
                if not any(isinstance(each, ast.Starred) for each in [*targets, *values]) and not any(stored & names_in(v) for v in values):
                    lines = [f"{ast.unparse(t)} = {ast.unparse(v)}" for t, v in zip(targets, values, strict=False)]
                    program.places()[node].instead("\n".join(lines))
                    changed = True
    return changed


def _pairs_together(program: Program) -> bool:
    changed = False
    for function in program.functions():
        body, at = function.body, 0
        while at + 1 < len(body):
            match body[at : at + 2]:
                case [ast.Assign(targets=[a], value=x), ast.Assign(targets=[b], value=y)]:
                    stored = names_in(a)
                    if not stored & names_in(y) and not isinstance(a, ast.Tuple) and not isinstance(b, ast.Tuple):
                        code = f"{ast.unparse(a)}, {ast.unparse(b)} = ({ast.unparse(x)}), ({ast.unparse(y)})"
                        body[at : at + 2] = ast.parse(code).body
                        changed = True
            at += 1
    return changed


def _order_swapped(program: Program) -> bool:
    """Two assignments next to each other, of which neither uses the other, the other way round."""
    changed = False
    for function in program.functions():
        body, at = function.body, 0
        while at + 1 < len(body):
            match body[at : at + 2]:
                case [ast.Assign(targets=[ast.Name(id=a)]) as first, ast.Assign(targets=[ast.Name(id=b)]) as second]:
                    if a not in names_in(second) and b not in names_in(first):
                        body[at : at + 2] = [second, first]
                        changed = True
                        at += 1
            at += 1
    return changed


def _numbers_named(program: Program) -> bool:
    changed = False
    for launch in program.launches():
        for keyword in launch.call.keywords:
            if isinstance(keyword.value, ast.Constant) and type(keyword.value.value) is int:
                name = program.free(f"{(keyword.arg or '').upper()}_SIZE")
                program.define(f"{name} = {keyword.value.value}")
                keyword.value = ast.Name(name)
                changed = True
    return changed


def _wrapped_in_main(program: Program) -> bool:
    """Launches of the module's own statements in a function that is called."""
    body = program.tree.body
    loose = [e for e in body if not isinstance(e, Function | ast.ClassDef | ast.Import | ast.ImportFrom)]
    if not any(launch.place.statement in loose for launch in program.launches()):
        return False
    last = max(body.index(e) for e in body if e not in loose)
    rest = list(body[last + 1 :])
    if not any(launch.place.statement in rest for launch in program.launches()):
        return False
    made = ast.parse("def main():\n    pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.body = rest
    body[last + 1 :] = [made, *ast.parse("main()").body]
    return True


def _nothing(program: Program) -> bool:
    return True


def _docstrings_dropped(program: Program) -> bool:
    changed = False
    for node in ast.walk(program.tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]
            changed = True
    return changed


STATEMENTS: dict[str, Rewrite] = {
    "reformatted": _nothing,
    "docstrings_dropped": _docstrings_dropped,
    "every_value_named": _every_value_named,
    "single_uses_inlined": _single_uses_inlined,
    "conditional_to_branches": _conditional_to_branches,
    "branches_to_conditional": _branches_to_conditional,
    "branches_turned": _branches_turned,
    "else_nested": _else_nested,
    "tests_kept": _tests_kept,
    "pairs_apart": _pairs_apart,
    "pairs_together": _pairs_together,
    "order_swapped": _order_swapped,
    "numbers_named": _numbers_named,
    "wrapped_in_main": _wrapped_in_main,
}  # fmt: skip

"""Integers that code states: written numbers, constants, defaults of parameters and of the fields
of classes, and what is computed from these."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence

from tritonlint.facts.flow.parameters import Signed, signature
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Enclosing, attributes_of, nodes, walk
from tritonlint.source import Span

# So far names are followed, and no larger numbers are computed.
_DEPTH = 8
_LARGEST = 1 << 62
_OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


class Sizes:
    """What the names around `node`, an expression of `module`, stand for."""

    def __init__(self, module: Module, node: ast.AST) -> None:
        self.module = module
        self.around = _around(module, node)

    def number(self, node: ast.expr, depth: int = _DEPTH) -> int | None:
        """The integer that an expression is, unless a caller says otherwise."""
        if depth == 0:
            return None
        match node:
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int(number)):
                return number
            case ast.BinOp(left=left, op=op, right=right):
                return _computed(op, self.number(left, depth - 1), self.number(right, depth - 1))
            case ast.Name(id=name):
                return self._named(name, depth)
            case ast.Attribute(value=owner, attr=name):
                made = self.class_of(owner, depth)
                return _field(made, name, depth) if made is not None else None
        return None

    def items(self, node: ast.expr) -> Sequence[ast.expr] | None:
        """The items of a tuple that a name stands for."""
        value = self._value(node.id) if isinstance(node, ast.Name) else node
        return value.elts if isinstance(value, (ast.Tuple, ast.List)) else None

    def _value(self, name: str) -> ast.expr | None:
        """The only expression that a name is given around."""
        for scope in reversed(self.around):
            bound = self.module.scope_bindings(scope).get(name)
            if bound and not isinstance(scope, ast.ClassDef):
                node = bound[0].node if len(bound) == 1 else None
                return node if isinstance(node, ast.expr) else None
        bound = self.module.bindings.get(name, ())
        node = bound[0].node if len(bound) == 1 else None
        return node if isinstance(node, ast.expr) else None

    def _named(self, name: str, depth: int) -> int | None:
        value = self._value(name)
        if value is not None:
            return self.number(value, depth - 1)
        found = self._parameter(name)
        if found is not None:
            default = signature(found[0]).defaults.get(name)
            return self.number(default, depth - 1) if default is not None else None
        target = self.module.target(name, self.around)
        if isinstance(target, Definition) and isinstance(target.node, ast.expr):
            return Sizes(target.module, target.node).number(target.node, depth - 1)
        return None

    def _parameter(self, name: str) -> tuple[Signed, ast.arg] | None:
        """The parameter that a name is, with its function."""
        for scope in reversed(self.around):
            if isinstance(scope, Signed):
                for each in signature(scope).named:
                    if each.arg == name:
                        return scope, each
        return None

    def class_of(self, owner: ast.expr, depth: int = _DEPTH) -> Definition | None:
        """The class of the project that an object is of."""
        match owner:
            case ast.Name(id="self" | "cls"):
                return self._own_class()
            case ast.Name(id=name):
                found = self._parameter(name)
                if found is None:
                    value = self._value(name)
                    return self.class_of(value, depth - 1) if value is not None and depth else None
                return self._declared(found[1].annotation)
            case ast.Call(func=made):
                return self._declared(made) or self._returned(made)
            case ast.Attribute(value=inner, attr=name) if depth:
                outer = self.class_of(inner, depth - 1)
                return _held(outer, name, depth) if outer is not None else None
        return None

    def _returned(self, called: ast.expr) -> Definition | None:
        """The class of what a function gives, by its annotation."""
        target = self.module.meant(called, self.around)
        if target is None or not isinstance(target.node, ast.FunctionDef):
            return None
        return Sizes(target.module, target.node)._declared(target.node.returns)

    def attribute(self, name: str) -> ast.expr | None:
        """The only value that the methods of the class around give an attribute of the object."""
        made = self._own_class()
        return only_set(made, name) if made is not None else None

    def _own_class(self) -> Definition | None:
        for index in range(len(self.around) - 1, -1, -1):
            scope = self.around[index]
            if isinstance(scope, ast.ClassDef):
                return Definition(self.module, scope, self.around[:index], scope.name)
        return None

    def _declared(self, annotation: ast.expr | None) -> Definition | None:
        """The class that an annotation, or what is called, names."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            target = self.module.resolve(annotation.value, self.around)
        else:
            target = self.module.meant(annotation, self.around)
        return target if target is not None and isinstance(target.node, ast.ClassDef) else None


def expression_at(module: Module, place: Span) -> ast.expr | None:
    """The expression that stands exactly at a place of `module`."""
    for statement, _ in module.statements:
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        for node in walk(statement) if first <= place.line <= last else ():
            if isinstance(node, ast.expr) and node.lineno == place.line:
                if module.source.span(node) == place:
                    return node
    return None


def _around(module: Module, node: ast.AST) -> Enclosing:
    """The functions and classes that an expression stands in, outermost first."""
    line = getattr(node, "lineno", 0)
    every = (*module.functions, *module.classes)
    around = [x for x in every if x.line <= line <= (getattr(x.node, "end_lineno", None) or 0)]
    return max(around, key=lambda each: each.line).inside if around else ()


def _field(made: Definition, name: str, depth: int) -> int | None:
    """The integer that an attribute of an object is: what its class says, what a property gives, or
    what a method sets."""
    member = made.module.member(made, name)
    if isinstance(member, Definition):
        if isinstance(member.node, ast.expr):
            return Sizes(member.module, member.node).number(member.node, depth - 1)
        if isinstance(member.node, ast.FunctionDef):
            returned = [each.value for each in nodes(member.node, ast.Return)]
            if len(returned) == 1 and returned[0] is not None:
                return Sizes(member.module, returned[0]).number(returned[0], depth - 1)
        return None
    value = only_set(made, name)
    return Sizes(made.module, value).number(value, depth - 1) if value is not None else None


def _held(outer: Definition, name: str, depth: int) -> Definition | None:
    """The class of an attribute of an object."""
    value = only_set(outer, name)
    if value is not None:
        return Sizes(outer.module, value).class_of(value, depth - 1)
    for each in outer.node.body if isinstance(outer.node, ast.ClassDef) else ():
        match each:
            case ast.AnnAssign(target=ast.Name(id=found), annotation=annotation) if found == name:
                return Sizes(outer.module, each)._declared(annotation)
    return None


def only_set(made: Definition, name: str) -> ast.expr | None:
    """The only value that the methods of a class give an attribute of the object."""
    found = attributes_of(made.as_class).get(f"self.{name}", ())
    return found[0] if len(found) == 1 else None


def _computed(op: ast.operator, left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    if type(op) in _OPERATORS:
        found = _OPERATORS[type(op)](left, right)
    elif isinstance(op, ast.FloorDiv) and right:
        found = left // right
    elif isinstance(op, ast.LShift) and 0 <= right < 64:
        found = left << right
    elif isinstance(op, ast.Pow) and 0 <= right < 64 and abs(left) < 1 << 16:
        found = left**right
    else:
        return None
    return found if abs(found) < _LARGEST else None

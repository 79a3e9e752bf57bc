"""Whether a kernel may add up what it loads as it is: told by its statements, in a fraction of the
time that it takes to run it on types."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import statements_in, walk

# Functions of Triton that give back what they take, in another form or order.
_MOVES = frozenset(
    "where trans reshape view expand_dims broadcast_to permute ravel abs minimum maximum".split()
)
_SUMS = ("sum", "cumsum")
_LOADS = ("load",)
_CASTS = ("to", "cast")
_SUMMED = re.compile(r"sum\s*\(")
_CALLED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\(")
# Functions of which the arguments are addresses and sizes.
_ADDRESSING = frozenset(
    "load arange make_block_ptr make_tensor_descriptor advance program_id cdiv zeros".split()
)


def adds_loaded(kernel: Kernel, text: str) -> bool:
    """Whether `kernel`, which is written as `text`, adds up, or multiplies in a sum, what it loads
    and does not cast, as far as that is seen without types; a product with a number of unknown type
    is none."""
    statements = (each for each, _ in statements_in(kernel.node.body))
    made = [each for each in statements if isinstance(each, (ast.Assign, ast.AugAssign))]
    called = set(_CALLED.findall(text)) - {kernel.node.name}
    loaded = _Loaded(frozenset(name for name in called if _names(kernel, name, _LOADS)))
    for each in made:
        loaded.assign(each)
    if any(loaded.of(value)[1] for each in made for value in _added(each)):
        return True
    summing = {name for name in called if _names(kernel, name, _SUMS)}
    if not summing and not _SUMMED.search(text):
        return False
    calls = (each for each in _computing(kernel.node) if isinstance(each, ast.Call))
    summed = [each for call in calls for each in _summed(call, summing)]
    return any(any(loaded.of(each)) for each in summed)


def _summed(call: ast.Call, summing: Collection[str]) -> Iterator[ast.expr]:
    """What a call adds up, or gives to a function that does."""
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args) if name in _SUMS:
            yield from (owner, *args[:1])
        case ast.Call(func=ast.Name(id=name), args=args) if name in summing:
            yield from args


def _computing(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The statements, calls and operations of a function, without those that compute addresses:
    several times as fast as `ast.walk`."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _ADDRESSING:
                continue
            case ast.Name() | ast.Constant() | ast.Compare():
                continue
        for name in node._fields:
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                waiting += inner
            elif isinstance(inner, (ast.expr, ast.stmt)):
                waiting.append(inner)


def _added(node: ast.Assign | ast.AugAssign) -> tuple[ast.expr, ...]:
    """What is added to a name."""
    match node:
        case ast.AugAssign(op=ast.Add() | ast.Sub(), value=value):
            return (value,)
        case ast.Assign(value=ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right)):
            return (left, right)
    return ()


def _names(kernel: Kernel, name: str, attributes: Collection[str]) -> bool:
    """Whether a name is that of a function of the project that names one of these attributes."""
    callee = kernel.scope.lookup(name)
    return isinstance(callee, Kernel) and not _attributes(callee.node).isdisjoint(attributes)


@kept(1024)
def _attributes(function: ast.FunctionDef) -> frozenset[str]:
    return frozenset(each.attr for each in walk(function) if isinstance(each, ast.Attribute))


class _Loaded:
    """The names that hold what was loaded, by the functions `loading` too, or what is made of
    nothing else; `products` are those of them that hold a product."""

    def __init__(self, loading: frozenset[str]) -> None:
        self.loading = loading
        self.names: set[str] = set()
        self.products: set[str] = set()

    def assign(self, node: ast.Assign | ast.AugAssign) -> None:
        holds, product = self.of(node.value)
        if not product and not holds:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            known = {each.id for each in names if isinstance(each, ast.Name)}
            if holds:
                self.names |= known
            if product:
                self.products |= known

    def of(self, node: ast.expr) -> tuple[bool, bool]:
        """Whether an expression is what was loaded, or made of nothing else; and whether it is a
        product of that."""
        match node:
            case ast.Name(id=name):
                return name in self.names, name in self.products
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args):
                if name not in _MOVES and name not in _CASTS:
                    return name == "load", False
                holds, product = self._any((owner, *args))
                return holds and name in _MOVES, product
            case ast.Call(func=ast.Name(id=name), args=args):
                holds, _ = self._any(args)
                return holds or name in self.loading, holds
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
                return self._of_both(node, self.of(left), self.of(right))
            case ast.Subscript(value=inner) | ast.UnaryOp(operand=inner):
                return self.of(inner)
            case ast.Attribute(value=inner, attr="T"):
                return self.of(inner)[0], False
            case ast.IfExp(body=body, orelse=orelse):
                return self._any((body, orelse))[0], False
        return False, False

    @staticmethod
    def _of_both(
        node: ast.BinOp, left: tuple[bool, bool], right: tuple[bool, bool]
    ) -> tuple[bool, bool]:
        (one, first), (other, second) = left, right
        holds = (one and (other or _is_number(node.right))) or (other and _is_number(node.left))
        product = (one and other) if isinstance(node.op, ast.Mult) else (first or second)
        return holds, product

    def _any(self, nodes: Iterable[ast.expr]) -> tuple[bool, bool]:
        found = [self.of(each) for each in nodes]
        return (True in [holds for holds, _ in found]), (True in [product for _, product in found])


def _is_number(node: ast.expr) -> bool:
    """Whether an expression may be a number that is known while compiling."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.UnaryOp(operand=inner):
            return _is_number(inner)
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
    return False

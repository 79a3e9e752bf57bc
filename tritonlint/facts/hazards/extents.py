"""How large an index times a stride can become: what the code around the launches says of the shape
of the memory that the stride belongs to."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from tritonlint.facts.flow.parameters import Signed, signature
from tritonlint.facts.hazards.written_launches import given, launches_of, passed_ones
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, assigned, walk

# What a dimension has at most where nothing tells: the one that an index counts along, another
# one, and that of a head, by its name.
_ENTRIES = 1 << 22
_WIDTH = 1 << 18
_HEAD = 1 << 8
_OF_A_HEAD = re.compile(r"(?:^|_)head_?(?:dim|size)|(?:^|_)(?:d|dim)_?head(?:_|$)", re.IGNORECASE)
# Allocations of contiguous memory: the shape is the first argument, or all positional ones.
SHAPED = frozenset("empty zeros ones rand randn full new_empty new_zeros new_ones new_full".split())
_FILLED = ("full", "new_full")
_LIKE = frozenset("empty_like zeros_like ones_like full_like contiguous clone".split())
# From name to name, a shape is looked for so far.
_DEPTH = 3

Shape = tuple[ast.expr, ...]


def fits_in_32_bits(module: Module, kernel: Kernel, stride: str) -> bool:
    """Whether an index times what the launches in the file of `kernel` pass as `stride` stays below
    2**31, as far as they tell: each passes a stride of contiguous memory of known dimensions, and
    their product is small, with those that are not known as large as they get; or the number one,
    that of neighbours."""
    if stride in passed_ones(module, kernel):
        return True
    launches = launches_of(module, kernel)
    return bool(launches) and all(
        host is not None
        and _reach(host, _only_value(host, given(kernel, launch).get(stride))) < 1 << 31
        for host, launch in launches
    )


def _only_value(host: Definition, node: ast.expr | None) -> ast.expr | None:
    """What a name is given in a function, if that is one thing, and any other expression as it
    is."""
    values = said_in(host.as_function).values.get(node.id, ()) if isinstance(node, ast.Name) else ()
    return values[0] if len(values) == 1 else node


def made_after(host: Definition, name: str) -> str:
    """The tensor that the memory `name` has the shape of, as the function that makes it says; empty
    where it does not."""
    values = said_in(host.as_function).values.get(name, ())
    match values[0] if len(values) == 1 else None:
        case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Name(id=other), *_]) if (
            attr.endswith("_like")
        ):
            return other
        case ast.Call(
            func=ast.Attribute(attr=attr),
            args=[ast.Attribute(value=ast.Name(id=other), attr="shape"), *_],
        ) if attr in SHAPED:
            return other
    return ""


def _reach(host: Definition, stride: ast.expr | None) -> float:
    """How far the indices of a dimension go in memory at most, by its stride."""
    match stride:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="stride"), args=[number])
            | ast.Subscript(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="stride"), args=[]),
                slice=number,
            )
        ):
            pass
        case _:
            return math.inf
    shapes = list(_shapes(_Place(host.module, host.as_function), name))
    try:
        axis = ast.literal_eval(number)
    except ValueError:
        return math.inf
    if not shapes or not isinstance(axis, int):
        return math.inf
    return max(_along(place, shape, axis) for place, shape in shapes)


def _along(place: _Place, shape: Shape | None, axis: int) -> float:
    if shape is None or not -len(shape) <= axis < len(shape):
        return math.inf
    counted, inner = shape[: axis % len(shape) + 1], shape[axis % len(shape) + 1 :]
    known = [place.most(each) for each in counted]
    entries = _ENTRIES if None in known else math.prod(each or 0 for each in known)
    return entries * math.prod(place.most(each) or _WIDTH for each in inner)


class _Place:
    """What a function says of its tensors and numbers, and its file where it does not."""

    def __init__(self, module: Module, node: ast.AST) -> None:
        self.module = module
        self.said = said_in(node)

    def most(self, size: ast.expr) -> int | None:
        """The largest that a dimension can be, where it is known."""
        match size:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name):
                found = self.said.bound(name) or said_in(self.module.tree).bound(name)
                return found or (_HEAD if _OF_A_HEAD.search(name) else None)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                sizes = [self.most(left), self.most(right)]
                return None if None in sizes else math.prod(each or 0 for each in sizes)
        return None


def _shapes(place: _Place, name: str, depth: int = _DEPTH) -> Iterator[tuple[_Place, Shape | None]]:
    """The shapes of the contiguous memory that `name` may stand for; None for one that is not
    known, or not contiguous. A parameter is what the file calls so elsewhere."""
    values = place.said.values.get(name, ())
    if values and name in place.said.given:
        yield place, None  # what the caller passes, on one path
    elif not values and depth and not place.said.of_file:
        yield from _shapes(_Place(place.module, place.module.tree), name, depth - 1)
    for value in values:
        yield from _shapes_of(place, name, value, depth)


def _shapes_of(
    place: _Place, name: str, value: ast.expr, depth: int
) -> Iterator[tuple[_Place, Shape | None]]:
    match value:
        case ast.Name(id=other) if depth and other != name:
            yield from _shapes(place, other, depth - 1)
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in SHAPED:
            yield place, written_shape(attr, value)
        case ast.Call(func=ast.Attribute(value=ast.Call(), attr="reshape" | "view" as attr)):
            yield place, _regular(written_shape(attr, value))
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args) if attr in _LIKE:
            like = args[0] if attr.endswith("_like") and args else owner
            other = like.id if isinstance(like, ast.Name) else ""
            if other in place.said.shapes:
                yield place, place.said.shapes[other]
            elif depth and other not in ("", name):
                yield from _shapes(place, other, depth - 1)
            else:
                yield place, None
        case _:
            yield place, None


def _regular(shape: Shape | None) -> Shape | None:
    """A shape of several dimensions that memory is given, unless one of them is what the others
    leave."""
    rest = any(isinstance(each, ast.UnaryOp) for each in shape or ())
    return shape if shape is not None and len(shape) > 1 and not rest else None


def written_shape(attr: str, call: ast.Call) -> Shape | None:
    """The shape that an allocation is given."""
    sizes: Sequence[ast.expr] = call.args[:1] if attr in _FILLED else call.args
    if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
        sizes = sizes[0].elts
    elif not sizes or attr in _FILLED or (len(sizes) == 1 and _is_whole(sizes[0])):
        return None
    return None if any(isinstance(each, ast.Starred) for each in sizes) else tuple(sizes)


def _is_whole(size: ast.expr) -> bool:
    """Whether the only argument of an allocation is a shape and no number: `x.shape`, `x.size()`,
    `x.shape[:-1]`."""
    match size:
        case ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size"), args=[]):
            return True
        case ast.Subscript(slice=ast.Slice()) | ast.BinOp(op=ast.Add(), left=ast.Subscript()):
            return True
    return False


class Said:
    """What a function or a whole file says, by name: the `values` that a tensor is given, the
    `shapes` that are stated, and the `limits` of numbers by what is asserted or by their only
    value; `stated` is what numbers and dimensions are compared with, by their code, where any other
    is refused. `given` are the parameters that are not bound again on every path."""

    def __init__(self, node: ast.AST) -> None:
        self.of_file = isinstance(node, ast.Module)
        self.values: dict[str, list[ast.expr]] = {}
        self.shapes: dict[str, Shape] = {}
        self.limits: dict[str, int] = {}
        self.stated: dict[str, ast.expr] = {}
        parameters = signature(node).named if isinstance(node, Signed) else ()
        self.given = {each.arg for each in parameters}

    def bound(self, name: str) -> int | None:
        """The largest that a number can be, where that is said."""
        return self.limits.get(name) if len(self.values.get(name, ())) < 2 else None


@kept(64)
def said_in(node: ast.AST) -> Said:
    said = Said(node)
    body = getattr(node, "body", ())
    statements = body if isinstance(body, list) else ()
    for each in (inner for one in statements if not _is_kernel(one) for inner in walk(one)):
        match each:
            case (
                ast.Assign(targets=[ast.Name()])
                | ast.AnnAssign(target=ast.Name())
                | ast.Assign(targets=[ast.Tuple()], value=ast.Tuple())
            ):
                for target, value in assigned(each):
                    said.values.setdefault(as_code(target), []).append(value)
            case ast.For(target=ast.Name(id=name), iter=ast.expr() as items):
                said.values.setdefault(name, []).append(_item(items))
            case ast.Assign(
                targets=[ast.Tuple(elts=sizes)],
                value=ast.Attribute(value=ast.Name(id=name), attr="shape"),
            ) if not said.of_file:
                said.shapes.setdefault(name, tuple(sizes))
            case ast.Assign(
                targets=[ast.Tuple(elts=parts)],
                value=ast.Call(func=ast.Attribute(attr="unbind")) as call,
            ):
                for index, target in enumerate(parts):
                    item = ast.Subscript(call, ast.Constant(index))
                    said.values.setdefault(as_code(target), []).append(item)
            case ast.Assert(test=test) if not said.of_file:
                for part in test.values if isinstance(test, ast.BoolOp) else (test,):
                    _asserted(said, part)
                    _state(said, part)
            case ast.If(test=test, body=[*_, ast.Raise()]) if not said.of_file:
                for part in test.values if isinstance(test, ast.BoolOp) else (test,):
                    _state(said, part)
    _limit(said, statements)
    return said


def _limit(said: Said, statements: Iterable[ast.stmt]) -> None:
    """Take in the numbers that names are given at the top of a block; none of these is handed in
    any more."""
    plain = (each for each in statements if isinstance(each, (ast.Assign, ast.AnnAssign)))
    for target, value in (pair for each in plain for pair in assigned(each)):
        if isinstance(target, ast.Name):
            said.given.discard(target.id)
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                said.limits.setdefault(target.id, value.value)


def _item(items: ast.expr) -> ast.expr:
    """An item of what a loop goes through: of `items`, or of `items[:2]`."""
    match items:
        case ast.Subscript(value=inner, slice=ast.Slice()):
            items = inner
    return ast.Subscript(items, ast.Constant(0))


def _is_kernel(statement: ast.stmt) -> bool:
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef) else ()
    return any("jit" in as_code(each) for each in decorators)


def _asserted(said: Said, test: ast.expr) -> None:
    """Note what an assertion says of a shape or of a number."""
    match test:
        case ast.Compare(
            left=ast.Attribute(value=ast.Name(id=name), attr="shape"),
            ops=[ast.Eq()],
            comparators=[ast.Tuple(elts=sizes)],
        ):
            said.shapes[name] = tuple(sizes)
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[limit]):
            try:
                found = ast.literal_eval(limit)
            except ValueError:
                return
            numbers = found if isinstance(found, (list, tuple, set)) else (found,)
            above = isinstance(op, (ast.LtE, ast.Lt, ast.Eq, ast.In))
            if above and numbers and all(isinstance(each, int) for each in numbers):
                said.limits[name] = max(numbers)


def _state(said: Said, test: ast.expr) -> None:
    """Note what a number, a dimension or a product is compared with."""
    if isinstance(test, ast.Compare):
        for left, right in zip((test.left, *test.comparators), test.comparators, strict=False):
            if not isinstance(left, ast.Constant):
                said.stated.setdefault(as_code(left), right)

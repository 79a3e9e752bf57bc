"""Expressions of launching code that give whole numbers: what is compared, rounded or counted."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import assigned, last_name, walk

# Give whole numbers, whatever they are given.
_WHOLE = frozenset(
    """
    round floor ceil trunc sign bool int long short argmax argmin argsort eq ne lt le gt ge isnan
    isinf isfinite logical_not logical_and logical_or logical_xor one_hot bincount count_nonzero
    round_ floor_ ceil_ trunc_ sign_ randint randint_like randperm bucketize searchsorted nonzero
    floor_divide
    """.split()
)
# Give whole numbers where they are given some: the shape, the type or the order is another.
_KEEPING = frozenset(
    """
    to float half bfloat16 double byte char contiguous clone detach reshape flatten squeeze
    unsqueeze expand expand_as permute transpose repeat repeat_interleave abs clamp clamp_ clamp_min
    clamp_max sum cumsum amax amin cuda cpu
    """.split()
)
# Make a tensor of one number, which others may fill.
_MAKING = frozenset("zeros zeros_like ones ones_like new_zeros new_ones".split())
# Put a number, their last argument, into a tensor.
_PUTTING = frozenset("scatter_ scatter scatter_add_ scatter_add index_fill_ masked_fill_".split())
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Mod)
# Of integers alone; others put bits together, as codes are.
_OF_INTEGERS = (ast.BitAnd, ast.RShift)
# Make a tensor of the numbers that are written for it: where these are among the arguments.
_FROM = {"full": 1, "full_like": 1, "tensor": 0, "as_tensor": 0}


def is_whole(function: ast.AST, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
    """Whether an expression in a function gives whole numbers, or booleans, as far as the function
    says how they are made."""
    match node:
        case ast.Compare():
            return True
        case ast.Constant(value=value):
            return isinstance(value, (bool, int, float)) and float(value).is_integer()
        case ast.UnaryOp(op=ast.Not()) | ast.BinOp(op=ast.FloorDiv()):
            return True
        case ast.Attribute(attr="indices"):  # of the largest ones, of sorted ones
            return True
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return bool(items) and all(is_whole(function, each, seen) for each in items)
        case ast.UnaryOp(operand=inner) | ast.Subscript(value=inner):
            return is_whole(function, inner, seen)
        case ast.BinOp(left=left, op=op, right=right):
            if isinstance(op, _OF_INTEGERS):
                return is_whole(function, left, seen)
            sides = (left, right) if isinstance(op, _ARITHMETIC) else ()
            return bool(sides) and all(is_whole(function, each, seen) for each in sides)
        case ast.IfExp(body=body, orelse=orelse):
            return all(is_whole(function, each, seen) for each in (body, orelse))
        case ast.Name(id=name):
            # What it is made of itself is whole if the rest is.
            values = () if name in seen else _values(function, name)
            return (
                name in seen
                or bool(values)
                and all(is_whole(function, each, seen | {name}) for each in values)
            )
        case ast.Call():
            return _gives_whole(function, node, seen)
    return False


def _gives_whole(function: ast.AST, call: ast.Call, seen: frozenset[str]) -> bool:
    name, given = last_name(call.func), list(call.args)
    if name in _WHOLE or name in _MAKING:
        return not any(each.arg == "decimals" for each in call.keywords)
    if name in ("div", "divide") and any(each.arg == "rounding_mode" for each in call.keywords):
        return True
    if name == "where" and len(given) == 3:
        return all(is_whole(function, each, seen) for each in given[1:])
    if name == "arange":
        return all(is_whole(function, each, seen) or isinstance(each, ast.Name) for each in given)
    if name in _FROM:
        numbers = given[_FROM[name] :][:1]
        return bool(numbers) and is_whole(function, numbers[0], seen)
    if name not in _KEEPING and name not in _PUTTING:
        return False
    if isinstance(call.func, ast.Attribute) and not _is_torch(call.func.value):
        given.insert(0, call.func.value)
    return bool(given) and all(
        is_whole(function, each, seen) for each in (given[0], *_put(call, name))
    )


def _put(call: ast.Call, name: str) -> Sequence[ast.expr]:
    """What a call puts into a tensor."""
    named = [each.value for each in call.keywords if each.arg in ("src", "value")]
    return (*call.args[-1:], *named)[-1:] if name in _PUTTING else ()


def _is_torch(node: ast.expr) -> bool:
    return last_name(node) in ("torch", "th", "F", "functional")


def _values(function: ast.AST, name: str) -> Sequence[ast.expr]:
    """What a name of a function is bound to, and what is put into it: nothing where it is bound in
    another way than by `=`, or is a tensor of zeros that others may fill."""
    bound, put = (each.get(name, ()) for each in _bound(function))
    filled = bool(put) or not all(
        isinstance(each, ast.Call) and last_name(each.func) in _MAKING for each in bound
    )
    return (*bound, *put) if filled and bound else ()


@kept(64)
def _bound(function: ast.AST) -> tuple[Mapping[str, Sequence[ast.expr]], ...]:
    """What the names are bound to that are only bound by `=`; and what is put into names."""
    bound: dict[str, list[ast.expr]] = {}
    put: dict[str, list[ast.expr]] = {}
    others: dict[str, int] = {}
    for node in walk(function):
        match node:
            case ast.Assign() | ast.AnnAssign():
                for target, value in assigned(node):
                    match target:
                        case ast.Name(id=name):
                            others[name] = others.get(name, 0) - 1
                            bound.setdefault(name, []).append(value)
                        case ast.Subscript(value=ast.Name(id=name)):
                            put.setdefault(name, []).append(value)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                others[name] = others.get(name, 0) + 1
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
                if each := _put(node, attr):
                    put.setdefault(name, []).extend(each)
    return {name: each for name, each in bound.items() if not others[name]}, put

"""Products of an index and a stride that are added to pointers, and the width that they are
computed in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import COMPILED, Term, addends, factors, plain
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import dataclass

# Functions beside `load` that are given an address.
_ATOMICS = "add max min xchg cas and or xor".split()
_ACCESSES = frozenset({"store", *(f"atomic_{each}" for each in _ATOMICS)})


@dataclass(frozen=True, eq=False)
class Offset:
    """A product that is added to the pointer `pointer`. `index` is its factor that counts, `scales`
    are the others, `strides` the names of the parameters among them. `operand` is where the index
    stands in the product, as far as it is written there. Of a product that is widened `late`, the
    scales are also those that its index is computed with. `widened` is the cast to 64 bits that a
    part of the product had before it was multiplied, `late` the one of the whole."""

    pointer: str
    product: Term
    index: Term
    operand: ast.expr | None
    scales: tuple[Term, ...]
    strides: tuple[str, ...]
    widened: Term | None
    late: Term | None

    @property
    def narrow(self) -> bool:
        """Whether it is computed in 32 bits, as far as the kernel tells."""
        return self.product.width == 32

    @property
    def node(self) -> ast.expr | None:
        """Where the product stands in the kernel, or the call of a function that computes and
        widens it."""
        return self.product.node or (self.late.node if self.late is not None else None)

    @property
    def table(self) -> str:
        """The pointer that the index is loaded through, if it is, or what it is a quotient of."""
        inner = plain(self.index)
        while inner.op == "quotient":
            inner = plain(inner.args[0])
        root = inner.args[0].root if inner.op == "load" and inner.args else None
        return root.name if root is not None else ""

    @property
    def counts(self) -> tuple[str, ...]:
        """The pointers that what the index is computed from is loaded through; empty where one of
        them is not known."""
        loads = [each for each in self.index.walk() if each.op == "load"]
        roots = [each.args[0].root if each.args else None for each in loads]
        names = [each.name for each in roots if each is not None]
        return tuple(dict.fromkeys(names)) if len(names) == len(loads) else ()

    @property
    def spelled(self) -> str:
        """The name of the index, where it is one in the product."""
        node = self.operand
        while node is not None:
            match node:
                case ast.Name(id=name):
                    return name
                case ast.Subscript(value=inner):
                    node = inner
                case ast.Call(func=ast.Attribute(value=inner, attr="to")):
                    node = inner
                case _:
                    return ""
        return ""


@kept(1024)
def offsets(kernel: Kernel) -> tuple[Offset, ...]:
    """The products that `kernel` adds to its pointers, each once for each pointer."""
    return tuple(_offsets(kernel))


def _offsets(kernel: Kernel) -> Iterator[Offset]:
    seen: set[tuple[int, str]] = set()
    for term in read(kernel).terms:
        if term.op != "sum" or term.root is None:
            continue
        for pointer, amount in amounts(term):
            for product, late in _products(amount):
                key = (id(product), pointer)
                if key not in seen:
                    seen.add(key)
                    offset = _offset(pointer, product, late)
                    if offset is not None:
                        yield offset


def pointers_of(kernel: Kernel) -> tuple[str, ...]:
    """The parameters of `kernel` that are pointers."""
    return roles_of(kernel).pointers


@kept(1024)
def reached_in_blocks(kernel: Kernel) -> frozenset[str]:
    """The pointers of `kernel` through which it may reach more than one element at a time. What it
    only reaches one by one, at places that programs count, has an entry for each."""
    found: set[str] = set()
    for term in read(kernel).terms:
        if _is_access(term):
            address = term.args[0] if term.args else None
            if address is not None and address.root is not None and _is_block(address):
                found.add(address.root.name)
    return handed_on(kernel) | found


@kept(1024)
def handed_on(kernel: Kernel) -> frozenset[str]:
    """The parameters of `kernel` that functions are given, which may reach blocks through them."""
    calls = (each for each in read(kernel).terms if each.op == "call" and not _is_access(each))
    return frozenset(each.root.name for one in calls for each in one.args if each.root is not None)


def _is_access(term: Term) -> bool:
    return term.op == "load" or (term.op == "call" and term.name in _ACCESSES)


def stays_in_part(kernel: Kernel, offset: Offset) -> bool:
    """Whether the index of a product, which comes from memory, counts what programs have each in
    one part of the memory: the pointer is moved there by the batch and the head, the quotient and
    the remainder of one number of a program, or two of those that the index is looked up by."""
    numbers = set(_moved_by(kernel, offset))
    if len(numbers) < 2:
        return False
    found = plain(offset.index)
    looked_up = {each.name for each in found.walk(into_loads=True) if each.op == "program"}
    return len({axis for axis, _ in numbers if axis in looked_up}) > 1 or any(
        {(axis, "quotient"), (axis, "remainder")} <= numbers for axis, _ in numbers
    )


def begins_within(kernel: Kernel, offset: Offset) -> bool:
    """Whether the address that a product is added to is moved by another one of the same stride,
    in 64 bits: to where a sequence of several begins, of which the product counts the rows."""
    return any(
        each.width == 64
        and each is not offset.product
        and {*offset.strides} <= {one.name for one in factors(each) if one.op == "parameter"}
        for each in _added_with(kernel, offset)
    )


def _moved_by(kernel: Kernel, offset: Offset) -> Iterator[tuple[str, str]]:
    """The numbers of programs that are multiplied by a parameter in the addresses that a product is
    added to: their axis, and what of a division they are."""
    for each in _added_with(kernel, offset):
        parts = [plain(one) for one in factors(each)]
        if any(one.op == "parameter" for one in parts):
            yield from filter(None, map(_own_number, parts))


def _added_with(kernel: Kernel, offset: Offset) -> Iterator[Term]:
    """The products of the addresses that a product is part of."""
    for term in sums_with(kernel, offset):
        yield from (each for each, _ in _products(term))


def sums_with(kernel: Kernel, offset: Offset) -> Iterator[Term]:
    """The addresses that a product is part of."""
    for term in read(kernel).terms:
        if term.op == "sum" and term.root is not None and term.root.name == offset.pointer:
            if any(each is offset.product for each, _ in _products(term)):
                yield term


def _own_number(term: Term) -> tuple[str, str] | None:
    """Which number of a program a factor is."""
    divided = ""
    while (term := plain(term)).op in ("quotient", "remainder"):
        divided = "remainder" if "remainder" in (divided, term.op) else term.op
        term = term.args[0]
    return (term.name, divided) if term.op == "program" else None


def _is_block(address: Term) -> bool:
    """Whether an address may be a block of addresses, or a loop goes through neighbours."""
    if any(plain(each).op == "loop" for each in addends(address)):
        return True
    return any(
        each.op in ("range", "full", "tuple") or (each.op == "call" and bool(each.args))
        for each in address.walk(into_loads=True)
    )


def amounts(term: Term) -> Iterator[tuple[str, Term]]:
    """What is added to which parameter in a sum."""
    left, right = term.args
    for pointer, amount in ((left.root, right), (right.root, left)):
        if pointer is not None:
            yield pointer.name, amount


def _products(amount: Term, late: Term | None = None) -> Iterator[tuple[Term, Term | None]]:
    """The products among the addends of an offset, each with the cast to 64 bits that comes first
    after it, if one does."""
    for each in addends(amount):
        if each.op == "product":
            yield each, late
        elif each.op == "cast" and each.width == 64:
            yield from _products(each.args[0], each)


def widened_with(offset: Offset) -> Iterator[tuple[Term, ast.expr]]:
    """The indices of the other products that are added to that of `offset` before the sum is
    widened, each with the expression that stands for it there."""
    for product in addends(offset.late.args[0]) if offset.late is not None else ():
        if product.op == "product" and product is not offset.product:
            for each, node in _operands(product, product.node):
                if node is not None and plain(each).op not in ("parameter", "constexpr"):
                    yield each, node
                    break


def _offset(pointer: str, product: Term, late: Term | None) -> Offset | None:
    parts = list(_operands(product, product.node))
    found = next(((each, node) for each, node in parts if counts(each)), None)
    if found is None:
        return None
    index, operand = found
    scales = tuple(each for each, _ in parts if each is not index)
    if late is not None:
        scales += tuple(_multiplied(index))
    strides = tuple(each.name for scale in scales for each in _parameters(plain(scale)))
    widened = next((cast for each, _ in parts if (cast := _wide(each)) is not None), None)
    return Offset(pointer, product, index, operand, scales, strides, widened, late)


def _parameters(scale: Term) -> tuple[Term, ...]:
    """The parameter that a factor is, on one path or on all."""
    if scale.op == "parameter":
        return (scale,)
    found = map(plain, scale.args) if scale.op == "join" else ()
    return tuple(each for each in found if each.op == "parameter")[:1]


def _multiplied(index: Term) -> Iterator[Term]:
    """What an index is multiplied by before it is one: `i * T + j` counts rows of all batches, and
    `i * cdiv(T, 64) + j` chunks of them. What it is divided by makes it smaller."""
    stack, seen = [index], {id(index)}
    while stack:
        term = stack.pop()
        for each in map(plain, term.args if term.op == "product" else ()):
            counted = plain(each.args[0]) if each.op == "quotient" else each
            if counted.op in ("parameter", "constexpr") or _parameters(counted):
                yield counted
        last = {"load": 0, "quotient": 1, "remainder": 1}.get(term.op)
        new = [each for each in term.args[:last] if id(each) not in seen]
        seen.update(map(id, new))
        stack.extend(new)


def _operands(term: Term, node: ast.expr | None) -> Iterator[tuple[Term, ast.expr | None]]:
    """The factors of a product, each with the expression that stands for it there."""
    if term.op != "product":
        yield term, node
    elif isinstance(node, ast.BinOp) and term.node is node:
        yield from _operands(term.args[0], node.left)
        yield from _operands(term.args[1], node.right)
    else:
        yield from ((each, None) for each in factors(term))


def counts(term: Term) -> bool:
    """Whether a factor is an index that can become large: a program, a round of a loop, a number
    from memory, and not the remainder of a division or the smaller of two."""
    inner = plain(term)
    match inner.op:
        case "loop":
            return any(each.width != COMPILED for each in inner.args)
        case "sum" | "join" | "product":
            return any(map(counts, inner.args))
        case "quotient":
            return counts(inner.args[0])
        case "where":
            return any(map(counts, inner.args[1:]))
    return inner.op in ("program", "load")


def _wide(term: Term) -> Term | None:
    """The cast to 64 bits that an operand of a product owes its width to."""
    if term.width != 64:
        return None
    return next((each for each in term.walk() if each.op == "cast" and each.width == 64), None)

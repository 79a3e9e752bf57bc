"""Memory of more than 2**31 elements, as the function around a launch, its file and its docstrings
say: by constants, assertions, named dimensions and examples of shapes."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tritonlint.facts.device.reading.offsets import Offset, offsets, pointers_of
from tritonlint.facts.device.reading.terms import plain
from tritonlint.facts.hazards.extents import SHAPED, said_in, written_shape
from tritonlint.facts.hazards.narrow_offsets import NarrowOffset, observed
from tritonlint.facts.hazards.sizes import Sizes
from tritonlint.facts.hazards.told_indices import told_narrow
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, walk
from tritonlint.frozen import replace

_LARGE = 1 << 31
_NUMBER = r"\d[\d_]*(?:,\d{3})*"
# An example of a shape in a text or a constant, and rows of a length.
_EXAMPLE = re.compile(rf"[\[(]\s*({_NUMBER}(?:\s*,\s+{_NUMBER})+)\s*[\])]")
_ROWS_OF = re.compile(rf"({_NUMBER})\s+\w+\s+(?:of|by|x)\s+({_NUMBER})\b")
# Constants of a file, alone or in a row, and what a dimension is compared with. What they come to
# at least where they may state such memory: docstrings may state more.
_CONSTANTS = re.compile(
    r"^\w[\w, ]*=\s*([\d_,*< ]+)$|: int = (\d[\d_]*)|\.shape\[\d\] [>=]=?\s*(\d[\d_]*)",
    re.MULTILINE,
)
_STATED = 1 << 24
_SHIFTED = re.compile(r"\b(?:1 *<<|2 *\*\*) *(\d+)")
_ASSERTED = re.compile(r"^[ \t]*assert\b([^\n]*<=?[ ]*\d[^\n]*)$", re.MULTILINE)
# What cares for the limit of 32 bits.
_LIMITED = re.compile(
    r"2\s*\*\*\s*3[12]\b|1\s*<<\s*3[12]\b|2_?147_?483_?64|int32\)\.max|INT(?:32)?_MAX"
)
# From name to name, a shape is looked for so far.
_DEPTH = 4
# So many dimensions a tensor has that nothing but tests tell of.
_MOST = 5
_LIKE = frozenset("contiguous clone to detach half float bfloat16".split())
Dimensions = Sequence["int | None"]


def may_state_sizes(text: str) -> bool:
    """Whether a file may say that memory has more than 2**31 elements."""
    if "stride(" not in text and "numel(" not in text and ".shape" not in text:
        return False
    stated = " ".join(" ".join(each) for each in _CONSTANTS.findall(text))
    stated = _SHIFTED.sub(lambda x: str(1 << min(int(x[1]), 31)), stated.replace("_", ""))
    numbers = [int(each) for each in re.findall(r"\d+", stated)]
    asserted = "".join(_ASSERTED.findall(text)).replace("_", "")
    numbers += [int(each) for each in re.findall(r"(?<!\w)\d+", asserted)]
    sizes = math.prod(each for each in numbers if 1 < each < _LARGE)
    return sizes >= _STATED or next(_examples(text), None) is not None


def cares_for_the_limit(function: Definition) -> bool:
    """Whether a function cares for the limit of 32 bits, not only in its docstring."""
    text = function.module.source.lines_of(function.as_function)
    said = ast.get_docstring(function.as_function, clean=False) or ""
    return _LIMITED.search(text.replace(said, "")) is not None


def stated_large(module: Module, kernel: Kernel) -> Iterator[NarrowOffset]:
    """The products in 32 bits of `kernel` that go beyond 2**31 in memory that the launches in its
    file pass, by the sizes that are stated there."""
    narrow = [*_narrow(kernel)]
    if not narrow:
        return
    for host, launch in launches_of(module, kernel):
        if host is None or cares_for_the_limit(host):
            continue
        passed = given(kernel, launch)
        shapes = _Shapes(host)
        large = {name for name, value in passed.items() if shapes.along(value, 0) >= _LARGE}
        for offset in narrow:
            if offset.pointer in large and _reach(offset, passed, shapes) >= _LARGE:
                found = observed(kernel, offset, "sized", module.source.span(launch.func))
                told = offset.table and told_narrow(module, kernel, offset.table)
                yield replace(found, loaded=False) if told else found
        if large:
            return


def _narrow(kernel: Kernel) -> Iterator[Offset]:
    """The products of one index and one number that `kernel` computes in 32 bits, on every path."""
    wide = {(each.pointer, each.index.text) for each in offsets(kernel) if each.widened is not None}
    for each in offsets(kernel):
        known = each.narrow and each.late is None and each.node is not None
        if known and (each.pointer, each.index.text) not in wide:
            if len(each.scales) == 1 and each.pointer in pointers_of(kernel):
                yield each


def _reach(offset: Offset, passed: Mapping[str, ast.expr], shapes: _Shapes) -> int:
    """How many elements an index goes through, by what its stride is said to be."""
    scale, memory = plain(offset.scales[0]), passed[offset.pointer]
    match passed.get(scale.name):
        case ast.Call(
            func=ast.Attribute(value=owner, attr="stride"),
            args=[ast.Constant(value=int(axis))],
        ) if as_code(owner) == as_code(memory):
            return shapes.along(owner, axis)
        case ast.expr() as value if scale.op in ("parameter", "constexpr"):
            rows = shapes.number(value) == math.prod(each or 1 for each in shapes.of(memory)[1:])
            blocks = plain(offset.index).op == "program" and shapes.counts(passed, memory)
            return shapes.along(memory, 0) if rows or blocks else 0
    return 0


class _Shapes:
    """What a function that launches says of the shapes of its tensors."""

    def __init__(self, host: Definition) -> None:
        self.host = host
        self.said = said_in(host.as_function)
        self.sizes = Sizes(host.module, host.as_function.body[0])

    def number(self, node: ast.expr, depth: int = _DEPTH) -> int | None:
        match node:
            case ast.Subscript(
                value=ast.Attribute(attr="shape", value=owner), slice=ast.Constant(value=int(axis))
            ):
                dims = self.of(owner, depth)
                return dims[axis] if -len(dims) <= axis < len(dims) else None
        return self._stated(as_code(node)) or self.sizes.number(node)

    def _stated(self, code: str) -> int | None:
        """What a number is compared with, where any other is refused."""
        found = self.said.stated.get(code)
        return self.sizes.number(found) if found is not None else None

    def of(self, node: ast.expr, depth: int = _DEPTH) -> Dimensions:
        """The dimensions of a tensor, each where it is known; empty where nothing is."""
        match node:
            case _ if depth == 0:
                return ()
            case ast.Name(id=name):
                return self._named(name, depth)
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in SHAPED:
                return self._written(written_shape(attr, node) or (), depth)
            case ast.Call(func=ast.Attribute(attr=attr), args=[like, *_]) if attr.endswith("_like"):
                return self.of(like, depth - 1)
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in _LIKE:
                return self.of(owner, depth - 1)
            case ast.Call(func=ast.Attribute(attr="Parameter"), args=[inner, *_]):
                return self.of(inner, depth - 1)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="unbind")) as call):
                return self._unbound(call, depth)
            case ast.Subscript(value=ast.Tuple(elts=[first, *_])):
                return self.of(first, depth - 1)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self._of_object(name, depth)
        return ()

    def counts(self, passed: Mapping[str, ast.expr], memory: ast.expr) -> bool:
        """Whether a launch passes the number of all elements of what it passes, or of what has the
        same shape."""
        for each in passed.values():
            match self._value(each) or each:
                case ast.Call(func=ast.Attribute(value=owner, attr="numel")):
                    if [*self.of(owner)] == [*self.of(memory)]:
                        return True
        return False

    def along(self, owner: ast.expr, axis: int) -> int:
        """The elements that the indices of a dimension go through."""
        dims, skipped = self.of(owner), 1
        match self._value(owner):
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="unbind")) as call):
                skipped = self._left_out(call)
        if not -len(dims) <= axis < len(dims):
            return 0
        return math.prod(each or 1 for each in dims[axis % len(dims) :]) * skipped

    def _of_object(self, name: str, depth: int) -> Dimensions:
        """The dimensions of what the methods of the class give an attribute."""
        value = self.sizes.attribute(name)
        for each in self.host.module.functions if value is not None else ():
            assert value is not None
            if each.enclosing == self.host.enclosing and value in walk(each.as_function):
                return _Shapes(each).of(value, depth - 1)
        return ()

    def _value(self, node: ast.expr) -> ast.expr | None:
        values = self.said.values.get(node.id, ()) if isinstance(node, ast.Name) else ()
        match values:
            case [ast.Subscript(value=ast.Tuple(elts=[ast.Name() as first, *_]))]:
                return self._value(first)  # an item of a loop
        return values[0] if len(values) == 1 else None

    def _left_out(self, call: ast.Call) -> int:
        """The size of the dimension that is taken apart, if it is not the first."""
        dims, axis = self.of(call.func.value), self._axis(call)  # type: ignore[attr-defined]
        return (dims[axis] or 1) if 0 < axis < len(dims) else 1

    def _unbound(self, call: ast.Call, depth: int) -> Dimensions:
        dims, axis = self.of(call.func.value, depth - 1), self._axis(call)  # type: ignore[attr-defined]
        return [*dims[:axis], *dims[axis + 1 :]] if 0 <= axis < len(dims) else ()

    @staticmethod
    def _axis(call: ast.Call) -> int:
        match [*call.args, *(each.value for each in call.keywords)]:
            case [ast.Constant(value=int(axis))]:
                return axis
        return 0

    def _named(self, name: str, depth: int) -> Dimensions:
        value = self._value(ast.Name(name))
        found = self.of(value, depth - 1) if value is not None else ()
        shape = self.said.shapes.get(name, ())
        if not found and shape:
            found = self._written(shape, depth)
        names = [as_code(each) for each in shape] or list(self._documented(name))
        found = found or [self._of_text(each) for each in names]
        if None in found and names:
            found = self._filled(found, names)
        axes = range(len(found) or _MOST)
        stated = [self._stated(f"{name}.shape[{axis}]") for axis in axes]
        known = max((axis + 1 for axis in axes if stated[axis]), default=0)
        found = found or [None] * known
        return [said or each for said, each in zip(stated, found, strict=False)]

    def _written(self, sizes: Sequence[ast.expr], depth: int) -> Dimensions:
        match sizes:
            case [ast.Attribute(value=owner, attr="shape")]:
                return self.of(owner, depth - 1)
            case [ast.Name() as name] if (items := self.sizes.items(name)) is not None:
                sizes = items
        found = [self.number(each, depth - 1) for each in sizes]
        for at, (one, other) in enumerate(pairwise(map(as_code, sizes))):
            together = self._stated(f"{one} * {other}")
            if together is not None and None in found[at : at + 2]:
                found[at : at + 2] = [together, 1]
        return found

    def _of_text(self, name: str) -> int | None:
        if re.fullmatch(_NUMBER, name):
            return int(re.sub(r"\D", "", name))
        return self.sizes.number(ast.Name(name)) if name.isidentifier() else None

    def _documented(self, name: str) -> Sequence[str]:
        """The dimensions that the docstring of the function gives a parameter."""
        found = re.search(
            rf"(?<![\w.]){name}\b`*\s*:?\s*[\[(]([^\])]*,[^\])]*)[\])]",
            ast.get_docstring(self.host.as_function) or "",
        )
        return [each.strip() for each in found[1].split(",")] if found else ()

    def _filled(self, dims: Dimensions, names: Sequence[str]) -> Dimensions:
        """Dimensions with what the docstrings of the file say of them: an example of a whole shape,
        or so and so many of what the dimension is called."""
        texts = _docstrings(self.host.module)
        for each in _examples(texts):
            if len(each) == len(dims) and all(
                k in (None, n) for k, n in zip(dims, each, strict=True)
            ):
                return each
        if len(names) != len(dims):
            return dims  # of another shape than the tensor has
        counted = (re.findall(rf"({_NUMBER})\s+{re.escape(name)}\b", texts) for name in names)
        numbers = [max((int(re.sub(r"\D", "", n)) for n in each), default=None) for each in counted]
        return [known or number for known, number in zip(dims, numbers, strict=True)]


def _examples(text: str) -> Iterator[Sequence[int]]:
    """The shapes of more than 2**31 elements that a text gives as examples."""
    for pattern in (_EXAMPLE, _ROWS_OF):
        for found in pattern.finditer(text):
            parts = re.split(r",\s+", found[1]) if pattern is _EXAMPLE else found.groups()
            numbers = [int(re.sub(r"\D", "", each)) for each in parts]
            if math.prod(numbers) >= _LARGE:
                yield numbers


def _docstrings(module: Module) -> str:
    """The docstrings of a file, of its classes and functions, one under the other."""
    classes = (each.as_class for each in module.classes)
    functions = (each.as_function for each in module.functions)
    texts = map(ast.get_docstring, (module.tree, *classes, *functions))
    return "\n".join(filter(None, texts))

"""Numbers that are a float32 in kernels that compute with float64: what a launch passes as a float
of Python's, and constants that are written so."""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator

from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.hazards.float_scalars import launched_with_floats, used_as_passed
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.hazards.written_numbers import number
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_DOUBLE = re.compile(r"\btorch\.(?:float64|double)\b|\.double\(\)")
# No larger number is a float32.
_MOST = 3.4e38
_OTHERS = re.compile(r"float32|float16|\.float\(|\.half\(|torch\.(?:half|float)\b")


@dataclass(frozen=True)
class ShortScalar(InKernel):
    """A number that is a float32, where the function that launches the kernel says, at `said`, that
    its tensors are float64: it is passed at `place` as `parameter`, or written there, and computed
    with at `used`. `pointers` are the kernel's own, to what may be floats."""

    parameter: str
    used: Span
    said: Span
    pointers: tuple[str, ...]


def may_shorten(text: str) -> bool:
    """Whether a file can have a kernel of that kind."""
    double = "float64" in text or "double" in text
    return double and "jit" in text and _DOUBLE.search(text) is not None


def short_scalars(module: Module, kernel: Kernel, naming: Naming) -> Iterator[ShortScalar]:
    """What is a float32 in `kernel`, which all that launch it give float64."""
    launches = launched_with_floats(module, kernel)
    said = {_said(host) for host, _, _ in launches}
    place = next(iter(said), None)
    if len(said) != 1 or place is None:
        return
    aware = "float64" in module.source.lines_of(kernel.node)
    where = (kernel.name, kernel.path, kernel.line)
    span = module.source.span
    uses = {} if aware else used_as_passed(kernel)
    pointers = _pointers(kernel)
    for *_, given in launches:
        for name, passed in given.items():
            if name in uses:
                yield ShortScalar(span(passed), *where, name, span(uses[name]), place, pointers)
    for block in _constants(module, kernel, aware):
        yield ShortScalar(span(block), *where, "", span(block), place, pointers)


def _pointers(kernel: Kernel) -> tuple[str, ...]:
    roles = roles_of(kernel)
    return tuple(each for each in roles.pointers if roles.kind(f"{each}[]") != "int")


def _said(host: Definition) -> Span | None:
    """Where a function says that its tensors are float64, and none of another type."""
    source = host.module.source
    text = source.snippet(source.span(host.node))  # type: ignore[arg-type]
    plain = _DOUBLE.sub("", text)
    if not _DOUBLE.search(text) or _OTHERS.search(plain):
        return None
    for node in walk(host.node):  # type: ignore[arg-type]
        place = _makes_double(node)
        if place is not None:
            return source.span(place)
    return None


def _makes_double(node: ast.AST) -> ast.expr | None:
    """The expression that says that a tensor is float64, where a statement or call does."""
    match node:
        case ast.Call(func=ast.Attribute(attr="double"), args=[]):
            return node
        case ast.keyword(arg="dtype", value=value) if _DOUBLE.fullmatch(as_code(value)):
            return value
        case ast.Assert(test=test):
            return _compared(test, ast.Eq)
        case ast.If(test=test, body=[*_, ast.Raise()]):
            return _compared(test, ast.NotEq)
    return None


def _compared(test: ast.expr, operator: type[ast.cmpop]) -> ast.expr | None:
    """The float64 that is compared with in a test."""
    for node in walk(test):
        match node:
            case ast.Compare(ops=[op], comparators=[right]) if isinstance(op, operator):
                if _DOUBLE.fullmatch(as_code(right)):
                    return right
    return None


def _constants(module: Module, kernel: Kernel, aware: bool) -> Iterator[ast.Call]:
    """The blocks of a float32 that does not hold the number that is written; where the kernel is
    `aware` of float64, only those of which nothing says so."""
    for node in walk(kernel.node):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[_, value, dtype]) if name == "full":
                if not aware and as_code(dtype).endswith(".float32"):
                    if _loses(number(module, value)):
                        yield node
            case ast.Call(func=ast.Attribute(attr="where"), args=[_, one, other]):
                # Of two numbers of Python's, `where` makes a block of float32.
                numbers = [number(module, each) for each in (one, other)]
                if None not in numbers and any(map(_loses, numbers)):
                    yield node


def _loses(number: float | None) -> bool:
    if not isinstance(number, float) or abs(number) > _MOST:
        return False
    (kept,) = struct.unpack("f", struct.pack("f", number))
    return float(kept) != number

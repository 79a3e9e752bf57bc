"""Tables of addresses whose kernels take what lies there for one 16-bit type, while the code that
fills them takes tensors of any type."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, span_in
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_SHORT = ("float16", "bfloat16")
# What code says that knows the type of its tensors: the type, a conversion to it, a comparison.
_STATED = re.compile(r"float16\b|torch\.half\b|\.half\(|\bis_floating_point\b")


@dataclass(frozen=True)
class FixedTable(InKernel):
    """An address loaded from the table `table` that becomes a pointer to `element` at `place`.
    `filled` is where `host`, which launches the kernel, takes the addresses of tensors whose type
    nothing tests."""

    element: str
    table: str
    host: str
    filled: Span


def may_fix_types(text: str) -> bool:
    """Whether a file can have both a kernel with a table and the code that fills it."""
    return "pointer_type(" in text and ".data_ptr()" in text


def fixed_tables(module: Module, kernel: Kernel) -> Iterator[FixedTable]:
    """The tables of a kernel of `module` whose types nothing tests."""
    retyped = list(_retyped(kernel))
    host = next(_launching(module, kernel), None) if retyped else None
    filled = _filled(module, host) if host is not None else None
    if host is None or filled is None or _states(module, host):
        return
    for term, table in retyped:
        place = span_in(kernel, term)
        where = (place, kernel.name, kernel.path, kernel.line)
        yield FixedTable(*where, term.name, table, host.name, filled)


def _retyped(kernel: Kernel) -> Iterator[tuple[Term, str]]:
    """The casts of loaded addresses to pointers of one 16-bit type, with the tables that they are
    from; none of a table of which some are taken for another type."""
    found: dict[str, list[Term]] = {}
    for term in read(kernel).terms:
        if term.op == "retype" and term.node is not None:
            loads = (each for each in term.args[0].walk() if each.op == "load")
            for load in loads:
                root = load.args[0].root
                if root is not None:
                    found.setdefault(root.name, []).append(term)
    for table, terms in found.items():
        if _used_as_numbers(kernel, terms) and {each.name for each in terms} <= {terms[0].name} & {
            *_SHORT
        }:
            yield from ((each, table) for each in terms)


def _used_as_numbers(kernel: Kernel, pointers: list[Term]) -> bool:
    """Whether what lies behind pointers is more than copied: bits are bits."""
    own = set(map(id, pointers))

    def through(term: Term) -> bool:
        return any(id(each) in own for each in term.walk())

    terms = read(kernel).terms
    loads = {id(each) for each in terms if each.op == "load" and _of_address(each)}
    for term in terms:
        used = [each for each in term.args if id(each) in loads]
        if term.op in ("load", "sum", "retype") and not used:
            continue
        if term.op == "call" and term.name == "store":
            if through(term.args[0]) and id(term.args[1]) not in loads:
                return True
        elif used or any(through(each) for each in term.args):
            return True
    return False


def _of_address(load: Term) -> bool:
    """Whether a load is through a pointer that was made of an address."""
    return any(each.op == "retype" for address in load.args for each in address.walk())


def _launching(module: Module, kernel: Kernel) -> Iterator[Definition]:
    """The functions of the file that launch a kernel of it."""
    for function in module.functions:
        if f"{kernel.name}[" in _text(module, function) and function.node is not kernel.node:
            yield function


def _filled(module: Module, host: Definition) -> Span | None:
    """Where the launching function takes the address of a tensor."""
    for node in ast.walk(host.node):  # type: ignore[arg-type]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "data_ptr":
                return module.source.span(node)
    return None


def _states(module: Module, host: Definition) -> bool:
    """Whether the launching function, or one of the file that it calls, names the type or tests
    one, or those that call it do: all, where it is private to the file."""
    names = {each.name: _text(module, each) for each in module.functions}
    own = _text(module, host)
    called = [text for name, text in names.items() if name != host.name and f"{name}(" in own]
    if any(_STATED.search(text) or _tests(text) for text in (own, *called)):
        return True
    spelled = f"{host.name}("
    calling = [t for name, t in names.items() if name != host.name and spelled in t]
    private = host.name.startswith("_")
    told = [_tests(text) or (private and bool(_STATED.search(text))) for text in calling]
    return bool(told) and all(told)


def _tests(text: str) -> bool:
    """Whether a text compares or looks up the element type of a tensor."""
    return bool(re.search(r"dtype\s*(?:[!=]=|\bnot in\b|\bin\b)|\[\w+(?:\[\d+\])?\.dtype\]", text))


def _text(module: Module, function: Definition) -> str:
    node = function.node
    lines: Sequence[str] = module.source.lines
    return "".join(lines[node.lineno - 1 : node.end_lineno])  # type: ignore[union-attr]

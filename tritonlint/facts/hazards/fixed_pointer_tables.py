"""Tables of addresses whose kernels take what lies there for one 16-bit type, while the code that
fills them takes tensors of any type."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, span_in, walked
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import SCOPE, as_code, last_name, nodes, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_SHORT = ("float16", "bfloat16")
# What code says that knows the type of its tensors: the type, a conversion to it, a comparison.
_STATED = re.compile(r"float16\b|torch\.half\b|\.half\(|\bis_floating_point\b")

# The types that tensors are made of, or converted to.
_NAMED = re.compile(
    r"torch\.(b?float16|half|float(?:32|64)?|double)\b|\.(half|bfloat16|float|double)\("
)
_LONG = {"half": "float16", "float": "float32", "double": "float64"}
# A test that lets dtypes pass and leads nowhere else; and what tells one type from others.
_PASSES = re.compile(
    r"\b(?:assert\b[^\n]*dtype\s+in|if\b[^\n]*dtype\s+not\s+in)\s+(\w+|[({\[][^)}\]\n]*)"
)
_APART = re.compile(
    r"(?:[!=]=|\bis(?:\s+not)?)\s+torch\.b?(?:float16|half)|\[[\w.]*dtype\]|torch\.half\b|\.half\("
)


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
    """Whether a file can have a kernel with a table."""
    return "pointer_type(" in text and "float16" in text


def fixed_tables(module: Module, kernel: Kernel, naming: Naming) -> Iterator[FixedTable]:
    """The tables of a kernel of `module` whose types nothing tests."""
    retyped = list(_retyped(kernel))
    host = next(_launching(module, kernel, naming), None) if retyped else None
    filled = _filled(host.module, host) if host is not None else None
    if host is None or filled is None:
        return
    states = _states(host.module, host)
    for place, name, table in retyped:
        if _all_callers_name(host, name):
            continue
        if states and not _lets_pass(host.module, host, name):
            continue
        where = (place, kernel.name, kernel.path, kernel.line)
        yield FixedTable(*where, name, table, host.name, filled)


def _retyped(kernel: Kernel) -> Iterator[tuple[Span, str, str]]:
    """The casts of loaded addresses to pointers of one 16-bit type, in the kernel or a device
    function of its file: where, to which type, and the tables that they are from; none of a table
    of which some are taken for another type."""
    found: dict[str, list[Term]] = {}
    for term in walked(read(kernel).terms, into_loads=True):
        if term.op == "retype":
            loads = (each for each in term.args[0].walk() if each.op == "load")
            for load in loads:
                root = load.args[0].root
                if root is not None:
                    found.setdefault(root.name, []).append(term)
    for table, terms in found.items():
        names = {each.name for each in terms}
        if not _used_as_numbers(kernel, terms) or not names <= {terms[0].name} & {*_SHORT}:
            continue
        own = [span_in(kernel, each) for each in terms if each.node is not None]
        for place in own or _in_device_functions(kernel, terms[0].name):
            yield place, terms[0].name, table


def _in_device_functions(kernel: Kernel, element: str) -> Iterator[Span]:
    """Where a function of the same file that the kernel calls casts an address so."""
    names = {each.id for each in nodes(kernel.node, ast.Name)}
    for name in sorted(names):
        called = kernel.scope.lookup(name)
        if isinstance(called, Kernel) and called.path == kernel.path:
            for term in read(called).terms:
                if term.op == "retype" and term.name == element and term.node is not None:
                    yield span_in(called, term)


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


def _launching(module: Module, kernel: Kernel, naming: Naming) -> Iterator[Definition]:
    """The functions that launch a kernel: of its file, or, where none of that does, of others."""
    own = [
        function
        for function in module.functions
        if f"{kernel.name}[" in module.source.lines_of(function.as_function)
        and function.node is not kernel.node
    ]
    yield from own
    for function in naming(kernel) if not own else ():
        if not isinstance(function.node, Module):
            if f"{kernel.name}[" in function.module.source.lines_of(function.as_function):
                yield function


def _filled(module: Module, host: Definition) -> Span | None:
    """Where the launching function takes the address of a tensor, or one of its file does that
    belongs to it."""
    for function in (host, *_belonging(module, host)):
        for node in walk(function.node):  # type: ignore[arg-type]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "data_ptr":
                    return module.source.span(node)
    return None


def _belonging(module: Module, host: Definition) -> list[Definition]:
    """The other functions of the file that the launching function calls, and the methods of its
    class that assign the attributes that it reads, with what these call."""
    others = [each for each in module.functions if each.node is not host.node]
    own = module.source.lines_of(host.as_function)
    found = [each for each in others if f"{each.name}(" in own]
    read_ = re.findall(r"\bself\.(\w+)", own)
    alike = [each for each in others if read_ and each.enclosing == host.enclosing]
    for method in alike:
        text = module.source.lines_of(method.as_function)
        if any(re.search(rf"\bself\.{name}\s*(?::[^=\n]*)?=[^=]", text) for name in {*read_}):
            found += [method, *(each for each in others if f"{each.name}(" in text)]
    return [each for index, each in enumerate(found) if each not in found[:index]]


def _states(module: Module, host: Definition) -> bool:
    """Whether the launching function, or one of the file that belongs to it, names the type or
    tests one, or those that call it do: all, where it is private to the file."""
    names = {each.name: module.source.lines_of(each.as_function) for each in module.functions}
    texts = [module.source.lines_of(each.as_function) for each in (host, *_belonging(module, host))]
    if any(_STATED.search(text) or _tests(text) for text in texts):
        return True
    spelled = f"{host.name}("
    calling = [t for name, t in names.items() if name != host.name and spelled in t]
    private = host.name.startswith("_")
    told = [_tests(text) or (private and bool(_STATED.search(text))) for text in calling]
    return bool(told) and all(told)


def _all_callers_name(host: Definition, element: str) -> bool:
    """Whether the file calls the launching function, and whatever does so, a function or the file
    outside of functions, names this type for tensors, and no other."""
    module = host.module
    top = "".join(
        module.source.lines_of(each) for each in module.tree.body if not isinstance(each, SCOPE)
    )
    calls = [each for each in nodes(module.tree, ast.Call) if last_name(each.func) == host.name]
    callers = [module.function_at(each.lineno) for each in calls]
    texts = [
        module.source.lines_of(each.as_function) if each is not None else top for each in callers
    ]
    return bool(texts) and all(_types_named(text) == {element} for text in texts)


def _types_named(text: str) -> set[str]:
    """The float types that code names for tensors, or converts them to."""
    found = {one or other for one, other in _NAMED.findall(text)}
    return {_LONG.get(each, each) for each in found}


def _lets_pass(module: Module, host: Definition, element: str) -> bool:
    """Whether a test that is asked of the dtype (`assert dtype in TYPES`) lets another 16-bit type
    pass than `element`, and nothing else tells them apart."""
    other = next(each for each in _SHORT if each != element)
    texts = [module.source.lines_of(each.as_function) for each in (host, *_belonging(module, host))]
    if any(_APART.search(text) for text in texts):
        return False
    passing = (each[1] for text in texts for each in _PASSES.finditer(text))
    return any(f"torch.{other}" in _written(module, each) for each in passing)


def _written(module: Module, container: str) -> str:
    """A container as it is written: what a name of the module stands for."""
    found = module.target(container) if container.isidentifier() else None
    return as_code(found.node) if isinstance(found, Definition) else container  # type: ignore[arg-type]


def _tests(text: str) -> bool:
    """Whether a text compares or looks up the element type of a tensor."""
    return bool(re.search(r"dtype\s*(?:[!=]=|\bnot in\b|\bin\b)|\[\w+(?:\[\d+\])?\.dtype\]", text))

"""What a kernel computes in float64 by its own words, and keeps in float32, where nothing is gained
by it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.hazards.written_launches import given as given_by
from tritonlint.facts.hazards.written_launches import launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, nodes, only_given, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# From name to name, and from device function to caller, so far an integer is looked for.
_DEPTH = 4
_INTEGER = re.compile(r"^u?int(?:8|16|32)$")
# A function says so of a tensor that holds integers.
_INTEGERS = r"\b{name}\.dtype\s*==\s*torch\.u?int(?:8|16|32)\b"
_DOUBLE = re.compile(r"float64|double")


@dataclass(frozen=True)
class Detour(InKernel):
    """A cast to float64 of an integer of which at most a power of two becomes a float32, or a
    number in float64 among what is float32, at `narrowed`: nothing is gained. The number is
    `written`; of the pointers `integers` the launches say that they hold such."""

    narrowed: Span
    written: bool = False
    integers: frozenset[str] = frozenset()


def detours(module: Module, kernel: Kernel, naming: Naming) -> Sequence[Detour]:
    """The detours of `kernel`."""
    where = (kernel.name, kernel.path, kernel.line)
    span = module.source.span
    made = _Kernel(module, kernel, naming)
    return [
        Detour(span(wide), *where, span(narrow), _written(wide) is not None, frozenset(made.stated))
        for wide, narrow in _widened(kernel, made.given)
        if made.is_in_vain(wide, narrow)
    ]


def _widened(kernel: Kernel, given: Mapping[str, ast.expr]) -> Sequence[tuple[ast.Call, ast.Call]]:
    """The casts to float64, each with the one back to float32 around it, over one name too."""
    found: dict[int, tuple[ast.Call, ast.Call]] = {}
    for node in walk(kernel.node):
        narrowed = _cast(node, "float32")
        if narrowed is None or not isinstance(node, ast.Call):
            continue
        inside = [*walk(narrowed)]
        names = (each.id for each in inside if isinstance(each, ast.Name))
        inside += [one for each in names if each in given for one in walk(given[each])]
        for inner in inside:
            wide = _cast(inner, "float64") is not None or _written(inner) is not None
            if isinstance(inner, ast.Call) and wide:
                found.setdefault(id(inner), (inner, node))
    return list(found.values())


class _Kernel:
    """What a kernel computes; `given` are the names that it gives one value only."""

    def __init__(self, module: Module, kernel: Kernel, naming: Naming) -> None:
        self.module, self.kernel, self.naming = module, kernel, naming
        self.given = only_given(kernel.node)
        # The parameters of which the launches say that they hold integers, as far as asked.
        self.stated: set[str] = set()

    def is_in_vain(self, wide: ast.Call, narrow: ast.Call) -> bool:
        """Whether an integer is widened and nothing but a power of two made of it, or a number that
        is written is the only float64."""
        inner = _cast(narrow, "float32")
        if inner is None:
            return False
        if _written(wide) is not None:
            return self._is_only_float64(wide) and not self._is_one_number(inner, wide)
        integer = _cast(wide, "float64")
        is_exact = self._is_power(inner, wide) or inner is wide
        return is_exact and integer is not None and self._is_integer(integer)

    def _is_power(self, node: ast.expr, wide: ast.Call) -> bool:
        """Whether an expression is a power of two of what is widened, or something multiplied by
        one, which rounds nothing."""
        match node:
            case ast.Name(id=name) if name in self.given:
                return self._is_power(self.given[name], wide)
            case ast.Call(args=[one]) if _called(node) in ("exp2", "ldexp"):
                while isinstance(one, ast.Name) and one.id in self.given:
                    one = self.given[one.id]
                return one is wide or self._is_power(one, wide)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for one, other in ((left, right), (right, left)):
                    if self._is_power(one, wide) and self._is_float32(other):
                        return True
        return False

    def _is_float32(self, node: ast.expr) -> bool:
        """Whether an expression is cast to float32, over one name too."""
        if isinstance(node, ast.Name) and node.id in self.given:
            node = self.given[node.id]
        return _cast(node, "float32") is not None

    def _is_integer(self, node: ast.expr) -> bool:
        """Whether an expression is an integer of 32 bits at most: cast to one, loaded from memory
        of which all that launch the kernel say so, or what all callers give a device function."""
        numbers = _Numbers(self.kernel.node, self._is_stated, self._is_given_integers)
        return numbers.is_integer(node, _DEPTH)

    def _is_stated(self, parameter: str) -> bool:
        """Whether all launches pass as `parameter` what their functions say holds integers."""
        launches = launches_of(self.module, self.kernel)
        stated = bool(launches) and all(
            host is not None
            and isinstance(host.node, ast.AST)
            and _says(host.node, given_by(self.kernel, launch).get(parameter))
            for host, launch in launches
        )
        self.stated |= {parameter} if stated else set()
        return stated

    def _is_given_integers(self, parameter: str, depth: int) -> bool:
        """Whether all callers give a device function an integer as `parameter`."""
        own = signature(self.kernel.node)
        found: list[bool] = []
        known = any(each.arg == parameter for each in own.named)
        for caller in self.naming(self.kernel) if known else ():
            if not isinstance(caller.node, ast.FunctionDef):
                return False
            numbers = _Numbers(caller.node)
            for call in walk(caller.node):
                if isinstance(call, ast.Call) and _called(call) == self.kernel.name:
                    given = own.given(call).get(parameter)
                    found.append(given is not None and numbers.is_integer(given, depth - 1))
        return bool(found) and all(found)

    def _is_one_number(self, node: ast.expr, written: ast.Call) -> bool:
        """Whether an expression gives one number, and no block of them: of what has no dimension
        and of what the kernel is given."""
        given = {each.arg for each in signature(self.kernel.node).named}
        while isinstance(node, ast.Name) and node.id in self.given:
            node = self.given[node.id]
        shape = written.args[0]
        named = {each.id for each in nodes(node, ast.Name)} - {as_code(written.func).split(".")[0]}
        return isinstance(shape, ast.List | ast.Tuple) and not shape.elts and named <= given

    def _is_only_float64(self, number: ast.Call) -> bool:
        """Whether nothing but a written number is float64 in a kernel, and for those that launch
        it."""
        nodes = [self.kernel.node, *(each.node for each in self.naming(self.kernel))]
        text = "".join(as_code(each) for each in nodes if isinstance(each, ast.AST))
        return len(_DOUBLE.findall(text)) == 1 and _written(number) is not None


@dataclass(frozen=True)
class _Numbers:
    """Which expressions of a function are integers; it is told that of its parameters, and of what
    they point to, by `points` and `holds`."""

    function: ast.FunctionDef
    points: Callable[[str], bool] = lambda _: False
    holds: Callable[[str, int], bool] = lambda _, __: False

    def is_integer(self, node: ast.expr, depth: int) -> bool:
        """Whether that is so of an expression to which at most a number is added."""
        given = only_given(self.function)
        match node:
            case ast.Name(id=name) if depth > 0:
                if name in given:
                    return self.is_integer(given[name], depth - 1)
                return self.holds(name, depth)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=int())):
                return self.is_integer(left, depth)
            case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Attribute(attr=name), *_]):
                return _INTEGER.match(name) is not None
            case ast.Call(args=[address, *_]) if _called(node) == "load":
                names = {each.id for each in nodes(address, ast.Name)}
                return sum(map(self.points, names)) == 1
        return False


def _says(host: ast.AST, passed: ast.expr | None) -> bool:
    """Whether a function says that a tensor that it passes holds integers."""
    if not isinstance(passed, ast.Name):
        return False
    return re.search(_INTEGERS.format(name=re.escape(passed.id)), as_code(host)) is not None


def _called(call: ast.Call) -> str:
    return as_code(call.func).rpartition(".")[2]


def _cast(node: ast.AST, element: str) -> ast.expr | None:
    """What a call casts to the type of that name."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="to"), args=[ast.Attribute(attr=name)]):
            return value if name == element else None
        case ast.Call(func=ast.Attribute(attr="cast"), args=[value, ast.Attribute(attr=name)]):
            return value if name == element else None
    return None


def _written(node: ast.AST) -> ast.Constant | None:
    """The number that a block of float64 is made of."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="full"),
            args=[_, ast.Constant(value=float()) as number, ast.Attribute(attr="float64")],
        ):
            return number
    return None

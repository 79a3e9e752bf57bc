"""Where a tensor of bytes that goes wrong should have been viewed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tritonlint.dtypes import UINT8
from tritonlint.facts.device import Specialization, contract
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.places import Place
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.symbols import Symbol
from tritonlint.facts.host.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import FUNCTION, nodes
from tritonlint.source import SourceFile, Span

# What becomes of what is loaded or stored where a kernel means bytes.
_AS_BYTES = frozenset(("bits", "int"))


def entered_at(tensor: Tensor, argument: Span) -> Span:
    """The slice, or the argument by which a tensor enters the chain of calls that ends in a launch
    which is passed it as `argument`."""
    if tensor.part is not None and tensor.part.index is None:
        return tensor.part.span
    return tensor.passed[0].span if tensor.passed else argument


def place_of_view(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, evidence: Sequence[Evidence]
) -> Span:
    """The expression that should have been viewed: the slice, or the argument by which the tensor
    enters the chain of calls, after all through which others are passed it that mean bytes; where
    a function tests what the cache holds and then does not view it, the argument that this one
    passes on."""
    argument = event.arguments[parameter].span
    passed = list(tensor.passed)
    shared: list[Place] = []
    while passed and _is_shared(run, event, parameter, tensor, passed[0]):
        shared.append(passed.pop(0))
    chain = (*(each.span for each in passed), argument)
    if evidence and evidence[0].here and passed:
        return next(
            (each for each in reversed(chain) if each.path == evidence[0].span.path), argument
        )
    part = tensor.part
    if (
        part is not None
        and part.index is None
        and not any(_is_beside(x, part.span) for x in shared)
    ):
        return part.span
    return chain[0]


def _is_shared(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, place: Place) -> bool:
    """Whether what is passed in a call comes to others that mean bytes: to whatever function the
    caller is given, or to a kernel that packs bytes or picks bits out of them."""
    if id(place.node) in _handed(place.source):
        return True
    return any(
        place in places and _means_bytes(kernel, name)
        for kernel, name, places in _taking(run).get(tensor.buffer, ())
        if name != parameter or kernel is not event.kernel
    )


@kept(4)
def _taking(run: Run) -> Mapping[Symbol, list[tuple[Kernel, str, tuple[Place, ...]]]]:
    """By memory that comes over calls, the kernels and parameters that it comes to, and the
    arguments of those calls."""
    found: dict[Symbol, list[tuple[Kernel, str, tuple[Place, ...]]]] = {}
    for event in run.launches:
        for name, argument in event.arguments.items():
            for _, each in options(argument.value):
                if isinstance(each, Tensor) and each.passed:
                    found.setdefault(each.buffer, []).append((event.kernel, name, each.passed))
    return found


@kept(1024)
def _means_bytes(kernel: Kernel, parameter: str) -> bool:
    """Whether a kernel takes what a parameter points to for bytes, where it points to such."""
    found = contract(kernel, Specialization({parameter: UINT8}))
    stores = [each.effect for each in found.stores if each.parameter == parameter]
    loads = [each.effect for each in found.loads if each.parameter == parameter]
    effects = {*stores, *loads}
    return "bits" in effects and effects <= _AS_BYTES


@kept(256)
def _handed(source: SourceFile) -> frozenset[int]:
    """The arguments of the calls of a file, by identity, that call a parameter of a function
    around."""
    return frozenset(
        id(given)
        for function in nodes(source.tree, *FUNCTION)
        for names in [_parameters(function)]
        for call in nodes(function, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id in names
        for given in (*call.args, *(each.value for each in call.keywords))
    )


def _around(source: SourceFile, line: int) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions around a line, outermost first."""
    functions = nodes(source.tree, *FUNCTION)
    return [x for x in functions if x.lineno <= line <= (x.end_lineno or x.lineno)]


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    given = function.args
    return {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _is_beside(place: Place, part: Span) -> bool:
    """Whether a part is cut out in the function in which it, or what it is cut from, is passed."""
    if part.path != place.source.path:
        return False
    around = _around(place.source, place.span.line)
    end = (around[-1].end_lineno or 0) if around else 0
    return not around or around[-1].lineno <= part.line <= end

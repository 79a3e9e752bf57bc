"""Where a tensor of bytes that goes wrong should have been viewed."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tritonlint.dtypes import UINT8
from tritonlint.facts.device import Specialization, contract
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.passing import passing
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import FUNCTION, functions_around, nodes
from tritonlint.source import SourceFile, Span

# What becomes of what is loaded or stored where a kernel means bytes.
_AS_BYTES = frozenset(("bits", "int"))


def entered_at(tensor: Tensor, argument: Span) -> Span:
    """The slice, or the argument by which a tensor enters the chain of calls that ends in a launch
    which is passed it as `argument`."""
    if tensor.part is not None and tensor.part.index is None:
        return tensor.part.span
    passed = _passed_on(tensor)
    return passed[0].span if passed else argument


def _passed_on(tensor: Tensor) -> list[Place]:
    """The arguments by which a tensor is passed on; of one of several that are cut out together,
    only after that, in the function that does it."""
    passed = list(tensor.passed)
    while tensor.part is not None and tensor.part.index is not None and passed:
        if _is_beside(passed[0], tensor.part.span):
            break
        passed.pop(0)
    return passed


def place_of_view(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, evidence: Sequence[Evidence]
) -> Span:
    """The expression that should have been viewed: the slice, or the argument by which the tensor
    enters the chain of calls, after all through which others are passed it that mean bytes; where
    a function tests what the cache holds and then does not view it, the argument that this one
    passes on."""
    argument = event.arguments[parameter].span
    passed = _passed_on(tensor)
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
    if _position(place.node) in _handed(place.source):
        return True
    return any(
        place in each.passed and _means_bytes(other.kernel, name)
        for other, name, each in passing(run).get(tensor.buffer, ())
        if name != parameter or other.kernel is not event.kernel
    )


@kept(1024)
def _means_bytes(kernel: Kernel, parameter: str) -> bool:
    """Whether a kernel takes what a parameter points to for bytes, where it points to such."""
    found = contract(kernel, Specialization({parameter: UINT8}))
    stores = [each.effect for each in found.stores if each.parameter == parameter]
    loads = [each.effect for each in found.loads if each.parameter == parameter]
    effects = {*stores, *loads}
    return "bits" in effects and effects <= _AS_BYTES


@kept(256)
def _handed(source: SourceFile) -> frozenset[tuple[int, int]]:
    """Where the arguments of those calls of a file are that call a parameter of a function
    around."""
    return frozenset(
        _position(given)
        for function in nodes(source.tree, *FUNCTION)
        for names in [{each.arg for each in signature(function).named}]
        for call in nodes(function, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id in names
        for given in (*call.args, *(each.value for each in call.keywords))
    )


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _is_beside(place: Place, part: Span) -> bool:
    """Whether a part is cut out in the function in which it, or what it is cut from, is passed."""
    if part.path != place.source.path:
        return False
    around = functions_around(place.source.tree, place.span.line)
    return not around or around[-1] in functions_around(place.source.tree, part.line)

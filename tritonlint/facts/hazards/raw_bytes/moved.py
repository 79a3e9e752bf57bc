"""Bytes that a kernel stores as they are among the floats that it makes of others: it decodes what
it loads through a pointer, and leaves that out for some."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tritonlint.facts.device import Load, Specialization, contract
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import nodes
from tritonlint.source import Span

# An `if` by its line, and which arm of it.
Arm = tuple[int, bool]


def moved_undecoded(
    kernel: Kernel, made: Specialization, parameter: str, loads: Sequence[Load]
) -> list[Load]:
    """Those of `loads` whose bytes are stored without a cast through a pointer to floats, through
    which the kernel stores what it decodes of other bytes too, wherever it comes by."""
    decoded = [each for each in loads if each.effect == "bits" and not each.via]
    if not decoded or not any(each.effect == "int_to_float" for each in loads):
        return []
    found = contract(kernel, made)
    made_of = [each for each in found.stores if each.kind == "float" and parameter in each.source]
    floats = {each.parameter for each in made_of}
    stored = {
        each.place
        for each in found.stores
        if each.parameter in floats - {parameter} and each.effect == "float"
        if each.kind == "int" and each.cast is None and each.source == {parameter}
    }
    beside = [_arms(kernel.node, each.place) for each in decoded]
    return [
        each
        for each in loads
        if each.effect == "int_to_float" and each.use in stored and not each.via
        if (own := _arms(kernel.node, each.place)) is not None
        if any(other is not None and own <= other for other in beside)
    ]


def _arms(kernel: ast.AST, place: Span) -> set[Arm] | None:
    """The arms of branches around a place; None where one of them ends the kernel."""
    found: set[Arm] = set()
    for node in nodes(kernel, ast.If):
        for arm, taken in ((node.body, True), (node.orelse, False)):
            if arm and arm[0].lineno <= place.line <= (arm[-1].end_lineno or 0):
                if isinstance(arm[-1], ast.Return):
                    return None
                found.add((node.lineno, taken))
    return found

"""Findings put to Triton's IR of the kernels as they were compiled for the launches: nothing is
compiled for it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tritonlint.facts.hazards.launched.seen import SeenLaunch
from tritonlint.findings import Finding, Span
from tritonlint.findings.result import Result
from tritonlint.rule.registry import signature_of, unasked
from tritonlint.rule.signature import Order
from tritonlint.verify.compiler.compile import between, listed, placed
from tritonlint.verify.compiler.order import wrong
from tritonlint.verify.compiler.ttir import Graph, Op
from tritonlint.verify.compiler.ttir_text import read_graph

# The header of the kernel, and a parameter's name in it: that of its location, else its own.
_HEADER = re.compile(r"^\s*tt\.func public .*$", re.MULTILINE)
_LOCATED = re.compile(r'loc\("(\w+)"\(')
_NAMED = re.compile(r"%(\w+): ")


def confirmed(result: Result, irs: Sequence[tuple[SeenLaunch, str]]) -> Result:
    """`result` with what the IR of the launches (`irs`) says of each finding; what it refutes is
    left out, as at most possible."""
    told = [_told(each, irs) for each in result.findings]
    return replace(result, findings=tuple(each for each in told if each.confirmed != "refuted"))


def _told(finding: Finding, irs: Iterable[tuple[SeenLaunch, str]]) -> Finding:
    order = signature_of(finding)
    why = unasked(finding)
    if order is None or why:
        return replace(finding, confirmed="undecided", confirmed_reason=why)
    site = finding.launch
    own = [
        ir
        for seen, ir in irs
        if (site is not None and _is_of(seen, site.path, site.line, site.kernel))
        or (site is None and finding.claim is not None and _is_kernel(seen, finding))
    ]
    if not own:
        reason = "no IR of such a launch was seen"
        return replace(finding, confirmed="undecided", confirmed_reason=reason)
    for ir in own:
        found = _found(read_graph(ir), ir, order, finding)
        if found:
            reason = listed(placed(found))
            return replace(finding, confirmed="confirmed", confirmed_reason=reason)
    if not order.through:
        # The passes that the IR has been through move and fold what stands at a place.
        reason = "the IR shows nothing of it at these lines"
        return replace(finding, confirmed="undecided", confirmed_reason=reason)
    return replace(finding, confirmed="refuted", confirmed_reason="the IR converts nothing there")


def _is_of(seen: SeenLaunch, path: str, line: int, kernel: str) -> bool:
    return (seen.span.path, seen.span.line, seen.kernel.name) == (path, line, kernel)


def _is_kernel(seen: SeenLaunch, finding: Finding) -> bool:
    claim = finding.claim
    return claim is not None and (seen.kernel.path, seen.kernel.line) == (claim.path, claim.line)


def _found(graph: Graph, ir: str, order: Order, finding: Finding) -> list[Op]:
    """The operations that are in the wrong order, on the way through the finding's parameter or at
    its lines."""
    parameter = finding.claim.parameter if finding.claim else ""
    names = _parameters(ir)
    if order.through:
        if parameter not in names or len(names) != len(graph.parameters):
            return []
        index = names.index(parameter)
        found = dict(wrong(graph, order, frozenset(graph.loads(index))))
        return [op for op in between(graph, index, order.through) if op in found]
    spans = (finding.span, *(each.span for each in finding.trace))
    ordered = wrong(graph, order)
    return [op for op, firsts in ordered if any(_at(each, spans) for each in (op, *firsts))]


def _parameters(ir: str) -> list[str]:
    """The names of the kernel's parameters that are left, in order."""
    header = _HEADER.search(ir)
    text = header.group().partition(" attributes ")[0] if header else ""
    return _LOCATED.findall(text) or _NAMED.findall(text)


def _at(op: Op, spans: Iterable[Span]) -> bool:
    if op.place is None:
        return False
    file, line = os.path.abspath(op.place[0]), op.place[1]
    return any(
        os.path.abspath(each.path) == file and each.line <= line <= each.end_line for each in spans
    )

"""Reads the text of Triton's IR into a `Graph`.

The IR is read as text since Triton's Python bindings differ between versions and say neither where
a block argument comes from nor what a call returns. The reader knows the forms that carry values
from one place to another (loops, branches, blocks, calls) and takes any other operation to be made
of the values that its line names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tritonlint.verify.compiler.ttir import Graph, Op

_LHS = re.compile(r"^(%[\w.$-]+(?::\d+)?(?:, %[\w.$-]+(?::\d+)?)*) = (.*)$")
_VALUE = re.compile(r"%[\w.$-]+(?:#\d+)?")
_NAME = re.compile(r'^"?([\w.]+)"?')
_PLACE = re.compile(r'"([^"]*)":(\d+):\d+')
_ALIAS = re.compile(r"^(#loc\d*) = loc\((.*)\)$")
_REFERENCE = re.compile(r"#loc\d*\b")
# `__nv_rintf`, `__ocml_rint_f32`, `__triton_hip_rint`: NVIDIA's and AMD's names of one function.
_LIBRARY = re.compile(r'symbol = "__(?:nv|ocml|triton_hip)_([a-z0-9_]+?)(?:f|_f\d+)?"')
# What an atomic does: `fadd`; and the axis of a program: `x`.
_KIND = re.compile(r" (\w+)\b")
_OF_A_KIND = ("tt.atomic_rmw", "tt.get_program_id")
_LOOPS = ("scf.for", "scf.while")
_CONSTANT = re.compile(r"(?: dense<| )(-?[\d.]+)>? :")
_TRAILING = re.compile(r" loc\((?:[^()]|\([^()]*\))*\)$")
_INLINE = re.compile(r" loc\((?:[^()]|\([^()]*\))*\)")
_ARGUMENT = re.compile(r"(%[\w.$-]+):")
_CARRIED = re.compile(r"(%[\w.$-]+) = (%[\w.$-]+(?:#\d+)?)")
_TARGET = re.compile(r"(\^\w+)(?:\(([^:)]*):[^)]*\))?")
_FUNCTION = re.compile(r"^tt\.func (public )?.*?@(\"[^\"]*\"|[\w.$-]+)\((.*)$")
_CALLEE = re.compile(r"@(\"[^\"]*\"|[\w.$-]+)\(")


@dataclass
class _Region:
    """An open region: the names it defines, the operation it belongs to, and what enters it."""

    op: Op
    names: dict[str, list[int]] = field(default_factory=dict)
    carried: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    is_function: bool = False


@dataclass
class _Function:
    name: str = ""
    parameters: list[int] = field(default_factory=list)
    returned: list[list[int]] = field(default_factory=list)
    calls: list[Op] = field(default_factory=list)


def read_graph(text: str) -> Graph:
    """The graph of a module's IR, printed with locations."""
    return _Reader(text).graph


class _Reader:
    def __init__(self, text: str) -> None:
        self.graph = Graph()
        self._count = 0
        self._regions: list[_Region] = [_Region(Op("builtin.module"))]
        self._functions: dict[str, _Function] = {}
        self._inside = _Function()
        self._blocks: dict[str, list[int]] = {}
        self._jumps: list[tuple[str, list[int]]] = []
        lines = text.splitlines()
        found = (_ALIAS.match(line) for line in lines)
        self._aliases = {match[1]: match[2] for match in found if match}
        for line in lines:
            self._line(line.strip())
        self._join_calls()

    def _line(self, line: str) -> None:
        if not line or line.startswith(("#", "module", "//")):
            return
        line = line.partition("  // ")[0]
        if line.startswith("^"):
            self._block(line)
            return
        while line.startswith(("}", ")")):
            line = self._close(line)
        if line and not line.startswith(("loc(", ":", ",", "->", "attributes")):
            self._operation(line)

    def _close(self, line: str) -> str:
        """End the innermost region; what of the line is left, with an `else` or `do` region
        opened."""
        if line.startswith(")"):
            return ""
        region = self._regions.pop() if len(self._regions) > 1 else self._regions[0]
        if region.is_function:
            self._land()
        rest = line[1:].strip()
        if rest.startswith(") : "):  # the types of an operation stand behind its region
            region.op.types = _TRAILING.sub("", rest).rpartition(" -> ")[2]
        if rest.endswith("{") and not region.is_function:
            again = _Region(region.op, waiting=region.waiting)
            self._regions.append(again)
            return ""
        return ""

    def _block(self, line: str) -> None:
        """A block's label and arguments: of a function's blocks they come from the jumps to it,
        else from what its operation waits for."""
        label = line[: re.match(r"^\^\w+", line).end()]  # type: ignore[union-attr]
        arguments = [self._new(name) for name in _ARGUMENT.findall(_INLINE.sub("", line))]
        region = self._regions[-1]
        if region.is_function:
            self._blocks[label] = arguments
        elif region.op.name == "scf.while":
            for argument, value in zip(arguments, region.waiting, strict=False):
                self.graph.sources[argument].append(value)
            region.carried = arguments
            region.op.round += arguments
        else:
            for argument in arguments:
                self.graph.sources[argument] += region.op.operands

    def _operation(self, line: str) -> None:
        place = self._place(line)
        line = _TRAILING.sub("", line)
        matched = _LHS.match(line)
        results, rest = (matched[1], matched[2]) if matched else ("", line)
        named = _NAME.match(rest)
        if named is None:
            return
        if named[1] == "tt.func":
            self._function(rest)
            return
        body = rest[named.end() :]
        op = self._described(Op(named[1], place=place, within=self._inside.name), body)
        if op.name in _LOOPS:
            self._loop(op, body, results)
            return
        op.operands = tuple(
            self._look_up(name) for name in _VALUE.findall(_operand_text(op.name, body))
        )
        op.results = tuple(self._define(results, op))
        self.graph.all_ops.append(op)
        self._connect(op, body)
        if body.endswith("{"):
            self._regions.append(_Region(op))

    def _described(self, op: Op, body: str) -> Op:
        """An operation with what its text says beside its operands."""
        op.types = body.rpartition(" : ")[2]
        library = _LIBRARY.search(body) if op.name == "tt.extern_elementwise" else None
        library = _KIND.match(body) if op.name in _OF_A_KIND else library
        op.function = library[1] if library else ""
        constant = _CONSTANT.match(body) if op.name == "arith.constant" else None
        op.constant = constant[1] if constant else ""
        op.loops = tuple(each.op for each in self._regions if each.op.name in _LOOPS)
        return op

    def _connect(self, op: Op, body: str) -> None:
        """The edges from an operation's operands to where it hands them."""
        match op.name:
            case "scf.yield" | "tt.reduce.return" | "tt.scan.return":
                self._yielded(op)
            case "scf.condition":
                region = self._regions[-1]
                region.waiting = list(op.operands[1:])
                self._feed(region.op.results, op.operands[1:])
            case "tt.return":
                self._inside.returned.append(list(op.operands))
            case "tt.call":
                callee = _CALLEE.search(body)
                op.types = callee[1] if callee else ""
                self._inside.calls.append(op)
            case "cf.br" | "cf.cond_br":
                for label, values in _TARGET.findall(body):
                    passed = [self._look_up(name) for name in _VALUE.findall(values)]
                    self._jumps.append((label, passed))
            case "scf.if":
                pass
            case _:
                for result in op.results:
                    self.graph.sources[result] += op.operands

    def _yielded(self, op: Op) -> None:
        region = self._regions[-1]
        if op.name == "scf.yield":
            self._feed(region.op.results, op.operands)
            self._feed(region.carried, op.operands)
        else:
            for result in region.op.results:
                self.graph.sources[result] += op.operands

    def _loop(self, op: Op, body: str, results: str) -> None:
        """A loop: what it carries comes from before it and from its own yield."""
        head, _, carried = body.partition("iter_args") if op.name == "scf.for" else ("", "", body)
        pairs = _CARRIED.findall(carried)
        initial = [self._look_up(value) for _, value in pairs]
        bounds = [self._look_up(name) for name in _VALUE.findall(head.partition(" = ")[2])]
        op.operands = (*bounds, *initial)
        op.results = tuple(self._define(results, op))
        self.graph.all_ops.append(op)
        region = _Region(op)
        self._regions.append(region)
        counter = _VALUE.search(head)
        op.round = [self._new(counter[0])] if counter else []
        region.carried = [self._new(name) for name, _ in pairs]
        op.round += region.carried
        region.waiting = region.carried
        self._feed(region.carried, initial)
        if op.name == "scf.for":
            self._feed(op.results, initial)

    def _function(self, rest: str) -> None:
        matched = _FUNCTION.match(rest)
        assert matched is not None
        self._inside = self._functions.setdefault(matched[2], _Function(matched[2]))
        self._regions.append(_Region(Op("tt.func"), is_function=True))
        signature = _INLINE.sub("", matched[3]).partition(" attributes ")[0]
        self._inside.parameters = [self._new(name) for name in _ARGUMENT.findall(signature)]
        if matched[1]:
            self.graph.parameters = self._inside.parameters
        self._blocks, self._jumps = {}, []

    def _land(self) -> None:
        """Join the jumps of a function with the arguments of the blocks that they go to."""
        for label, values in self._jumps:
            self._feed(self._blocks.get(label, ()), values)

    def _join_calls(self) -> None:
        for function in self._functions.values():
            for call in function.calls:
                callee = self._functions.get(call.types, _Function())
                self._feed(callee.parameters, call.operands)
                for returned in callee.returned:
                    self._feed(call.results, returned)

    def _feed(self, targets: Sequence[int], values: Sequence[int]) -> None:
        for target, value in zip(targets, values, strict=False):
            self.graph.sources[target].append(value)

    def _define(self, results: str, op: Op) -> list[int]:
        """New values for the names on the left of `=`; `%x:2` is two values, `%x#0` and `%x#1`."""
        defined = []
        for name in filter(None, results.split(", ")):
            base, _, count = name.partition(":")
            numbers = [self._fresh() for _ in range(int(count or 1))]
            self._regions[-1].names[base] = numbers
            defined += numbers
        self.graph.ops |= dict.fromkeys(defined, op)
        return defined

    def _new(self, name: str) -> int:
        number = self._fresh()
        self._regions[-1].names[name] = [number]
        return number

    def _fresh(self) -> int:
        self._count += 1
        return self._count

    def _look_up(self, name: str) -> int:
        """The value that a name means here: in the innermost open region that defines it."""
        base, _, index = name.partition("#")
        for region in reversed(self._regions):
            if base in region.names:
                numbers = region.names[base]
                return numbers[min(int(index or 0), len(numbers) - 1)]
        return self._new(base)

    def _place(self, line: str) -> tuple[str, int] | None:
        """The file and line of an operation's location, through the aliases."""
        trailing = _TRAILING.search(line)
        location = trailing[0] if trailing else ""
        for _ in range(8):
            found = _PLACE.search(location)
            if found:
                return found[1], int(found[2])
            reference = _REFERENCE.search(location)
            location = self._aliases.get(reference[0], "") if reference else ""
        return None


def _operand_text(name: str, body: str) -> str:
    """The part of an operation's text in which operands are named; a jump's own is its
    condition."""
    return body.partition("^")[0] if name.startswith("cf.") else body

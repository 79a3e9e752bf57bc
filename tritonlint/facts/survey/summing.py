"""Which kernels are looked at for sums in 16 bits, and which functions for the types of what they
launch those with: the ones that name such a kernel, and their callers where those choose a type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import field

from tritonlint.facts.device.reading.read_back import added_atomically, may_keep, taken_back
from tritonlint.facts.hazards.low_sums import LowSum, low_sums, may_sum, passes, sums_loaded
from tritonlint.facts.hazards.repeated_sums import keeps_sums, launches_in_loop
from tritonlint.facts.host.calls.autograd import method_of, owner_of
from tritonlint.facts.host.run import Run
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import assigned, nodes
from tritonlint.facts.survey.bulkhead import Bulkhead
from tritonlint.facts.survey.driving import Driving, tries
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.frozen import dataclass, replace

# So many functions are asked what they launch a kernel with, or call a function with.
_MOST = 8
# Over so many calls what a function is called with is followed.
_HOPS = 2


@dataclass(frozen=True, eq=False)
class Summing:
    """The sums of a project's kernels. `interpreted` is what is seen from a function."""

    texts: Texts
    reach: Reach
    looked_at: LookedAt
    bulkhead: Bulkhead
    driving: Driving
    _interpret: Callable[[Definition, bool], Run]
    # What was seen from the functions that were asked last.
    _runs: dict[tuple[str, int, bool], Run] = field(default_factory=dict)

    def interpreted(self, root: Definition, backwards: bool = False) -> Run:
        """What is seen from `root`: a function that launches several kernels is asked again."""
        key = (root.module.path, root.line, backwards)
        if key not in self._runs:
            if len(self._runs) >= _MOST:
                self._runs.pop(next(iter(self._runs)))
            self._runs[key] = self._interpret(root, backwards)
        return self._runs[key]

    def observe(self, own: Sequence[Module], wanted: Collection[str]) -> Iterator[LowSum]:
        """The sums of the kernels of `own` that launches make them compute in 16 bits."""
        for module in own:
            file = str(module.file)
            if file in wanted and self.texts.jits(file) and may_sum(module.source.text):
                for definition in module.functions:
                    kernel = kernel_of(definition)
                    if kernel is not None:
                        self.looked_at.read.add((kernel.path, kernel.line))
                        with self.bulkhead.around(kernel.path, kernel.name):
                            yield from self._of(definition, kernel)

    def _of(self, definition: Definition, kernel: Kernel) -> Iterator[LowSum]:
        text = definition.module.source.lines_of(kernel.node)
        again = not sums_loaded(kernel, text)
        if again and not (may_keep(text) and keeps_sums(kernel.node)):
            return
        for launcher in self.reach.named_by(definition)[:_MOST]:
            inside = again and (added_atomically(kernel.node) or taken_back(kernel.node))
            if again and not inside and not launches_in_loop(launcher.node, kernel.name):
                continue
            if not isinstance(launcher.node, Module) and kernel_of(launcher) is None:
                run = self.interpreted(launcher)
                lines = ((each.span.path, each.span.line) for each in run.launches)
                self.looked_at.launches.update(lines)
                for each in low_sums(run, kernel, definition.module.source):
                    if not each.open:
                        yield each
                    elif not self._widened(launcher, kernel, each.open):
                        wide = self.driving.is_wide(launcher, str(definition.module.file))
                        yield replace(each, wide=wide)

    def _widened(
        self,
        launcher: Definition,
        kernel: Kernel,
        chosen: Collection[str],
        backwards: bool = False,
        hops: int = _HOPS,
        asked: tuple[object, ...] = (),
    ) -> bool:
        """Whether a caller of `launcher`, over so many calls, gives what is `chosen` by callers
        another type than one of 16 bits; those that were `asked` for it are not asked again."""
        owner = owner_of(launcher, "backward")
        forward = method_of(owner, "forward") if owner is not None else None
        backwards = backwards or forward is not None
        asked = (*asked, launcher.node)
        for caller in self._callers(forward or launcher):
            if caller.node in asked or (hops < _HOPS and tries(caller)):
                continue  # what it is tried with says nothing of those who use it
            run = self.interpreted(caller, backwards)
            shown = {
                passes(run, event, each)
                for event in run.launches
                if event.kernel.node is kernel.node
                for each in chosen & event.arguments.keys()
            }
            if "wide" in shown:
                return True
            left = hops - (owner_of(caller, "forward") is None)  # `apply` does not count
            if left > 0 and shown and shown != {"narrow"}:
                if self._widened(caller, kernel, chosen, backwards, left, asked):
                    return True
        return False

    def _callers(self, function: Definition) -> Sequence[Definition]:
        """The functions that name `function`, or, in its file, what that calls it too."""
        named = self.reach.named_by(function)[:_MOST]
        found = [each for each in named if not isinstance(each.node, Module)]
        for module in (each.module for each in named if isinstance(each.node, Module)):
            others = _applied_as(module)
            functions = module.functions if others else ()
            found += (each for each in functions if not others.isdisjoint(_names(each)))
        return [each for each in found if kernel_of(each) is None][:_MOST]


def _names(function: Definition) -> set[str]:
    return {each.id for each in nodes(function.as_function, ast.Name)}


def _applied_as(module: Module) -> frozenset[str]:
    """The names at the top of a file that stand for what applies a class: `op = Op.apply`."""
    return frozenset(
        target.id
        for each in module.tree.body
        if isinstance(each, ast.Assign)
        for target, value in assigned(each)
        if isinstance(target, ast.Name)
        if isinstance(value, ast.Attribute) and value.attr == "apply"
    )

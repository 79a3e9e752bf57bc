"""Whether the callers of a function choose a type that a cast in a kernel loses nothing to, or call
it only where nothing goes wrong."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import field
from itertools import islice

from tritonlint.facts.hazards.ignored_settings import IgnoredSetting
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.other_pointer_casts import OtherCast, kept_by
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, arguments
from tritonlint.facts.host.run import Run
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import last_name, nodes, walk
from tritonlint.facts.survey.bulkhead import Bulkhead
from tritonlint.frozen import dataclass

# So many callers are asked.
_MOST = 8


@dataclass(frozen=True, eq=False)
class Choosing:
    """What callers choose. `interpreted` is what is seen from a function; `sought` gets the names
    of those whose callers are looked for."""

    texts: Texts
    reach: Reach
    bulkhead: Bulkhead
    interpreted: Callable[[Definition], Run]
    sought: set[str]
    # What is seen from the callers of one function, which several findings ask for: by their nodes.
    _seen: dict[tuple[int, int], Run] = field(default_factory=dict)

    def keep(self, root: Definition, found: Observation) -> bool:
        """Whether `found` is a cast to a type that the callers of `root` choose, and all of them
        that tell it choose one that loses nothing; or memory that is bytes on some path only, and
        none of the callers of `root`, which is private, takes that one, or a test picks it."""
        if isinstance(found, (Argument, IgnoredSetting)) and _is_private(root.name):
            if _is_picked(root):
                return True
            return (
                isinstance(found, Argument) and found.conditional and self._is_excluded(root, found)
            )
        if not isinstance(found, OtherCast) or found.narrow is not None:
            return False
        told = set()
        for caller in islice(self._callers(root), _MOST):
            with self.bulkhead.around(caller.module.path, caller.name):
                told.add(kept_by(self._seen_from(root, caller), found))
        return True in told and False not in told

    def _is_excluded(self, root: Definition, found: Argument) -> bool:
        """Whether callers of `root` reach the launch, and it goes wrong in none of their calls."""
        reached = False
        for caller in islice(self._callers(root), _MOST):
            with self.bulkhead.around(caller.module.path, caller.name):
                run = self._seen_from(root, caller)
                reached = reached or any(each.span == found.launch for each in run.launches)
                seen = (each for each in arguments(run) if isinstance(each, Argument))
                if any(each.site[:2] == found.site[:2] for each in seen):
                    return False
        return reached

    def _seen_from(self, root: Definition, caller: Definition) -> Run:
        """What is seen from a caller of `root`."""
        key = (id(root.node), id(caller.node))
        if any(of != key[0] for of, _ in self._seen):
            self._seen.clear()
        if key not in self._seen:
            self._seen[key] = self.interpreted(caller)
        return self._seen[key]

    def _callers(self, root: Definition) -> Iterator[Definition]:
        """The functions that name `root`, in files that say nothing of Triton too."""
        name = root.name.rpartition(".")[2]
        self.sought.add(name)
        for file in self.texts.universe(str(root.module.file)):
            module = self.reach.parsed(file) if name.encode() in self.texts.read(file) else None
            for each in module.functions if module is not None else ():
                node = each.node
                if node is root.node or isinstance(node, Module) or kernel_of(each) is not None:
                    continue
                if any(last_name(inner) == name for inner in walk(node)):
                    yield each


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_picked(root: Definition) -> bool:
    """Whether a class picks its method or another one by a test (`self.save = self._packed if
    packed else self._plain`), and calls neither by its name."""
    owner, name = root.owner, root.name.rpartition(".")[2]
    uses = (
        [
            each
            for each in nodes(owner, ast.IfExp, ast.Call)
            if last_name(each.func if isinstance(each, ast.Call) else each.body) == name
            or (isinstance(each, ast.IfExp) and last_name(each.orelse) == name)
        ]
        if owner is not None
        else []
    )
    return bool(uses) and not any(isinstance(each, ast.Call) for each in uses)

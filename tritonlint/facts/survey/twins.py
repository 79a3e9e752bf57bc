"""Which kernels are compared for the width of their offsets: those of a file with each other, and
with the kernels of the same name in the other files of the project."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterator, Mapping, Sequence

from tritonlint.facts.device.reading.offsets import Offset, begins_within, pointers_of
from tritonlint.facts.device.reading.reader import names_64_bits
from tritonlint.facts.hazards.extents import fits_in_32_bits, made_after
from tritonlint.facts.hazards.inner_dimensions import inside
from tritonlint.facts.hazards.narrow_offsets import (
    Companions,
    NarrowOffset,
    Twins,
    Widened,
    companions,
    late,
    may_widen,
    narrow,
    siblings,
    told,
    twins_of,
    widened_beside,
    widened_indices,
)
from tritonlint.facts.hazards.stated_sizes import cares_for_the_limit, may_state_sizes, stated_large
from tritonlint.facts.hazards.told_indices import may_tell, told_narrow
from tritonlint.facts.hazards.written_launches import given, launches_of, passed_strides
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.kept import kept
from tritonlint.facts.project.comments import NARROW_TARGET
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Function, as_code, nodes, statements_in
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.frozen import replace

# The arm of a function in which a launch stands, and the code of what it passes.
_Launched = tuple[int, str]
# Tensors by their names, each with the function that calls it so.
_Named = Sequence[tuple[Definition, str]]


class Offsets:
    """The offsets of a project's kernels."""

    def __init__(self, texts: Texts, reach: Reach, looked_at: LookedAt) -> None:
        self.texts = texts
        self.reach = reach
        self.looked_at = looked_at
        # By universe: the files with kernels that may widen offsets, by the names of functions.
        self._widening: dict[str, dict[str, list[str]]] = {}
        # By universe: its files by their folders.
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._refuses: dict[str, bool] = {}

    def narrow(self, own: Sequence[Module], wanted: Collection[str]) -> Iterator[NarrowOffset]:
        """The offsets of the kernels of `own` that are computed in 32 bits, where they or a twin
        say that they need 64."""
        for module in own:
            file = str(module.file)
            if file in wanted and self.texts.jits(file) and not self._no_int64(file):
                for each in self._of(module, file):
                    if not self._is_small(module, each):
                        yield self._with_pitches(module, each)

    def _of(self, module: Module, file: str) -> Iterator[NarrowOffset]:
        widens, tells = may_widen(module.source.text), may_tell(module.source.text)
        names = {each.name for each in self.texts.outline(file).functions}
        elsewhere = self._elsewhere(file)
        shared = names & elsewhere.keys()
        sizes = may_state_sizes(module.source.text)
        if not widens and not shared and not tells and not sizes:
            return
        widening = _widening(module) if widens else ()
        twins, wide = twins_of(widening), widened_indices(widening)
        launched = _by_launches(module, wide)
        for kernel in kernels(module):
            self.looked_at.read.add((kernel.path, kernel.line))
            seen = [*late(kernel)] if kernel in widening else []
            seen += siblings(kernel, twins)
            known = {(each.place, each.pointer) for each in seen}
            seen += (e for e in inside(module, kernel) if (e.place, e.pointer) not in known)
            if tells:
                seen = self._with_told(module, kernel, seen)
            seen += self._of_one_shape(module, kernel, wide)
            seen += _along_one_memory(module, kernel, launched)
            seen += self._entries_of_rows(module, kernel, wide, twins)
            places = {each.place for each in seen}
            if sizes:
                seen += (e for e in stated_large(module, kernel) if e.place not in places)
                places |= {each.place for each in seen}
            yield from seen
            if kernel.name in shared:
                others = self._same_name(kernel, file, elsewhere[kernel.name])
                for each in siblings(kernel, others, named=True):
                    if each.place not in places:
                        yield each

    def _of_one_shape(
        self, module: Module, kernel: Kernel, wide: Companions
    ) -> Iterator[NarrowOffset]:
        """The products of a kernel of which another widens the index, for memory of the same shape,
        as the functions that launch them say."""
        seen: set[int] = set()
        for offset, other in companions(kernel, wide):
            if id(offset) not in seen and self._same_shape(module, kernel, offset, other):
                seen.add(id(offset))
                yield widened_beside(kernel, offset, other)

    def _same_shape(self, module: Module, kernel: Kernel, offset: Offset, other: Widened) -> bool:
        passed = self._passed(module, kernel, offset.pointer)
        others = self._passed(module, other.kernel, other.offset.pointer)
        return _made_alike(passed, others) or _made_alike(others, passed)

    def _entries_of_rows(
        self, module: Module, kernel: Kernel, wide: Companions, twins: Twins
    ) -> Iterator[NarrowOffset]:
        """The products of entries of a table in 32 bits where another kernel widens entries of it,
        and the kernel itself does so with the rows of memory of the same shape, by the same
        stride."""
        own = [each for several in wide.values() for each in several]
        own = [each for each in own if each.kernel.node is kernel.node]
        for offset in narrow(kernel) if own else ():
            keys = [(f"entry of {offset.table}", each) for each in offset.strides if offset.table]
            if offset.late is None and any(each in twins for each in keys):
                rows = (each for each in own if each.offset.strides == offset.strides)
                beside = (e for e in rows if self._same_shape(module, kernel, offset, e))
                if (row := next(beside, None)) is not None:
                    yield widened_beside(kernel, offset, row)

    def _passed(self, module: Module, kernel: Kernel, pointer: str) -> _Named:
        """The names that launches pass as a pointer, each with the function around."""
        found: list[tuple[Definition, str]] = []
        named = (each for each in module.functions if each.node is kernel.node)
        hosts = [each.module for one in named for each in self.reach.named_by(one)]
        for each in {id(host): host for host in (module, *hosts)}.values():
            for host, launch in launches_of(each, kernel):
                match given(kernel, launch).get(pointer):
                    case ast.Name(id=name) if host is not None:
                        found.append((host, name))
        return found

    @staticmethod
    def _is_small(module: Module, seen: NarrowOffset) -> bool:
        """Whether an offset does not overflow, for all that the launches tell."""
        named = (each for each in kernels(module) if each.line == seen.kernel_line)
        return len(seen.strides) == 1 and any(
            fits_in_32_bits(module, each, seen.strides[0]) for each in named
        )

    @staticmethod
    def _with_pitches(module: Module, seen: NarrowOffset) -> NarrowOffset:
        """What is seen, with the strides that its launches show to be some."""
        named = next((e for e in kernels(module) if e.line == seen.kernel_line), None)
        passed = passed_strides(module, named) if named is not None else frozenset()
        return replace(seen, pitches=passed & {*seen.strides})

    @staticmethod
    def _with_told(
        module: Module, kernel: Kernel, seen: Sequence[NarrowOffset]
    ) -> list[NarrowOffset]:
        """What is `seen` of a kernel, with the width of loaded indices where the file tells it; and
        what only that tells."""
        known = [
            replace(each, loaded=False)
            if each.loaded and all(told_narrow(module, kernel, x) for x in each.tables or ("",))
            else each
            for each in seen
        ]
        places = {(each.place, each.pointer) for each in known}
        alone = (e for e in told(kernel, module) if (e.place, e.pointer) not in places)
        return [*known, *alone]

    def _same_name(self, kernel: Kernel, file: str, files: Sequence[str]) -> Twins:
        """What the kernels of the same name in `files` widen."""
        modules = [self.reach.parsed(each) for each in files if each != file]
        named = (each for module in modules if module is not None for each in _widening(module))
        return twins_of((each for each in named if each.name == kernel.name), written=True)

    def _elsewhere(self, file: str) -> dict[str, list[str]]:
        universe = self.texts.universe(file)
        key = universe[0] if universe else ""
        if key not in self._widening:
            found: dict[str, list[str]] = {}
            for other in universe:
                if self.texts.jits(other) and b"int64" in self.texts.read(other):
                    for each in self.texts.outline(other).functions:
                        found.setdefault(each.name, []).append(other)
            self._widening[key] = {
                name: list(dict.fromkeys(files)) for name, files in found.items()
            }
        return self._widening[key]

    def _no_int64(self, file: str) -> bool:
        """Whether a file beside this one says that its target has no 64-bit integers."""
        folder = os.path.dirname(file)
        if folder not in self._refuses:
            texts = (self.texts.read(each) for each in self._beside(file) if self.texts.jits(each))
            self._refuses[folder] = any(
                b"int64" in text and NARROW_TARGET.search(text) for text in texts
            )
        return self._refuses[folder]

    def _beside(self, file: str) -> Sequence[str]:
        """The files of the project in the folder of one."""
        universe = self.texts.universe(file)
        key = universe[0] if universe else ""
        if key not in self._folders:
            folders = self._folders[key] = {}
            for each in universe:
                folders.setdefault(os.path.dirname(each), []).append(each)
        return self._folders[key].get(os.path.dirname(file), ())


def _made_alike(made: _Named, given: _Named) -> bool:
    """Whether a tensor of `made` has the shape of another one of `given`: two classes give their
    tensors the same names, and different shapes."""
    return any(
        other != name
        and other == made_after(host, name)
        and (around.enclosing == host.enclosing or not (around.enclosing and host.enclosing))
        for host, name in made
        for around, other in given
    )


@kept(512)
def _widening(module: Module) -> tuple[Kernel, ...]:
    """The kernels of a module that may widen an offset."""
    lines_of = module.source.lines_of
    return tuple(each for each in kernels(module) if names_64_bits(each, lines_of(each.node)))


def _by_launches(module: Module, wide: Companions) -> Mapping[_Launched, Widened]:
    """What kernels of a file widen, by what is passed to them."""
    every = {id(each): each for several in wide.values() for each in several}
    return {
        key: each
        for each in every.values()
        for key in _launched_with(module, each.kernel, each.offset)
    }


def _along_one_memory(
    module: Module, kernel: Kernel, wide: Mapping[_Launched, Widened]
) -> Iterator[NarrowOffset]:
    """The products of a kernel whose programs share memory out that a function passes to another
    kernel, too, with the same stride: that widens its index."""
    arms = {arm for arm, _ in wide}
    launches = launches_of(module, kernel) if wide else ()
    known = any(host is not None and _arm(host, each) in arms for host, each in launches)
    for offset in narrow(kernel) if known else ():
        operators = {each.op for each in offset.index.walk()}
        programs = "program" in operators and "load" not in operators
        if programs and offset.late is None and offset.pointer in pointers_of(kernel):
            keys = _launched_with(module, kernel, offset)
            found = (wide[key] for key in keys if key in wide)
            others = (each for each in found if each.kernel.node is not kernel.node)
            # Of as many dimensions: what is widened is the same index.
            alike = (x for x in others if len(x.offset.scales) == len(offset.scales))
            twin = next(alike, None)
            if twin is not None and not begins_within(kernel, offset):
                yield widened_beside(kernel, offset, twin)


def _launched_with(module: Module, kernel: Kernel, offset: Offset) -> Iterator[_Launched]:
    """What the functions that launch a kernel pass as the memory and the strides of a product, each
    with the arm of that function. Not of one that cares for the limit of 32 bits itself."""
    names = (offset.pointer, *offset.strides)
    for host, launch in launches_of(module, kernel) if offset.strides else ():
        if host is not None and not cares_for_the_limit(host):
            passed = given(kernel, launch)
            if all(each in passed for each in names):
                code = ", ".join(as_code(passed[each]) for each in names)
                yield _arm(host, launch), code


def _arm(host: Definition, launch: ast.Call) -> int:
    return _arms(host.as_function).get(id(launch), 0)


@kept(64)
def _arms(function: Function) -> Mapping[int, int]:
    """The calls in a function, each with the innermost block that a test decides about: of two arms
    one may be for small memory."""
    found: dict[int, int] = {}
    for each, _ in statements_in(function.body):
        for block in (each.body, each.orelse) if isinstance(each, ast.If) else ():
            calls = [call for inner in block for call in nodes(inner, ast.Call)]
            found.update((id(call), id(block)) for call in calls)
    return {id(call): id(function) for call in nodes(function, ast.Call)} | found

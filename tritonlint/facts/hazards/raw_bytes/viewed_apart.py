"""Arguments that are bytes or floats, or viewed or not, and which of both is told by tests around
the launches, or by the class of an object."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.hazards.launched.specializations import may_be_memory
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import without_role
from tritonlint.facts.host.conditions.silent_tests import speaks_of_types
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import all_codes
from tritonlint.facts.host.memory.made_apart import is_chosen_apart
from tritonlint.facts.host.objects.classes import owner_of
from tritonlint.facts.host.objects.heirs import of_class
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import (
    Allocation,
    Attribute,
    Compared,
    Literal,
    Object,
    OfClass,
    OfSetting,
    Spelled,
    Symbol,
)
from tritonlint.facts.host.values.values import Condition, Path, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import functions_around, nodes
from tritonlint.source import Span

# What asks for the size of a tensor.
_SIZES = frozenset("shape size stride ndim dim".split())


def viewed_apart(
    run: Run,
    event: LaunchEvent,
    each_path: Sequence[tuple[Path, Tensor]],
    path: Path,
    tensor: Tensor,
) -> bool:
    """Whether bytes that are passed on `path` may be floats there, as another one of `each_path`
    is, and the tests of the launch tell them apart, since another launch is given a view of them
    where these come out otherwise; or may do so, where they come from other code."""
    if not tensor.view and tensor.buffer in run.either and _may_be_told(run, event, tensor, path):
        return True
    if tensor.view or len(each_path) < 2 or not event.path:
        return False
    others = [
        (other.path + at, each)
        for other in run.launches
        for passed, _ in other.viewed
        for at, each in options(passed.value)
        if isinstance(each, Tensor) and each.view and each.buffer is tensor.buffer
    ]
    own = [(event.path + at, each) for at, each in each_path]
    return bool(others) and is_chosen_apart(
        event.path + path, tensor, [*own, *others], lambda buffer: event.types.get(buffer, UNKNOWN)
    )


def _may_be_told(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> bool:
    """Whether something that a launch is under, or a flag that it passes, may tell bytes that other
    code gives an attribute from the floats that it gives it too: any test but whether they are
    there, which size they are asserted to have, and the setting by which they were made; or whether
    they are viewed elsewhere. Of bytes that the other code views in one arm and leaves in another,
    where its tests tell nothing (`bare`), it is asked what the launch is under alone."""
    sized = not any(map(_asks_sizes, _on_the_way(event, tensor)))

    def is_plain(test: Symbol) -> bool:
        return _is_there(test, tensor, run.either[tensor.buffer]) or (sized and _is_size(test))

    if not all(is_plain(test) for test, _ in event.path):
        return True
    made = path if not tensor.bare else ()
    if not all(is_plain(test) or isinstance(test, OfSetting) for test, _ in made):
        return True
    viewed = any(note.kind == "view" for note in run.notes.by_buffer(tensor.buffer))
    if viewed and not tensor.bare:
        return True
    return any(
        isinstance(passed.value, Condition) or speaks_of_types(f"{parameter} {passed.text}")
        for parameter, passed in event.arguments.items()
        if not may_be_memory(event, parameter)
    )


def _is_there(test: Symbol, tensor: Tensor, name: str) -> bool:
    """Whether a test asks for None, or for no elements, of a tensor or of what an attribute of this
    name holds."""
    match test:
        case Compared(left=Attribute(of=asked, name="numel"), operator="==", right=Literal("0")):
            return asked is tensor.buffer or asked.last_name == name
        case Compared(left=asked, right=Literal("None")):
            if isinstance(asked, Spelled):
                return asked.last_name == name
            return asked is tensor.buffer or (isinstance(asked, Attribute) and asked.name == name)
    return False


def _is_size(test: Symbol) -> bool:
    """Whether a test compares a size."""
    return isinstance(test, Compared) and any(word in _SIZES for word in _words(test))


def _words(test: Symbol) -> Iterator[str]:
    for each in test.words:
        yield from re.findall(r"\w+", each)


def _on_the_way(event: LaunchEvent, tensor: Tensor) -> Iterator[ast.AST]:
    """The functions through which a tensor is passed to a launch."""
    for place in (*tensor.passed, *(each.place for each in event.arguments.values())):
        yield from functions_around(place.source.tree, place.span.line)[-1:]


@kept(1024)
def _asks_sizes(function: ast.AST) -> bool:
    """Whether a function does one thing or another by the size of something."""
    tests = [
        each.test for each in (*nodes(function, ast.If, ast.IfExp), *nodes(function, ast.While))
    ]
    return any(
        not _SIZES.isdisjoint((getattr(each, "attr", ""), getattr(each, "id", "")))
        for test in tests
        for each in nodes(test, ast.Attribute, ast.Name)
    )


def left_by_its_class(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    each_path: Sequence[tuple[Path, Tensor]],
    path: Path,
    memory: Symbol,
    evidence: Sequence[Evidence],
) -> bool:
    """Whether what an object gives on `path`, as one of the class that is tested there, is left as
    bytes by that class alone: all others of `each_path` view it as codes, and what launches is a
    method of the object itself, which no class has another one for; or the class that made this
    `memory` views it for who asks, by its `evidence`, or what it made beside it for this launch."""
    if _is_viewed_by_its_class(run, memory, evidence) or _is_made_beside(
        run, event, parameter, memory
    ):
        return True
    owner, own = owner_of(run.root), of_class(path)
    if owner is None or not isinstance(own, OfClass) or own.of != Object(owner.qualified):
        return False
    others = {key for key, _ in path if isinstance(key, OfClass)} - {own}
    viewing = {
        of_class(at)
        for at, each in each_path
        if each.view is not None and all_codes(each.types or UNKNOWN)
    }
    return others <= viewing and not any(True for _ in run.overriding(owner, run.root.name))


def _is_made_beside(run: Run, event: LaunchEvent, parameter: str, memory: Symbol) -> bool:
    """Whether a launch is passed, for the other half of a pair of keys and values, what the same
    method made, and its class views as codes."""
    making, role = _making(run, memory), without_role(parameter)
    if making is None or making.owner is None or role is None:
        return False
    others = [
        each
        for name, passed in event.arguments.items()
        for _, each in (options(passed.value) if without_role(name) == role else ())
        if isinstance(each, Tensor) and each.buffer is not memory
    ]
    return any(
        each.view is not None
        and (each.types == UNKNOWN or all_codes(each.types or UNKNOWN))
        and _making(run, each.buffer) == making
        and _around(run, each.view) == making.owner
        for each in others
    )


def _around(run: Run, span: Span) -> ast.ClassDef | None:
    """The class of the method in which something stands."""
    module = run.project.cached(str(FilePath(span.path).absolute()))
    function = module.function_at(span.line) if module is not None else None
    return function.owner if function is not None else None


def _making(run: Run, memory: Symbol) -> Definition | None:
    """The function that makes memory."""
    if not isinstance(memory, Allocation):
        return None
    module = run.project.cached(str(FilePath(memory.path).absolute()))
    return module.function_at(memory.line) if module is not None else None


def _is_viewed_by_its_class(run: Run, memory: Symbol, evidence: Sequence[Evidence]) -> bool:
    """Whether the class that makes some memory views it for who asks, as a type that is asked
    for."""
    making = _making(run, memory)
    for each in evidence if making is not None else ():
        if each.asked and making is not None and each.span.path == making.module.path:
            viewing = making.module.function_at(each.span.line)
            if viewing is not None and viewing.owner is making.owner is not None:
                return True
    return False

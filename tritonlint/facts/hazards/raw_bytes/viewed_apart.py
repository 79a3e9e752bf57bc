"""Arguments that are bytes or floats, or viewed or not, and which of both is told by tests around
the launches, or by the class of an object."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.classes import owner_of
from tritonlint.facts.host.element_types import all_codes
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.heirs import of_class
from tritonlint.facts.host.made_apart import is_chosen_apart
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.symbols import Object, OfClass
from tritonlint.facts.host.values import Path, Tensor


def viewed_apart(
    run: Run,
    event: LaunchEvent,
    each_path: Sequence[tuple[Path, Tensor]],
    path: Path,
    tensor: Tensor,
) -> bool:
    """Whether bytes that are passed on `path` may be floats there, as another one of `each_path`
    is, and the tests of the launch tell them apart, since another launch is given a view of them
    where these come out otherwise."""
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


def left_by_its_class(run: Run, each_path: Sequence[tuple[Path, Tensor]], path: Path) -> bool:
    """Whether what an object gives on `path`, as one of the class that is tested there, is left as
    bytes by that class alone: all others of `each_path` view it as codes, and what launches is a
    method of the object itself, which no class has another one for."""
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

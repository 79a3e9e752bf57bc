"""Arguments that are bytes or floats, and which of both is told by tests around the launches."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.made_apart import is_chosen_apart
from tritonlint.facts.host.state import Run
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

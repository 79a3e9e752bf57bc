"""Launches: `kernel[grid](...)` with every argument bound to its parameter."""

from __future__ import annotations

import ast

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.arguments import Given
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.naming import as_tensor
from tritonlint.facts.host.state import Frame
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import as_code


def record(frame: Frame, node: ast.Call, kernel: Kernel, given: Given) -> None:
    """Bind the arguments of a launch of `kernel` and add it to the run."""
    parameters, places = signature(kernel.node), given.places
    positional = enumerate(given.arguments.positional)
    keywords = given.arguments.keywords.items()
    bound = parameters.bind(
        [Passed(as_tensor(value), places[index]) for index, value in positional],
        {name: Passed(as_tensor(value), places[name]) for name, value in keywords},
    ).values
    frame.run.launches.append(
        LaunchEvent(
            kernel,
            frame.module,
            frame.span(node),
            bound,
            frame.path,
            dict(frame.types),
            frame.function,
            frame.run.root,
            # All arguments but those that tuning gives.
            given.complete
            and all(x.arg in bound or _is_constexpr(x.annotation) for x in parameters.required),
        )
    )


def _is_constexpr(annotation: ast.expr | None) -> bool:
    return annotation is not None and "constexpr" in as_code(annotation)

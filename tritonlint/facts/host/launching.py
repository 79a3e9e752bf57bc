"""Launches: `kernel[grid](...)` with every argument bound to its parameter."""

from __future__ import annotations

import ast

from tritonlint.facts.host import calls
from tritonlint.facts.host.state import Frame, LaunchEvent, Passed
from tritonlint.facts.project.kernel import Kernel


def record(frame: Frame, node: ast.Call, kernel: Kernel) -> None:
    """Bind the arguments of a launch of `kernel` and add it to the run."""
    arguments, places, complete = calls.evaluate_arguments(frame, node)
    parameters = [each.arg for each in (*kernel.node.args.posonlyargs, *kernel.node.args.args)]
    bound: dict[str, Passed] = {}
    for index, value in enumerate(arguments.positional):
        if index < len(parameters):
            bound[parameters[index]] = Passed(calls.as_tensor(frame, value), places[index])
    known = {*parameters, *(each.arg for each in kernel.node.args.kwonlyargs)}
    for name, value in arguments.keywords.items():
        if name in known:
            bound[name] = Passed(calls.as_tensor(frame, value), places[name])
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
            complete,
        )
    )

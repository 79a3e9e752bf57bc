"""Launches: `kernel[grid](...)` with every argument bound to its parameter."""

from __future__ import annotations

import ast

from tritonlint.facts.host.arguments import Given
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import as_tensor
from tritonlint.facts.project.kernel import Kernel


def record(frame: Frame, node: ast.Call, kernel: Kernel, given: Given) -> None:
    """Bind the arguments of a launch of `kernel` and add it to the run."""
    arguments = given.arguments
    parameters = [each.arg for each in (*kernel.node.args.posonlyargs, *kernel.node.args.args)]
    bound: dict[str, Passed] = {}
    for index, value in enumerate(arguments.positional[: len(parameters)]):
        bound[parameters[index]] = Passed(as_tensor(value), given.places[index])
    known = {*parameters, *(each.arg for each in kernel.node.args.kwonlyargs)}
    for name, value in arguments.keywords.items():
        if name in known:
            bound[name] = Passed(as_tensor(value), given.places[name])
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
            given.complete and _has_all(kernel, bound),
        )
    )


def _has_all(kernel: Kernel, bound: dict[str, Passed]) -> bool:
    """Whether a launch has all arguments of a kernel but those that tuning gives."""
    node = kernel.node.args
    positional = [*node.posonlyargs, *node.args]
    needed = positional[: len(positional) - len(node.defaults)]
    needed += [
        each
        for each, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
        if default is None
    ]
    return all(each.arg in bound or _is_constexpr(each.annotation) for each in needed)


def _is_constexpr(annotation: ast.expr | None) -> bool:
    return annotation is not None and "constexpr" in ast.unparse(annotation)

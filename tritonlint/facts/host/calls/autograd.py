"""Functions of `torch.autograd`: what `apply` calls, and `backward`, which is run long after it."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls import entering
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Parameter
from tritonlint.facts.host.values.values import Callable, Partial, Tensor, Value
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import Function


def method_of(owner: Definition, name: str) -> Definition | None:
    """A method of a class, where it has one of that name."""
    found = owner.module.member(owner, name)
    return found if isinstance(found, Definition) and isinstance(found.node, Function) else None


def applied(frame: Frame, owner: Definition, node: ast.expr) -> Value | None:
    """What `Class.apply` stands for; None of a class without `forward`."""
    forward = method_of(owner, "forward")
    if forward is None:
        return None
    if method_of(owner, "setup_context") is not None:
        return Callable(forward)
    return Partial(Callable(forward), ((_context(owner), frame.place(node)),), ())


def run_backward(frame: Frame, node: ast.Call, function: Value) -> None:
    """Run what belongs to `Class.apply(...)`, which was just called as `function`, with what that
    saved."""
    called = function.function if isinstance(function, Partial) else function
    owner = owner_of(called.definition, "forward") if isinstance(called, Callable) else None
    backward = method_of(owner, "backward") if owner is not None else None
    if owner is not None and backward is not None:
        given = Given(Arguments((_context(owner),), {}), {0: frame.place(node)}, complete=False)
        call = ast.copy_location(ast.Call(node.func, [node.func], []), node)
        entering.run(frame, call, Callable(backward), given)


def owner_of(method: Definition, name: str) -> Definition | None:
    """The class of a method, if it is called so."""
    if method.name != name or method.owner is None:
        return None
    return Definition(method.module, method.owner, method.enclosing[:-1], method.owner.name)


def _context(owner: Definition) -> Tensor:
    """The `ctx` that the methods of a class share."""
    return Tensor(Parameter(owner.qualified, "ctx"))

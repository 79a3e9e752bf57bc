"""The functions of Python's `operator` that give items or attributes of something, or call a method
of it."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import Method, Namespace, Sequence, Value, constant

# Calls a method of what it is given: `methodcaller("view", torch.uint8)(x)`.
_CALLER = "operator.methodcaller"
# Gives items or attributes of what it is given: `itemgetter("codes", "scale")(page)`.
_OPERATORS = (_CALLER, "operator.itemgetter", "operator.attrgetter")


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """What such a function gives, or what it gave does; None of another function."""
    if qualified in _OPERATORS:
        return given.partial(Namespace(f"{qualified}()"))
    if qualified == "operator.getitem" and len(given.places) > 1:
        part = ast.Subscript(given.places[0].node, given.places[1].node, ast.Load())
        return frame.evaluate(ast.copy_location(part, node))
    if qualified[:-2] in _OPERATORS and len(given.arguments.positional) > 1:
        if qualified[:-2] == _CALLER:
            return _named_method(frame, node, given)
        return _got(frame, node, qualified, given)
    return None


def _got(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value:
    """The items or the attributes of the last argument that the others name."""
    *keys, _ = given.arguments.positional
    owner = given.places[len(keys)].node
    found: list[Value] = []
    for index, key in enumerate(keys):
        part: ast.expr = ast.Subscript(owner, given.places[index].node, ast.Load())
        if "attrgetter" in qualified:
            part = owner
            for name in str(constant(key)).split("."):
                part = ast.copy_location(ast.Attribute(part, name, ast.Load()), node)
        found.append(frame.evaluate(ast.copy_location(part, node)))
    return found[0] if len(found) == 1 else Sequence(tuple(found))


def _named_method(frame: Frame, node: ast.Call, given: Given) -> Value:
    """`x.name(...)`, for the name, the arguments and `x`, in this order."""
    name, *rest, owner = given.arguments.positional
    last = len(rest) + 1
    called = ast.Attribute(given.places[last].node, str(constant(name)), ast.Load())
    ast.copy_location(called, node)
    inner = given.rest()
    inner.places.pop(last - 1)
    call_ = ast.Call(called, [given.places[i].node for i in range(1, last)], [])
    arguments = Arguments(tuple(rest), given.arguments.keywords)
    left = Given(arguments, inner.places, given.complete)
    method = Method(owner, called.attr, called)
    return frame.apply(ast.copy_location(call_, node), method, left)

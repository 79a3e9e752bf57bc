"""The parameters of a function, bound to what it is given."""

from __future__ import annotations

import ast

from tritonlint.dtypes import INT8, ElementTypes
from tritonlint.facts.host import classes
from tritonlint.facts.host.arguments import Given
from tritonlint.facts.host.events import NoteKind
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import Callable, DType, Sequence, Table, Tensor, Value
from tritonlint.facts.project.modules import Definition


def bind(
    frame: Frame, definition: Definition, given: Given, function: Callable
) -> dict[str, Value]:
    """The names of a function's parameters with their values: arguments, else unknown (defaults of
    dtypes too: a caller that is not known may pass another)."""
    node, arguments = definition.node, given.arguments
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    env: dict[str, Value] = dict(function.closure or {})
    positional = [*node.args.posonlyargs, *node.args.args]
    if function.instance is not None and positional:
        env[positional.pop(0).arg] = function.instance
    root = definition.qualified
    named = [*positional, *node.args.kwonlyargs]
    entered = frame.run.root.node is not node and given.complete
    defaults = _defaults(node)
    names = [each.arg for each in positional]
    known = dict(zip(names, arguments.positional, strict=False)) | arguments.keywords
    for each in named:
        name = each.arg
        if name in known:
            env[name] = known.pop(name)
        elif name in defaults and entered:
            inner = frame.elsewhere(definition.module, definition.enclosing)
            env[name] = inner.evaluate(defaults[name])
        else:
            env[name] = Tensor(f"{root}({name})")
            _note_default(frame, definition, f"{root}({name})", defaults.get(name))
            _note_annotated(frame, definition, f"{root}({name})", each.annotation)
        env[name] = classes.annotated(
            definition.module, each.annotation, definition.enclosing, env[name]
        )
    if node.args.vararg is not None and entered:
        env[node.args.vararg.arg] = Sequence(
            arguments.positional[len(names) :],
            tuple(given.places[i] for i in range(len(names), len(arguments.positional))),
        )
    if node.args.kwarg is not None and (entered or known):
        span = definition.module.source.span(node)
        env[node.args.kwarg.arg] = Table(tuple(known.items()), span, not entered)
    return env


def _note_default(
    frame: Frame, definition: Definition, symbol: str, default: ast.expr | None
) -> None:
    """Note the dtype that a parameter has unless a caller says otherwise."""
    if not isinstance(default, (ast.Attribute, ast.Name)):
        return
    inner = frame.elsewhere(definition.module, definition.enclosing)
    value = inner.evaluate(default)
    if isinstance(value, DType) and value.types.single is not None:
        kind: NoteKind = "integers" if value.types.single == INT8 else "default"
        frame.note(kind, symbol, value.types, definition.module.source.span(default))


def _note_annotated(
    frame: Frame, definition: Definition, symbol: str, annotation: ast.expr | None
) -> None:
    """Note the 8-bit integers that an annotation names: `torch.CharTensor`, or jaxtyping's
    `Int8[Tensor, "..."]`. Those of other types are not taken at their word."""
    match annotation:
        case ast.Attribute(attr="CharTensor") | ast.Name(id="CharTensor"):
            pass
        case ast.Subscript(value=ast.Name(id="Int8") | ast.Attribute(attr="Int8")):
            pass
        case _:
            return
    types = ElementTypes.of(INT8)
    frame.types.setdefault(symbol, types)
    frame.note("asserted", symbol, types, definition.module.source.span(annotation))


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    positional = [*node.args.posonlyargs, *node.args.args]
    found = dict(
        zip(
            (each.arg for each in positional[len(positional) - len(node.args.defaults) :]),
            node.args.defaults,
            strict=True,
        )
    )
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            found[argument.arg] = default
    return found

"""The value of an expression of launching code."""

from __future__ import annotations

import ast

from tritonlint.facts.host import (
    branching,
    calls,
    entering,
    given,
    iteration,
    loops,
    names,
    objects,
    tensors,
)
from tritonlint.facts.host.classes import as_tuple
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import as_tensor, symbol
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Const,
    Instance,
    Launchable,
    Method,
    Namespace,
    Place,
    Sequence,
    Super,
    Table,
    Tensor,
    Value,
    choose,
    constant,
    on_path,
    only_tensor,
    options,
)
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name
from tritonlint.frozen import replace

MAX_ITEMS = 64


def evaluate(frame: Frame, node: ast.expr) -> Value:
    """The value of `node` in `frame`. What is not understood is an unknown of its own."""
    match node:
        case ast.Name(id=name):
            return _name(frame, name, node)
        case ast.Attribute():
            return _attribute(frame, node)
        case ast.Constant(value=value):
            return Const(value)
        case ast.Call():
            return calls.call(frame, node)
        case ast.Subscript():
            return _subscript(frame, node)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return _sequence(frame, items, node)
        case ast.Dict():
            return _table(frame, node)
        case ast.IfExp():
            return branching.conditional(frame, node)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return branching.tested(frame, node)
        case ast.NamedExpr(target=target, value=value):
            result = evaluate(frame, value)
            frame.env[target.id] = result
            return result
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Const(-number)
        case ast.Lambda():
            return _lambda(frame, node)
        case ast.BinOp(left=left, op=op, right=right):
            both = combined(op, evaluate(frame, left), evaluate(frame, right))
            return both or frame.unknown(node)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return loops.comprehension(frame, node)
        case ast.Set(elts=items):
            return Sequence(tuple(evaluate(frame, each) for each in items), repeated=True)
        case ast.Await(value=value):
            return evaluate(frame, value)
        case ast.JoinedStr(values=parts):
            return _text(frame, node, parts)
        case ast.Yield() | ast.YieldFrom():
            return _yielded(frame, node)
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            evaluate(frame, part)  # for what it launches
    return frame.unknown(node)


def _text(frame: Frame, node: ast.JoinedStr, parts: list[ast.expr]) -> Value:
    """An f-string of known strings and numbers."""
    known = [
        constant(frame.evaluate(part.value if isinstance(part, ast.FormattedValue) else part))
        for part in parts
    ]
    plain = all(
        part.format_spec is None and part.conversion in (-1, 115)
        for part in parts
        if isinstance(part, ast.FormattedValue)
    )
    if plain and all(isinstance(each, (str, int)) for each in known):
        return Const("".join(map(str, known)))
    return frame.unknown(node)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    """A function without a name. It is run once where it stands: what it is handed to may call
    it."""
    known = frame.run.lambdas
    if id(node) not in known:
        result = ast.copy_location(ast.Return(node.body), node.body)
        function = ast.FunctionDef("<lambda>", node.args, [result], [])
        known[id(node)] = ast.copy_location(function, node)
    definition = Definition(frame.module, known[id(node)], frame.enclosing, "<lambda>")
    inner = frame.fork()
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        inner.env[each.arg] = Tensor(f"{frame.unknown(node).buffer}({each.arg})")
    evaluate(inner, node.body)
    frame.keep_made(inner)
    return Callable(definition, None, frame.env)


def _yielded(frame: Frame, node: ast.Yield | ast.YieldFrom) -> Value:
    """What `yield` gives, which is not known; what it is given is what the generator gives."""
    if node.value is not None:
        value = evaluate(frame, node.value)
        if isinstance(node, ast.YieldFrom):
            over = iteration.items(value)
            value = (over and over.item) or frame.unknown(node.value)
        frame.yields.append(value)
    return frame.unknown(node)


def _name(frame: Frame, name: str, node: ast.expr) -> Value:
    if name in frame.env:
        return on_path(frame.env[name], frame.path)
    return names.definition_value(frame, frame.module.target(name, frame.enclosing), name, node)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    owner = evaluate(frame, node.value)
    name = node.attr
    if name == "dtype":
        owner = as_tensor(owner)
        owner = only_tensor(owner) or owner
    match owner:
        case Namespace(definition=Definition(node=Module() as module)):
            # A submodule is not bound in its package: `package.module` is known by the import here.
            target = module.target(name) or frame.module.target(
                dotted_name(node) or "", frame.enclosing
            )
            return names.definition_value(frame, target, name, node)
        case Namespace(name=qualified):
            return names.external(frame, f"{qualified}.{name}", node)
        case Tensor() if name == "dtype":
            return tensors.dtype_of(frame, owner)
        case Tensor():
            return _opaque_attribute(frame, owner, name, node)
        case Instance():
            return objects.instance_attribute(frame, owner, name, node)
        case Class():
            return objects.class_attribute(frame, owner, name, node)
        case Super():
            return objects.inherited(frame, owner, name, node)
        case Launchable():
            if name == "run":  # `kernel.run(x, grid=grid)`
                return replace(owner, gridded=True)
            return owner if name in ("fn", "__call__") else Method(owner, name, node)
        case Callable() if name == "__call__":
            return owner
        case Method():
            stored = frame.env.get(f"{symbol(owner, '')}.{name}")
            if stored is not None:
                return stored
    if name == "dtype":
        return tensors.dtype_of(frame, owner)
    return Method(owner, name, node)


def _opaque_attribute(frame: Frame, owner: Tensor, name: str, node: ast.Attribute) -> Value:
    """An attribute of something unknown: a tensor's method or property, or an unknown of its
    own."""
    if name in tensors.SHAPES and name in ("T", "mT", "H", "data"):
        return owner
    stored = frame.env.get(f"{owner.buffer}.{name}")
    if stored is not None:
        return stored
    if name == "type":  # `x.type(dtype)`, not an attribute that names one
        return Method(owner, name, node)
    return tensors.named_dtype(name) or Method(owner, name, node)


def combined(op: ast.operator, left: Value, right: Value) -> Sequence | Table | None:
    """`sequence * n`, `sequence + sequence` and `dict | dict`; None for other operands."""
    match op, left, right:
        case ast.Mult(), Sequence() as repeated, Const(value=int() as times):
            if len(repeated.items) * times > MAX_ITEMS:
                return Sequence(repeated.items, repeated=True)
            return Sequence(repeated.items * times, repeated=repeated.repeated)
        case ast.Mult(), Sequence() as repeated, _:
            return Sequence(repeated.items, repeated=True)
        case ast.Add(), Sequence() as one, Sequence() as other:
            known = one.places and other.places
            places = one.places + other.places if known else ()
            return Sequence(one.items + other.items, places, one.repeated or other.repeated)
        case ast.BitOr(), Table() as table, Table(items=more):
            return table.updated(more, right.open)
        case ast.BitOr(), Table() as table, _:
            return table.updated((), True)
    return None


def _sequence(frame: Frame, items: list[ast.expr], node: ast.expr) -> Value:
    values: list[Value] = []
    places: list[Place] = []
    for item in items:
        if isinstance(item, ast.Starred):
            inner = iteration.items(evaluate(frame, item.value))
            if inner is None:
                return frame.unknown(node)
            if inner.repeated:
                found = [
                    each for other in items if other is not item for each in _items(frame, other)
                ]
                return Sequence((*inner.items, *found), repeated=True)
            values.extend(inner.items)
            places.extend(inner.places or [frame.place(item.value)] * len(inner.items))
        else:
            values.append(evaluate(frame, item))
            places.append(frame.place(item))
    return Sequence(tuple(values), tuple(places))


def _items(frame: Frame, node: ast.expr) -> tuple[Value, ...]:
    """What an element of a written sequence adds to it."""
    if isinstance(node, ast.Starred):
        over = iteration.items(evaluate(frame, node.value))
        return over.items if over is not None else (frame.unknown(node.value),)
    return (evaluate(frame, node),)


def _table(frame: Frame, node: ast.Dict) -> Value:
    entries: list[tuple[object, Value]] = []
    open_ = False
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = evaluate(frame, value)
            if isinstance(inner, Table):
                entries.extend(inner.items)
            open_ = open_ or not isinstance(inner, Table) or inner.open
            continue
        evaluated = evaluate(frame, key)
        label: object = evaluated.value if isinstance(evaluated, Const) else ast.unparse(key)
        entries.append((label, evaluate(frame, value)))
    return Table(tuple(dict(entries).items()), frame.span(node), open_)


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    owner = evaluate(frame, node.value)
    every = list(options(owner))
    filled = [each for each in every if each[1] != Sequence(())]
    return choose(*((path, _element(frame, each, node)) for path, each in filled or every))


def _element(frame: Frame, owner: Value, node: ast.Subscript) -> Value:
    match owner:
        case Method():
            owner = as_tensor(owner)
        case Sequence():
            return _item(frame, owner, node)
        case Instance():
            fields = as_tuple(owner)
            if fields is not None:
                return _item(frame, fields, node)
            method = owner.definition.module.member(owner.definition, "__getitem__")
            if isinstance(method, Definition) and isinstance(method.node, ast.FunctionDef):
                index = given.positional(frame, node.slice, evaluate(frame, node.slice))
                call = ast.copy_location(ast.Call(node.value, [node.slice], []), node)
                return entering.enter(frame, call, Callable(method, owner), index)
        case Table():
            return calls.look_up(frame, owner, evaluate(frame, node.slice), node)
        case Launchable():
            return replace(owner, gridded=True)
    if not isinstance(owner, Tensor):
        return frame.unknown(node)
    if _is_key(node.slice):
        return Tensor(f"{owner.buffer}[{ast.unparse(node.slice)}]")
    return tensors.cut(frame, owner, frame.span(node))


def _item(frame: Frame, owner: Sequence, node: ast.Subscript) -> Value:
    """An item of a sequence, or a part of it."""
    items = owner.items
    if isinstance(node.slice, ast.Slice):
        part = None if owner.repeated else _range(frame, node.slice)
        if part is None:
            return Sequence(items, repeated=True)
        return Sequence(items[part], owner.places[part] if owner.places else ())
    index = constant(evaluate(frame, node.slice))
    if isinstance(index, int) and not owner.repeated and -len(items) <= index < len(items):
        return items[index]
    return owner.item or frame.unknown(node)


def _range(frame: Frame, node: ast.Slice) -> slice | None:
    """The range that a slice is, or None where it is not known."""
    bounds = [
        None if each is None else constant(evaluate(frame, each))
        for each in (node.lower, node.upper)
    ]
    given_ = [each for each in (node.lower, node.upper, node.step) if each is not None]
    known = node.step is None and sum(isinstance(each, int) for each in bounds) == len(given_)
    return slice(*bounds) if known else None


def _is_key(index: ast.expr) -> bool:
    """Whether a subscript names an entry of a container rather than a part of a tensor."""
    return isinstance(index, ast.Constant) and isinstance(index.value, str)

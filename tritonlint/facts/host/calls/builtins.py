"""Python's own functions in launching code, as far as they hand on what they are given."""

from __future__ import annotations

import ast

from tritonlint.facts.host import loops
from tritonlint.facts.host.attributes import asked_by_name
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.conditions import branching, outcomes
from tritonlint.facts.host.conditions.outcomes import telling
from tritonlint.facts.host.containers import holders, iteration
from tritonlint.facts.host.memory import element_types
from tritonlint.facts.host.objects import instances, members
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, options
from tritonlint.facts.host.values.naming import NAMES, as_tensor
from tritonlint.facts.host.values.symbols import Attribute, Item, Literal, Numbers, Object, Spelled
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Class,
    Condition,
    Const,
    Instance,
    Launchable,
    Namespace,
    Partial,
    Sequence,
    Super,
    Tensor,
    Value,
    constant,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import replace

# Go through what they are given.
_GO_THROUGH = frozenset("enumerate filter iter list map next reversed sorted tuple zip".split())


def call(frame: Frame, node: ast.Call, name: str, given: Given) -> Value | None:
    """What the function of Python called `name` gives; None where that is not known."""
    values = given.arguments.positional
    if name in _GO_THROUGH:
        values = tuple(loops.gone_through(frame, node, each) for each in values)
    match name, values:
        case "dict", _:
            return holders.table(frame, node, given)
        case "super", ():
            return _super(frame)
        case "vars", (_,):
            return as_tensor(frame.evaluate(asked_by_name.attribute(node, NAMES)))
        case "globals", ():
            return Tensor(Attribute(Object(frame.module.name), NAMES))
        case "getattr" | "setattr", (_, _, *_):
            return asked_by_name.call(frame, node, name, values)
        case "zip", (_, *_) if given.complete:
            return _zipped(frame, node, values)
        case "map", (function, *overs) if given.complete and _known(function):
            return _mapped(frame, node, function, tuple(overs))
        case "enumerate", (over, *_):
            return _enumerated(frame, node, over)
        case (("all" | "any"), (Sequence(items=tests, repeated=repeated),)):
            known = tuple(each for each in tests if isinstance(each, Condition))
            if len(known) == len(tests):
                return _of_tests(frame, node, name, known, repeated)
        case "range", _ if given.complete:
            return _range(frame, node, values)
        case "len", (Sequence(items=known_items, repeated=False),):
            return Const(len(known_items))
        case "isinstance", (value, _):
            return _is_instance(frame, node, value)
        case "callable", (Callable() | Partial() | Class() | Launchable(),):
            return Const(True)
        case (("bool" | "int" | "type"), (value,)) if len(node.args) == 1:
            return _converted(frame, node, name, value)
    return _gone_through(frame, node, name, values)


def _converted(frame: Frame, node: ast.Call, name: str, value: Value) -> Value | None:
    """What `bool(value)`, `int(value)` or `type(value)` gives, where that is known: of a test, that
    test."""
    match name, value:
        case "bool", _:
            return branching.truth(frame, node.args[0], value)
        case "int", Condition():
            return value
        case "int", Instance():
            return members.of_any_member(frame, value, "value", node)
        case "type", Instance() | Choice():
            return instances.type_of(value)
    return None


def _of_tests(
    frame: Frame, node: ast.Call, name: str, tests: tuple[Condition, ...], repeated: bool
) -> Condition:
    """The test that `all` or `any` is of others, which may be some of more."""
    span = frame.span(node)
    # Of some items nothing is known: that one fails says nothing of the others.
    others = (Condition("opaque", Spelled(as_code(node)), span),) if repeated else ()
    return outcomes.combine("and" if name == "all" else "or", (*tests, *others), span)


def _is_instance(frame: Frame, node: ast.Call, value: Value) -> Value | None:
    """The test that `isinstance` is; None where nothing tells how it comes out."""
    kinds, span = node.args[1], frame.span(node)
    if isinstance(value, Choice):
        test = Condition("opaque", Spelled(as_code(node)), span)
        return telling(test, value, lambda each: instances.is_instance(frame, each, kinds))
    is_one = instances.is_instance(frame, value, kinds)
    return None if is_one is None else Condition("opaque", Literal(str(is_one)), span)


def _following(frame: Frame, over: Value) -> Value | None:
    """The next item of something that was begun before: known where all items are of one type."""
    items = iteration.items(over)
    some = any_item(items) if items is not None else None
    if some is None:
        return None
    types = {element_types.tensor_types(frame, each) for _, each in options(some)}
    return some if len(types) == 1 else None


def _filtered(frame: Frame, node: ast.Call) -> Value | None:
    """What `filter` leaves of the items for which a lambda holds: a list with that test."""
    test, over = node.args
    assert isinstance(test, ast.Lambda)
    name = test.args.args[0].arg if test.args.args else "_"
    kept = ast.comprehension(ast.Name(name, ast.Store()), over, [test.body], 0)
    written = ast.ListComp(ast.Name(name, ast.Load()), [kept])
    for each in ast.walk(written):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            ast.copy_location(each, test)
    return frame.evaluate(written)


def _gone_through(
    frame: Frame, node: ast.Call, name: str, values: tuple[Value, ...]
) -> Value | None:
    """What functions give that go through one container and do nothing else with its items."""
    match name, values:
        case "list" | "tuple" | "iter", ():
            return Sequence(())
        case (("list" | "tuple" | "iter"), (over,)):
            held = iteration.items(over)
            return held and replace(held)  # another one: the first may be changed
        case (("sorted" | "set" | "frozenset"), (over, *_)):
            found_items = iteration.items(over)
            if found_items is None and name != "sorted" and isinstance(over, Tensor):
                return over  # the same things are in it
            return Sequence(found_items.items, repeated=True) if found_items else None
        case "reversed", (over,):
            backwards = iteration.items(over)
            return backwards and Sequence(backwards.items[::-1], repeated=backwards.repeated)
        case "next", (over, *_) if isinstance(node.args[0], (ast.Name, ast.Attribute)):
            return _following(frame, over)
        case "next", (over, *_):
            following = iteration.items(over)
            return any_item(following) if following else None
        case "filter", _ if isinstance(node.args[0], ast.Lambda) and len(node.args) == 2:
            return _filtered(frame, node)
        case "filter", (_, over):
            kept = iteration.items(over)
            return kept and Sequence(kept.items, repeated=True)
    return None


def _range(frame: Frame, node: ast.Call, values: tuple[Value, ...]) -> Value | None:
    """The numbers of a range, where they are few; of one to an end that is not known, what these
    are known by."""
    if len(values) == 1 and not isinstance(values[0], Const):
        return Tensor(Numbers(frame.module.path, node.lineno, node.col_offset, frame.site))
    written = [each.value for each in values if isinstance(each, Const)]
    ends = [each for each in written if isinstance(each, int)]
    if not 0 < len(ends) == len(written) == len(values) <= 3 or ends[2:] == [0]:
        return None
    numbers = range(*ends)
    return Sequence(tuple(map(Const, numbers))) if len(numbers) <= loops.FEW else None


def _known(function: Value) -> bool:
    kinds = (Callable, Partial, Launchable, Namespace)
    return all(isinstance(each, kinds) for _, each in options(function))


def _super(frame: Frame) -> Value | None:
    """`super()` in a method."""
    for depth in range(len(frame.enclosing), 0, -1):
        owner = frame.enclosing[depth - 1]
        if isinstance(owner, ast.ClassDef):
            if not isinstance(frame.instance, (Instance, Class)):
                return None
            around = Definition(frame.module, owner, frame.enclosing[: depth - 1], owner.name)
            return Super(around, frame.instance)
    return None


def _enumerated(frame: Frame, node: ast.Call, over: Value) -> Value | None:
    known = iteration.items(over)
    if known is None:
        return None
    if known.repeated:
        number = frame.unknown(node)
        rows = (Sequence((number, iteration.at(each, number))) for each in known.items)
        return Sequence(tuple(rows), repeated=True)
    first = constant(frame.evaluate(node.args[1])) if len(node.args) > 1 else 0
    start = first if isinstance(first, int) else 0
    return Sequence(tuple(Sequence((Const(i), x)) for i, x in enumerate(known.items, start)))


def _zipped(frame: Frame, node: ast.Call, values: tuple[Value, ...]) -> Value | None:
    """The items of each together. Of what cannot be gone through, they are unknown."""
    columns = [iteration.items(each) for each in values]
    lengths = {len(each.items) for each in columns if each is not None and not each.repeated}
    if not any(columns):
        return None
    rows: list[Value] = []
    for index in range(min(lengths, default=1)):
        row: list[Value] = []
        for at, (value, column) in enumerate(zip(values, columns, strict=True)):
            item = _of_column(frame, column, index, apart=bool(lengths))
            if item is None:
                # Some may have come out of a starred one.
                argument = node.args[min(at, len(node.args) - 1)]
                item = iteration.any_of(frame, argument, value)
                item = _at(item, index) if lengths else item
            row.append(item)
        rows.append(Sequence(tuple(row)))
    return Sequence(tuple(rows), repeated=not lengths)


def _of_column(frame: Frame, column: Sequence | None, index: int, *, apart: bool) -> Value | None:
    """The item of a column at an index; where any may stand there, each is taken `apart` of which
    nothing is known."""
    if column is None or not column.repeated:
        return None if column is None else column.items[index]
    item = any_item(column)
    if not apart or not isinstance(item, Tensor) or item.types is not None:
        return item
    return item if frame.known(item.buffer).known else _at(item, index)


def _at(item: Value, index: int) -> Value:
    """An item of something unknown at this index: what is known of one says nothing of others."""
    return replace(item, buffer=Item(item.buffer, str(index))) if isinstance(item, Tensor) else item


def _mapped(
    frame: Frame, node: ast.Call, function: Value, overs: tuple[Value, ...]
) -> Value | None:
    """What `function` gives for the items of each."""
    rows = _zipped(frame, ast.copy_location(ast.Call(node.func, node.args[1:], []), node), overs)
    if not isinstance(rows, Sequence):
        each_over = zip(node.args[1:], overs, strict=False)
        unknown = tuple(iteration.any_of(frame, argument, over) for argument, over in each_over)
        rows = Sequence((Sequence(unknown),), repeated=True)
    results: list[Value] = []
    for row in rows.items:
        assert isinstance(row, Sequence)
        given = positional(frame, node, *row.items)
        results += [frame.apply(node, each, given) for _, each in options(function)]
    return Sequence(tuple(results), repeated=rows.repeated)

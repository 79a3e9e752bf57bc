"""What Python's library makes to hold values, or to go through them: deques, queues, dicts with
defaults, context variables, chained and endless iterators, `reduce`."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.symbols import Spelled
from tritonlint.facts.host.values.values import Const, Sequence, Table, Value, constant
from tritonlint.frozen import replace

_LISTS = frozenset(
    ("collections.deque", "queue.Queue", "queue.SimpleQueue", "queue.LifoQueue", "asyncio.Queue")
)
# Give what they go through, again and again or a part of it.
_ENDLESS = frozenset(("itertools.cycle", "random.sample", "heapq.nsmallest"))
# So many items are gone through one by one.
_ROUNDS = 16


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """What the function called `qualified` makes; None where it holds nothing."""
    values, keywords = given.arguments.positional, given.arguments.keywords
    match qualified:
        case "collections.defaultdict":
            return _with_default(frame, node, values)
        case "dataclasses.field" | "attr.ib" | "attr.field" | "attrs.field":
            factories = [each for each in node.keywords if "factory" in str(each.arg)]
            return _made(frame, factories[0].value) if factories else keywords.get("default")
        case "collections.OrderedDict" | "types.MappingProxyType":
            return table(frame, node, given)
        case "collections.ChainMap":
            tables = [each for each in values if isinstance(each, Table)]
            return tables[0] if len(tables) == 1 else Table((), frame.span(node), bool(values))
        case "contextvars.ContextVar":
            default = keywords.get("default")
            return Sequence((default,) if default is not None else (), repeated=True)
        case "functools.reduce" if len(values) > 1:
            return _reduced(frame, node, *values)
    if qualified.startswith("itertools.") and qualified not in _ENDLESS:
        return _iterator(frame, node, qualified, values)
    if qualified.rpartition(".")[2] == "tree_map" and len(values) == 2:
        return _tree_map(frame, node, *values)
    if qualified in _LISTS:
        # What a queue is given first is its size.
        return (iteration.items(values[0]) if values else None) or Sequence(())
    if qualified in _ENDLESS and values:
        over = iteration.items(values[0])
        return over and Sequence(over.items, repeated=True)
    return None


def _tree_map(frame: Frame, node: ast.Call, function: Value, tree: Value) -> Value | None:
    """What `tree_map(function, tree)` gives: the same containers, with what the function gives for
    each leaf."""
    match tree:
        case Table(items=entries):
            mapped = ((key, _tree_map(frame, node, function, each)) for key, each in entries)
            known = tuple((key, each) for key, each in mapped if each is not None)
            return replace(tree, items=known)
        case Sequence(items=items):
            leaves = (_tree_map(frame, node, function, each) for each in items)
            return replace(tree, items=tuple(each for each in leaves if each is not None))
    return frame.apply(node, function, positional(frame, node, tree))


def table(frame: Frame, node: ast.Call, given: Given) -> Table:
    """The dict that a call makes of dicts, pairs and keywords."""
    made = Table((), frame.span(node), not given.complete)
    for each in given.arguments.positional:
        match each:
            case Table(items=entries):
                made = made.updated(entries, each.open)
            case Sequence(items=pairs):
                known = [pair.items for pair in pairs if isinstance(pair, Sequence)]
                entries = tuple((_label(x[0]), x[1]) for x in known if len(x) == 2)
                made = made.updated(entries, each.repeated or len(entries) < len(pairs))
            case _:
                made = made.updated((), True)
    return made.updated(given.arguments.keywords.items())


def _label(key: Value) -> object:
    """What an entry is kept under whose key is given: what that is known by, where it is not
    written."""
    return key.value if isinstance(key, Const) else Spelled(str(symbol(key, "key")))


def _with_default(frame: Frame, node: ast.Call, values: tuple[Value, ...]) -> Value:
    """A dict that makes what it does not hold yet."""
    entries: list[tuple[object, Value]] = []
    if values:
        entries.append(("default", _made(frame, node.args[0])))
    more = values[1].items if len(values) > 1 and isinstance(values[1], Table) else ()
    return Table((*entries, *more), frame.span(node), True)


def _made(frame: Frame, factory: ast.expr) -> Value:
    """What a function that is handed on gives without arguments."""
    return frame.evaluate(ast.copy_location(ast.Call(factory, [], []), factory))


def _iterator(
    frame: Frame, node: ast.Call, qualified: str, values: tuple[Value, ...]
) -> Value | None:
    """What a function of `itertools` goes through."""
    match qualified:
        case "itertools.starmap" if len(values) == 2:
            rows = iteration.items(values[1]) or Sequence(())
            several = (each for row in rows.items for _, each in options(row))
            each_row = [each.items for each in several if isinstance(each, Sequence)]
            made = (frame.apply(node, values[0], positional(frame, node, *x)) for x in each_row)
            return Sequence(tuple(made), repeated=rows.repeated)
        case "itertools.islice" if len(values) > 1:
            return _sliced(iteration.items(values[0]), values[1:])
        case "itertools.repeat":
            return Sequence(values[:1], repeated=True)
        case "itertools.chain":
            return _chained(values)
        case "itertools.chain.from_iterable":
            over = iteration.items(values[0]) if values else None
            return _chained(over.items) if over else None
    return None


def _reduced(
    frame: Frame, node: ast.Call, function: Value, over: Value, *first: Value
) -> Value | None:
    """What `reduce(function, over, first)` gives: what the function gives for what it gave before
    and the next item."""
    items = iteration.items(over) or Sequence((frame.unknown(node),), repeated=True)
    if not first and not items.items:
        return None
    total, rest = (first[0], items.items) if first else (items.items[0], items.items[1:])
    each_round = [total]
    for item in rest[:_ROUNDS]:
        total = frame.apply(node, function, positional(frame, node, total, item))
        each_round.append(total)
    if not items.repeated and len(rest) <= _ROUNDS:
        return total
    return choose(*(((), each) for each in each_round))


def _sliced(over: Sequence | None, ends: tuple[Value, ...]) -> Sequence | None:
    """A part of what is gone through, from its beginning on or from an index to another one."""
    if over is None or over.repeated or len(ends) > 2:
        return over and Sequence(over.items, repeated=True)
    known = [constant(each) for each in ends]
    plain = [x for x, each in zip(known, ends, strict=True) if each == Const(None) or _counts(x)]
    if len(plain) < len(ends):
        return Sequence(over.items, repeated=True)
    return Sequence(over.items[slice(*plain)])


def _counts(number: object) -> bool:
    return isinstance(number, int) and number >= 0


def _chained(values: tuple[Value, ...]) -> Sequence | None:
    parts = [iteration.items(each) for each in values]
    known = [each for each in parts if each is not None]
    if not known or len(known) < len(parts):
        return None
    items = tuple(item for each in known for item in each.items)
    return Sequence(items, repeated=any(each.repeated for each in known))

"""What a test is run with: the strings or whole numbers that `pytest.mark.parametrize` has for a
parameter, and how questions come out that all of them answer alike."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import MAX_OPTIONS, options
from tritonlint.facts.host.values.symbols import (
    AskedAmong,
    AskedAs,
    Compared,
    Literal,
    Never,
    Symbol,
)
from tritonlint.facts.host.values.values import (
    Const,
    Instance,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import last_name, nodes
from tritonlint.frozen import replace

Written = tuple[Any, ...]


def note_parameters(frame: Frame, test: Definition) -> None:
    """Keep what the decorators of a test that nobody calls have for its parameters."""
    for each in test.as_function.decorator_list:
        match each:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, values, *_]) if (
                _has_constants(values) and not _is_called(test)
            ):
                given = frame.elsewhere(test.module, test.enclosing).evaluate(names)
                for name, written in zip(
                    _names(given), _columns(frame, test, values), strict=False
                ):
                    bound = frame.env.get(name)
                    if isinstance(bound, Tensor) and written:
                        frame.run.written[bound.buffer] = written


def _is_called(test: Definition) -> bool:
    """Whether a function is no test, or its file calls it."""
    calls = nodes(test.module.tree, ast.Call)
    return not test.name.startswith("test") or any(last_name(x.func) == test.name for x in calls)


def _has_constants(values: ast.expr) -> bool:
    """Whether strings or whole numbers are among what is written, or may be behind its names."""
    constants = (each.value for each in nodes(values, ast.Constant))
    return isinstance(values, ast.Name) or any(isinstance(each, (str, int)) for each in constants)


def _names(given: Value) -> list[str]:
    items = given.items if isinstance(given, Sequence) else (given,)
    written = (each.value for each in items if isinstance(each, Const))
    return [name.strip() for each in written for name in str(each).split(",")]


def _columns(frame: Frame, test: Definition, values: ast.expr) -> Iterator[Written]:
    """What is written for each parameter; nothing for one of which something else is not known."""
    around = frame.elsewhere(test.module, test.enclosing)
    rows = _rows(around, values)
    width = max((len(each) for each in rows), default=0)
    for index in range(width):
        column = [each[index] if index < len(each) else None for each in rows]
        found: dict[Any, None] = {}
        for each in column:
            several = options(each) if each is not None else ()
            known = [x.value for _, x in several if isinstance(x, Const)]
            # Of many that a comprehension goes through not all are kept.
            if not known or len(known) < len(several) or len(several) >= MAX_OPTIONS:
                found = {}
                break
            found.update(dict.fromkeys(known))
        plain = all(each is None or isinstance(each, (str, int)) for each in found)
        yield tuple(found) if plain else ()


def _rows(frame: Frame, values: ast.expr) -> list[tuple[Value, ...]]:
    """What each run of a test is given."""
    rows: list[tuple[Value, ...]] = []
    if isinstance(values, (ast.List, ast.Tuple)):
        for each in values.elts:
            match each:
                case ast.Call(func=called, args=[*arguments]) if last_name(called) == "param":
                    rows.append(tuple(map(frame.evaluate, arguments)))
                case _:
                    rows.append(_row(frame.evaluate(each)))
        return rows
    over = iteration.items(frame.evaluate(values))
    return [_row(each) for each in over.items] if over is not None else []


def _row(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Sequence) and not value.repeated else (value,)


def outcome(frame: Frame, node: ast.Compare, left: Value, right: Value) -> bool | None:
    """How a comparison comes out of what is written for one of its sides."""
    match node.ops[0], right:
        case ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot(), Const(value=constant):
            denies = isinstance(node.ops[0], (ast.NotEq, ast.IsNot))
            return _alike(frame, left, lambda each: (each == constant) != denies)
        case ast.In() | ast.NotIn(), Sequence(items=items) if all(
            isinstance(each, Const) for each in items
        ):
            among = [each.value for each in items if isinstance(each, Const)]
            denies = isinstance(node.ops[0], ast.NotIn)
            return _alike(frame, left, lambda each: (each in among) != denies)
        case ast.In() | ast.NotIn(), Tensor() if isinstance(left, Const):
            part, denies = left.value, isinstance(node.ops[0], ast.NotIn)
            return _alike(frame, right, lambda each: (part in (each or ())) != denies)
    return None


def text_outcome(frame: Frame, owner: Value, method: str, part: Value) -> Literal | None:
    """The same of `x.startswith(part)` or `x.endswith(part)`."""
    wanted = _texts(part)
    if wanted is None:
        return None
    found = _alike(frame, owner, lambda each: bool(each) and getattr(each, method)(wanted))
    return None if found is None else Literal(str(found))


def _texts(part: Value) -> tuple[str, ...] | None:
    items = part.items if isinstance(part, Sequence) else (part,)
    known = tuple(each.value for each in items if isinstance(each, Const))
    texts = tuple(each for each in known if isinstance(each, str))
    return texts if len(texts) == len(items) else None


def entries(frame: Frame, table: Table, key: Value) -> Table:
    """The entries of a table that a key can ask for."""
    left = _left(frame, key)
    kept = tuple(each for each in table.items if each[0] in left)
    return replace(table, items=kept) if left and len(kept) == len(left) else table


def _alike(frame: Frame, subject: Value, holds: Callable[[Any], bool]) -> bool | None:
    """Whether a question comes out so for all that something may be here."""
    outcomes = {holds(each) for each in _left(frame, subject)}
    return outcomes.pop() if len(outcomes) == 1 else None


def _left(frame: Frame, subject: Value) -> Written:
    """What is written for a parameter and not ruled out on this path."""
    match subject:
        case Tensor(buffer=symbol, part=None, view=None) | Instance(symbol=Symbol() as symbol):
            written = frame.run.written.get(symbol, ())
            return tuple(each for each in written if not _ruled_out(symbol, each, frame.path))
    return ()


def _ruled_out(parameter: Symbol, text: object, path: Path) -> bool:
    for test, came_out in path:
        match test:
            case Compared(left=of, operator="==", right=Literal(written=written)):
                asked = [written]
            case Never(setting=of, names=names):
                asked = [repr(each) for each in names.split(", ")]
            case AskedAs(setting=of, name=name):
                asked = [repr(name)]
            case AskedAmong(setting=of, names=several):
                asked = [repr(each) for each in several]
            case _:
                continue
        if of is parameter and (repr(text) in asked) != came_out:
            return True
    return False

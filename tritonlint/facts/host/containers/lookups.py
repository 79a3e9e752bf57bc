"""What a table gives for a key: an entry, or what its entries have in common."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Sequence as Items

from tritonlint.dtypes import ElementType, ElementTypes, from_torch, join
from tritonlint.facts.host.conditions import enum_tests, parametrized, setting_tests
from tritonlint.facts.host.memory import arithmetic, element_types
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import MAX_OPTIONS, choose
from tritonlint.facts.host.values.labels import any_spelled, candidates, label_of
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.symbols import (
    AskedAmong,
    AskedAs,
    AskedAsAny,
    Compared,
    HasType,
    Literal,
    Never,
    Spelled,
    Symbol,
)
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Class,
    Const,
    DType,
    Instance,
    Launchable,
    Partial,
    Path,
    Sequence,
    Table,
    Value,
)

_NONE = Const(None)


def _setting(table: Table, key: Value, node: ast.expr) -> Symbol | None:
    """The test that parts the entries of a table for names of fp8 types from its others; None where
    its key is no setting."""
    setting = setting_tests.asks_for(key, node.slice) if isinstance(node, ast.Subscript) else None
    names = [str(label) for label, _ in table.items if setting_tests.names_fp8(label)]
    if setting is None or not names:
        return setting
    return AskedAs(setting.setting, *names) if len(names) == 1 else AskedAsAny(setting.setting)


def _by_setting(frame: Frame, table: Table, setting: Symbol | None) -> Value | None:
    """The dtype that a table has for a setting: that of its names of fp8 types where the setting is
    one, and that of the others. None where that makes no difference."""
    if setting is None:
        return None
    sides: dict[bool, list[ElementTypes]] = {True: [], False: []}
    for label, value in table.items:
        if value != _NONE:
            sides[setting_tests.names_fp8(label)].append(element_types.dtype_types(frame, value))
    quantized, others = join(sides[True]), join(sides[False])
    bytes_ = [each.is_byte for each in quantized.types or ()]
    if not bytes_ or not all(bytes_) or any(t.is_byte for t in others.types or ()):
        return None
    left_out = {setting_tests.names_fp8(label) for label, value in table.items if value == _NONE}
    if True in left_out or not (others.types or left_out):
        return None
    plain: tuple[Value, ...] = (DType(others, table=table.span),) if others.types else ()
    return choose(
        (((setting, True),), DType(quantized, table=table.span)),
        *((((setting, False),), each) for each in (*plain, *(_NONE for _ in left_out))),
    )


def _by_entry(
    frame: Frame, table: Table, key: Value, node: ast.expr, default: Value | None
) -> Value | None:
    """The dtype that a table has for what is not known, each on the path on which that is one of
    its keys. None where that makes no difference, or more than are followed."""
    one = _asked(table, key, node)
    if one is None:
        return None
    open_ = default is not None and not _is_dtype(default)
    by_type: dict[ElementTypes | None, list[object]] = {}
    for label, value in table.items:
        by_type.setdefault(_types(frame, value), []).append(label)
    if default is not None and not open_:
        by_type.setdefault(_types(frame, default), [])
    bytes_ = [types is not None and element_types.all_bytes(types) for types in by_type]
    if any(types is not None and not types.types for types in by_type):
        return None
    codes = {types for types in by_type if types is not None and element_types.all_codes(types)}
    if not (any(bytes_) or len(codes) > 1) or (all(bytes_) and not open_):
        return None
    if len(by_type) + open_ > MAX_OPTIONS:
        return None
    tests = {label: _is_entry(one, (label,), key) for label, _ in table.items}
    groups = {types: _is_entry(one, tuple(each), key) for types, each in by_type.items() if each}
    other = (_types(frame, default),) if default is not None and not open_ else ()
    paths: list[tuple[Path, Value]] = []
    for types, labels in by_type.items():
        path: Path = ((groups[types], True),) if labels and types not in other else ()
        path += tuple((test, False) for each, test in groups.items() if each not in (types, *other))
        path += tuple((test, False) for label, test in tests.items() if label not in labels)
        value = _NONE if types is None else DType(types, table=table.span)
        paths.append((tuple(dict.fromkeys(path + _of_members(key, one, labels))), value))
    if default is not None and open_:
        paths.append((tuple((test, False) for test in groups.values()), default))
    return choose(*paths)


def _of_members(key: Value, one: Symbol, labels: Iterable[object]) -> Path:
    """How the tests come out of an enum for codes where the key of a table is one of its members
    with these labels."""
    if not isinstance(key, Instance):
        return ()
    names = [str(each).rpartition(".")[2] for each in labels]
    told = [enum_tests.outcomes(key.definition, one, each) for each in names]
    return tuple(x for x in told[0] if all(x in each for each in told)) if told else ()


def _is_dtype(value: Value) -> bool:
    """Whether it is a dtype, or none at all."""
    return isinstance(value, DType) or value == _NONE


def _types(frame: Frame, value: Value) -> ElementTypes | None:
    """What a dtype of a table is; None where it has none."""
    return None if value == _NONE else element_types.dtype_types(frame, value)


def _asked(table: Table, key: Value, node: ast.expr) -> Symbol | None:
    """What the key is known by of which a table has an entry for each value; None of one that has
    more entries, or keys of other kinds."""
    asked = node.slice if isinstance(node, ast.Subscript) else node
    if table.open:
        return None
    if isinstance(key, Instance):
        return symbol(key, asked) if classes.is_enum(key.definition) else None
    setting = setting_tests.asks_for(key, asked) if is_plain(table) else None
    return setting.setting if setting else None


def _is_entry(one: Symbol, labels: tuple[object, ...], key: Value) -> Symbol:
    """The test whether something is one of these keys of a table, as it is asked elsewhere."""
    texts = [each for each in labels if isinstance(each, str)]
    if isinstance(key, Instance) or len(texts) < len(labels):
        named = [x if isinstance(x, Spelled) else Literal(repr(x)) for x in labels]
        if len(named) == 1:
            return Compared(one, "==", named[0])
        return Compared(one, "in", Spelled(str([str(each) for each in named])))
    fp8 = [setting_tests.names_fp8(each) for each in texts]
    if not any(fp8):
        return Never(one, ", ".join(texts))
    return AskedAs(one, texts[0]) if len(texts) == 1 else AskedAmong(one, tuple(sorted(texts)))


def is_plain(table: Table) -> bool:
    """Whether a table has no entries but those under its keys, all of which are constants: others
    are kept as they are spelled."""
    return not table.open and not any_spelled(label for label, _ in table.items)


def _entries(frame: Frame, table: Table, key: Value, node: ast.expr) -> tuple[list[Value], bool]:
    """The entries that may be meant by a key, and whether that is one for certain."""
    if not isinstance(key, DType):
        match node:
            case ast.Subscript(slice=asked) | ast.Call(args=[asked, *_]):
                return candidates(table, label_of(key, asked))
        return candidates(table, label_of(key, node))
    types = element_types.dtype_types(frame, key).types or ()
    wanted = {Spelled(str(each)) for each in types}
    values = [value for label, value in table.items if label in wanted]
    exact = len(values) == 1 == len(wanted)
    return values or [value for _, value in table.items], exact


def got(frame: Frame, table: Table, given: Items[Value], node: ast.expr) -> Value:
    """What `table.get(...)` gives."""
    default = given[1] if len(given) > 1 else None
    if default is None and is_plain(table):
        default = Const(None)
    return look_up(frame, table, given[0], node, default)


def look_up(
    frame: Frame, table: Table, key: Value, node: ast.expr, default: Value | None = None
) -> Value:
    """The entry of `table` for `key`, or `default`; every entry (and `default`) when the key is not
    known."""
    if isinstance(key, Choice) and all(isinstance(each, DType) for _, each in key.options):
        return choose(*((at, look_up(frame, table, x, node, default)) for at, x in key.options))
    table = parametrized.entries(frame, table, key) if frame.run.written else table
    arithmetic.reckons(frame, key, [label for label, _ in table.items], frame.span(node))
    values, exact = _entries(frame, table, key, node)
    if exact:
        return values[0]
    if isinstance(key, Const) and default is not None and is_plain(table):
        return default
    if default is not None:
        values.append(default)
    if not values:
        return frame.unknown(node)
    named = all(isinstance(label, str) for label, _ in table.items)
    known = isinstance(key, Const) or (isinstance(key, DType) and not named)
    setting = None if known or default else _setting(table, key, node)
    dtype = _dtype(frame, table, key, node, values, default, setting)
    if dtype is not None:
        return dtype
    if setting and all(isinstance(value, (Instance, Sequence, Table)) for value in values):
        quantized = (setting_tests.names_fp8(label) for label, _ in table.items)
        return choose(*((((setting, x),), y) for x, y in zip(quantized, values, strict=True)))
    by_type = _by_type(frame, table, key, default)
    if by_type is not None:
        return by_type
    chosen = [value for value in values if isinstance(value, Launchable)] or values
    if default is None and len(chosen) == len(table.items) and is_plain(table):
        return _each_by_name(table, key, node)
    return choose(*(((), value) for value in chosen))


def _dtype(
    frame: Frame,
    table: Table,
    key: Value,
    node: ast.expr,
    values: list[Value],
    default: Value | None,
    setting: Symbol | None,
) -> Value | None:
    """The dtype that one of `values` is; None where they are none."""
    dtypes = [value for value in values if isinstance(value, DType)]
    given = values if default is None or _is_dtype(default) else values[:-1]
    if not dtypes or not all(map(_is_dtype, given)):
        return None
    by_path = None if len(given) < len(values) else _by_setting(frame, table, setting)
    by_path = by_path or _by_entry(frame, table, key, node, default)
    if by_path is not None or len(given) < len(values):
        return by_path
    types = join(element_types.dtype_types(frame, value) for value in dtypes)
    of = key.of if isinstance(key, DType) else None
    every: tuple[Value, ...] = (DType(types, table=table.span, key=of),)
    every += (_NONE,) if len(dtypes) < len(values) else ()
    return choose(*(((), value) for value in every))


def _by_type(frame: Frame, table: Table, key: Value, default: Value | None) -> Value | None:
    """The entries of a table for the dtype of a buffer, each on the path on which it has that, and
    `default` on the path on which it has none of them; None where the keys are others, or more are
    left than are followed."""
    if not isinstance(key, DType) or key.of is None or table.open:
        return None
    types = element_types.dtype_types(frame, key).types
    entries = [(_type_of(label), value) for label, value in table.items]
    left = [(each, value) for each, value in entries if each and (not types or each in types)]
    if len(left) >= MAX_OPTIONS or not left or not all(each for each, _ in entries):
        return None
    tests = [HasType(key.of, str(each)) for each, _ in left]
    paths: list[tuple[Path, Value]] = [
        (((test, True),), value) for test, (_, value) in zip(tests, left, strict=True)
    ]
    if default is not None:
        paths.append((tuple((test, False) for test in tests), default))
    return choose(*paths)


def _type_of(label: object) -> ElementType | None:
    return from_torch(label.code.removeprefix("torch.")) if isinstance(label, Spelled) else None


def _each_by_name(table: Table, key: Value, node: ast.expr) -> Value:
    """Any entry of a table; functions and classes each on the path on which their name is asked
    for."""
    asked = node.slice if isinstance(node, ast.Subscript) else node
    one = symbol(key, asked) if all(map(_is_function, table.items)) else None
    if one is None:
        return choose(*(((), value) for _, value in table.items))
    setting = _asked(table, key, node)
    tests = {
        label: _is_entry(setting, (label,), key)
        if setting
        else Compared(one, "==", Literal(repr(label)))
        for label, _ in table.items
    }
    return choose(*((((tests[label], True),), value) for label, value in table.items))


def _is_function(entry: tuple[object, Value]) -> bool:
    return isinstance(entry[1], Callable | Partial | Class)

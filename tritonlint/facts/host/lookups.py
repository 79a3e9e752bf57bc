"""What a table gives for a key: an entry, or what its entries have in common."""

from __future__ import annotations

import ast

from tritonlint.dtypes import ElementTypes, join
from tritonlint.facts.host import arithmetic, classes, element_types, setting_tests
from tritonlint.facts.host.naming import symbol
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import AskedAsAny, Compared, Literal, Spelled, Symbol
from tritonlint.facts.host.values import (
    Const,
    DType,
    Instance,
    Launchable,
    Sequence,
    Table,
    Value,
    choose,
)


def _setting(table: Table, key: Value, node: ast.expr) -> Symbol | None:
    """The test that parts the entries of a table for names of fp8 types from its others; None where
    its key is no setting."""
    setting = setting_tests.asks_for(key, node.slice) if isinstance(node, ast.Subscript) else None
    several = sum(setting_tests.names_fp8(label) for label, _ in table.items) > 1
    return AskedAsAny(setting.setting) if several and setting else setting


def _by_setting(frame: Frame, table: Table, setting: Symbol | None) -> Value | None:
    """The dtype that a table has for a setting: that of its names of fp8 types where the setting is
    one, and that of the others. None where that makes no difference."""
    if setting is None:
        return None
    sides: dict[bool, list[ElementTypes]] = {True: [], False: []}
    for label, value in table.items:
        sides[setting_tests.names_fp8(label)].append(element_types.dtype_types(frame, value))
    quantized, others = join(sides[True]), join(sides[False])
    bytes_ = [each.is_byte for each in quantized.types or ()]
    if not bytes_ or not all(bytes_) or not others.types or any(t.is_byte for t in others.types):
        return None
    return choose(
        (((setting, True),), DType(quantized, table=table.span)),
        (((setting, False),), DType(others, table=table.span)),
    )


def _by_member(frame: Frame, table: Table, key: Value, node: ast.expr) -> Value | None:
    """The dtype that a table has for a member of an enum: bytes where it is one, and that of the
    others. None where that makes no difference."""
    if not isinstance(key, Instance) or not classes.is_enum(key.definition) or table.open:
        return None
    types = {label: element_types.dtype_types(frame, value) for label, value in table.items}
    labels = [label for label in types if element_types.all_bytes(types[label])]
    others = join(types[label] for label in types if label not in labels)
    if not labels or not others.types or any(t.is_byte for t in others.types):
        return None
    named = [Spelled(x) if isinstance(x, str) else Literal(repr(x)) for x in labels]
    one = symbol(key, node.slice if isinstance(node, ast.Subscript) else node)
    every = Spelled(str([str(each) for each in named]))
    test = Compared(one, "==", named[0]) if len(named) == 1 else Compared(one, "in", every)
    bytes_ = join(types[label] for label in labels)
    return choose(
        (((test, True),), DType(bytes_, table=table.span)),
        (((test, False),), DType(others, table=table.span)),
    )


def is_plain(table: Table) -> bool:
    """Whether a table has no entries but those under its keys, all of which are constants: others
    are kept as they are spelled."""
    return not table.open and not any("." in str(label) for label, _ in table.items)


def look_up(
    frame: Frame, table: Table, key: Value, node: ast.expr, default: Value | None = None
) -> Value:
    """The entry of `table` for `key`, or `default`; every entry (and `default`) when the key is not
    known."""
    labels: frozenset[object] = frozenset()
    if isinstance(key, Const):
        labels = frozenset((key.value,))
    elif isinstance(key, DType):
        # Keys that are no constants are kept as they are spelled.
        labels = frozenset(map(str, element_types.dtype_types(frame, key).types or ()))
    arithmetic.reckons(frame, key, [label for label, _ in table.items], frame.span(node))
    values = [value for label, value in table.items if label in labels]
    if len(values) == 1 == len(labels):
        return values[0]
    if isinstance(key, Const) and default is not None and not values and is_plain(table):
        return default
    values = values or [value for _, value in table.items]
    if default is not None:
        values.append(default)
    if not values:
        return frame.unknown(node)
    setting = None if labels or default else _setting(table, key, node)
    if all(isinstance(value, DType) for value in values):
        types = join(element_types.dtype_types(frame, value) for value in values)
        by_setting = _by_setting(frame, table, setting) or _by_member(frame, table, key, node)
        of = key.of if isinstance(key, DType) else None
        return by_setting or DType(types, table=table.span, key=of)
    if setting and all(isinstance(value, (Instance, Sequence, Table)) for value in values):
        quantized = (setting_tests.names_fp8(label) for label, _ in table.items)
        return choose(*((((setting, x),), y) for x, y in zip(quantized, values, strict=True)))
    chosen = [value for value in values if isinstance(value, Launchable)] or values
    return choose(*(((), value) for value in chosen))

"""Tests for members of an enum that names fp8 types, as for the setting of a cache's dtype: the
members that there are tell what is left."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.host.conditions.outcomes import negate
from tritonlint.facts.host.conditions.setting_tests import names_fp8
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import symbols
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.values import Class, Condition, Const, Path, Value
from tritonlint.facts.project.modules import Definition
from tritonlint.source import Span


def compared(frame: Frame, node: ast.Compare, left: Value, span: Span) -> Condition | None:
    """`kind is Kind.FP8`, `kind in (Kind.FP8_E4M3, Kind.FP8_E5M2)`: the condition, or that of its
    opposite where it denies; None where these are no members of an enum that names fp8 types, or
    both such that do and such that do not."""
    asked = _asked(frame, node.comparators[0])
    # Where the values are written out that a parameter has, these are compared.
    if asked is None or isinstance(left, Const) or frame.run.written:
        return None
    definition, labels = asked
    names, aliases = _names(definition)
    labels = {aliases.get(each, each) for each in labels}
    codes = _codes(names)
    if not labels or not codes or not labels <= names.keys():
        return None
    setting = symbol(left, node.left)
    if labels <= codes:
        return Condition("quantized", _quantized(setting, labels, codes, names), span)
    if labels.isdisjoint(codes):
        if labels | codes == names.keys():
            return negate(Condition("quantized", _quantized(setting, codes, codes, names), span))
        others = ", ".join(sorted(names[each] for each in labels))
        return Condition("unquantized", symbols.Never(setting, others), span)
    rest = names.keys() - labels
    if rest and rest <= codes:
        return negate(Condition("quantized", _quantized(setting, rest, codes, names), span))
    return None


def outcomes(definition: Definition, setting: symbols.Symbol, label: str) -> Path:
    """How the tests of a member of an enum that names fp8 types come out, as far as they are for
    all names of such: `setting` is the member with this label, or of this value."""
    names, _ = _names(definition)
    label = next((each for each, name in names.items() if label in (each, name)), label)
    codes = _codes(names)
    if not codes or label not in names or codes == names.keys():
        return ()
    every = (_quantized(setting, codes, codes, names), label in codes)
    own = (_quantized(setting, {label}, codes, names), True) if label in codes else every
    return tuple(dict.fromkeys((every, own)))


def _codes(names: Mapping[str, str]) -> set[str]:
    """The labels of the members that name fp8 types."""
    return {each for each in names if names_fp8(names[each]) or names_fp8(each.lower())}


def _quantized(
    setting: symbols.Symbol, labels: set[str], codes: set[str], names: Mapping[str, str]
) -> symbols.OfSetting:
    """The test for the members with these `labels`, of all that name `codes`."""
    if len(codes) == 1:
        return symbols.Asked(setting)
    spelled = sorted(names[each] for each in labels)
    if len(spelled) == 1:
        return symbols.AskedAs(setting, *spelled)
    return symbols.AskedAmong(setting, tuple(spelled))


def _asked(frame: Frame, node: ast.expr) -> tuple[Definition, set[str]] | None:
    """The enum of which an expression, or each item of a display, names a member, and the labels of
    these members."""
    written = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    found: set[str] = set()
    definition: Definition | None = None
    for each in written:
        if not isinstance(each, ast.Attribute):
            return None
        owner = frame.evaluate(each.value)
        if not isinstance(owner, Class) or not classes.is_enum(owner.definition):
            return None
        definition = owner.definition
        found.add(each.attr)
    return (definition, found) if definition is not None else None


def _names(definition: Definition) -> tuple[dict[str, str], dict[str, str]]:
    """The members of an enum by label, as the settings that they stand for: their values, if these
    are texts, or tuples with one, else their labels; and the labels of others by those that are
    their aliases."""
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for label, value in classes.members(definition):
        if isinstance(value, ast.Name) and value.id in names:
            aliases[label] = value.id
        else:
            names[label] = _named(value) or label.lower()
    return names, aliases


def _named(value: ast.expr) -> str | None:
    """The text that the value of a member is, or the only one in a tuple."""
    written = value.elts if isinstance(value, ast.Tuple) else [value]
    texts = [x.value for x in written if isinstance(x, ast.Constant) and isinstance(x.value, str)]
    return texts[0] if len(texts) == 1 else None

"""The patterns of a `match`: what each asks of its subject, as a test, and what it gives names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tritonlint.facts.flow.targets import bind
from tritonlint.facts.flow.walk import V, Walk

# The names of what a class of the pattern's positions stands for, in order.
Fields = Callable[[ast.expr], Sequence[str]]


def asked(subject: ast.expr, pattern: ast.pattern, fields: Fields) -> ast.expr | None:
    """What a pattern asks of `subject`, as the test that an `if` would have: `isinstance(x, C) and
    x.bits == 8` of `case C(bits=8)`. None where it takes anything."""
    parts = list(_parts(subject, pattern, fields))
    if len(parts) > 1:
        return _at(ast.BoolOp(ast.And(), parts), subject)
    return parts[0] if parts else None


def _parts(subject: ast.expr, pattern: ast.pattern, fields: Fields) -> Iterator[ast.expr]:
    match pattern:
        case ast.MatchValue(value=value):
            yield _at(ast.Compare(subject, [ast.Eq()], [value]), subject)
        case ast.MatchSingleton(value=constant):
            yield _at(ast.Compare(subject, [ast.Is()], [_constant(constant, subject)]), subject)
        case ast.MatchOr(patterns=patterns):
            yield _one_of(subject, patterns, fields)
        case ast.MatchAs(pattern=inner):
            yield from _parts(subject, inner, fields) if inner is not None else ()
        case ast.MatchSequence(patterns=patterns):
            yield from _items(subject, patterns, fields)
        case ast.MatchMapping(keys=keys, patterns=patterns):
            for key, each in zip(keys, patterns, strict=True):
                yield _at(ast.Compare(key, [ast.In()], [subject]), subject)
                item = _at(ast.Subscript(subject, key, ast.Load()), subject)
                yield from _parts(item, each, fields)
        case ast.MatchClass(cls=kind):
            called = ast.Call(_name("isinstance", subject), [subject, kind], [])
            yield _at(called, subject)
            for name, each in _attributes(pattern, fields):
                if not name:
                    yield _unknown(subject, each)
                    continue
                attribute = _at(ast.Attribute(subject, name, ast.Load()), subject)
                yield from _parts(attribute, each, fields)


def _one_of(subject: ast.expr, patterns: Sequence[ast.pattern], fields: Fields) -> ast.expr:
    """Any of several patterns: one `in` where all of them are values."""
    values = [each.value for each in patterns if isinstance(each, ast.MatchValue)]
    if len(values) == len(patterns):
        written = _at(ast.Tuple(values, ast.Load()), subject)
        return _at(ast.Compare(subject, [ast.In()], [written]), subject)
    tests = [asked(subject, each, fields) or _constant(True, subject) for each in patterns]
    return _at(ast.BoolOp(ast.Or(), tests), subject)


def _items(
    subject: ast.expr, patterns: Sequence[ast.pattern], fields: Fields
) -> Iterator[ast.expr]:
    """What is asked of items one by one, and of their number, where no `*rest` is among them."""
    if any(isinstance(each, ast.MatchStar) for each in patterns):
        yield _unknown(subject, patterns[0])
        return
    written = subject.elts if isinstance(subject, (ast.Tuple, ast.List)) else None
    if written is None or len(written) != len(patterns):
        length = _at(ast.Call(_name("len", subject), [subject], []), subject)
        number = _constant(len(patterns), subject)
        yield _at(ast.Compare(length, [ast.Eq()], [number]), subject)
    for index, each in enumerate(patterns):
        item = ast.Subscript(subject, _constant(index, subject), ast.Load())
        part = written[index] if written and index < len(written) else _at(item, subject)
        yield from _parts(part, each, fields)


def _attributes(pattern: ast.MatchClass, fields: Fields) -> Iterator[tuple[str, ast.pattern]]:
    """The patterns inside a class pattern by the attributes that they are for; one without a name
    where that is not known."""
    names = list(fields(pattern.cls)) if pattern.patterns else []
    names += [""] * len(pattern.patterns)
    yield from zip(names, pattern.patterns, strict=False)
    yield from zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)


def capture(
    walk: Walk[V, Any], node: ast.Match, subject: V, pattern: ast.pattern, fields: Fields
) -> None:
    """Bind the names in a pattern: one for all of it to the subject, others to parts of it."""
    target = _unpacking(pattern)
    if target is not None:
        bind(walk, target, subject)
        return
    if isinstance(pattern, ast.MatchAs) and pattern.name:
        walk.env[pattern.name] = subject
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    known = dict(_captured(node.subject, pattern, fields))
    for each in ast.walk(pattern):
        match each:
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                part = known.get(name)
                walk.env[name] = walk.evaluate(part) if part else walk.part_of(node.subject, name)


def _captured(
    subject: ast.expr, pattern: ast.pattern, fields: Fields
) -> Iterator[tuple[str, ast.expr]]:
    """The names that attributes and entries of the subject are bound to, with what reads these."""
    parts: list[tuple[ast.expr, ast.pattern]] = []
    match pattern:
        case ast.MatchClass():
            for name, each in _attributes(pattern, fields):
                if name:
                    parts.append((ast.Attribute(subject, name, ast.Load()), each))
        case ast.MatchMapping(keys=keys, patterns=patterns):
            for key, each in zip(keys, patterns, strict=True):
                parts.append((ast.Subscript(subject, key, ast.Load()), each))
    for part, each in parts:
        part = _at(part, subject)
        if isinstance(each, ast.MatchAs):
            if each.name:
                yield each.name, part
            if each.pattern is None:
                continue
            each = each.pattern
        yield from _captured(part, each, fields)


def _unpacking(pattern: ast.pattern) -> ast.expr | None:
    """What a pattern of names assigns to: `case (x, *rest)` as `x, *rest = subject`."""
    made: ast.expr
    match pattern:
        case ast.MatchAs(pattern=None, name=name):
            made = ast.Name(name or "_", ast.Store())
        case ast.MatchStar(name=name):
            made = ast.Starred(ast.Name(name or "_", ast.Store()), ast.Store())
        case ast.MatchSequence(patterns=patterns):
            parts = [part for each in patterns if (part := _unpacking(each)) is not None]
            if len(parts) < len(patterns):
                return None
            made = ast.Tuple(parts, ast.Store())
        case _:
            return None
    return ast.fix_missing_locations(ast.copy_location(made, pattern))


def _constant(value: object, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Constant(value), at)  # type: ignore[arg-type]


def _name(text: str, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Name(text, ast.Load()), at)


def _unknown(subject: ast.expr, pattern: ast.pattern) -> ast.expr:
    """A test of its own."""
    other = _name("<pattern>", pattern)
    return ast.copy_location(ast.Compare(subject, [ast.Eq()], [other]), subject)


def _at(made: ast.expr, place: ast.expr) -> ast.expr:
    return ast.copy_location(made, place)

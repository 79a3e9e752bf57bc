"""Comparisons whose two sides are never equal: a string, a number or a tensor with a dtype."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterator

from tritonlint.facts.hazards.guards.annotations import annotated
from tritonlint.facts.hazards.guards.declared_types import Declared, Scope, declared
from tritonlint.facts.hazards.guards.doubts import keeps_a_string
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import SCOPE, nodes
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# What may be one side of a comparison that matters, as it is spelled; and the comparison before or
# after it. Each search begins with letters that are rare: it runs over every file.
_SIDE = re.compile(r"torch\.\w+|dtype|DTYPE")
_BEFORE = re.compile(
    r"(?:[!=]=|\b(?:is|in)(?:\s+not)?\b)\s*(?:frozenset|set|tuple|list)?[\s({\[]*$"
)
_TABLE_BEFORE = re.compile(r"\bin\s+\w*$")
_AFTER = re.compile(r"\s*[)\]]?\s*[!=]=")
_STRING_AFTER = re.compile(r"(?:\(\))?\s*(?:[!=]=|(?:not\s+)?in\b)[\s({\[]*[\"']")
_FIELD_BEFORE = re.compile(r"\bself\.\w+\s*[!=]=\s*[\w.]*$")
_FIELD_AFTER = re.compile(r"\s*[!=]=\s*self\.\w+(?![\w.(\[])")
_CONSTANT_AFTER = re.compile(r"\s*(?:not\s+)?in\s+_?[A-Z][A-Z0-9_]+\b")
_NEAR = 40
_WORDS = {
    "str": "a string",
    "int": "a number",
    "tensor": "a tensor",
    "type": "a class",
    "dtype": "a dtype",
    "dtypes": "several dtypes",
}


@dataclass(frozen=True)
class DeadGuard:
    """A comparison that always comes out as `always`, because `text` is `what` and `other` is not.

    `because` is where that is declared, `written` whether an annotation says so; `asserted` and
    `branch` are whether it is what an `assert` demands or what an `if` asks. `meant` is the
    expression of a dtype that the comparison was meant for, in place of `instead`, where the code
    has just one.
    """

    place: Span
    function: str
    subject: Span
    text: str
    what: str
    other: str
    always: bool
    because: Span
    written: bool
    asserted: bool
    instead: Span | None = None
    meant: str = ""


def dead_guards(module: Module, looked_at: set[tuple[str, int]]) -> Iterator[DeadGuard]:
    """The dead comparisons in the functions of `module`; the lines of all that are looked at go to
    `looked_at`."""
    lines = _lines(module.source.text)
    if not lines:
        return
    for function in module.functions:
        node = function.as_function
        if _within(node, lines):
            scope = Scope(module, node, function.enclosing)
            name = ".".join(each.name for each in scope.around)
            for statement, compare in _compares(node, lines):
                looked_at.add((module.path, compare.lineno))
                found = _dead(scope, compare, name, isinstance(statement, ast.Assert))
                if found is not None and not _always_raises(scope, statement):
                    yield found


def may_compare(text: str) -> bool:
    """Whether the text of a file may compare a dtype with something else."""
    return any(_compared(text, each) for each in _SIDE.finditer(text))


def _lines(text: str) -> list[int]:
    """The lines in which comparisons with dtypes end, in order."""
    found: list[int] = []
    line, seen = 1, 0
    for match in _SIDE.finditer(text):
        if _compared(text, match):
            line += text.count("\n", seen, match.end())
            seen = match.end()
            found.append(line)
    return found


def _compared(text: str, side: re.Match[str]) -> bool:
    start, end = side.span()
    before = text[max(0, start - _NEAR) : start]
    if side[0].startswith("torch."):
        return bool(_BEFORE.search(before) or _AFTER.match(text, end))
    earlier = _TABLE_BEFORE.search(before) or _FIELD_BEFORE.search(before)
    later = (each.match(text, end) for each in (_STRING_AFTER, _CONSTANT_AFTER, _FIELD_AFTER))
    return bool(earlier or any(later))


def _within(node: ast.stmt | ast.expr, lines: list[int]) -> bool:
    """Whether one of `lines` is a line of `node`."""
    index = bisect.bisect_left(lines, node.lineno)
    return index < len(lines) and lines[index] <= (node.end_lineno or node.lineno)


def _compares(node: ast.AST, lines: list[int]) -> Iterator[tuple[ast.stmt, ast.Compare]]:
    """The comparisons of one operator in a function, each with the statement it is in; not those of
    functions inside it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            if isinstance(child, (ast.excepthandler, ast.match_case)):
                yield from _compares(child, lines)
        elif isinstance(child, SCOPE):
            continue
        elif _within(child, lines):
            for each in ast.iter_child_nodes(child):
                if isinstance(each, ast.expr) and _within(each, lines):
                    inner = nodes(each, ast.Compare)
                    yield from ((child, i) for i in inner if len(i.ops) == 1)
            yield from _compares(child, lines)


def _dead(scope: Scope, node: ast.Compare, function: str, asserted: bool) -> DeadGuard | None:
    operator, left, right = node.ops[0], node.left, node.comparators[0]
    if not isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)):
        return None
    member = isinstance(operator, (ast.In, ast.NotIn))
    other, one = _sides(scope, node, member)
    if one is None or other is None:
        return None
    wanted = {"dtypes": "dtype", "strings": "str"}.get(other.kind, "") if member else other.kind
    if "dtype" not in (one.kind, wanted) or one.kind == wanted or not wanted:
        return None
    if "dtypes" in (one.kind, wanted) and isinstance(operator, (ast.Is, ast.IsNot)):
        return None
    if one.kind not in _WORDS or wanted not in _WORDS:
        return None
    # The side that is no dtype is what the comparison is about; of a dtype and a string it is the
    # string that is out of place.
    swapped = one.kind == "dtype"
    subject, known, against = (right, other, left) if swapped else (left, one, right)
    if known.kind == "str" and not _is_kept(scope, subject, against):
        return None
    source = scope.module.source
    instead, meant = _meant(scope, subject, known, node)
    return DeadGuard(
        source.span(node),
        function,
        source.span(subject),
        source.snippet(source.span(subject)),
        _WORDS.get(known.kind, "strings"),
        source.snippet(source.span(against)),
        isinstance(operator, (ast.NotEq, ast.IsNot, ast.NotIn)),
        known.because,
        known.written,
        asserted,
        instead,
        meant,
    )


def _is_kept(scope: Scope, subject: ast.expr, against: ast.expr) -> bool:
    """Whether what is compared with the dtype of a tensor is not a field (`self.store`) that may be
    something else than the string that its annotation says."""
    owner = next((x for x in reversed(scope.enclosing) if isinstance(x, ast.ClassDef)), None)
    match subject, against:
        case ast.Attribute(value=ast.Name(id="self"), attr=name), ast.Attribute(attr="dtype"):
            return owner is None or keeps_a_string(scope.module, owner, name)
    return True


def _sides(
    scope: Scope, node: ast.Compare, member: bool
) -> tuple[Declared | None, Declared | None]:
    """What the right and the left side of a comparison are. What is compared with dtypes of torch
    is one by the name of its attribute."""
    right, left = node.comparators[0], node.left
    other = declared(scope, right)
    if member or other is None or other.kind != "dtypes":
        one = declared(scope, left) if other else None
        if other is None and not member and isinstance(left, (ast.Tuple, ast.List)):
            one = declared(scope, left)
            other = _by_attribute(scope, right) if one and one.kind == "dtypes" else None
        return other, one
    return other, declared(scope, left) or _by_attribute(scope, left)


def _by_attribute(scope: Scope, node: ast.expr) -> Declared | None:
    if isinstance(node, ast.Attribute) and node.attr == "dtype":
        return Declared("dtype", scope.module.source.span(node))
    return None


def _always_raises(scope: Scope, statement: ast.stmt) -> bool:
    """Whether the statement raises whatever it is given, since its test is dead: someone would have
    noticed, so what is declared is wrong."""
    match statement:
        case ast.Assert(test=test):
            return _outcome(scope, test) is False
        case ast.If(test=test):
            outcome = _outcome(scope, test)
            taken = statement.body if outcome else statement.orelse
            if outcome is None or not taken:
                return False
            return isinstance(taken[-1], ast.Raise) or (
                len(taken) == 1 and _always_raises(scope, taken[0])
            )
    return False


def _outcome(scope: Scope, test: ast.expr) -> bool | None:
    """How a test that is made of dead comparisons always comes out, or None."""
    match test:
        case ast.Compare(ops=[_]):
            found = _dead(scope, test, "", False)
            return found.always if found else None
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _outcome(scope, operand)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            outcomes = [_outcome(scope, each) for each in values]
            ends = isinstance(op, ast.Or)
            if ends in outcomes:
                return ends
            return None if None in outcomes else not ends
    return None


def _meant(
    scope: Scope, subject: ast.expr, known: Declared, node: ast.Compare
) -> tuple[Span | None, str]:
    """The expression that the comparison was meant for, and the one that it replaces: of a string
    that names a dtype, that dtype; of a setting `x_dtype`, the dtype of the tensor `x`."""
    source = scope.module.source
    if isinstance(subject, ast.Constant) and isinstance(subject.value, str):
        name = subject.value.removeprefix("torch.")
        if re.fullmatch(r"(?:u?int|float|bfloat)\d+|float8_\w+|half", name):
            return source.span(subject), f"torch.{name}"
        return None, ""
    if known.kind == "tensor":
        return source.span(subject), f"{source.snippet(source.span(subject))}.dtype"
    if known.kind != "str" or not isinstance(subject, ast.Name):
        return None, ""
    stem = re.sub(r"_d?type(?:_str)?$", "", subject.id)
    for each in scope.arguments:
        if each.arg == stem != subject.id and each.annotation is not None:
            if annotated(scope.module, each.annotation, scope.enclosing) == "tensor":
                return source.span(subject), f"{stem}.dtype"
    return _local_dtype(scope, stem, subject, node)


def _local_dtype(
    scope: Scope, stem: str, subject: ast.Name, node: ast.Compare
) -> tuple[Span | None, str]:
    """The local name `x_torch_dtype` beside the setting `x_dtype`, bound before the comparison."""
    assert scope.function is not None
    names = {f"{stem}_torch_dtype", f"torch_{stem}_dtype"}
    bound = [
        each.id
        for each in nodes(scope.function, ast.Name)
        if isinstance(each.ctx, ast.Store) and each.id in names and each.lineno < node.lineno
    ]
    return (scope.module.source.span(subject), bound[0]) if len(set(bound)) == 1 else (None, "")

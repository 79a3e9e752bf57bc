"""The fix of a missing view: the edits that add `.view(...)`, with the import that they need."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tritonlint.dtypes import INT8, UINT8
from tritonlint.edits.fp8_names import Spelling, spelling, torch_spelling
from tritonlint.edits.imports import import_edits
from tritonlint.edits.view_place import expression_at, to_view, under_test
from tritonlint.findings import Edit, Fix, Span
from tritonlint.rule.syntax import Tree

if TYPE_CHECKING:
    from tritonlint.facts.hazards.raw_bytes.arguments import Argument
    from tritonlint.rule.suspect import Suspect

_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


def view_argument(suspect: Suspect, argument: Argument) -> Fix | None:
    """The fix that views the bytes of a launch argument as what they stand for: the module's own
    fp8 type, or a wider float type.

    None when that type is not known. Where the tensor holds bytes on some paths only, it is viewed
    on those, or the fix is `unsafe`. It is `unsafe` too when the module names no fp8 type, so that
    the flavour is a guess.
    """
    node = expression_at(suspect.source, argument.place)
    types = argument.stands_for.types
    if node is None or not types:
        return None
    tree = suspect.syntax
    chosen = to_view(tree, node, lambda branching: _bytes_in(argument, branching))
    wider = argument.stands_for.single
    dtype = None if all(each.is_fp8 for each in types) or wider is None else wider.name
    named = _spelled(suspect, tree, chosen, dtype)
    if not argument.conditional or under_test(tree, chosen, node):
        return _fix(suspect, tree, chosen, named, named.text)
    if isinstance(chosen, (ast.Name, ast.Attribute)):
        return _guarded(suspect, tree, chosen, named, argument)
    unsafe = Spelling(named.text, "unsafe", named.needs)
    return _fix(suspect, tree, chosen, unsafe, named.text)


def _bytes_in(argument: Argument, branching: ast.AST) -> bool:
    """Whether the argument holds bytes only on some paths, or what says so stands in the branches
    of the statement."""
    if argument.conditional:
        return True
    evidence, place = argument.evidence[0].span, argument.place
    first, last = getattr(branching, "lineno", 0), getattr(branching, "end_lineno", 0)
    return evidence.path == place.path and first <= evidence.line <= last


def add_view(suspect: Suspect, place: Span, dtype: str | None = None) -> Fix | None:
    """The fix that views the expression at `place` as torch's type `dtype` (`float32`), or as the
    module's own fp8 type.

    None when there is no expression at `place`. It is `unsafe` when the module names no fp8 type,
    so that the flavour is a guess (torch.float8_e4m3fn).
    """
    node = expression_at(suspect.source, place)
    if node is None:
        return None
    named = _spelled(suspect, suspect.syntax, node, dtype)
    return _fix(suspect, suspect.syntax, node, named, named.text)


def named_fix(fix: Fix | None) -> str:
    """The advice that names the fix, empty where there is none."""
    views = (
        [edit.replacement.lstrip(")") for edit in fix.edits if ".view(" in edit.replacement]
        if fix
        else []
    )
    return f"add `{views[0]}`" if views else ""


def _spelled(suspect: Suspect, tree: Tree, node: ast.expr, dtype: str | None) -> Spelling:
    """How the module spells torch's `dtype`, or its fp8 type: as configured, else as it does."""
    if dtype is not None:
        return torch_spelling(tree, node, dtype.removeprefix("torch."))
    if suspect.settings.fp8_dtype:
        return Spelling(suspect.settings.fp8_dtype, "safe", suspect.settings.fp8_import or "")
    return spelling(tree, node)


def _fix(suspect: Suspect, tree: Tree, node: ast.expr, named: Spelling, text: str) -> Fix:
    place = suspect.source.span(node)
    start = Span(place.path, place.line, place.column, place.line, place.column)
    end = Span(place.path, place.end_line, place.end_column, place.end_line, place.end_column)
    if isinstance(node, _ATOMS) or _in_parentheses(suspect, place):
        edits = [Edit(end, f".view({text})")]
    else:
        edits = [Edit(start, "("), Edit(end, f").view({text})")]
    return _with_import(suspect, tree, named, edits)


def _guarded(
    suspect: Suspect, tree: Tree, node: ast.expr, named: Spelling, argument: Argument
) -> Fix:
    """The fix that views `node` where it holds bytes and leaves it as it is where it does not."""
    place = suspect.source.span(node)
    end = Span(place.path, place.end_line, place.end_column, place.end_line, place.end_column)
    raw = INT8 if argument.storage.types.single == INT8 else UINT8
    torch = torch_spelling(tree, node, raw.name)
    text = suspect.source.snippet(place)
    edit = Edit(end, f".view({named.text}) if {text}.dtype == {torch.text} else {text}")
    needs = Spelling(named.text, named.applicability, named.needs or torch.needs)
    return _with_import(suspect, tree, needs, [edit])


def _with_import(suspect: Suspect, tree: Tree, named: Spelling, edits: list[Edit]) -> Fix:
    more = import_edits(suspect.source, tree, named.needs) if named.needs else []
    message = f"View the bytes as `{named.text}`"
    return Fix(named.applicability, message, (*edits, *more))


def _in_parentheses(suspect: Suspect, place: Span) -> bool:
    """Whether the place takes its own parentheses with it, as a tuple's or a generator's does."""
    return suspect.source.snippet(place).startswith("(") and suspect.source.snippet(place).endswith(
        ")"
    )

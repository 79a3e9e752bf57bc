"""The fix of a missing view: `.view(...)` behind an expression, with the import that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.dtypes import INT8, UINT8
from tritonlint.edits.fp8_names import Spelling, spelling, torch_spelling
from tritonlint.findings import Fix, Span
from tritonlint.rule.fixes import fix_by

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.facts.hazards.raw_bytes.arguments import Argument
    from tritonlint.rule.suspect import Suspect


def view_argument(suspect: Suspect, node: cst.CSTNode, argument: Argument) -> Fix | None:
    """The fix that views the bytes of the launch argument `node` as what they stand for: the
    module's own fp8 type, or a wider float type.

    None when that type is not known. Where the tensor holds bytes on some paths only, it is viewed
    on those, or the fix is `unsafe`. It is `unsafe` too when the module names no fp8 type, so that
    the flavour is a guess, where the same expression is used for something else, for a whole buffer
    that nothing shows to have regions: if its shape counts elements, it has too few bytes for wider
    ones; and where what is viewed as wider floats is a name at the launch: the strides and sizes
    that this passes count bytes.
    """
    import libcst as cst

    from tritonlint.edits.view_place import to_view, under_test

    part = suspect.part(argument.place)
    types = argument.stands_for.types
    if part.node_at(argument.place) is not node or not isinstance(node, cst.BaseExpression):
        return None
    around = part.parents.get(node)
    if (isinstance(around, cst.Arg) and around.star) or isinstance(around, cst.StarredElement):
        return None  # a list or a dict has no view
    wider = argument.stands_for.single
    codes = all(each.is_fp8 for each in types or ())
    if not types or (wider is None and not codes):
        return None
    chosen = to_view(part, node, lambda branching: _bytes_in(argument, branching))
    named = _spelled(suspect, chosen, None if codes or wider is None else wider.name)
    unsized = not codes and argument.whole and not _has_regions(argument)
    measured = not codes and isinstance(chosen, (cst.Name, cst.Attribute))
    if argument.shared or unsized or measured or _guessed(argument):
        named = Spelling(named.text, "unsafe", named.needs)
    if not argument.conditional or under_test(part, chosen, node):
        return _viewed(suspect, chosen, named)
    if isinstance(chosen, (cst.Name, cst.Attribute)):
        return _guarded(suspect, chosen, named, argument)
    return _viewed(suspect, chosen, Spelling(named.text, "unsafe", named.needs))


def named_fix(fix: Fix | None) -> str:
    """The advice that names the fix, empty where there is none."""
    texts = (each.replacement for each in (fix.edits if fix else ()))
    view = next((text[text.index(".view(") :] for text in texts if ".view(" in text), "")
    closed = view.removesuffix(")") if view.count(")") > view.count("(") else view
    return f"add `{closed}`" if closed else ""


def _guessed(argument: Argument) -> bool:
    """Whether no type that is seen says what the bytes stand for, but only how they are used, or
    that they are bytes only how other code uses them."""
    meant = [each for each in argument.evidence if each.meaning.known]
    seen = [each.types.known or not each.meaning.known for each in argument.storage.evidence]
    return bool(meant) and not (any(each.types.known for each in meant) and any(seen))


def _has_regions(argument: Argument) -> bool:
    """Whether another part of the buffer is seen as another type, so that its shape counts bytes;
    what the kernel moves says nothing of that."""
    return any(each.types.known and not each.meaning.known for each in argument.evidence)


def _bytes_in(argument: Argument, branching: Span) -> bool:
    """Whether the argument holds bytes only on some paths, or what says so stands in the branches
    of the statement at `branching`."""
    if argument.conditional:
        return True
    evidence = argument.evidence[0].span
    inside = branching.line <= evidence.line <= branching.end_line
    return inside and evidence.path == argument.place.path


def _spelled(suspect: Suspect, node: cst.BaseExpression, dtype: str | None) -> Spelling:
    """How the module spells torch's `dtype`, or its fp8 type: as configured, else as it does."""
    at = suspect.surroundings.at(suspect.part_of(node).span(node))
    if dtype is not None:
        return torch_spelling(suspect.surroundings, at, dtype)
    if suspect.settings.fp8_dtype:
        return Spelling(suspect.settings.fp8_dtype, "safe", suspect.settings.fp8_import or "")
    return spelling(suspect.surroundings, at)


def _viewed(suspect: Suspect, node: cst.BaseExpression, named: Spelling) -> Fix:
    from tritonlint.rule.casts import method

    return _made(suspect, node, method(node, "view", named.text), named)


def _guarded(
    suspect: Suspect, node: cst.Name | cst.Attribute, named: Spelling, argument: Argument
) -> Fix:
    """The fix that views `node` where it holds bytes and leaves it as it is where it does not."""
    import libcst as cst

    from tritonlint.rule.casts import method

    part = suspect.part_of(node)
    raw = INT8 if argument.storage.types.single == INT8 else UINT8
    at = suspect.surroundings.at(part.span(node))
    torch = torch_spelling(suspect.surroundings, at, raw.name)
    test = cst.parse_expression(f"{part.text(node)}.dtype == {torch.text}")
    choice = cst.IfExp(test, method(node, "view", named.text), node)
    if isinstance(part.parents[node], cst.IfExp):
        choice = choice.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    needs = Spelling(named.text, named.applicability, named.needs or torch.needs)
    return _made(suspect, node, choice, needs)


def _made(
    suspect: Suspect, node: cst.BaseExpression, new: cst.BaseExpression, named: Spelling
) -> Fix:
    message = f"View the bytes as `{named.text}`"
    return fix_by(suspect, {node: new}, message, named.applicability, named.needs)

"""The edits of fixes that change a cast inside a kernel: round before it, go through another type,
move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.edits.imports import import_edits
from tritonlint.findings import Edit, Span

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.rule.suspect import Suspect

LIBDEVICE = "from triton.language.extra import libdevice"


def before(span: Span, text: str) -> Edit:
    """The edit that inserts `text` in front of `span`."""
    return Edit(Span(span.path, span.line, span.column, span.line, span.column), text)


def after(span: Span, text: str) -> Edit:
    """The edit that inserts `text` behind `span`."""
    return Edit(
        Span(span.path, span.end_line, span.end_column, span.end_line, span.end_column), text
    )


def span_of(suspect: Suspect, node: cst.CSTNode) -> Span:
    """Where a node of the suspect's tree stands."""
    return next(span for each, span in suspect.nodes if each is node)


def around(outer: Span, inner: Span) -> bool:
    """Whether `inner` is a part of `outer`."""
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    ends = (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    return outer.path == inner.path and begins and ends


def names_in(node: cst.CSTNode) -> list[str]:
    """The names in a part of the tree, with repetitions; those of attributes too."""
    import libcst as cst

    own = [node.value] if isinstance(node, cst.Name) else []
    return own + [name for child in node.children for name in names_in(child)]


def cast_operand(suspect: Suspect, place: Span) -> Span | None:
    """What is cast by `operand.to(type)` at `place`, with the parentheses around it; None when
    another form of cast stands there."""
    import libcst as cst

    match suspect.expression_at(place):
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="to") as attr)):
            name = span_of(suspect, attr)
            dot = Span(place.path, name.line, name.column - 1, name.line, name.column)
            if suspect.source.snippet(dot) == ".":
                return Span(place.path, place.line, place.column, dot.line, dot.column)
    return None


def stored_value(suspect: Suspect, place: Span) -> Span | None:
    """The value of the `store(pointer, value)` at `place`; None when another call stands there, or
    the value is in parentheses."""
    import libcst as cst

    match suspect.expression_at(place):
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="store")), args=arguments):
            named = [
                each.value for each in arguments if each.keyword and each.keyword.value == "value"
            ]
            given = [each.value for each in arguments if each.keyword is None and not each.star]
            value = named[0] if named else given[1] if len(given) > 1 else None
            return span_of(suspect, value) if value is not None and not value.lpar else None
    return None


def language(suspect: Suspect) -> str:
    """What the module calls `triton.language`."""
    import libcst as cst

    for node, _ in suspect.nodes:
        if isinstance(node, cst.ImportAlias) and node.evaluated_name == "triton.language":
            return node.evaluated_alias or node.evaluated_name
    return "tl"


def rounded(suspect: Suspect, operand: Span, is_float32: bool) -> list[Edit]:
    """The edits that round `operand` to the nearest even integer, with the import that this needs.
    `rint` takes no 16-bit floats."""
    name, imports = _libdevice(suspect)
    widened = "" if is_float32 else f".to({language(suspect)}.float32)"
    bare = suspect.source.snippet(operand)
    if is_float32 and bare.startswith("(") and _closes_last(bare):
        return [before(operand, f"{name}.rint"), *imports]
    return [before(operand, f"{name}.rint("), after(operand, f"{widened})"), *imports]


def _closes_last(text: str) -> bool:
    """Whether the parenthesis that `text` begins with is closed by its last character."""
    depth = 0
    for index, each in enumerate(text):
        depth += (each == "(") - (each == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


def _libdevice(suspect: Suspect) -> tuple[str, list[Edit]]:
    """What the module calls Triton's math library, with the edit that imports it where it does not
    yet."""
    import libcst as cst

    for node, _ in suspect.nodes:
        if isinstance(node, cst.ImportAlias) and node.evaluated_name.endswith("libdevice"):
            return node.evaluated_alias or node.evaluated_name, []
    return "libdevice", import_edits(suspect.source, suspect.syntax, LIBDEVICE)

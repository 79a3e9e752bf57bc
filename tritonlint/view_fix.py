"""The fix of a missing view: which dtype expression the module itself would use, and the edit that
adds `.view(...)`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tritonlint.dtypes import FLOAT32
from tritonlint.findings import Applicability, Edit, Fix, Span

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.facts.arguments import Argument
    from tritonlint.rule import Suspect

# What projects call the fp8 type of the platform: a constant, a local name, a helper function or an
# attribute.
_FP8 = re.compile(
    r"^(?:\w+\.)*\w*(?:fp8|float8)(?:_\w+)?_(?:d?type)(?:\(\))?$|^\w+\.fp8$", re.IGNORECASE
)


def add_view(suspect: Suspect, place: Span, dtype: str | None = None) -> Fix | None:
    """The fix that views the expression at `place` as `dtype`, or as the module's own fp8 type.

    None when there is no expression at `place`. It is `unsafe` when the module names no fp8 type,
    so that the flavour is a guess (torch.float8_e4m3fn).
    """
    import libcst

    node = suspect.expression_at(place)
    if node is None:
        return None
    named, applicability = (dtype, "safe") if dtype else fp8_name(suspect, place)
    if named is None:
        return None
    end = Span(place.path, place.end_line, place.end_column, place.end_line, place.end_column)
    edits = [Edit(end, f".view({named})")]
    atoms = (libcst.Name, libcst.Attribute, libcst.Subscript, libcst.Call)
    if not isinstance(node, atoms) and not node.lpar:
        start = Span(place.path, place.line, place.column, place.line, place.column)
        edits = [Edit(start, "("), Edit(end, f").view({named})")]
    if named == suspect.settings.fp8_dtype and suspect.settings.fp8_import:
        edits += _import(suspect, suspect.settings.fp8_import)
    return Fix(_applicability(applicability), f"View the bytes as `{named}`", tuple(edits))


def named_fix(fix: Fix | None) -> str:
    """How a message ends that names the fix."""
    views = (
        [edit.replacement.lstrip(")") for edit in fix.edits if ".view(" in edit.replacement]
        if fix
        else []
    )
    return f"; add `{views[0]}`" if views else ""


def _import(suspect: Suspect, statement: str) -> list[Edit]:
    """The edit that adds an import after the last one at the top of the module, unless it is
    there."""
    import libcst

    line = 1
    for node, where in suspect.nodes:
        if isinstance(node, libcst.SimpleStatementLine) and node in suspect.tree.body:
            if suspect.source.snippet(where).strip() == statement.strip():
                return []
            docstring = line == 1 and isinstance(node.body[0], libcst.Expr)
            if docstring or isinstance(node.body[0], (libcst.Import, libcst.ImportFrom)):
                line = max(line, where.end_line + 1)
    newline = "\r\n" if "\r\n" in suspect.source.text else "\n"
    return [Edit(Span(suspect.source.path, line, 1, line, 1), f"{statement.strip()}{newline}")]


def float32_region(argument: Argument) -> str | None:
    """`torch.float32` for the scales of a page whose values are viewed as fp8 already; None for the
    values themselves."""
    types = {each for evidence in argument.evidence for each in evidence.types.types or ()}
    if types and all(each.is_fp8 for each in types) and "scale" in argument.parameter.lower():
        return str(FLOAT32)
    return None


def _applicability(name: str) -> Applicability:
    return "safe" if name == "safe" else "unsafe"


def fp8_name(suspect: Suspect, place: Span) -> tuple[str | None, str]:
    """The expression for the project's fp8 type at `place`, with the applicability of a fix that
    uses it.

    By preference: the configured one; a name that the same function binds before; a constant of the
    module or one that it imports; the expression that the module uses most
    (`current_platform.fp8_dtype()`); a helper that it defines; else `torch.float8_e4m3fn`, as a
    guess.
    """
    if suspect.settings.fp8_dtype:
        return suspect.settings.fp8_dtype, "safe"
    named = _names(suspect, place)
    for found in (named.local, named.constants):
        if found:
            return found[-1], "safe"
    if named.used:
        return named.used.most_common(1)[0][0], "safe"
    if named.helpers:
        return f"{named.helpers[-1]}()", "safe"
    return (f"{named.torch}.float8_e4m3fn", "unsafe") if named.torch else (None, "unsafe")


@dataclass
class _Names:
    """What a module calls the fp8 type, seen from one place in it; `torch` is the name under which
    it imports torch."""

    local: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    torch: str = ""


def _names(suspect: Suspect, place: Span) -> _Names:
    import libcst as cst

    scopes = [
        where for node, where in suspect.nodes if isinstance(node, (cst.FunctionDef, cst.ClassDef))
    ]
    around = [where for where in scopes if _around(where, place)]
    called = {node.func for node, _ in suspect.nodes if isinstance(node, cst.Call)}
    found = _Names()
    for node, where in suspect.nodes:
        name = _named(suspect, node)
        if isinstance(node, cst.ImportAlias) and node.evaluated_name == "torch":
            found.torch = name
        if node in called or not _FP8.match(name):
            continue
        outer = [scope for scope in scopes if scope != where and _around(scope, where)]
        match node:
            case cst.AssignTarget() | cst.AnnAssign() if not outer:
                found.constants.append(name)
            case cst.AssignTarget() | cst.AnnAssign() if outer == around and where < place:
                found.local.append(name)
            case cst.ImportAlias() if name.isupper() and not outer:
                found.constants.append(name)
            case cst.FunctionDef(params=params) if not outer:
                if all(
                    each.default is not None for each in (*params.params, *params.kwonly_params)
                ):
                    found.helpers.append(name)
            case cst.Call() | cst.Attribute() if outer == around or not name.startswith("self."):
                found.used[name] += 1
    return found


def _named(suspect: Suspect, node: cst.CSTNode) -> str:
    """The name that a node binds, defines or reads; empty when it does none of these."""
    import libcst as cst

    match node:
        case (
            cst.AssignTarget(target=cst.Name(value=name))
            | cst.AnnAssign(target=cst.Name(value=name))
        ):
            return name
        case cst.FunctionDef(name=cst.Name(value=name)):
            return name
        case cst.ImportAlias():
            return node.evaluated_alias or node.evaluated_name
        case cst.Call(args=[]) | cst.Attribute():
            return suspect.tree.code_for_node(node).strip()
    return ""


def _around(outer: Span, inner: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)

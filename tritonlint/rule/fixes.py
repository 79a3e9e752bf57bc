"""Fixes from replacements of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tritonlint.findings import Applicability, Fix

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.rule.suspect import Suspect


def fix_by(
    suspect: Suspect,
    replaced: Mapping[cst.CSTNode, cst.CSTNode],
    message: str,
    applicability: Applicability,
    imports: str = "",
) -> Fix:
    """The fix that puts other nodes in the place of nodes of `suspect`, and adds the import
    statement `imports` where it does not hold yet."""
    from tritonlint.edits.imports import import_edits
    from tritonlint.edits.replacing import replacing

    edits = [
        edit
        for old, new in replaced.items()
        for edit in replacing(suspect.part_of(old), {old: new})
    ]
    if imports:
        edits += import_edits(suspect.surroundings, imports)
    return Fix(applicability, message, tuple(edits))

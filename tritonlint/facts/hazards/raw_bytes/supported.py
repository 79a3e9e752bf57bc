"""Which types of memory a class says that it works with, where who makes its objects asks for
them."""

from __future__ import annotations

import ast
import re

from tritonlint.dtypes import from_torch
from tritonlint.facts.host.objects.classes import owner_of
from tritonlint.facts.host.run import Run
from tritonlint.facts.kept import kept
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import assigned, dotted_name, last_name, nodes

# What is called so is about the memory, and not about what is computed with.
_OF_MEMORY = re.compile(r"kv|cache|stor|buffer|page|pool", re.IGNORECASE)


def works_with_no_bytes(run: Run) -> bool:
    """Whether what launches is a method of a class that lists the types of memory which it works
    with, none of one byte, and is asked for these (`dtype in cls.kv_storage`)."""
    owner = owner_of(run.root)
    return owner is not None and _lists_wide_types(owner)


@kept(1024)
def _lists_wide_types(owner: Definition) -> bool:
    classes = linearized(owner)
    listed: dict[str, ast.expr] = {}  # by a name that an heir gives anew, what it gives
    for each in classes:
        for statement in each.as_class.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                for name, value in assigned(statement):
                    listed.setdefault(last_name(name), value)
    return any(
        _OF_MEMORY.search(name) and _are_wide(value) and any(_asks_for(x, name) for x in classes)
        for name, value in listed.items()
    )


def _are_wide(listed: ast.expr) -> bool:
    """Whether an expression lists some of torch's dtypes, and none of one byte."""
    if isinstance(listed, ast.Call) and last_name(listed.func) in ("frozenset", "set", "tuple"):
        listed = listed.args[0] if len(listed.args) == 1 else listed
    if not isinstance(listed, (ast.Set, ast.List, ast.Tuple)) or not listed.elts:
        return False
    names = [(dotted_name(each) or "").rpartition(".") for each in listed.elts]
    found = [from_torch(name) if owner == "torch" else None for owner, _, name in names]
    return all(each is not None and each.width > 8 for each in found)


def _asks_for(owner: Definition, name: str) -> bool:
    """Whether a method of a class asks whether something is among what is listed there."""
    return any(
        isinstance(test.ops[0], (ast.In, ast.NotIn))
        and isinstance(test.comparators[0], ast.Attribute)
        and test.comparators[0].attr == name
        for test in nodes(owner.as_class, ast.Compare)
    )

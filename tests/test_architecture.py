"""The one-way promise of docs/architecture.md: no module imports one of a higher floor, and no
modules import each other in a circle. Imports inside functions, and those for the type checker
alone, count as others do."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Lowest first. A room may import those of the floors below it, and no other of its own floor.
FLOORS = (
    "tritonlint tritonlint.errors tritonlint.frozen tritonlint.extras tritonlint.syntax",
    "tritonlint.dtypes tritonlint.git tritonlint.source tritonlint.triton_hook",
    "tritonlint.findings",
    "tritonlint.settings",
    "tritonlint.caching",
    "tritonlint.facts",
    "tritonlint.facts.project",
    "tritonlint.facts.flow",
    "tritonlint.facts.index tritonlint.facts.device tritonlint.facts.host",
    "tritonlint.facts.hazards",
    "tritonlint.facts.survey",
    "tritonlint.edits",
    "tritonlint.rule",
    "tritonlint.suppress",
    "tritonlint.rules",
    "tritonlint.engine",
    "tritonlint.report tritonlint.fixing",
    "tritonlint.verify",
    "tritonlint.watch",
    "tritonlint.server",
    "tritonlint.cli",
    "tritonlint.__main__",
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms.split()}


def _modules() -> dict[str, Path]:
    """Every module of the package with its file."""
    found = {}
    for package, folder in (("tritonlint", "tritonlint"), ("tritonlint.rules", "rules")):
        for file in (ROOT / folder).rglob("*.py"):
            parts = [package, *file.relative_to(ROOT / folder).with_suffix("").parts]
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


MODULES = _modules()


def _imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules of the package that are imported in these nodes."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in MODULES)
            case ast.ImportFrom(module=str(module), names=names) if module in MODULES:
                whole = (f"{module}.{each.name}" for each in names)
                yield from (each if each in MODULES else module for each in whole)
        yield from _imported(ast.iter_child_nodes(node))


TREES = {name: ast.parse(file.read_text("utf-8")) for name, file in MODULES.items()}
IMPORTS = {name: {*_imported([tree])} - {name} for name, tree in TREES.items()}


def _room(module: str) -> str:
    """The room that a module is in: the longest of its names that has a floor."""
    while module not in FLOOR:
        module = module.rpartition(".")[0]
    return module


def _reached(module: str, within: dict[str, set[str]]) -> set[str]:
    """All that a module imports, and what that imports."""
    found: set[str] = set()
    left = [module]
    while left:
        new = within.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def _circles() -> set[frozenset[str]]:
    """The largest groups of modules each of which reaches each other."""
    reached = {each: _reached(each, IMPORTS) for each in MODULES}
    groups = (
        {each, *(other for other in reached[each] if each in reached[other])} for each in MODULES
    )
    return {frozenset(each) for each in groups if len(each) > 1}


def test_every_room_has_a_floor() -> None:
    rooms = {".".join(each.split(".")[:2]) for each in MODULES}
    assert rooms <= FLOOR.keys(), "a new room: give it a floor in FLOORS"
    assert {_room(each) for each in MODULES} == FLOOR.keys(), "a floor for nothing"


def test_no_module_imports_upwards() -> None:
    upwards = {
        f"{module} -> {each}"
        for module, imported in IMPORTS.items()
        for each in imported
        if _room(each) != _room(module) and FLOOR[_room(each)] >= FLOOR[_room(module)]
    }
    assert upwards == set()


def test_no_circles() -> None:
    assert [sorted(each) for each in _circles()] == []


def test_no_import_is_relative() -> None:
    """Relative ones are not counted here."""
    nodes = (node for tree in TREES.values() for node in ast.walk(tree))
    assert not any(isinstance(each, ast.ImportFrom) and each.level for each in nodes)


def test_imports_are_found() -> None:
    text = """
        import tritonlint.errors
        if TYPE_CHECKING:
            from tritonlint.findings import Finding
        from tritonlint import git
        def later():
            from tritonlint.facts.project import kernel, nothing
    """
    found = set(_imported([ast.parse("if True:" + text)]))
    names = "errors findings git facts.project facts.project.kernel"
    assert found == {f"tritonlint.{each}" for each in names.split()}

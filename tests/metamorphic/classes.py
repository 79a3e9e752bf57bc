"""Classes of the host: where attributes are set, and how they are read."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.program import (
    Function,
    Program,
    replace,
)

Rewrite = Callable[[Program], bool]


def _classes(program: Program) -> list[ast.ClassDef]:
    plain = [each for each in program.tree.body if isinstance(each, ast.ClassDef) and not each.decorator_list]
    known = ("object", "torch.nn.Module", "nn.Module")
    return [each for each in plain if all(ast.unparse(b) in known for b in each.bases)]


def _constructor(cls: ast.ClassDef) -> ast.FunctionDef | None:
    return next((m for m in cls.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None)


def _class_from_base(program: Program) -> bool:
    changed = False
    for cls in _classes(program):
        if any(isinstance(n, ast.Name) and n.id == cls.name for n in ast.walk(cls)):
            continue
        derived, cls.name = cls.name, program.free(f"{cls.name}Base")
        at = program.tree.body.index(cls)
        program.tree.body[at + 1 : at + 1] = ast.parse(f"class {derived}({cls.name}):\n    pass").body
        for node in ast.walk(cls):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "super" and node.args:
                node.args.clear()
        changed = True
    return changed


def _constructor_in_base(program: Program) -> bool:
    changed = False
    for cls in _classes(program):
        made = _constructor(cls)
        if made is None or "super(" in ast.unparse(made):
            continue
        base = program.free(f"{cls.name}State")
        cls.body.remove(made)
        if not cls.body:
            cls.body = [ast.Pass()]
        at = program.tree.body.index(cls)
        class_ = ast.parse(f"class {base}:\n    pass").body[0]
        assert isinstance(class_, ast.ClassDef)
        class_.bases, cls.bases = cls.bases, [ast.Name(base)]
        own = [b for b in cls.body if isinstance(b, ast.Assign | ast.AnnAssign)]
        class_.body = [*own, made]
        cls.body = [b for b in cls.body if b not in own] or [ast.Pass()]
        program.tree.body[at:at] = [class_]
        changed = True
    return changed


def _constructor_calls_setup(program: Program) -> bool:
    changed = False
    for cls in _classes(program):
        made = _constructor(cls)
        if made is None or "super()" in ast.unparse(made) or made.args.vararg or made.args.kwarg or made.args.kwonlyargs:
            continue
        given = [each.arg for each in made.args.args[1:]]
        setup = ast.parse(f"def _set_up(self{''.join(', ' + g for g in given)}):\n    pass").body[0]
        assert isinstance(setup, ast.FunctionDef)
        setup.body = made.body
        made.body = ast.parse(f"self._set_up({', '.join(given)})").body
        cls.body.append(setup)
        changed = True
    return changed


def _attributes(cls: ast.ClassDef) -> set[str]:
    """Attributes that a class sets on `self` and that are plain names of its own."""
    found = {
        n.attr
        for n in ast.walk(cls)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and ast.unparse(n.value) == "self"
    }
    taken = {m.name for m in cls.body if isinstance(m, Function)}
    taken |= {t.id for m in cls.body if isinstance(m, ast.Assign) for t in m.targets if isinstance(t, ast.Name)}
    taken |= {m.target.id for m in cls.body if isinstance(m, ast.AnnAssign) and isinstance(m.target, ast.Name)}
    return {each for each in found - taken if not each.startswith("_")}


def _attributes_by_property(program: Program) -> bool:
    changed = False
    stores_elsewhere = {
        n.attr for n in ast.walk(program.tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and ast.unparse(n.value) != "self"
    }
    for cls in _classes(program):
        if any("Module" in ast.unparse(b) for b in cls.bases):
            continue
        for name in sorted(_attributes(cls) - stores_elsewhere):
            for node in ast.walk(cls):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == name:
                    node.attr = f"_{name}"
            cls.body += ast.parse(f"@property\ndef {name}(self):\n    return self._{name}").body
            changed = True
    return changed


def _attributes_set(spelled: str) -> Rewrite:
    """Each assignment to an attribute of `self`, spelled with its {target}, {name} and {value}."""

    def rewrite(program: Program) -> bool:
        changed = False
        for cls in _classes(program):
            for node in list(ast.walk(cls)):
                match node:
                    case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name) as target], value=value):
                        code = spelled.format(target=ast.unparse(target), name=name, value=ast.unparse(value))
                        program.places()[node].instead(code)
                        changed = True
        return changed

    return rewrite


def _attributes_kept(program: Program) -> bool:
    """Each attribute of `self` that a method reads in a simple statement, in a variable first."""
    changed = False
    for cls in _classes(program):
        own = _attributes(cls)
        for method in [m for m in cls.body if isinstance(m, ast.FunctionDef) and m.name != "__init__"]:
            for statement in list(method.body):
                if not isinstance(statement, ast.Assign | ast.Expr | ast.Return):
                    continue
                for node in list(ast.walk(statement)):
                    place = program.places().get(node)
                    if place is None or place.apart or not isinstance(node, ast.Attribute):
                        continue
                    if isinstance(node.ctx, ast.Load) and node.attr in own and ast.unparse(node.value) == "self":
                        name = program.free(f"own_{node.attr}")
                        place.before(f"{name} = self.{node.attr}")
                        replace(place.parent, node, ast.Name(name))
                        changed = True
    return changed


def _dataclass_written_out(program: Program) -> bool:
    changed = False
    for cls in [each for each in program.tree.body if isinstance(each, ast.ClassDef)]:
        if [ast.unparse(d) for d in cls.decorator_list] not in (["dataclass"], ["dataclasses.dataclass"]):
            continue
        fields = [each for each in cls.body if isinstance(each, ast.AnnAssign)]
        if any(each.value is not None for each in fields) or cls.bases or any(getattr(m, "name", "") == "__post_init__" for m in cls.body):
            continue
        names = [ast.unparse(each.target) for each in fields]
        given = ", ".join(f"{ast.unparse(each.target)}: {ast.unparse(each.annotation)}" for each in fields)
        code = f"def __init__(self, {given}):\n" + "\n".join(f"    self.{n} = {n}" for n in names)
        cls.body = [*ast.parse(code).body, *[each for each in cls.body if each not in fields]]
        cls.decorator_list = []
        changed = True
    return changed


CLASSES: dict[str, Rewrite] = {
    "class_from_base": _class_from_base,
    "constructor_in_base": _constructor_in_base,
    "constructor_calls_setup": _constructor_calls_setup,
    "attributes_by_property": _attributes_by_property,
    "attributes_by_setattr": _attributes_set("setattr(self, '{name}', {value})"),
    "attributes_annotated": _attributes_set("{target}: object = {value}"),
    "attributes_kept": _attributes_kept,
    "dataclass_written_out": _dataclass_written_out,
}  # fmt: skip

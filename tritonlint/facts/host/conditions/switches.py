"""The switches of a class: flags that its body sets otherwise than its base does."""

from __future__ import annotations

import ast
import re

from tritonlint.facts.host.objects.heirs import heirs
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, Object
from tritonlint.facts.host.values.values import Path
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import walk


def switches(run: Run) -> Path:
    """How flags come out of the object that a method is run for, as the body of its class, or of
    the heir that it is run as, says in the place of its base's. Only those are told that what is
    launched depends on, where the file names them in no other way than to ask for them, no other
    file gives them a value, and the class has no heirs of its own."""
    owner = run.root.owner
    if owner is None or not run.launches:
        return ()
    own = Definition(run.root.module, owner, run.root.enclosing[:-1], owner.name)
    kind = run.heir or own
    named = Object(kind.qualified)
    asked = _asked(run, named)
    if not asked or heirs(kind):
        return ()
    return tuple(
        (Attribute(named, name), outcome)
        for name, outcome in _written(kind.as_class).items()
        if name in asked
        and any(name in _written(each.as_class) for each in kind.bases)
        and _is_only_asked_for(kind.module, name)
        and not run.replaced(kind.module, name)[0]
    )


def _asked(run: Run, owner: Object) -> set[str]:
    """The attributes of `owner` that decide what is launched, or passed."""
    paths = [event.path for event in run.launches]
    passed = (each for event in run.launches for each in event.arguments.values())
    paths += (path for each in passed for path, _ in options(each.value))
    tests = (test for path in paths for test, _ in path)
    return {each.name for each in tests if isinstance(each, Attribute) and each.of is owner}


@kept(1024)
def _written(owner: ast.ClassDef) -> dict[str, bool]:
    """What is annotated may be a field, which an object is made with."""
    found: dict[str, bool] = {}
    for each in owner.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool() as x)):
                found[name] = x
    return found


@kept(1024)
def _is_only_asked_for(module: Module, name: str) -> bool:
    """Whether a file names an attribute only where it is read, and where classes set it."""
    read = (each for each in walk(module.tree) if isinstance(each, ast.Attribute))
    known = sum(each.attr == name and isinstance(each.ctx, ast.Load) for each in read)
    classes = (each for each in walk(module.tree) if isinstance(each, ast.ClassDef))
    known += sum(name in _written(each) for each in classes)
    return len(re.findall(rf"\b{re.escape(name)}\b", module.source.text)) == known

"""The switches of a class: what its body says that flags are, for objects of this class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host.changing import stored
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.heirs import heirs, method_names, run_as
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.symbols import Attribute, Object
from tritonlint.facts.host.values import Path
from tritonlint.facts.kept import kept
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition


def switches(run: Run) -> Path:
    """How the flags come out of the object that a method is run for, as the body of its class says,
    or of the heir that it is run as. Only those are told that what is launched depends on, and that
    no code gives anything else, nor an heir that is not run for itself."""
    method = run.root
    owner = method.owner
    if owner is None or not run.launches:
        return ()
    own = Definition(method.module, owner, method.enclosing[:-1], owner.name)
    kind = run.heir or own
    named = Object(kind.qualified)
    found = _of_object(run, kind, _asked(run, named))
    apart = {id(each.node) for each in run_as(method) if each is not None}
    for each in heirs(kind) if found else ():
        if id(each.node) not in apart and method.name not in method_names(each):
            found = {k: x for k, x in found.items() if k not in _switches(each.as_class)}
    return tuple((Attribute(named, name), outcome) for name, outcome in found.items())


def _of_object(run: Run, kind: Definition, asked: set[str]) -> dict[str, bool]:
    """The switches of a class and its bases that are `asked` for, where nothing else is given under
    their names."""
    found: dict[str, bool] = {}
    for each in linearized(kind) if asked else ():
        for name in sorted(asked & _switches(each.as_class).keys() - stored(each.module).keys()):
            if not run.replaced(each.module, name)[0]:
                found.setdefault(name, _switches(each.as_class)[name])
    return found


def _asked(run: Run, owner: Object) -> set[str]:
    """The attributes of `owner` that decide what is launched, or passed."""
    paths = [event.path for event in run.launches]
    passed = (each for event in run.launches for each in event.arguments.values())
    paths += (path for each in passed for path, _ in options(each.value))
    tests = (test for path in paths for test, _ in path)
    return {each.name for each in tests if isinstance(each, Attribute) and each.of is owner}


@kept(1024)
def _switches(owner: ast.ClassDef) -> dict[str, bool]:
    return dict(_written(owner))


def _written(owner: ast.ClassDef) -> Iterator[tuple[str, bool]]:
    """What is annotated may be a field, which an object is made with."""
    for each in owner.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool() as x)):
                yield name, x

"""Objects of which only the class is known: what the one function of its file that makes such
objects gives them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.attributes.assigned import assigned_elsewhere
from tritonlint.facts.host.attributes.changing import ANY, stored_by_others
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import bind
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.objects.class_facts import take_over
from tritonlint.facts.host.objects.class_values import ClassFacts
from tritonlint.facts.host.run import NEAR_DEPTH, Run
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Made
from tritonlint.facts.host.values.values import Callable, Const, Instance, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, last_name, nodes


def made_with(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What an attribute of an object holds that is told nothing else of: what the only function of
    the file that makes objects of the class, and gives them back, makes it of."""
    kind = owner.definition
    if isinstance(owner.symbol, Made) or not _speaks(kind.module):
        return None
    maker = _maker(kind, name)
    if maker is None or id(maker.node) in frame.run.stack or frame.run.made_elsewhere(kind):
        return None
    facts = _facts(frame, kind, maker)
    found = facts.values.get(name)
    written = found is not None and _is_written(found)
    if not written and not (isinstance(found, Tensor | Instance) and _is_telling(facts, found)):
        return None
    if any(each is not kind.module for each in frame.run.viewing(frozenset((name,)))):
        return None  # another file may view the attribute
    frame.run.supposed.add(maker)
    if found is None or written:
        return found
    held = take_over(frame, facts, found)
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in held and note not in known]
    return found


@kept(4096)
def _speaks(module: Module) -> bool:
    """Whether a file speaks of types of one byte: else what it makes is no finding."""
    return any(word in module.source.text for word in ("int8", "float8", "fp8"))


def _is_written(value: Value) -> bool:
    """Whether one of what a value may be is a text that is written out: the name of a dtype."""
    return any(isinstance(x, Const) and isinstance(x.value, str) for _, x in options(value))


def _is_telling(facts: ClassFacts, value: Tensor | Instance) -> bool:
    """Whether anything is known of what an attribute holds."""
    if isinstance(value, Instance):
        return bool(value.attributes)
    known = value.view is not None or value.part is not None
    return known or facts.types.get(value.buffer, UNKNOWN).known


def _facts(frame: Frame, kind: Definition, maker: Definition) -> ClassFacts:
    """What the attributes hold of the one object of a class that a function makes, whatever it is
    called with."""
    known, key = frame.run.attributes, (id(maker.node), id(kind.node))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a function that calls itself
        inner, given = run_apart(frame, maker)
        made = set(_objects(kind, (given, *inner.env.values())))
        if len(made) == 1:
            values = dict(made.pop().attributes)
            known[key] = ClassFacts(values, dict(inner.types), tuple(inner.run.notes))
    return known[key]


def run_apart(
    frame: Frame, function: Definition, meant: Mapping[str, Definition] | None = None
) -> tuple[Frame, Value | None]:
    """The frame of a function of the project at its end, run by itself, whatever it is called with,
    and what it gives back. What has the methods that `meant` names is of these classes."""
    known, others = frame.run.attributes, frame.run.in_other_files
    run = Run(frame.run.project, function, _leads_nowhere, in_other_files=others, attributes=known)
    run.registering = frame.run.registering
    run.meant = meant or {}
    run.stack.append(id(function.node))
    inner = frame.elsewhere(function.module, function.inside)
    inner.run, inner.depth = run, 0
    owner = classes.owner_of(function)
    bound = classes.receiver(function.as_function, Instance(owner)) if owner else None
    inner.instance = bound
    inner.env = bind(inner, function, Given(Arguments((), {}), {}), Callable(function, bound))
    inner.depth = NEAR_DEPTH - 2
    return inner, inner.body()


def _objects(kind: Definition, values: Iterable[Value | None]) -> Iterator[Instance]:
    """The objects of a class among some values that were made here."""
    for value in values:
        for _, each in options(value) if value is not None else ():
            if isinstance(each, Instance) and isinstance(each.symbol, Made):
                if each.definition.node is kind.node:
                    yield each


def _leads_nowhere(_: Definition) -> bool:
    return False


# What makes objects, or changes them, otherwise than by calling a class and giving attributes.
_OTHERWISE = re.compile(
    r"\b__(?:dict|class|new|setattr)__\b|\b(?:vars|setattr|_make)\(|\btype\(\w+\)\("
    r"|\bcopy\.(?:deep)?copy\(|\bfrom copy import\b"
)


@kept(1024)
def _maker(kind: Definition, name: str) -> Definition | None:
    """The only function of the file that makes objects of a class; None where more do, or may do
    so, or one may give their attribute `name` something else."""
    maker, *others = _making(kind) or (None,)
    if maker is None or any(x is None or x.node is not maker.node for x in others):
        return None
    changed = {name, ANY}.intersection(assigned_elsewhere(kind))
    # What is asked last reads the whole file.
    return None if changed or _changes(kind, name) or not _is_only_called(kind) else maker


@kept(1024)
def _is_only_called(kind: Definition) -> bool:
    """Whether the code of a file does nothing with a class but call it, ask for it and annotate:
    it is no base, and no value that others may call."""
    if _OTHERWISE.search(kind.module.source.text):
        return False
    tree, aside = kind.module.tree, set[int]()
    for call in nodes(tree, ast.Call):
        asked = call.args[1:] if last_name(call.func) in ("isinstance", "issubclass") else ()
        aside |= {id(one) for part in (call.func, *asked) for one in nodes(part, ast.Name)}
    for each in nodes(tree, ast.arg, ast.AnnAssign, *FUNCTION):
        for said in (getattr(each, "annotation", None), getattr(each, "returns", None)):
            aside |= {id(one) for one in nodes(said, ast.Name)} if said is not None else set()
    named = (each for each in nodes(tree, ast.Name) if each.id == kind.name)
    return all(id(each) in aside for each in named)


@kept(1024)
def _making(kind: Definition) -> tuple[Definition | None, ...]:
    """The functions of the file that call a class; None for what stands outside of functions."""
    module = kind.module
    lines = _calls(module)
    found = [module.function_at(each) for each in lines.get(kind.name, ())]
    own = (module.function_at(each) for each in lines.get("cls", ()))
    return (*found, *(each for each in own if each and each.owner is kind.node))


@kept(256)
def _calls(module: Module) -> Mapping[str, list[int]]:
    """By name, the lines in which the code of a file calls something by that."""
    found: dict[str, list[int]] = {}
    for call in nodes(module.tree, ast.Call):
        if isinstance(call.func, ast.Name):
            found.setdefault(call.func.id, []).append(call.lineno)
    return found


def _changes(kind: Definition, name: str) -> bool:
    """Whether something in the file replaces an attribute of this name, of any object."""
    return not {name, ANY}.isdisjoint(_replaced(kind.module))


@kept(256)
def _replaced(module: Module) -> frozenset[str]:
    """The attributes that the code of a file replaces, of what is no `self`; `ANY` where it makes
    another object of one with what is not written out."""
    calls = nodes(module.tree, ast.Call)
    again = (each for each in calls if last_name(each.func) in ("replace", "_replace"))
    given = {each.arg or ANY for call in again for each in call.keywords}
    return frozenset((*stored_by_others(module), *given))

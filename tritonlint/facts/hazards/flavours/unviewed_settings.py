"""Settings of which a class asks twice: whether its cache is viewed as 8-bit floats, and, in other
words, whether it holds them. A value that passes the second test only leaves raw bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import partial

from tritonlint.facts.hazards.flavours.declared_settings import Declaration, lists_without, means
from tritonlint.facts.hazards.flavours.trials import Trial
from tritonlint.facts.hazards.torch_code import viewed
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    Enclosing,
    Function,
    assigned,
    dotted_name,
    nodes,
    only_given,
    walk,
)
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_SAME = re.compile(r"""==\s*["'](?:fp8|float8)["']|["'](?:fp8|float8)["']\s*==""")
# The same for a whole file, with what each is searched for in front.
_MAY_BE_SAME = (
    re.compile(r"""==\s*["'](?:fp8|float8)["']"""),
    re.compile(r"""(?:fp8|float8)["']\s*=="""),
)
_WIDER = re.compile(r"startswith\(|\bin\b|quantized")
_DTYPE = re.compile(r"d_?types?\b|fp8|float8", re.IGNORECASE)
# So many classes away a base may be.
_DEPTH = 3
# What else means the same as "fp8".
_E4M3 = ("fp8_e4m3", "float8_e4m3fn", "fp8_e4m3fn", "float8_e4m3")


@dataclass(frozen=True)
class Unviewed:
    """A test at `place` that lets through "fp8" and not `member`, `declared` at that place, before
    a cache is viewed at `view`; `wider` is a test of the same class that lets both through."""

    place: Span
    function: str
    setting: str
    member: str
    view: Span
    wider: Span
    declared: Span


def may_ask_twice(text: str) -> bool:
    """Whether the text of a file may do so."""
    if ".view(" not in text or ("fp8" not in text and "float8" not in text):
        return False
    return any(each.search(text) for each in _MAY_BE_SAME) and bool(_WIDER.search(text))


def unviewed(
    module: Module,
    declared: Callable[[], Iterable[Declaration]],
    near: Callable[[], Iterable[Declaration]],
) -> Iterator[Unviewed]:
    """The settings of which the classes of `module` ask so; `declared` is what the project
    declares, `near` what `module` and its folder do."""
    for owner in module.classes:
        for name in sorted(_settings(owner.as_class)):
            every = (each for each in declared() if each.member(_E4M3))
            members = [each for each in every if means(each.name, name)]
            if members and not _normalized(owner, name) and not lists_without(near(), name, _E4M3):
                yield from _asked_twice(owner, name, members[0])


def _settings(owner: ast.ClassDef) -> set[str]:
    """The attributes of `self`, or of what it keeps (`config.cache_dtype`), that are compared with
    "fp8", by themselves or as a local name that stands for one."""
    found: set[str] = set()
    for method in _methods(owner):
        known = _local_names(method)
        for test in nodes(method, ast.Compare):
            if _SAME.search(ast.unparse(test)):
                sides = map(dotted_name, (test.left, *test.comparators))
                found.update(known.get(each, each) for each in sides if each)
    return {each.removeprefix("self.") for each in found if each.startswith("self.")}


def _methods(owner: ast.ClassDef) -> Iterator[Function]:
    return (each for each in owner.body if isinstance(each, FUNCTION))


@kept(1024)
def _local_names(method: Function) -> Mapping[str, str]:
    """The local names of a method that stand for attributes of `self`, or of what that keeps."""
    given = ((name, dotted_name(value) or "") for name, value in only_given(method).items())
    return {name: spelled for name, spelled in given if spelled.startswith("self.")}


def _normalized(owner: Definition, name: str, depth: int = _DEPTH) -> bool:
    """Whether a class or a base of it sets such an attribute, or the one behind a property, to
    "fp8" itself, whatever else that was."""
    names = (f"self.{name}", f"self._{name}")
    own = any(
        dotted_name(target) in names
        and any(isinstance(part, ast.Constant) and part.value for part in walk(value))
        for node in walk(owner.as_class)
        for target, value in _given(node)
    )
    bases = owner.bases if depth and not own else ()
    return own or any(_normalized(each, name, depth - 1) for each in bases)


def _given(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a node assigns to, and the value."""
    match node:
        case ast.Assign() | ast.AnnAssign():
            yield from assigned(node)
        case ast.Call(func=ast.Name(id="setattr"), args=[of, ast.Constant(value=str(name)), value]):
            yield ast.Attribute(of, name), value
        case ast.FunctionDef(name=name, decorator_list=[*found]) if any(
            "property" in ast.unparse(each) for each in found
        ):
            given = (each.value for each in nodes(node, ast.Return))
            yield from ((ast.Attribute(ast.Name("self"), name), each) for each in given if each)


def _asked_twice(owner: Definition, name: str, declared: Declaration) -> Iterator[Unviewed]:
    member = declared.member(_E4M3)
    assert member is not None
    asked = list(_tests(owner, name))
    wider = [test for test, _, lets in asked if lets("fp8") and lets(member.value)]
    for test, node, lets in asked:
        view = _viewed(node) if wider and lets("fp8") and not lets(member.value) else None
        if view is not None:
            yield Unviewed(
                owner.module.source.span(test),
                owner.name,
                f"self.{name}",
                member.value,
                owner.module.source.span(view),
                owner.module.source.span(wider[0]),
                member.place,
            )
            return


def _tests(
    owner: Definition, name: str
) -> Iterator[tuple[ast.expr, ast.AST, Callable[[str], bool]]]:
    """The tests of a class that name the attribute and let no unquantized cache through, what they
    decide about, and whether they let a value through."""
    for method in _methods(owner.as_class):
        spelled = f"self.{name}"
        names = {spelled, *(x for x, each in _local_names(method).items() if each == spelled)}
        seen: set[int] = set()
        for node in walk(method):
            match node:
                case ast.If(test=test) | ast.IfExp(test=test):
                    pass
                case ast.Call() | ast.Compare():
                    test = node
                case _:
                    continue
            asked = (dotted_name(each) in names for each in nodes(test, ast.Attribute, ast.Name))
            if id(test) in seen or not any(asked):
                continue
            seen.add(id(test))
            lets = partial(_lets, owner.module, owner.inside, names, test)
            if not lets("auto") and not lets("bfloat16"):
                yield test, node, lets


def _lets(
    module: Module, enclosing: Enclosing, names: Container[str], test: ast.expr, value: str
) -> bool:
    trial = Trial(module, enclosing, names.__contains__, value)
    return trial.outcome(test) is True


def _viewed(node: ast.AST) -> ast.expr | None:
    """A view as another type that is made where a test is true, and nowhere else."""
    if not isinstance(node, ast.If):
        return None
    given = {name: ast.unparse(value) for name, value in only_given(node).items()}
    if any(_is_view(each, given) for each in _within(node.orelse)):
        return None
    return next((each for each in _within(node.body) if _is_view(each, given)), None)


def _within(body: Iterable[ast.stmt]) -> Iterator[ast.expr]:
    for statement in body:
        yield from nodes(statement, ast.expr)


def _is_view(node: ast.expr, given: Mapping[str, str]) -> bool:
    """Whether a call views something as a type, by how that is spelled, or what its name is
    `given`."""
    match node:
        case ast.Call(keywords=keywords) if view := viewed(node):
            spelled = ast.unparse(view[1])
            return bool(keywords or _DTYPE.search(f"{spelled} {given.get(spelled, '')}"))
    return False

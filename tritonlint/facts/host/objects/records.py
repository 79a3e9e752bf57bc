"""Classes that a call makes instead of a class statement: `namedtuple("Row", "codes scales")`,
`NamedTuple("Row", [("codes", Tensor)])`, `make_dataclass`, and `SimpleNamespace`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Attribute, Made
from tritonlint.facts.host.values.values import Class, Const, Instance, Sequence, Table, Value
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import walk

_TUPLES = frozenset(("collections.namedtuple", "typing.NamedTuple"))
_MAKERS = _TUPLES | {"dataclasses.make_dataclass"}
_NAMESPACES = frozenset(("types.SimpleNamespace", "argparse.Namespace"))
_MADE = "_class"
# Make an object like another one, but for some of its fields.
REPLACING = frozenset(("dataclasses.replace", "copy.replace", "attrs.evolve", "attr.evolve"))


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """The class that a call of the function called `qualified` makes, or the object of no class;
    None of any other function."""
    arguments = given.arguments
    if qualified in REPLACING and isinstance(like := arguments.get(0, "obj"), Instance):
        return _replaced(frame, node, like, arguments.keywords)
    if qualified in _NAMESPACES:
        owner = Definition(frame.module, _class(node, "SimpleNamespace", (), ()), frame.enclosing)
        symbol = Made(qualified, node.lineno, node.col_offset, frame.site)
        return Instance(owner, symbol, tuple(arguments.keywords.items()))
    if qualified not in _MAKERS:
        return None
    name, listed = arguments.get(0, "typename"), arguments.get(1, "field_names")
    fields = _fields(listed or arguments.keywords.get("fields"))
    if fields is None or not isinstance(name, Const):
        return None
    base = ("NamedTuple",) if qualified in _TUPLES else ()
    made = _class(node, str(name.value), base, fields)
    return Class(Definition(frame.module, made, frame.enclosing, made.name))


def _replaced(
    frame: Frame, node: ast.Call, owner: Instance, fields: Mapping[str, Value]
) -> Instance:
    """The object that is like `owner` but for these fields, with what others were set since it was
    made."""
    kind = owner.definition.qualified
    now = {
        each.name: value
        for each, value in frame.env.items()
        if isinstance(each, Attribute) and each.of is owner.name
    }
    held = {**dict(owner.attributes), **now, **fields}
    symbol = Made(kind, node.lineno, node.col_offset, frame.site)
    return Instance(owner.definition, symbol, tuple(held.items()))


def _fields(listed: Value | None) -> tuple[str, ...] | None:
    """The names of the fields: of a string or a sequence of them, or of pairs with their types."""
    match listed:
        case Const(value=str() as text):
            return tuple(text.replace(",", " ").split())
        case Sequence(items=items, repeated=False):
            firsts = [each.items[0] if isinstance(each, Sequence) else each for each in items]
            names = [each.value for each in firsts if isinstance(each, Const)]
            return tuple(map(str, names)) if len(names) == len(items) else None
        case Table(items=entries):
            return tuple(str(name) for name, _ in entries)
    return None


def _class(
    node: ast.Call, name: str, bases: tuple[str, ...], fields: tuple[str, ...]
) -> ast.ClassDef:
    """A class with these fields, as a statement would say it; the same for the same call."""
    known = vars(node).get(_MADE)
    if isinstance(known, ast.ClassDef):
        return known
    body: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(each, ast.Store()), ast.Name("object", ast.Load()), None, 1)
        for each in fields
    ]
    made = ast.ClassDef(name, [ast.Name(each, ast.Load()) for each in bases], [], body, [])
    for each in walk(made):
        ast.copy_location(each, node)
    vars(node)[_MADE] = made
    return made

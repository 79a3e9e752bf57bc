"""What tests come to where a setting has a certain value: functions of the project that are asked
about the setting are followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from itertools import product

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, Enclosing, attributes_of, dotted_name, walk
from tritonlint.frozen import dataclass

_DEPTH = 6
_MOST = 8
_METHODS: Mapping[str, Callable[..., object]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "casefold": str.casefold,
    "removeprefix": str.removeprefix,
    "partition": str.partition,
    "rpartition": str.rpartition,
    "split": lambda *each: tuple(str.split(*each)),
    "rsplit": lambda *each: tuple(str.rsplit(*each)),
}


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = _Unknown.UNKNOWN


@dataclass(frozen=True)
class Trial:
    """The code of `module` inside of `enclosing`, where `value` is what each name that is `asked`
    stands for, and `names` are local names that are known."""

    module: Module
    enclosing: Enclosing
    asked: Callable[[str], bool] = field(compare=False)
    value: str
    names: Mapping[str, object] = field(default_factory=dict, compare=False)
    depth: int = 0

    def outcome(self, test: ast.expr) -> bool | None:
        """What a test comes to; None where that is open."""
        found = {bool(each) for each in self.values(test) if each is not UNKNOWN}
        return found.pop() if len(found) == 1 else None

    def values(self, node: ast.expr) -> Sequence[object]:
        """What an expression can be, as far as that is known."""
        found = list(dict.fromkeys(self._values(node)))
        return found if 0 < len(found) <= _MOST else (UNKNOWN,)

    def _values(self, node: ast.expr) -> Iterator[object]:
        match node:
            case ast.Constant(value=str() | bool() | int() | None as value):
                yield value
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                yield from product(*map(self.values, items))
            case ast.Dict(keys=keys):
                yield from product(*(self.values(each) for each in keys if each is not None))
            case ast.Name() | ast.Attribute():
                yield from self._named(node)
            case ast.Subscript(value=owner, slice=index):
                yield from (_item(each, index) for each in self.values(owner))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                outcome = self.outcome(operand)
                yield UNKNOWN if outcome is None else not outcome
            case ast.BoolOp(op=op, values=parts):
                yield self._combined(isinstance(op, ast.Or), parts)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for one, other in product(self.values(left), self.values(right)):
                    yield _compared(op, one, other)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                outcome = self.outcome(test)
                yield from () if outcome is False else self.values(body)
                yield from () if outcome is True else self.values(orelse)
            case ast.Call():
                yield from self._called(node)
            case _:
                yield UNKNOWN

    def _combined(self, either: bool, parts: Sequence[ast.expr]) -> object:
        outcomes = [self.outcome(each) for each in parts]
        if either in outcomes:
            return either
        return UNKNOWN if None in outcomes else not either

    def _named(self, node: ast.expr) -> Sequence[object]:
        spelled = dotted_name(node)
        if spelled is None or self.depth > _DEPTH:
            return (UNKNOWN,)
        if spelled in self.names:
            return (self.names[spelled],)
        if self.asked(spelled):
            return (self.value,)
        flag = flag_of(self.module, self.enclosing, spelled)
        if flag is not None:
            return self._inside(self.module, self.enclosing).values(flag)
        owner, _, name = spelled.rpartition(".")
        if owner and self.asked(owner):
            return self._of_member(name)
        target = self.module.resolve(spelled, self.enclosing)
        if target is None or not isinstance(target.node, ast.expr):
            return (UNKNOWN,)
        found = self._inside(target.module, target.enclosing).values(target.node)
        return (target.qualified,) if UNKNOWN in found and _is_member(target) else found

    def _of_member(self, name: str) -> Sequence[object]:
        """What a property of the setting gives that is a member of an enum with that value."""
        for node in (each.node for each in self.module.classes):
            if not isinstance(node, ast.ClassDef) or "Enum" not in "".join(
                map(ast.unparse, node.bases)
            ):
                continue
            found = _property(node, name)
            if found is not None:
                return self._inside(self.module, (node,), {"self": self.value}).values(found)
        return (self.value,) if name == "value" else (UNKNOWN,)

    def _inside(
        self, module: Module, enclosing: Enclosing, names: Mapping[str, object] | None = None
    ) -> Trial:
        known = self.names if names is None else names
        return Trial(module, enclosing, self.asked, self.value, known, self.depth + 1)

    def _called(self, node: ast.Call) -> Iterator[object]:
        match node.func:
            case ast.Attribute(value=owner, attr=attr) if attr in _METHODS and not node.keywords:
                for parts in product(self.values(owner), *map(self.values, node.args)):
                    yield _method(attr, parts)
                return
            case ast.Name(id="isinstance") if len(node.args) == 2:
                kinds = ast.unparse(node.args[1])
                for each in self.values(node.args[0]):
                    yield "str" in kinds if isinstance(each, str) else UNKNOWN
                return
            case ast.Name(id="str") if len(node.args) == 1:
                yield from self.values(node.args[0])
                return
        target = self.module.meant(node.func, self.enclosing)
        if target is None or not isinstance(target.node, ast.FunctionDef) or self.depth > _DEPTH:
            yield UNKNOWN
            return
        names = self._bound(target.node, node)
        inside = self._inside(target.module, target.inside, names)
        yield from inside.returned(target.node.body) or (UNKNOWN,)

    def _bound(self, function: ast.FunctionDef, node: ast.Call) -> dict[str, object]:
        parameters = signature(function)
        found: dict[str, object] = {each.arg: UNKNOWN for each in parameters.positional}
        for name, argument in parameters.given(node).items():
            value = self.values(argument)
            found[name] = value[0] if len(value) == 1 else UNKNOWN
        return found

    def returned(self, body: Sequence[ast.stmt]) -> list[object]:
        """What a function gives that is run through; what cannot be followed is unknown."""
        found, ended = self._run(body)
        return found if ended else [*found, None]

    def _run(self, body: Sequence[ast.stmt]) -> tuple[list[object], bool]:
        found: list[object] = []
        for each in body:
            match each:
                case ast.Return(value=value):
                    return [*found, *(self.values(value) if value else (None,))], True
                case ast.Raise():
                    return found, True
                case ast.If(test=test, body=then, orelse=orelse):
                    outcome = self.outcome(test)
                    arms = [] if outcome is False else [self._run(then)]
                    arms += [] if outcome is True else [self._run(orelse)]
                    found += [value for values, _ in arms for value in values]
                    if all(ended for _, ended in arms):
                        return found, True
                case (
                    ast.Expr()
                    | ast.Assign()
                    | ast.AnnAssign()
                    | ast.Assert()
                    | ast.Import()
                    | ast.ImportFrom()
                    | ast.Pass()
                ):
                    continue
                case _:
                    return [*found, UNKNOWN], True
        return found, False


def flag_of(module: Module, enclosing: Enclosing, spelled: str) -> ast.expr | None:
    """What a local name, or an attribute of `self`, is assigned, where that is done once."""
    inner = enclosing[-1] if enclosing else None
    if "." not in spelled:
        if not isinstance(inner, FUNCTION):
            return None
        bound = [each.node for each in module.scope_bindings(inner).get(spelled, ())]
        if len(bound) != 1 or isinstance(bound[0], ast.expr):
            return bound[0] if len(bound) == 1 else None  # type: ignore[return-value]
        return next(_unpacked(inner, spelled), None)
    classes = [each for each in enclosing if isinstance(each, ast.ClassDef)]
    if not classes or not spelled.startswith("self.") or spelled.count(".") > 1:
        return None
    found = attributes_of(classes[-1]).get(spelled, ())
    if not found:
        return _property(classes[-1], spelled.removeprefix("self."))
    return found[0] if len(found) == 1 else None


def _unpacked(function: ast.AST, name: str) -> Iterator[ast.expr]:
    """The item of what a function unpacks that it gives a name."""
    for each in walk(function):
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=[*targets])], value=value):
                for index, target in enumerate(targets):
                    if isinstance(target, ast.Starred):
                        break
                    if isinstance(target, ast.Name) and target.id == name:
                        item = ast.Subscript(value, ast.Constant(index), ast.Load())
                        yield ast.copy_location(item, value)


def _property(owner: ast.ClassDef, name: str) -> ast.expr | None:
    """What a property of a class gives, where its body says no more."""
    for each in owner.body:
        match each:
            case ast.FunctionDef(
                name=found, decorator_list=[ast.Name(id="property")], body=[*_, last]
            ) if found == name:
                return last.value if isinstance(last, ast.Return) else None
    return None


def _is_member(target: Definition) -> bool:
    """Whether this is a member of an enum."""
    bases = target.owner.bases if target.owner is not None else ()
    return any("Enum" in ast.unparse(base) for base in bases)


def _compared(op: ast.cmpop, one: object, other: object) -> object:
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    match op:
        case ast.Eq() | ast.Is():
            return one == other
        case ast.NotEq() | ast.IsNot():
            return one != other
        case ast.In() | ast.NotIn():
            negated = isinstance(op, ast.NotIn)
            if isinstance(other, str) and isinstance(one, str):
                return (one in other) is not negated
            if isinstance(other, tuple) and (one in other or UNKNOWN not in other):
                return (one in other) is not negated
    return UNKNOWN


def _item(owner: object, index: ast.expr) -> object:
    """A part of a text or a tuple that is known: `text[:3]`, `parts[0]`."""
    cut = isinstance(index, ast.Slice)
    bounds = (index.lower, index.upper, index.step) if isinstance(index, ast.Slice) else (index,)
    try:
        at = [None if each is None else ast.literal_eval(each) for each in bounds]
        return owner[slice(*at) if cut else at[0]]  # type: ignore[index]
    except (ValueError, IndexError, TypeError):
        return UNKNOWN


def _method(name: str, values: Sequence[object]) -> object:
    """`text.startswith("fp8")` and the like, of what is known."""
    owner, *rest = values
    if not isinstance(owner, str) or UNKNOWN in rest:
        return UNKNOWN
    try:
        return _METHODS[name](owner, *rest)
    except TypeError:
        return UNKNOWN

"""The term of an expression: names are followed, calls of Triton's functions known by their
names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Protocol

from tritonlint.dtypes import BY_TRITON
from tritonlint.facts.device.reading.terms import COMPILED, UNKNOWN, Op, Term, alike, combined
from tritonlint.facts.project.tree import dotted_name
from tritonlint.syntax import by_kind


class Names(Protocol):
    """What an expression is read with. `call` gives what a function of the project returns, `noted`
    is told of each term that may matter."""

    env: dict[str, Term]

    @property
    def outermost(self) -> bool:
        """Whether this is the function that is read, and no function that it calls."""

    def constant(self, name: str) -> Term: ...

    def call(self, node: ast.Call, args: list[Term], keywords: dict[str, Term]) -> Term | None: ...

    def noted(self, term: Term) -> Term: ...


def term_of(names: Names, node: ast.expr) -> Term:
    """What `node` computes."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(names, node)
    return Term("call", tuple(term_of(names, each) for each in _inner(node)), node=node)


def _inner(node: ast.expr) -> list[ast.expr]:
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _here(names: Names, node: ast.expr) -> ast.expr | None:
    return node if names.outermost else None


def _constant(names: Names, node: ast.Constant) -> Term:
    if isinstance(node.value, str) and node.value in BY_TRITON:
        return Term("dtype", name=node.value)
    width = COMPILED if isinstance(node.value, int) else UNKNOWN
    return Term("constexpr", name=repr(node.value), width=width)


def _name(names: Names, node: ast.Name) -> Term:
    return names.env.get(node.id) or names.constant(node.id)


def _attribute(names: Names, node: ast.Attribute) -> Term:
    if node.attr in BY_TRITON and isinstance(node.value, (ast.Name, ast.Attribute)):
        return Term("dtype", name=node.attr)
    owner = term_of(names, node.value)
    if node.attr in ("dtype", "element_ty", "type"):
        return Term("dtype", (owner,)) if owner.op != "dtype" else owner
    if node.attr == "T":
        return owner
    if node.attr == "value" and owner.op == "constexpr":
        return owner
    return Term("call", (owner,), name=f".{node.attr}", node=_here(names, node))


_OPERATORS: Mapping[type[ast.operator], Op] = {
    ast.Add: "sum",
    ast.Sub: "sum",
    ast.Mult: "product",
    ast.FloorDiv: "quotient",
    ast.Mod: "remainder",
    ast.Div: "division",
    ast.LShift: "shift",
}


def binary(names: Names, op: ast.operator, left: Term, right: Term, node: ast.expr) -> Term:
    """`left op right`."""
    width, loaded = combined(left, right)
    kind = _OPERATORS.get(type(op), "bits")
    if kind == "division":
        width, loaded = UNKNOWN, False
    name = "-" if isinstance(op, ast.Sub) else ""
    return names.noted(Term(kind, (left, right), name, _here(names, node), width, loaded))


def _binary(names: Names, node: ast.BinOp) -> Term:
    return binary(names, node.op, term_of(names, node.left), term_of(names, node.right), node)


def _unary(names: Names, node: ast.UnaryOp) -> Term:
    return term_of(names, node.operand)


def _compare(names: Names, node: ast.Compare | ast.BoolOp) -> Term:
    return Term("compare", tuple(term_of(names, each) for each in _inner(node)), width=1)


def _choice(names: Names, node: ast.IfExp) -> Term:
    return joined(term_of(names, node.body), term_of(names, node.orelse))


def joined(one: Term, other: Term) -> Term:
    """What a name holds that is one or the other."""
    if one is other:
        return one
    width = 32 if _differ_in_more(one, other) else alike(one, other)
    return Term("join", (one, other), width=width, loaded=one.loaded or other.loaded)


def _differ_in_more(one: Term, other: Term) -> bool:
    """Whether two integers are of 32 and of 64 bits, and not the same number, which a flag
    widens: what is computed on the path of the first is in 32 bits."""
    return {one.width, other.width} == {32, 64} and one.text != other.text


def _sequence(names: Names, node: ast.Tuple | ast.List) -> Term:
    return Term("tuple", tuple(term_of(names, each) for each in node.elts))


def _subscript(names: Names, node: ast.Subscript) -> Term:
    owner = term_of(names, node.value)
    if owner.op == "tuple":
        match node.slice:
            case ast.Constant(value=int() as i) if -len(owner.args) <= i < len(owner.args):
                return owner.args[i]
        return Term("call", owner.args)
    return owner


def _call(names: Names, node: ast.Call) -> Term:
    function = node.func
    args = [term_of(names, each) for each in node.args]
    keywords = {each.arg: term_of(names, each.value) for each in node.keywords if each.arg}
    last = function.attr if isinstance(function, ast.Attribute) else dotted_name(function) or ""
    method = isinstance(function, ast.Attribute) and not _names_a_module(names, function.value)
    if method:
        assert isinstance(function, ast.Attribute)
        args.insert(0, term_of(names, function.value))
    elif not is_of_the_language(dotted_name(function) or ""):
        known = names.call(node, args, keywords)
        if known is not None:
            return known
    handler = _FUNCTIONS.get(last)
    if handler is None or not (args or last in ("program_id", "num_programs")):
        return names.noted(Term("call", (*args, *keywords.values()), last, node=_here(names, node)))
    return names.noted(handler(_here(names, node), last, args, keywords))


def _names_a_module(names: Names, owner: ast.expr) -> bool:
    """Whether `owner.f()` is a function of a module: nothing that the kernel holds."""
    root = owner
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id not in names.env


def is_of_the_language(dotted: str) -> bool:
    """Whether a function is one of Triton's by the customary names."""
    return dotted.partition(".")[0] in ("tl", "triton", "gl", "ttgl")


Handler = Callable[["ast.expr | None", str, list[Term], dict[str, Term]], Term]


def _index(op: Op, width: int = 32) -> Handler:
    def handler(
        node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]
    ) -> Term:
        axis = args[:1] or [keywords[each] for each in ("axis",) if each in keywords]
        spelled = ",".join(each.name for each in (axis if op == "program" else args))
        return Term(op, name=spelled, node=node, width=width)

    return handler


def _load(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    return Term("load", tuple(args[:1]), node=node, width=32, loaded=True)


def _same(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    return args[0]


def _least(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    width, loaded = combined(*args)
    return Term("least", tuple(args), name, node, width, loaded)


def _where(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    if len(args) < 3:
        return Term("call", tuple(args), name, node)
    width, loaded = combined(*args[1:3])
    return Term("where", tuple(args[:3]), name, node, width, loaded)


def _quotient(
    node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]
) -> Term:
    width, loaded = combined(*args)
    return Term("quotient", tuple(args), "", node, width, loaded)


def _reduce(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    typed = keywords.get("dtype")
    own = args[0]
    width = width_of(typed) if typed is not None else max(own.width, 32) if own.width > 0 else -1
    return Term("reduce", (own, *((typed,) if typed else ())), name, node, width, own.loaded)


def _cast(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    target = args[1] if len(args) > 1 else keywords.get("dtype")
    if target is None:
        return Term("call", tuple(args), name, node)
    if target.op == "call" and target.name == "pointer_type":
        element = target.args[0] if target.args else None
        return Term("retype", (args[0],), element.name if element else "", node, 64)
    bitcast = keywords.get("bitcast") or (args[2] if len(args) > 2 else None)
    op: Op = "bitcast" if bitcast is not None and bitcast.name == "True" else "cast"
    return Term(op, (args[0], target), target.name, node, width_of(target))


def width_of(dtype: Term | None) -> int:
    """The width of the integer type that `dtype` is, or UNKNOWN."""
    element = BY_TRITON.get(dtype.name) if dtype is not None and dtype.op == "dtype" else None
    return element.width if element is not None and element.is_integer else UNKNOWN


def _full(node: ast.expr | None, name: str, args: list[Term], keywords: dict[str, Term]) -> Term:
    dtype = keywords.get("dtype") or (args[-1] if len(args) > 1 else None)
    spelled = dtype.name if dtype is not None and dtype.op == "dtype" else ""
    return Term("full", (), spelled, node, width_of(dtype))


_FUNCTIONS: Mapping[str, Handler] = {
    "program_id": _index("program"),
    "num_programs": _index("programs"),
    "arange": _index("range"),
    "load": _load,
    "to": _cast,
    "cast": _cast,
    "where": _where,
    "cdiv": _quotient,
    "full": _full,
    "zeros": _full,
    **dict.fromkeys(("minimum", "maximum", "min", "max", "clamp"), _least),
    **dict.fromkeys(("sum", "cumsum", "reduce"), _reduce),
    **dict.fromkeys(
        (
            *("trans", "reshape", "view", "expand_dims", "broadcast_to", "permute", "ravel"),
            *("flip", "multiple_of", "max_contiguous", "max_constancy", "abs", "squeeze"),
        ),
        _same,
    ),
}

_HANDLERS: Mapping[type[ast.expr], Callable[..., Term]] = by_kind(
    {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.BoolOp: _compare,
        ast.IfExp: _choice,
        ast.Tuple: _sequence,
        ast.List: _sequence,
        ast.Subscript: _subscript,
        ast.Call: _call,
    }
)

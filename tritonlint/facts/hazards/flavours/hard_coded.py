"""Views of a buffer as `torch.float8_e4m3fn` in a module that elsewhere asks the platform what the
same buffer holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.said_dtypes import SaidDtype, said_dtype, said_dtypes
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.hazards.torch_code import viewed
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Function, as_code, attributes_of, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

E4M3FN = BY_NAME["float8_e4m3fn"]
# Parameters by whose name one knows them again in another function.
_CACHE = re.compile(r"cache|kv|pool", re.IGNORECASE)
_VIEW = re.compile(r"\.view\(\s*(?:dtype\s*=\s*)?(?:torch\.float8_e4m3fn\b|[A-Za-z_][\w.]*\s*\))")
# A helper that is asked, or a constant that is called what it gives.
_HELPER = re.compile(
    r"(?:fp8|float8)\w*\(\s*\)|(?:fp8|float8|e4m3)\w*_d?type\b|\bd?types?\.fp8\b", re.IGNORECASE
)
# What gives another tensor over the same memory.
_ALIASES = frozenset("view reshape flatten contiguous permute transpose unsqueeze squeeze".split())


# A test that asks a setting, not a tensor.
_SETTING = re.compile(
    r"""["'](?:fp8|float8)\w*["']|quantized\w*\(\w*dtype|cache_dtype\b(?!\s*(?:is|[!=]=)\s*torch)"""
)
# The owner and the name of what is viewed.
_Key = tuple[str, str]
# Where the platform is asked, and the text of that.
_Asked = tuple[Span, str]


@dataclass(frozen=True)
class HardCoded:
    """`torch.float8_e4m3fn` at `place`, for bytes of which `asked` asks the platform."""

    place: Span
    function: str
    asked: Span


@dataclass(frozen=True)
class _View:
    """A view at `place` in `function` as `dtype`; `by_setting` is whether a setting decides about
    it, and the memory is a cache."""

    key: _Key
    dtype: SaidDtype
    place: Span
    function: str
    by_setting: bool


def may_hard_code(text: str) -> bool:
    """Whether the text of a file may do so."""
    return "float8_e4m3fn" in text and bool(_VIEW.search(text) and _HELPER.search(text))


def hard_coded(module: Module, both_flavours: Callable[[], bool]) -> Iterator[HardCoded]:
    """The hard-coded views in the functions of `module`; `both_flavours` tells whether its project
    knows of both kinds of e4m3."""
    asked: dict[_Key, _Asked] = {}
    named: list[_View] = []
    constants = said_dtypes(module, module.tree.body, {})
    for function in module.functions:
        for each in _views(module, function, constants):
            if each.dtype.kind == "asked":
                asked.setdefault(each.key, (each.place, each.dtype.text))
            elif each.dtype.kind == "named":
                named.append(each)
    platform = next(_asked(module), None) if named else None
    for each in named:
        other = asked.get(each.key) or (platform if each.by_setting else None)
        if other is not None and not for_vendor(module.project, each.place):
            place, text = other
            if "platform" in text or both_flavours():
                yield HardCoded(each.place, each.function, place)


def _asked(module: Module) -> Iterator[_Asked]:
    """Where a module asks for the fp8 type of the platform."""
    for each in walk(module.tree):
        if isinstance(each, ast.Call) and (said := said_dtype(module, each, {})).kind == "asked":
            yield module.source.span(each), said.text


def _views(
    module: Module, function: Definition, constants: Mapping[str, SaidDtype]
) -> Iterator[_View]:
    """The views in a function of what can be told again elsewhere."""
    node = function.as_function
    parameters = {each.arg for each in signature(node).named}
    known = {name: said for name, said in constants.items() if name not in parameters}
    known |= _of_object(module, function, constants) | _defaults(module, function)
    names = said_dtypes(module, node.body, known)
    owner = ".".join(each.name for each in function.enclosing)
    tested = _under_settings(node)
    items: Mapping[str, str] | None = None
    for each in walk(node):
        if not isinstance(each, ast.Call):
            continue
        view = viewed(each) or _viewed_by_helper(module, each)
        if view is None:
            continue
        receiver, dtype = view
        items = _items(node) if items is None else items
        name, said = _memory(receiver, items), said_dtype(module, dtype, names)
        by_setting = id(each) in tested and bool(_CACHE.search(name))
        place = module.source.span(each)
        if said.kind and name.startswith("self."):
            yield _View((owner, name), said, place, function.name, by_setting)
        elif said.kind and name in parameters and _CACHE.search(name):
            yield _View(("", name), said, place, function.name, by_setting)


def _viewed_by_helper(module: Module, node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """What a call of a function of the file views that returns a view of what it is given, and the
    dtype, which it is given too or by default."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    helper = _helpers(module).get(node.func.id)
    if helper is None or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    function, parameter, wanted = helper
    parameters = signature(function)
    given = {**parameters.defaults, **parameters.given(node)}
    dtype = given.get(wanted.id) if isinstance(wanted, ast.Name) else None
    receiver = given.get(parameter)
    return (receiver, dtype) if receiver is not None and dtype is not None else None


@kept(4)
def _helpers(module: Module) -> Mapping[str, tuple[Function, str, ast.expr]]:
    """The functions of a file that return a view of a parameter, each with that and the dtype."""
    found: dict[str, tuple[Function, str, ast.expr]] = {}
    for each in module.functions:
        node = each.as_function
        match node.body[-1]:
            case ast.Return(value=ast.Call() as call) if not each.enclosing:
                view = viewed(call)
                names = {one.arg for one in signature(node).named}
                if view is not None and isinstance(view[0], ast.Name) and view[0].id in names:
                    found[node.name] = (node, view[0].id, view[1])
    return found


def _defaults(module: Module, function: Definition) -> dict[str, SaidDtype]:
    """The parameters of a function that are dtypes by default, and given nothing else by a call in
    the file."""
    node = function.as_function
    defaults = signature(node).defaults
    found = {name: said_dtype(module, value, {}) for name, value in defaults.items()}
    named = {name: said for name, said in found.items() if said.kind == "named"}
    nodes = walk(module.tree) if named else ()
    given = {each.arg for each in nodes if isinstance(each, ast.keyword)}
    return {name: said for name, said in named.items() if name not in given}


def _of_object(
    module: Module, function: Definition, constants: Mapping[str, SaidDtype]
) -> dict[str, SaidDtype]:
    """The attributes of the object of a method that are assigned a dtype once, by `self.name`."""
    known = attributes_of(function.owner) if function.owner is not None else {}
    assigned = {name: each for name, each in known.items() if len(each) == 1}
    found = {name: said_dtype(module, each[0], constants) for name, each in assigned.items()}
    return {name: said for name, said in found.items() if said.kind}


def _under_settings(node: ast.AST) -> set[int]:
    """What is done in a function where a setting asks for 8-bit floats, and with names that are
    given something there."""
    found: set[int] = set()
    names: set[str] = set()
    for each in walk(node):
        if isinstance(each, ast.If) and _SETTING.search(as_code(each.test)):
            inner = [inner for statement in each.body for inner in walk(statement)]
            found.update(map(id, inner))
            stored = (name for name in inner if isinstance(name, ast.Name))
            names |= {name.id for name in stored if isinstance(name.ctx, ast.Store)}
    for each in walk(node) if names else ():
        if isinstance(each, ast.Call) and any(
            isinstance(inner, ast.Name) and inner.id in names for inner in each.args
        ):
            found.add(id(each))
    return found


def _items(function: ast.AST) -> Mapping[str, str]:
    """The names in a function that are items of the memory of a name or an attribute: of loops and
    comprehensions, where one is unpacked, and of what is mapped over one."""
    found: dict[str, str] = {}
    lambdas: dict[str, list[ast.Lambda]] = {}
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for each in walk(function):
        match each:
            case ast.Assign(targets=[ast.Tuple() as target], value=value):
                pairs += [(name, value) for name in target.elts]
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.IfExp() as value):
                inner = [value] if isinstance(value, ast.Lambda) else [value.body, value.orelse]
                lambdas[name] = [one for one in inner if isinstance(one, ast.Lambda)]
            case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
                pairs += _gone_through(target, over)
            case ast.Call(func=ast.Name(id="map"), args=[mapped, *overs]):
                own = [mapped] if isinstance(mapped, ast.Lambda) else []
                for one in lambdas.get(as_code(mapped), own):
                    pairs += [
                        (ast.Name(arg.arg), over)
                        for arg, over in zip(one.args.args, overs, strict=False)
                    ]
    for target, over in pairs:
        if isinstance(target, ast.Name) and (memory := _memory(over, {})):
            found.setdefault(target.id, memory)
    return found


def _gone_through(target: ast.expr, over: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of a loop, with what each is an item of."""
    match target, over:
        case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=overs):
            return list(zip(targets, overs, strict=False))
        case ast.Tuple(elts=[_, inner]), ast.Call(func=ast.Name(id="enumerate"), args=[one, *_]):
            return _gone_through(inner, one)
    return [(target, over)]


def _memory(node: ast.expr, items: Mapping[str, str]) -> str:
    """The name or attribute that a tensor goes back to that begins where that begins; nothing for
    another part of one."""
    match node:
        case ast.Name(id=name):
            return items.get(name, name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return f"self.{name}"
        case ast.Subscript(value=receiver, slice=ast.Tuple(elts=[*_, ast.Slice(lower=None)])):
            return _memory(receiver, items)
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in _ALIASES:
            return _memory(receiver, items)
    return ""

"""Views of a buffer as `torch.float8_e4m3fn` in a module that elsewhere asks the platform what the
same buffer holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.named_memory import items_of, memory, under_settings
from tritonlint.facts.hazards.flavours.said_dtypes import SaidDtype, said_dtype, said_dtypes
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.hazards.torch_code import viewed
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Function, attributes_of, nodes, walk
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

# The owner and the name of what is viewed.
_Key = tuple[str, str]
# What is viewed, as what, where that is done, and whether a setting decides it.
_Viewed = tuple[ast.expr, ast.expr | SaidDtype, ast.Call, bool]
_Returned = tuple[ast.Call, tuple[ast.expr, ast.expr], bool]
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
    parameters = _parameters(node)
    names = _dtypes(module, function, constants)
    owner = ".".join(each.name for each in function.enclosing)
    tested = under_settings(node)
    items: Mapping[str, str] | None = None
    for each in walk(node):
        if not isinstance(each, ast.Call):
            continue
        for receiver, dtype, at, of_helper in _viewed(module, function, each, constants):
            items = items_of(node) if items is None else items
            name = memory(receiver, items)
            said = dtype if isinstance(dtype, SaidDtype) else said_dtype(module, dtype, names)
            by_setting = (of_helper or id(each) in tested) and bool(_CACHE.search(name))
            place = module.source.span(at)
            if said.kind and name.startswith("self."):
                yield _View((owner, name), said, place, function.name, by_setting)
            elif said.kind and name in parameters and _CACHE.search(name):
                yield _View(("", name), said, place, function.name, by_setting)


def _parameters(node: Function) -> set[str]:
    """The names of the parameters of a function, that of `*args` too."""
    known = signature(node)
    return {each.arg for each in known.named} | ({known.vararg} if known.vararg else set())


def _dtypes(
    module: Module, function: Definition, constants: Mapping[str, SaidDtype]
) -> dict[str, SaidDtype]:
    """The names and attributes that are dtypes in a function."""
    node, parameters = function.as_function, _parameters(function.as_function)
    known = {name: said for name, said in constants.items() if name not in parameters}
    known |= _of_object(module, function, constants) | _defaults(module, function)
    return said_dtypes(module, node.body, known)


def _viewed(
    module: Module, function: Definition, node: ast.Call, constants: Mapping[str, SaidDtype]
) -> Iterator[_Viewed]:
    """What a call views, each with the dtype, and whether a setting decides that where it is done:
    the call itself, or a function or method of the file that returns views of what it is given."""
    view = viewed(node)
    if view is not None:
        yield *view, node, False
        return
    match node.func:
        case ast.Name(id=name):
            owner = ""
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if function.owner is not None:
            owner = function.owner.name
        case _:
            return
    helper = _helpers(module).get((owner, name))
    if helper is None or any(isinstance(each, ast.Starred) for each in node.args):
        return
    own, views = helper
    parameters = signature(own.as_function)
    method = ast.Call(node.func, [node.func, *node.args], node.keywords) if owner else node
    given = {**parameters.defaults, **parameters.given(method)}
    rest = method.args[len(parameters.positional) :]
    parameters_of_own, known = _parameters(own.as_function), _dtypes(module, own, constants)
    for at, (receiver, dtype), tested in views:
        parameter = memory(receiver, items_of(own.as_function))
        said: ast.expr | SaidDtype | None = said_dtype(module, dtype, known)
        if isinstance(dtype, ast.Name) and dtype.id in parameters_of_own:
            said, at = given.get(dtype.id), node
        receivers = rest if parameter == parameters.vararg else [given.get(parameter)]
        for one in receivers:
            if one is not None and said is not None:
                yield one, said, at, tested


@kept(4)
def _helpers(module: Module) -> Mapping[tuple[str, str], tuple[Definition, list[_Returned]]]:
    """The functions and methods of a file that return views of parameters, by class and name, each
    with these views and whether a setting decides them."""
    found: dict[tuple[str, str], tuple[Definition, list[_Returned]]] = {}
    for each in module.functions:
        node = each.as_function
        if each.enclosing and (each.owner is None or len(each.enclosing) > 1):
            continue
        returned = [inner for one in nodes(node, ast.Return) for inner in walk(one)]
        views = [
            (one, view)
            for one in returned
            if isinstance(one, ast.Call) and (view := viewed(one)) is not None
        ]
        if views:
            parameters, items, tested = _parameters(node), items_of(node), under_settings(node)
            own = [
                (at, v, id(at) in tested) for at, v in views if memory(v[0], items) in parameters
            ]
            found[each.owner.name if each.owner else "", node.name] = (each, own)
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

"""Views of a buffer as `torch.float8_e4m3fn` in a module that elsewhere asks the platform what the
same buffer holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.host.named_dtypes import named_fp8
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, statements_in
from tritonlint.frozen import dataclass
from tritonlint.source import Span

E4M3FN = BY_NAME["float8_e4m3fn"]
# Parameters by whose name one knows them again in another function.
_CACHE = re.compile(r"cache|kv|pool", re.IGNORECASE)
_VIEW = re.compile(r"\.view\(\s*(?:dtype\s*=\s*)?(?:torch\.float8_e4m3fn\b|[A-Za-z_]\w*\s*\))")
_HELPER = re.compile(r"(?:fp8|float8)\w*\(\s*\)", re.IGNORECASE)
# What gives another tensor over the same memory.
_ALIASES = frozenset("view reshape flatten contiguous permute transpose unsqueeze squeeze".split())


# A test that asks a setting, not a tensor.
_SETTING = re.compile(r"""["'](?:fp8|float8)\w*["']|quantized\w*\(\w*dtype""")
_BOTH = {"torch.float8_e4m3fn", "torch.float8_e4m3fnuz"}
# The owner and the name of what is viewed.
_Key = tuple[str, str]


@dataclass(frozen=True)
class HardCoded:
    """`torch.float8_e4m3fn` at `place`, for bytes of which `asked` asks the platform."""

    place: Span
    function: str
    asked: Span


@dataclass(frozen=True)
class _View:
    """A view at `place` in `function`, of which `kind` is that of the dtype; `by_setting` is
    whether a setting decides about it, and the memory is a cache."""

    key: _Key
    kind: str
    place: Span
    function: str
    by_setting: bool


def may_hard_code(text: str) -> bool:
    """Whether the text of a file may do so."""
    return "float8_e4m3fn" in text and bool(_VIEW.search(text) and _HELPER.search(text))


def hard_coded(module: Module, both_flavours: Callable[[], bool]) -> Iterator[HardCoded]:
    """The hard-coded views in the functions of `module`; `both_flavours` tells whether its project
    knows of both kinds of e4m3."""
    asked: dict[_Key, Span] = {}
    named: list[_View] = []
    constants = _helpers(module.tree.body, {})
    for function in module.functions:
        for each in _views(module, function, constants):
            if each.kind == "asked":
                asked.setdefault(each.key, each.place)
            elif each.kind == "named":
                named.append(each)
    platform = next(_asked(module), None) if named else None
    for each in named:
        other = asked.get(each.key) or (platform if each.by_setting else None)
        if other is not None and not for_vendor(module.project, each.place):
            if "platform" in module.source.snippet(other) or both_flavours():
                yield HardCoded(each.place, each.function, other)


def asked_of_attribute(module: Module, owner: str, attribute: str) -> Iterator[Span]:
    """Where the methods of the class `owner` view `attribute` (`self.cache`) as the fp8 type of the
    platform."""
    text = module.source.text
    if ".view(" not in text or not (_HELPER.search(text) or "float8_e4m3fnuz" in text):
        return
    constants = _helpers(module.tree.body, {})
    for function in module.functions:
        if ".".join(each.name for each in function.enclosing) == owner:
            for each in _views(module, function, constants):
                if each.kind == "asked" and each.key == (owner, attribute):
                    yield each.place


def _asked(module: Module) -> Iterator[Span]:
    """Where a module asks for the fp8 type of the platform."""
    for each in ast.walk(module.tree):
        if isinstance(each, ast.Call) and _dtype(each, {}) == "asked":
            yield module.source.span(each)


def _helpers(body: list[ast.stmt], known: Mapping[str, str]) -> dict[str, str]:
    """The names that are assigned dtypes in `body`, once, and what each is."""
    found = dict(known)
    for each, _ in statements_in(body):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                kind = _dtype(value, found)
                found[name] = kind if name not in found or found[name] == kind else ""
    return found


def _dtype(node: ast.expr, names: Mapping[str, str]) -> str:
    """`named` for e4m3fn itself, `asked` for a call of a helper that tells the platform's fp8
    type, `` for anything else."""
    match node:
        case ast.Call(func=function, args=[], keywords=[]):
            spelled = dotted_name(function) or ""
            return "asked" if named_fp8(spelled.rpartition(".")[2]) else ""
        case ast.Attribute(value=ast.Name(id="torch"), attr="float8_e4m3fn"):
            return "named"
        case ast.IfExp(body=one, orelse=other):
            both = {dotted_name(one) or "", dotted_name(other) or ""}
            return "asked" if both == _BOTH else ""
        case ast.Name(id=name):
            return names.get(name, "")
    return ""


def _views(module: Module, function: Definition, constants: Mapping[str, str]) -> Iterator[_View]:
    """The views in a function of what can be told again elsewhere."""
    node = function.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    names = _helpers(node.body, constants)
    arguments = node.args
    parameters = {
        each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    owner = ".".join(each.name for each in function.enclosing)
    tested = _under_settings(node)
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=receiver, attr="view"), args=[dtype]):
                pass
            case ast.Call(
                func=ast.Attribute(value=receiver, attr="view"), args=[], keywords=[keyword]
            ) if keyword.arg == "dtype":
                dtype = keyword.value
            case _:
                continue
        name, kind = _memory(receiver), _dtype(dtype, names)
        by_setting = id(each) in tested and bool(_CACHE.search(name))
        place = module.source.span(each)
        if kind and name.startswith("self."):
            yield _View((owner, name), kind, place, function.name, by_setting)
        elif kind and name in parameters and _CACHE.search(name):
            yield _View(("", name), kind, place, function.name, by_setting)


def _under_settings(node: ast.AST) -> set[int]:
    """What is done in a function where a setting asks for 8-bit floats."""
    found: set[int] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.If) and _SETTING.search(ast.unparse(each.test)):
            found.update(id(inner) for statement in each.body for inner in ast.walk(statement))
    return found


def _memory(node: ast.expr) -> str:
    """The name or attribute that a whole tensor goes back to; nothing for a part of one."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return f"self.{name}"
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in _ALIASES:
            return _memory(receiver)
    return ""

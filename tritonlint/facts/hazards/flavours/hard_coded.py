"""Views of a buffer as `torch.float8_e4m3fn` in a module that elsewhere asks the platform what the
same buffer holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.host.tensors import named_fp8
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, statements_in
from tritonlint.frozen import dataclass
from tritonlint.source import Span

E4M3FN = BY_NAME["float8_e4m3fn"]
# Parameters by whose name one knows them again in another function.
_CACHE = re.compile(r"cache|kv|pool", re.IGNORECASE)
_VIEW = re.compile(r"\.view\(\s*(?:dtype\s*=\s*)?torch\.float8_e4m3fn\b")
_HELPER = re.compile(r"(?:fp8|float8)\w*\(\s*\)", re.IGNORECASE)
# What gives another tensor over the same memory.
_ALIASES = frozenset("view reshape flatten contiguous permute transpose unsqueeze squeeze".split())


@dataclass(frozen=True)
class HardCoded:
    """`torch.float8_e4m3fn` at `place`, for bytes of which `asked` asks the platform."""

    place: Span
    function: str
    asked: Span


def may_hard_code(text: str) -> bool:
    """Whether the text of a file may do so."""
    return "float8_e4m3fn" in text and bool(_VIEW.search(text) and _HELPER.search(text))


def hard_coded(module: Module) -> Iterator[HardCoded]:
    """The hard-coded views in the functions of `module`."""
    if not may_hard_code(module.source.text):
        return
    asked: dict[tuple[str, str], Span] = {}
    named: list[tuple[tuple[str, str], Span, str]] = []
    constants = _helpers(module.tree.body, {})
    for function in module.functions:
        for key, dtype, place in _views(module, function, constants):
            if dtype == "asked":
                asked.setdefault(key, place)
            elif dtype == "named":
                named.append((key, place, function.name))
    for key, place, name in named:
        if key in asked and not for_vendor(module.project, place):
            yield HardCoded(place, name, asked[key])


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
        case ast.Name(id=name):
            return names.get(name, "")
    return ""


def _views(
    module: Module, function: Definition, constants: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str, Span]]:
    """The views in a function of what can be told again elsewhere: the owner and the name, the kind
    of the dtype, and where."""
    node = function.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    names = _helpers(node.body, constants)
    arguments = node.args
    parameters = {
        each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    owner = ".".join(each.name for each in function.enclosing)
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
        name = _memory(receiver)
        kind = _dtype(dtype, names)
        if kind and name.startswith("self."):
            yield (owner, name), kind, module.source.span(each)
        elif kind and name in parameters and _CACHE.search(name):
            yield ("", name), kind, module.source.span(each)


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

"""What launching code says a dtype is: e4m3fn by its name, or the platform's type, whatever that
is."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.host.memory.named_dtypes import named_fp8
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import as_code, dotted_name, nodes, statements_in
from tritonlint.frozen import dataclass

_BOTH = {"torch.float8_e4m3fn", "torch.float8_e4m3fnuz"}
# Other dtypes that a name has on other paths.
_OTHERS = ("float8_e5m2", "uint8")


@dataclass(frozen=True)
class SaidDtype:
    """What a dtype is: `named` for e4m3fn itself, `asked` for a call of a helper that tells the
    platform's fp8 type, `other` for another one, `` for anything else; and the text that says
    so."""

    kind: str = ""
    text: str = ""


_NOTHING = SaidDtype()
# The other expressions may be long.
_SAYING = (ast.Call, ast.Attribute, ast.Constant, ast.IfExp, ast.BoolOp, ast.Name)


def said_dtypes(
    module: Module, body: list[ast.stmt], known: Mapping[str, SaidDtype]
) -> dict[str, SaidDtype]:
    """The names that are assigned dtypes in `body`, not in functions inside it, and what each is;
    of one that is no e4m3 on some paths, what it is on the others."""
    names = dict(known)
    found: set[str] = set()
    for each, around in statements_in(body):
        match each:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if not around:
                made = said_dtype(module, value, names)
                before = names[name] if name in found else made
                found.add(name)
                if before.kind == "other":
                    names[name] = made
                elif made.kind in (before.kind, "other"):
                    names[name] = before
                else:
                    names[name] = _NOTHING
    return names


def said_dtype(module: Module, node: ast.expr, names: Mapping[str, SaidDtype]) -> SaidDtype:
    """What an expression is."""
    if not isinstance(node, _SAYING) or (isinstance(node, ast.Call) and node.args):
        return _NOTHING
    text = as_code(node)
    match node:
        case ast.Call(func=function, args=[], keywords=[]):
            spelled = dotted_name(function) or ""
            known = named_fp8(spelled.rpartition(".")[2]) or _chooses(module, spelled)
            return SaidDtype("asked", text) if known else _NOTHING
        case ast.Attribute(value=ast.Name(id="torch"), attr="float8_e4m3fn"):
            return SaidDtype("named", text)
        case ast.Attribute(value=ast.Name(id="torch"), attr=attr) if attr in _OTHERS:
            return SaidDtype("other", text)
        case ast.Constant(value=None):
            return SaidDtype("other", text)
        case ast.IfExp(body=one, orelse=other):
            if {dotted_name(one), dotted_name(other)} == _BOTH:
                return SaidDtype("asked", text)
            arms = [said_dtype(module, each, names) for each in (one, other)]
            apart = [each for each in arms if each.kind != "other"]
            return apart[0] if len(apart) == 1 else _NOTHING
        case ast.BoolOp(op=ast.Or(), values=[ast.Name(), last]):
            made = said_dtype(module, last, names)
            return made if made.kind == "asked" else _NOTHING
        case ast.Name(id=name):
            return names[name] if name in names else _imported(module, name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return names.get(f"self.{name}", _NOTHING)
        case ast.Attribute(attr="fp8"):
            target = module.target(dotted_name(node) or "")
            known = isinstance(target, External) and target.qualified.startswith("aiter.")
            return SaidDtype("asked", f"the platform's {text}") if known else _NOTHING
    return _NOTHING


def _chooses(module: Module, spelled: str) -> bool:
    """Whether a function of the project gives one flavour of e4m3 or the other."""
    target = module.resolve(spelled) if spelled else None
    if target is None or not isinstance(target.node, ast.FunctionDef):
        return False
    returned = [each.value for each in nodes(target.node, ast.Return)]
    arms = [
        arm
        for each in returned
        for arm in ((each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,))
    ]
    return {dotted_name(each) if each is not None else None for each in arms} == _BOTH


def _imported(module: Module, name: str) -> SaidDtype:
    """What a constant of another module is that is called the platform's fp8 type: of one that is
    not there, that."""
    target = module.target(name) if named_fp8(name) and name in module.imports else None
    if isinstance(target, External) and not target.qualified.startswith("torch."):
        return SaidDtype("asked", f"the platform's {name}")
    if not isinstance(target, Definition) or not isinstance(target.node, ast.expr):
        return _NOTHING
    made = said_dtype(target.module, target.node, {})
    return made if made.kind == "asked" else _NOTHING

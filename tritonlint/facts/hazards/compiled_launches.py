"""Which launches are handed to `torch.compile`, as the file of the kernel says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, as_code, dotted_name, last_name, walk

# What hands kernels to the compiler, or compiles functions.
_COMPILES = re.compile(r"\btorch\.compile\b|\btriton_op\b|\b(?:wrap|capture)_triton\b")
# What makes an operator that the compiler does not look into.
_OPAQUE = "custom_op"
_COMPILE = "torch.compile"
# What calling an object runs.
_RUN = ("forward", "__call__")


def compiles(text: str) -> bool:
    """Whether code hands kernels to the compiler, or compiles functions."""
    said = "torch.compile" in text or "triton_op" in text or "_triton" in text
    return said and _COMPILES.search(text) is not None


def is_compiled(host: Definition, launch: ast.Call) -> bool:
    """Whether a launch is handed to the compiler: by what wraps the kernel, or since the function
    that it stands in is compiled, or called by one of the file that is. Into an operator that is
    opaque the compiler does not look."""
    if any(_is_opaque(host, each) for each in _decorators(host)):
        return False
    wrapped = launch.func.value if isinstance(launch.func, ast.Subscript) else None
    return isinstance(wrapped, ast.Call) or id(host.node) in _compiled(host.module)


def _decorators(function: Definition) -> list[ast.expr]:
    found: list[ast.expr] = getattr(function.node, "decorator_list", [])
    return found


def _is_compiler(decorator: ast.expr) -> bool:
    """Whether a decorator compiles a function: it is what does so, not what it is made with."""
    while isinstance(decorator, ast.Call):
        bound = last_name(decorator.func) == "partial" and decorator.args
        decorator = decorator.args[0] if bound else decorator.func
    return compiles(as_code(decorator))


def _is_opaque(host: Definition, decorator: ast.expr) -> bool:
    """Whether a decorator makes an operator that is opaque, or is a function of the project that
    may do so."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    spelled = dotted_name(node) or ""
    if spelled.rpartition(".")[2] == _OPAQUE:
        return True
    made_by = host.module.resolve(spelled, host.enclosing) if spelled else None
    inside = walk(made_by.node) if made_by and isinstance(made_by.node, ast.AST) else ()
    return any(last_name(each) == _OPAQUE for each in inside)


@kept(4)
def _compiled(module: Module) -> Mapping[int, Definition]:
    """The functions of a file that are compiled for certain, by their nodes: those that say so,
    that `torch.compile` is given, by name or as the class of an object, and those that such
    functions call."""
    waiting = [each for each in module.functions if any(map(_is_compiler, _decorators(each)))]
    waiting += (each for name in _given_to_compile(module) for each in _named(module, name, ()))
    found: dict[int, Definition] = {}
    while waiting:
        each = waiting.pop()
        if id(each.node) not in found and isinstance(each.node, FUNCTION):
            found[id(each.node)] = each
            waiting += _called(each)
    return found


def _given_to_compile(module: Module) -> Iterator[str]:
    """What `torch.compile` is called with in a file: the names of functions, classes and objects
    of classes."""
    if _COMPILE not in module.source.text:
        return
    for node in walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute() as function, args=[given, *_]):
                if dotted_name(function) == _COMPILE:
                    made = given.func if isinstance(given, ast.Call) else given
                    yield dotted_name(made) or ""


def _named(module: Module, name: str, enclosing: tuple[ast.AST, ...]) -> Iterator[Definition]:
    """The functions of a file that a name stands for, or that calling an object runs."""
    bound = module.bindings.get(name, ())
    if len(bound) == 1 and isinstance(bound[0].node, ast.Call):
        name = dotted_name(bound[0].node.func) or ""
    for each in module.functions:
        owner = each.enclosing[-1] if each.enclosing else None
        own = f"self.{each.name}" if owner in enclosing else each.name
        if (
            isinstance(owner, ast.ClassDef)
            and each.name in _RUN
            and owner.name == name
            or own == name
            and (owner is None or owner in enclosing)
        ):
            yield each


def _called(function: Definition) -> Iterator[Definition]:
    """The functions of its file that a function calls, those of its own object too."""
    classes = tuple(each for each in function.enclosing if isinstance(each, ast.ClassDef))
    for node in walk(function.node):  # type: ignore[arg-type]
        name = dotted_name(node.func) if isinstance(node, ast.Call) else None
        if name:
            yield from _named(function.module, name, classes)

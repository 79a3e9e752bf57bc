"""Which attributes of an object a function may give something else, as far as its code tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.objects import classes
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    Function,
    as_code,
    assigned,
    dotted_name,
    given_names,
    last_name,
    nodes,
    only_given,
)

# It may change any attribute: by a name that is not written out; or what changes it is not known.
ANY = "*"
UNKNOWN = "?"
# Over so many calls what a function is handed is followed.
_HOPS = 2
# What holds the attributes of an object by name.
_TABLES = ("_parameters", "_buffers", "__dict__")
# Methods that are given the name of an attribute of their object, and something for it.
_REGISTERING = ("register_parameter", "register_buffer", "__setattr__", "__delattr__")
# Functions that look at an object, or at one of its attributes.
_LOOKING = frozenset(
    "getattr hasattr isinstance issubclass len id type repr str print callable dir vars".split()
)


@kept(4096)
def changed(function: Definition, name: str, hops: int = _HOPS) -> frozenset[str]:
    """The attributes of the object that a function calls `name` that it may change, with those that
    functions do which it hands the object to."""
    node = function.as_function
    found = {key for each in nodes(node, ast.Call) for key in _by_call(function, each, name, hops)}
    for each in nodes(node, ast.Attribute, ast.Subscript):
        if not isinstance(each.ctx, ast.Load):
            found.update(_by_store(node, each, name))
    return frozenset(found)


def changed_by_own(method: Definition) -> frozenset[str]:
    """The attributes of its object that a method may change, as far as it names them."""
    own = _own(method)
    return changed(method, own) - {ANY, UNKNOWN} if own else frozenset()


@kept(256)
def changed_outside(module: Module) -> frozenset[str]:
    """The attributes that functions of a file make anew of what some object has there
    (`layer.weight = convert(layer.weight)`), by whatever name they call it but `self`; `ANY` where
    one does so by a name that is not written out."""
    found: set[str] = set()
    for each in nodes(module.tree, ast.Assign):
        for target, value in assigned(each):
            name = _owner(target)
            attribute = of_object(target, name)
            if name not in ("", "self") and attribute is not None:
                read = (of_object(x, name) for x in _made_of(module, value))
                found.update({attribute}.intersection(read))
    for function in module.functions if "setattr" in module.source.text else ():
        for call in nodes(function.as_function, ast.Call):
            match call:
                case ast.Call(
                    func=ast.Name(id="setattr"), args=[ast.Name(id=name), key, value]
                ) if name != "self" and _reads(spelled_out(module, value), name, key):
                    found.update(keys(function.as_function, key))
    return frozenset((*found, *_by_table(module)))


def _by_table(module: Module) -> Iterator[str]:
    """The attributes that a file views in the table of an object that holds them by name
    (`layer._buffers[name] = each.view(dtype)`, `self.__dict__.update(...)`), or that are handed to
    a function which views each (`model._apply(lambda t: t.view(dtype))`)."""
    if not any(each in module.source.text for each in (*_TABLES, "vars(", "._apply(")):
        return
    for each in nodes(module.tree, ast.Assign, ast.Call):
        name = ANY
        match each:
            case ast.Assign(targets=[ast.Subscript(value=table, slice=key)], value=value):
                named = _is_table(table)
                name = str(key.value) if isinstance(key, ast.Constant) else ANY
            case ast.Call(func=ast.Attribute(value=table, attr="update"), args=[value]):
                named = _is_table(table)
            case ast.Call(func=ast.Attribute(attr="_apply"), args=[value]):
                named = True
            case _:
                continue
        if named and any(x.attr == "view" for x in nodes(value, ast.Attribute)):
            yield name


def _is_table(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in _TABLES
        case ast.Call(func=ast.Name(id="vars"), args=[_]):
            return True
    return False


@kept(256)
def stored(module: Module) -> Mapping[str, tuple[ast.Attribute, ...]]:
    """By name, where the code of a file gives an attribute something."""
    found: dict[str, tuple[ast.Attribute, ...]] = {}
    for each in nodes(module.tree, ast.Attribute):
        if isinstance(each.ctx, ast.Store):
            found[each.attr] = (*found.get(each.attr, ()), each)
    return found


@kept(256)
def stored_by_others(module: Module) -> Mapping[str, tuple[ast.Attribute, ...]]:
    """The same of what is not called `self`."""
    others = {
        name: tuple(each for each in every if dotted_name(each.value) != "self")
        for name, every in stored(module).items()
    }
    return {name: each for name, each in others.items() if each}


def spelled_out(module: Module, value: ast.expr) -> ast.expr:
    """What a name stands for that is given one value in its function; else the expression."""
    around = module.function_at(value.lineno) if isinstance(value, ast.Name) else None
    given = only_given(around.as_function) if around is not None else {}
    return given.get(value.id, value) if isinstance(value, ast.Name) else value


def _made_of(module: Module, value: ast.expr) -> Iterator[ast.Attribute]:
    """The attributes in an expression, and in all that its function gives the names in it."""
    around = module.function_at(value.lineno)
    given = given_names(around.as_function) if around is not None else {}
    waiting, seen = [value], set[str]()
    while waiting:
        for each in nodes(waiting.pop(), ast.Attribute, ast.Name):
            if isinstance(each, ast.Attribute):
                yield each
            elif each.id not in seen:
                seen.add(each.id)
                waiting += given.get(each.id, ())


def _reads(value: ast.expr, name: str, key: ast.expr) -> bool:
    """Whether an expression is made of the attribute of the object `name` that `key` names."""
    spelled = as_code(key)
    return any(
        last_name(call.func) == "getattr"
        and len(call.args) > 1
        and _is(call.args[0], name)
        and as_code(call.args[1]) == spelled
        for call in nodes(value, ast.Call)
    )


def _owner(target: ast.expr) -> str:
    """The name of the object of which a target is an attribute, or one of an attribute."""
    while isinstance(target, ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def of_object(node: ast.expr, name: str) -> str | None:
    """The attribute of the object `name` that an expression is, or whose `data` it is."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner == name:
            return attribute
        case ast.Attribute(value=ast.Attribute() as inner, attr="data"):
            return of_object(inner, name)
    return None


def named(call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """The object and the name of the attribute that a call changes where it is told both:
    `setattr(layer, "weight", w)`, `replace_parameter(layer, "weight", w)`,
    `layer.register_buffer("weight", w)`."""
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr=method), args=[key, *_]) if (
            method in _REGISTERING
        ):
            return owner, key
        case ast.Call(func=function, args=[owner, key, *_]) if last_name(function) in (
            "setattr",
            "delattr",
        ):
            return owner, key
        case ast.Call(func=function, args=[owner, ast.Constant(value=str()) as key, _, *_]) if (
            last_name(function) not in _LOOKING
        ):
            return owner, key
    return None


def _by_store(
    function: Function, target: ast.Attribute | ast.Subscript, name: str
) -> Iterator[str]:
    attribute = of_object(target, name)
    match target:
        case ast.Attribute(value=ast.Name(id=other), attr="data") if attribute is None:
            attribute = of_object(only_given(function).get(other, target), name)
    if attribute is not None:
        yield attribute
    elif isinstance(target, ast.Subscript) and of_object(target.value, name) in _TABLES:
        yield from keys(function, target.slice)


def _by_call(function: Definition, call: ast.Call, name: str, hops: int) -> Iterator[str]:
    told = named(call)
    if told is not None and isinstance(told[0], ast.Name) and told[0].id == name:
        yield from keys(function.as_function, told[1])
        return
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner), attr="save_for_backward") if owner == name:
            yield "saved_tensors"
        case ast.Attribute(value=holder, attr="update" | "setdefault" | "pop"):
            if of_object(holder, name) in _TABLES:
                yield ANY
    if last_name(call.func) in _LOOKING or not _is_given(call, name):
        return
    target, _ = _called(function, call.func)
    if target is None:
        outside = function.module.qualified(dotted_name(call.func) or "", function.inside) or ""
        if not outside.startswith("torch."):
            yield UNKNOWN
    elif isinstance(target.node, FUNCTION):
        for other, parameter in handed(function, call, name) if hops else ():
            yield from changed(other, parameter, hops - 1)
        if not hops:
            yield UNKNOWN


def handed(function: Definition, call: ast.Call, name: str) -> Iterator[tuple[Definition, str]]:
    """The function of the project that a call hands the object to which `function` calls `name`,
    and what it is called there."""
    target, bound = _called(function, call.func) if _is_given(call, name) else (None, 0)
    if target is not None and isinstance(target.node, FUNCTION):
        parameters = signature(target.node).positional[bound:]
        for given, each in zip(call.args, parameters, strict=False):
            if _is(given, name):
                yield target, each.arg
        yield from ((target, x.arg) for x in call.keywords if x.arg and _is(x.value, name))


def _is_given(call: ast.Call, name: str) -> bool:
    return any(_is(each, name) for each in (*call.args, *(x.value for x in call.keywords)))


def _called(function: Definition, called: ast.expr) -> tuple[Definition | None, int]:
    """The function of the project that is called, and how many of its parameters the call does not
    name."""
    owner = classes.owner_of(function)
    match called:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if owner and name == _own(
            function
        ):
            found = owner.module.member(owner, method)
            return _method(found if isinstance(found, Definition) else None)
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=method) if owner:
            above = (base.module.member(base, method) for base in owner.bases)
            return _method(next((x for x in above if isinstance(x, Definition)), None))
    return function.module.meant(called, function.inside), 0


def _method(found: Definition | None) -> tuple[Definition | None, int]:
    plain = found is not None and isinstance(found.node, FUNCTION)
    static = plain and "staticmethod" in map(last_name, found.as_function.decorator_list)  # type: ignore[union-attr]
    return found, 0 if static else 1


def _own(function: Definition) -> str | None:
    positional = signature(function.as_function).positional
    return positional[0].arg if positional else None


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def keys(function: Function, node: ast.expr) -> Iterator[str]:
    """The names that an expression gives: one that is written, or those that a loop goes through
    (`for name in ("weight", "scale")`)."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
        return
    written = False
    for loop in nodes(function, ast.For) if isinstance(node, ast.Name) else ():
        if _is(loop.target, node.id) and isinstance(loop.iter, (ast.Tuple, ast.List)):  # type: ignore[attr-defined]
            keys = [each.value for each in loop.iter.elts if isinstance(each, ast.Constant)]
            written = len(keys) == len(loop.iter.elts)
            yield from (each for each in keys if isinstance(each, str))
    if not written:
        yield ANY

"""Calls inside a kernel: device functions of the project are run in where, within bounds."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.device.casts import cast
from tritonlint.facts.device.frames import Frame, Where
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.joins import join
from tritonlint.facts.device.language.builtins import builtin
from tritonlint.facts.device.language.intrinsics import intrinsic, is_intrinsic, unknown
from tritonlint.facts.device.machine import DEPTH, Machine
from tritonlint.facts.device.types import Type
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Dtype,
    Environment,
    Method,
    Object,
    Partial,
    Pointer,
    Tuple,
    Value,
)
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.project.kernel import Expression, Kernel, Namespace, Qualified

Keywords = Mapping[str, Value]


def call(
    machine: Machine,
    frame: Frame,
    function: Value,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    where: Where,
) -> Value:
    """What `function(*arguments, **keywords)` gives."""

    def apply(inner: Value, values: tuple[Value, ...]) -> Value:
        return call(machine, frame, inner, values, {}, where)

    def invocation(name: str, values: tuple[Value, ...]) -> Invocation:
        return Invocation(machine, frame, name, values, keywords, where, apply)

    match function:
        case Kernel():
            return inline(machine, frame, function, arguments, keywords, where)
        case Partial(inner, owner):
            return inline(machine, frame, inner, (owner, *arguments), keywords, where)
        case Method(Dtype() as dtype, name):
            return _type_method(dtype, name)
        case Method(owner, name):
            return _value_method(
                machine, owner, invocation(_method_name(owner, name), (owner, *arguments))
            )
        case Dtype():
            return cast(machine, arguments[0], function, where) if arguments else UNKNOWN
        case Namespace():
            return _construct(machine, frame, function, arguments, keywords, where)
        case Qualified(qualified):
            name = qualified.rpartition(".")[2]
            if qualified.startswith("builtins."):
                return builtin(invocation(name, arguments))
            if qualified.startswith("triton."):
                return intrinsic(invocation(name, arguments), qualified)
            return unknown(invocation(name, arguments))
    return unknown(invocation("", arguments))


def _method_name(owner: Value, name: str) -> str:
    """The function that a method is. A descriptor's methods take the offsets before the value."""
    return "descriptor_store" if name == "store" and isinstance(owner, Pointer) else name


def _value_method(machine: Machine, owner: Value, made: Invocation) -> Value:
    """What a method of a number or pointer gives."""
    if isinstance(owner, Pointer) and owner.element is None and _reaches_memory(made.name):
        machine.evidence.descriptors.update(machine.address(owner))
        if not owner.descriptor and _takes_places(made):
            machine.evidence.handles.update(machine.address(owner))
    return intrinsic(made, "") if is_intrinsic(made.name) else unknown(made)


def _reaches_memory(method: str) -> bool:
    """Whether a pointer with this method is a tensor descriptor."""
    known = ("load", "descriptor_store", "gather", "scatter")
    return method in known or method.startswith("atomic_")


def _takes_places(made: Invocation) -> bool:
    """Whether a method is given where to load or store, as no method of a pointer is."""
    return made.name in ("load", "descriptor_store") and isinstance(made.get(1, "offsets"), Tuple)


def inline(
    machine: Machine,
    frame: Frame,
    function: Kernel,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    where: Where,
) -> Value:
    """Runs a device function on the arguments; a recursive one, and one too deep, is not known."""
    node = function.node
    if node in frame.stack or len(frame.via) >= DEPTH:
        machine.incomplete = machine.incomplete or (
            f"{function.name} calls itself"
            if node in frame.stack
            else f"device functions more than {DEPTH} deep"
        )
        made = Invocation(machine, frame, "", arguments, keywords, where, lambda _, __: UNKNOWN)
        return unknown(made)
    inner = frame.entered(function, where)
    inner.env = bind(inner, node, arguments, keywords)
    fell_through = inner.block(node.body)
    returns = inner.returns + ([Const(None)] if fell_through or not inner.returns else [])
    result = returns[0]
    for each in returns[1:]:
        result = join(result, each)
    return result


def bind(
    frame: Frame, node: ast.FunctionDef, arguments: tuple[Value, ...], keywords: Keywords
) -> Environment:
    """The environment that a call begins with. A missing parameter without default is unknown."""
    parameters = signature(node)
    bound = parameters.bind(arguments, keywords)
    environment: Environment = {each.arg: UNKNOWN for each in parameters.named}
    left = {k: v for k, v in parameters.defaults.items() if k not in bound.values}
    environment |= {name: frame.evaluate(value) for name, value in left.items()} | bound.values
    if parameters.vararg is not None:
        environment[parameters.vararg] = Tuple(tuple(bound.rest))
    return environment


def _construct(
    machine: Machine,
    frame: Frame,
    owner: Namespace,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    where: Where,
) -> Value:
    """An instance of a class of the project: with the fields that its `__init__` sets, or that it
    declares."""
    init = owner.scope.lookup("__init__")
    if isinstance(init, Kernel):
        node = init.node
        if node in frame.stack or len(frame.via) >= DEPTH:
            return UNKNOWN
        inner = frame.entered(init, where)
        inner.env = bind(inner, node, (UNKNOWN, *arguments), keywords)
        self_name = node.args.args[0].arg if node.args.args else "self"
        inner.block(node.body)
        prefix = f"{self_name}."
        fields = {k[len(prefix) :]: v for k, v in inner.env.items() if k.startswith(prefix)}
        return Object(owner, tuple(fields.items()))
    values = dict(zip(owner.fields, arguments, strict=False)) | dict(keywords)
    return Object(owner, tuple(values.items()))


def member(machine: Machine, frame: Frame, owner: Object, name: str) -> Value:
    """The field or method `name` of an instance."""
    found = owner.get(name)
    if found is not None:
        return found
    entity = owner.owner.scope.lookup(name)
    match entity:
        case Kernel():
            return entity if _is_static(entity.node) else Partial(entity, owner)
        case Expression(node, scope):
            return frame.outside(scope).evaluate(node)
        case None:
            return UNKNOWN
    return entity


def _is_static(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list
    )


def _type_method(dtype: Dtype, name: str) -> Value:
    """`is_fp8()`, `is_floating()` and the like: decided when every alternative says so."""
    answers = {_asked(each, name) for each in dtype.types}
    answer = answers.pop() if len(answers) == 1 else None
    return UNKNOWN if answer is None else Const(answer)


def _asked(each: Type, name: str) -> bool | None:
    if dtype_is_unsure(each):
        return None
    element = each.element
    match name:
        case "is_floating":
            return each.kind == "float"
        case "is_int":
            return each.is_integer
        case "is_bool" | "is_int1":
            return each.kind == "bool"
        case "is_ptr" | "is_block":
            return False
        case "is_const":
            return None
    if element is None:
        return (
            False
            if name.startswith(("is_fp", "is_bf", "is_standard")) and each.is_integer
            else None
        )
    match name:
        case "is_int_signed":
            return element.kind == "signed"
        case "is_int_unsigned":
            return element.kind in ("unsigned", "bool")
        case "is_fp8":
            return element.is_fp8
        case "is_standard_floating":
            return element.is_float and not element.is_fp8
        case _ if name.startswith("is_"):
            return name[3:] in (
                element.signature,
                element.triton,
                element.triton.replace("float", "fp"),
            )
    return None


def dtype_is_unsure(each: Type) -> bool:
    """Whether nothing should be decided by this type."""
    return each.assumed or each.kind == "unknown"

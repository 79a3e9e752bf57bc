"""What a launch makes of its kernel: the element types and constants that it passes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tritonlint.dtypes import BY_NAME, UINT8, UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.device import Float, OneOf, Specialization, roles_of
from tritonlint.facts.flow.items import is_item, parameter_of
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.launched.known_arguments import tested
from tritonlint.facts.host.conditions.outcomes import decided
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import wide_floats
from tritonlint.facts.host.values.choices import MAX_CONSTANTS, options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Condition, Const, DType, Path, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import last_name
from tritonlint.frozen import replace
from tritonlint.source import Span

E4M3FN = BY_NAME["float8_e4m3fn"]


def specialization(
    event: LaunchEvent,
    parameter: str,
    own: ElementTypes | None,
    path: Path,
    *,
    alike: bool = False,
) -> Specialization:
    """What the launch makes of the kernel when the tests on `path` came out so, and `parameter`
    holds bytes, if there are its `own` types. With `alike` one type stands for several that behave
    alike (`one_of`)."""
    pointers: dict[str, ElementType] = {}
    known = {**event.types, **({} if own is None else _held(event, parameter, own, path))}
    defaults = _left_out(event.kernel.node) if event.complete else {}
    constexprs = {n: x for n, x in defaults.items() if n not in event.arguments}
    handles = roles_of(event.kernel).handles
    for name, passed in event.arguments.items():
        if name == parameter:
            continue
        match values := _passed(passed.value, path):
            case [Const(value=constant)]:
                constexprs[name] = constant
            case [Const(value=str()), *_] if (strings := _strings(values)) is not None:
                constexprs[name] = OneOf(strings)
            case [Condition() as test] if (outcome := decided(test, path, known)) is not None:
                constexprs[name] = outcome
            case [DType() as dtype] if dtype.types.single:
                constexprs[name] = dtype.types.single
            case [Tensor(described=False), *_] if name in handles:
                continue
            case [Tensor() as tensor]:
                element, number = _of_tensor(event, name, tensor, path, alike)
                pointers |= {name: element} if element is not None else {}
                constexprs |= {name: number} if number is not None else {}
            case [Tensor(), *_] if alike and (element := one_of(joined(event, values))):
                pointers[name] = element
    if own is not None:
        pointers[parameter] = _byte_of(own)
    return Specialization(pointers, constexprs)


def _passed(value: Value, path: Path) -> list[Value]:
    """What a launch passes on a path, without None beside a tensor: what is not there is not
    reached through."""
    every = [each for at, each in options(value) if not contradicts(at, path)]
    left = [each for each in every if each != Const(None)]
    return left if left and all(isinstance(each, Tensor) for each in left) else every


def _of_tensor(
    event: LaunchEvent, name: str, tensor: Tensor, path: Path, alike: bool
) -> tuple[ElementType | None, object]:
    """What a parameter that is passed a tensor points to, or the number that it is, as far as
    either is known."""
    types = types_of(event, tensor)
    if wide_floats(types) and name not in roles_of(event.kernel).pointers:
        return None, Float()
    element = one_of(types) if alike else types.single
    return element, tested(event.kernel, name, tensor, path) if element is None else None


def as_passed(kernel: Kernel, constants: Mapping[str, object]) -> Mapping[str, object]:
    """`constants`, in which a float that a kernel is given when it runs is one of 32 bits, whatever
    its value."""
    said = {each.arg: each.annotation for each in signature(kernel.node).named}
    runs = {name for name, each in constants.items() if isinstance(each, float)}
    runs = {name for name in runs if last_name(said.get(name)) != "constexpr"}
    return {**constants, **{name: Float() for name in runs}}


def each_constant(event: LaunchEvent, made: Specialization, path: Path) -> list[Specialization]:
    """`made` for each value of the first compile-time parameter that may be one of several on a
    path, all of them known."""
    for name, passed in event.arguments.items():
        values = [each for at, each in options(passed.value) if not contradicts(at, path)]
        constants = [each.value for each in values if isinstance(each, Const)]
        if 1 < len(constants) == len(values) < MAX_CONSTANTS:
            return [replace(made, constexprs={**made.constexprs, name: x}) for x in constants]
    return [made]


def _byte_of(own: ElementTypes) -> ElementType:
    """The type with which a kernel is looked at for a pointer to bytes of these types, or to floats
    among which there are wider ones."""
    element = one_of(own)
    fits = element is not None and (element.width == 8 or element.is_float)
    return element if element is not None and fits else UINT8


def _held(
    event: LaunchEvent, parameter: str, own: ElementTypes, path: Path
) -> dict[Symbol, ElementTypes]:
    """The types of the memory that a launch passes as it is, where that is bytes: what a test of
    its type comes to."""
    values = options(event.arguments[parameter].value)
    tensors = [each for at, each in values if not contradicts(at, path)]
    return {
        each.buffer: ElementTypes.of(_byte_of(own))
        for each in tensors
        if isinstance(each, Tensor) and each.types is None
    }


@kept(1024)
def _left_out(kernel: ast.FunctionDef) -> Mapping[str, object]:
    """What the compile-time parameters of a kernel are that a launch leaves out: their defaults,
    as they are written. What decorators tune, a launch does not say."""
    if len(kernel.decorator_list) > 1:
        return {}
    found = signature(kernel)
    given = {each.arg: found.defaults.get(each.arg) for each in found.named if each.annotation}
    constant = {name: each.value for name, each in given.items() if isinstance(each, ast.Constant)}
    annotations = {each.arg: each.annotation for each in found.named}
    return {n: x for n, x in constant.items() if last_name(annotations[n]) == "constexpr"}


def _strings(values: Iterable[Value]) -> tuple[str, ...] | None:
    """`values`, where all of them are strings."""
    found = [each.value if isinstance(each, Const) else None for each in values]
    strings = tuple(each for each in found if isinstance(each, str))
    return strings if len(strings) == len(found) else None


def fills_descriptor(kernel: Kernel, parameter: str, tensor: Tensor) -> bool:
    """Whether what a kernel takes for a descriptor is a tensor that holds the descriptor itself:
    its type is not that of the memory behind it."""
    return not tensor.described and parameter in roles_of(kernel).handles


def may_be_memory(event: LaunchEvent, parameter: str) -> bool:
    """Whether what a launch passes as a parameter can be a tensor, and not only one number of which
    nothing is known."""
    return parameter not in roles_of(event.kernel).numbers


def types_of(event: LaunchEvent, tensor: Tensor) -> ElementTypes:
    """The element types that a tensor can have at the launch."""
    return tensor.types if tensor.types is not None else event.types.get(tensor.buffer, UNKNOWN)


def joined(event: LaunchEvent, values: Iterable[Value]) -> ElementTypes:
    """The element types that one of `values` can have; unknown where those of one are."""
    found = ElementTypes(frozenset())
    for each in values:
        found = found | (types_of(event, each) if isinstance(each, Tensor) else UNKNOWN)
    return found if found.types else UNKNOWN


def one_of(types: ElementTypes) -> ElementType | None:
    """The type that a kernel may be looked at with in place of all of `types`, since it does the
    same with each: the only one, the widest of floats of more than 8 bits, an 8-bit float, or a
    byte. None for a mixture."""
    found = sorted(types.types or (), key=lambda each: (each.width, each.name))
    if len(found) < 2:
        return types.single
    if all(each.is_fp8 for each in found):
        return E4M3FN
    if all(each.is_float and each.width > 8 for each in found):
        return found[-1]
    return UINT8 if all(each.is_byte for each in found) else None


def integer_widths(event: LaunchEvent, parameter: str) -> frozenset[int]:
    """The widths of the integers that a launch passes a tensor of, where all that it may pass is
    one for certain; else none."""
    passed = event.arguments.get(parameter)
    found = [each for _, each in options(passed.value)] if passed is not None else []
    types = [types_of(event, each).single for each in found if isinstance(each, Tensor)]
    known = [each.width for each in types if each is not None and each.is_integer]
    return frozenset(known) if len(known) == len(found) else frozenset()


def passed_as(event: LaunchEvent, parameter: str) -> tuple[Span, str, Span, str, str, Span, str]:
    """Where and by what a launch passes what it passes as `parameter`: the fields of `AtLaunch`."""
    kernel, passed = event.kernel, event.arguments[parameter]
    declared = parameter_span(kernel, parameter)
    return passed.span, event.function, event.span, kernel.name, parameter, declared, passed.text


def has_place(event: LaunchEvent, parameter: str) -> bool:
    """Whether what is passed has an expression of its own: an item of a tuple may have none."""
    if not is_item(parameter):
        return True
    return event.arguments[parameter].place is not event.arguments[parameter_of(parameter)].place


def parameter_span(kernel: Kernel, parameter: str) -> Span:
    """Where the parameter of a kernel is declared."""
    node, parameter = kernel.node, parameter_of(parameter)
    for each in signature(node).named:
        if each.arg == parameter:
            column = each.col_offset + 1
            return Span(kernel.path, each.lineno, column, each.lineno, column + len(parameter))
    return Span(kernel.path, node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1)

"""Which numbers become narrow integers in kernels: those that a kernel makes so by itself, and
those that a launch does by the type of a tensor that it passes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tritonlint.dtypes import INT8, UINT8, UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.device import (
    Conversion,
    SignedByte,
    Specialization,
    Watch,
    Wrapped,
    contract,
    watched,
)
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.intervals import is_constant
from tritonlint.facts.hazards.launched.known_arguments import known_arguments
from tritonlint.facts.hazards.launched.reckoned import is_of_a_helper, reckoned_integers
from tritonlint.facts.hazards.launched.specializations import (
    may_be_memory,
    parameter_span,
    specialization,
)
from tritonlint.facts.hazards.narrowed import (
    ByteDifference,
    ByteUsed,
    Converted,
    IntegerLaunch,
    Narrowed,
)
from tritonlint.facts.hazards.raw_bytes.storage import Storage, storage_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import DType, Path, Tensor
from tritonlint.facts.project.kernel import Kernel, functions_of
from tritonlint.facts.project.tree import walk
from tritonlint.frozen import replace
from tritonlint.source import Span


def in_kernel(kernel: Kernel) -> Iterator[Narrowed]:
    """What `kernel` does whatever it is launched with. A function without pointers is looked at
    where kernels call it."""
    if roles_of(kernel).pointers:
        yield from _observed(kernel, watched(kernel, Specialization()), None)


def in_launches(run: Run) -> Iterator[Narrowed]:
    """What the launches of `run` make of their kernels by passing integer tensors and types."""
    for event in run.asked_kernels:
        for parameter, passed in event.arguments.items():
            for path, value in options(passed.value):
                if contradicts(path, event.path):
                    continue
                if isinstance(value, Tensor) and may_be_memory(event, parameter):
                    yield from _of_tensor(run, event, parameter, value, path)
                elif isinstance(value, DType) and _byte(value.types.single):
                    yield from _of_type(run, event, parameter, value, path)


def _may_be_bytes(run: Run, event: LaunchEvent, tensor: Tensor) -> bool:
    """Whether anything says that a tensor is made of bytes."""
    types = (tensor.types or event.types.get(tensor.buffer, UNKNOWN)).types
    if types is None:
        return bool(run.notes.by_buffer(tensor.buffer))
    return any(each.is_byte for each in types)


def _byte(element: ElementType | None) -> bool:
    return element is not None and element.is_byte


def _of_tensor(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Narrowed]:
    """What a launch makes of its kernel by passing a tensor that is made of bytes, or that the code
    around it takes for one of 8-bit integers on some path."""
    if _may_be_bytes(run, event, tensor):
        storage = storage_of(run, event, parameter, tensor, path)
        if _byte(storage.types.single):
            if is_of_a_helper(run, event, event.path + path):
                return
            stated = _stated(run, tensor)
            yield from _in_launch(run, event, parameter, storage, path, stated)
            return
    reckoned = reckoned_integers(run, event, tensor, event.path + path)
    if reckoned is not None:
        known = storage_of(run, event, parameter, tensor, path)
        storage = replace(known, types=ElementTypes.of(INT8))
        inner = path + reckoned.path
        for each in _in_launch(run, event, parameter, storage, inner, reckoned.span):
            assert each.launch is not None
            yield replace(each, launch=replace(each.launch, reckoned=True))


def _in_launch(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    storage: Storage,
    path: Path,
    stated: Span | None,
) -> Iterator[Narrowed]:
    made = specialization(event, parameter, storage.types, event.path + path)
    seen = [
        each
        for each in _new(run, event, parameter, made, path, stated)
        if not isinstance(each, Converted) or not _is_loss_of_bytes(each.conversion, storage)
    ]
    losing = [each for each in seen if isinstance(each, Converted) and _loses(each.conversion)]
    if losing and _has_path_for_integers(event.kernel, made, parameter, seen):
        seen = [each for each in seen if each not in losing]
    yield from seen


def _loses(conversion: Conversion) -> bool:
    """Whether a conversion cuts a fraction off, and nothing is done to its result."""
    return conversion.floating and not conversion.rounded and conversion.clamp is None


def _has_path_for_integers(
    kernel: Kernel,
    made: Specialization,
    parameter: str,
    seen: Iterable[Narrowed],
) -> bool:
    """Whether the kernel stores integers through the parameter on one path, or rounds there, and
    floats on another: a flag that is not known here decides, and the launch that passes integers
    sets it."""
    if any(isinstance(each, Converted) and each.conversion.rounded for each in seen):
        return True
    return any(
        each.parameter == parameter
        and (each.effect == "int" or (each.kind == "int" and each.rounded))
        and not is_constant(each.interval)
        for each in contract(kernel, made).stores
    )


def _of_type(
    run: Run, event: LaunchEvent, parameter: str, dtype: DType, path: Path
) -> Iterator[Narrowed]:
    """The same where the launch passes the type itself, `OUT=tl.int8`."""
    made = specialization(event, "", None, event.path + path)
    own = dtype.types.single
    assert own is not None
    constexprs = {**made.constexprs, parameter: own}
    yield from _new(run, event, parameter, Specialization(made.pointers, constexprs), path)


def _is_loss_of_bytes(conversion: Conversion, storage: Storage) -> bool:
    """Whether the tensor is known to hold raw bytes, and the conversion loses them: then it is the
    launch that is wrong, and not the kernel."""
    return storage.raw and not conversion.fits_byte and not conversion.rounded


def _new(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    made: Specialization,
    path: Path,
    stated: Span | None = None,
) -> Iterator[Narrowed]:
    """What `made` brings about that the kernel does not do by itself."""
    kernel = event.kernel
    passed = event.arguments[parameter]
    element = made.pointers.get(parameter)
    others = known_arguments(event, parameter if element else "", event.path + path)
    launch = IntegerLaunch(
        event.span,
        event.function,
        parameter,
        parameter_span(kernel, parameter),
        passed.text,
        passed.span,
        stated if stated != passed.span else None,
        element,
        others,
    )
    anyway = {(each.place, each.via) for each in _cached(run, kernel, Specialization(), None)}
    for each in _cached(run, kernel, made, launch):
        if (each.place, each.via) not in anyway and each.parameter in (parameter, ""):
            yield each


def _cached(
    run: Run, kernel: Kernel, made: Specialization, launch: IntegerLaunch | None
) -> list[Narrowed]:
    return list(_observed(kernel, run.effects.of(watched, kernel, made), launch))


def _observed(kernel: Kernel, watch: Watch, launch: IntegerLaunch | None) -> Iterator[Narrowed]:
    conversions = watch.conversions()
    even = {each.target: each.place for each in conversions if each.nearest == "even"}
    for conversion in conversions:
        unlike = even.get(conversion.target) if conversion.nearest == "up" else None
        measured = conversion.clamp is not None and _measures(kernel)
        yield Converted(*_where(kernel, conversion), launch, conversion, unlike, measured)
    for byte in watch.signed_bytes():
        yield ByteUsed(*_where(kernel, byte), launch, byte)
    for wrapped in watch.wrapped():
        yield ByteDifference(*_where(kernel, wrapped), launch, wrapped)


def _where(
    kernel: Kernel, seen: Conversion | SignedByte | Wrapped
) -> tuple[Span, str, str, int, tuple[Span, ...], str]:
    """Where in a kernel something is, and for which parameter."""
    return seen.place, kernel.name, kernel.path, kernel.line, seen.via, seen.parameter


def _measures(kernel: Kernel) -> bool:
    """Whether a kernel, or a device function that it calls, computes a maximum over values."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("max", "reduce")
        for each in functions_of(kernel)
        for node in walk(each.node)
    )


def _stated(run: Run, tensor: Tensor) -> Span | None:
    """Where the type of a tensor is stated."""
    if tensor.view is not None:
        return tensor.view
    kinds = ("allocated", "asserted")
    return next((n.span for n in run.notes if n.buffer == tensor.buffer and n.kind in kinds), None)


def depends_on_launch(kernel: Kernel) -> bool:
    """Whether there is a pointer of `kernel` through which floats become integers when a launch
    passes integers, or whose signed bytes are used as what is never negative."""
    for name in roles_of(kernel).pointers:
        watch = watched(kernel, Specialization({name: INT8}))
        seen = {each.parameter for each in watch.conversions()}
        if name in seen | {each.parameter for each in watch.signed_bytes()}:
            return True
        unsigned = watched(kernel, Specialization({name: UINT8}))
        if any(each.parameter == name for each in unsigned.wrapped()):
            return True
    return False

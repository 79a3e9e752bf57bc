"""What other launches of a kernel, and other parameters of the same launch, tell of the bytes that
one parameter is passed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import Load, Specialization, contract, open_contract
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import COMMON, byte_named, counts
from tritonlint.facts.hazards.raw_bytes.passing import passing
from tritonlint.facts.hazards.torch_code import float_type, viewed
from tritonlint.facts.hazards.written_launches import given, launched, launches_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import FLOATS, all_bytes, all_codes
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Allocation, Symbol
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, last_name
from tritonlint.source import Span

Viewed = tuple[ElementTypes, Span]
# What is as short can be anything.
_SHORT = 2
# What makes integers of numbers.
_ROUNDED = re.compile(r"\.(?:round|floor|ceil|trunc|rint)_?\(")


def told_beside(
    event: LaunchEvent, parameter: str, tensor: Tensor, made: Specialization, path: Path
) -> Iterator[Evidence]:
    """Evidence for what the bytes of `tensor`, of which the kernel converts what it loads through
    `parameter` to floats, stand for: another launch of the file views what it passes there, another
    kernel of the file stores codes into what is passed by this expression, or the kernel is passed
    the same bytes twice, and picks bits out of them through the other parameter. `made` is what the
    launch makes of the kernel."""
    if byte_named(parameter):
        return
    viewed = _viewed(event.module, event.kernel).get(parameter)
    if viewed is not None:
        types, span = viewed
        message = f"another launch of the kernel passes a view as {types} here"
        # That a kernel is given codes elsewhere does not tell that these are codes and no counts.
        yield Evidence(span, message, "likely", (), encoded=False, meaning=types)
    written = _written(event.module).get(event.arguments[parameter].text)
    if written is not None:
        types, span = written
        message = f"another kernel of the file stores codes of {types} here, as bytes"
        yield Evidence(span, message, "likely", (), types, meaning=types)
    for name in passed_twice(event, parameter, tensor, path):
        if _picks_bits(event.kernel, made, name):
            what = f"the kernel picks bits out of the same bytes through `{name}`"
            message = f"{what}, and reads floats here"
            span = event.arguments[name].span
            yield Evidence(span, message, "likely", (), FLOATS, meaning=FLOATS)


def written_before(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Evidence]:
    """Evidence from the other launches of the same code: one of them stores codes into the very
    bytes of which the kernel converts to floats what it loads through `parameter`."""
    if byte_named(parameter):
        return
    for other, name, taken in passing(run).get(tensor.buffer, ()):
        if other is event or not _is_same(taken, tensor) or contradicts(other.path, path):
            continue
        passed = other.arguments[name]
        values = [each for at, each in options(passed.value) if not contradicts(at, path)]
        same = [each for each in values if isinstance(each, Tensor) and _is_same(each, tensor)]
        types = _stores_codes(other.kernel, name) if same and len(same) == len(values) else None
        if types is not None:
            message = f"another kernel stores codes of {types} here, as bytes"
            yield Evidence(passed.span, message, "likely", (), types, meaning=types)


def viewed_alike(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor
) -> Iterator[Evidence]:
    """Evidence from another launch of the kernel in the same code: it is passed, for the same
    parameter, a view as 8-bit floats of other memory that is made of bytes as well."""
    if byte_named(parameter) or _may_be_rounded(event, parameter, tensor):
        return
    for other in run.launches:
        if other.kernel != event.kernel or other is event or parameter not in other.arguments:
            continue
        for _, taken in options(other.arguments[parameter].value):
            if isinstance(taken, Tensor) and taken.view and taken.buffer != tensor.buffer:
                if not _are_called_alike(other, event, parameter):
                    continue
                types = taken.types or UNKNOWN
                if all_codes(types) and all_bytes(other.types.get(taken.buffer, UNKNOWN)):
                    message = f"another launch of the kernel passes such bytes as {types}"
                    yield Evidence(taken.view, message, "likely", (), types, meaning=types)


def _may_be_rounded(event: LaunchEvent, parameter: str, tensor: Tensor) -> bool:
    """Whether code of the file in which a tensor is passed on rounds numbers where it names that:
    then it holds integers."""
    place = tensor.passed[0] if tensor.passed else event.arguments[parameter].place
    name = last_name(place.node)
    return bool(name) and any(
        _ROUNDED.search(line) and re.search(rf"\b{name}\b", line)
        for line in place.source.text.splitlines()
    )


def made_beside(event: LaunchEvent, parameter: str, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from memory of bytes that the same expression made, for another caller of the
    function around it: the launch is passed that as 8-bit floats, and `tensor` as it is."""
    place = _made_at(tensor.buffer)
    if place is None or byte_named(parameter):
        return
    if any(map(counts, (parameter, event.arguments[parameter].text))):
        return
    for _, other in event.viewed:
        made = other.buffer
        alike = made != tensor.buffer and _made_at(made) == place
        if alike and other.view is not None and other.part == tensor.part:
            types = other.types or UNKNOWN
            if all_codes(types) and all_bytes(event.types.get(made, UNKNOWN)):
                message = f"what is made by the same expression is passed as {types}"
                yield Evidence(other.view, message, "likely", (), types, meaning=types)


def _made_at(buffer: Symbol) -> tuple[str, int, int] | None:
    """The place of the expression that makes a buffer."""
    made = isinstance(buffer, Allocation)
    return (buffer.path, buffer.line, buffer.column) if made else None  # type: ignore[attr-defined]


def _are_called_alike(one: LaunchEvent, other: LaunchEvent, parameter: str) -> bool:
    """Whether the names of what two launches pass for a parameter end in the same word, as
    `w2_weight` does."""
    texts = (each.arguments[parameter].text.partition(".view")[0] for each in (one, other))
    first, second = (re.findall(r"[a-z]+", text.lower())[-1:] for text in texts)
    return first == second and bool(first) and first[0] not in COMMON


def passed_twice(event: LaunchEvent, parameter: str, tensor: Tensor, path: Path) -> Iterator[str]:
    """The other parameters that a launch passes the very same bytes for as for `parameter`."""
    for name, passed in event.arguments.items():
        values = [each for at, each in options(passed.value) if not contradicts(at, path)]
        same = [each for each in values if isinstance(each, Tensor) and _is_same(each, tensor)]
        if name != parameter and same and len(same) == len(values):
            yield name


def _is_same(one: Tensor, other: Tensor) -> bool:
    return (one.buffer, one.part, one.view) == (other.buffer, other.part, other.view)


def _picks_bits(kernel: Kernel, made: Specialization, parameter: str) -> bool:
    """Whether all that a kernel does with the bytes that it loads through a parameter is to pick
    bits out of them."""
    pointers = {**made.pointers, parameter: UINT8}
    loads = contract(kernel, Specialization(pointers, made.constexprs)).loads
    own: list[Load] = [each for each in loads if each.parameter == parameter]
    return any(each.effect == "bits" for each in own) and all(
        each.effect in ("bits", "int") for each in own
    )


@kept(512)
def _viewed(module: Module, kernel: Kernel) -> Mapping[str, Viewed | None]:
    """By the parameters of a kernel: as what a launch of the file views what it passes there; None
    where two differ."""
    found: dict[str, Viewed | None] = {}
    for _, launch in launches_of(module, kernel) if ".view" in module.source.text else ():
        for parameter, value in given(kernel, launch).items():
            view = viewed(value)
            types = float_type(view[1]) if view is not None else None
            if types is not None:
                first = found.setdefault(parameter, (types, module.source.span(value)))
                if first is not None and first[0] != types:
                    found[parameter] = None
    return found


@kept(64)
def _written(module: Module) -> Mapping[str, Viewed]:
    """By the expressions that launches of a file pass: the 8-bit floats as whose codes kernels
    store bytes there."""
    found: dict[str, Viewed] = {}
    text = module.source.text
    launches = launched(module) if "bitcast" in text and "int8" in text else {}
    for name, own in launches.items():
        definition = module.resolve(name, ())
        kernel = None if definition is None else kernel_of(definition)
        for _, launch in own if kernel is not None else ():
            assert kernel is not None
            for parameter, value in given(kernel, launch).items():
                types = _stores_codes(kernel, parameter)
                spelled = as_code(value)
                if types is not None and len(spelled) > _SHORT and spelled not in COMMON:
                    found.setdefault(spelled, (types, module.source.span(value)))
    return found


@kept(1024)
def _stores_codes(kernel: Kernel, parameter: str) -> ElementTypes | None:
    """The 8-bit float as whose codes a kernel stores bytes through a parameter."""
    if "bitcast" not in as_code(kernel.node):
        return None
    if all(each.parameter != parameter for each in open_contract(kernel).stores):
        return None
    found = contract(kernel, Specialization({parameter: UINT8}, {})).encodings
    own = {each.element for each in found if each.parameter == parameter and each.written}
    element = own.pop() if len(own) == 1 else None
    return None if element is None else ElementTypes.of(element)

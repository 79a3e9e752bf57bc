"""Kernels that name the flavour of the bytes they read or write, and the launches that pass them
bytes of another one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path as FilePath

from tritonlint.dtypes import BY_NAME, UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.device import Encoding, contract, open_contract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.hazards.flavours.flags_left_out import speaks_of_fnuz
from tritonlint.facts.hazards.flavours.vendors import for_vendor, named_for_vendor
from tritonlint.facts.hazards.launched.specializations import (
    may_be_memory,
    passed_as,
    specialization,
)
from tritonlint.facts.hazards.observation import AtLaunch
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note, Passed
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import HasType
from tritonlint.facts.host.values.values import Condition, Path, Tensor, Value
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, only_given
from tritonlint.frozen import dataclass
from tritonlint.source import Span

FNUZ = BY_NAME["float8_e4m3fnuz"]


@dataclass(frozen=True)
class KernelFlavour(AtLaunch):
    """A kernel that takes the bytes behind `parameter` for `encoding.element`, where the launch
    passes bytes of `types`: that is what they are at `before`, `written` there by a kernel or as
    the host has them."""

    encoding: Encoding
    before: Span
    types: ElementTypes
    written: bool = False


@dataclass(frozen=True)
class PassedTensor:
    """A tensor that a launch passes as a parameter, on a path."""

    event: LaunchEvent
    parameter: str
    passed: Passed
    tensor: Tensor
    path: Path


@dataclass(frozen=True)
class _Use:
    """A kernel that names the flavour of what it is passed; `by_flag` where a flag of the platform
    says so."""

    event: LaunchEvent
    parameter: str
    passed: Passed
    tensor: Tensor
    path: Path
    encoding: Encoding
    by_flag: bool = False


def kernel_flavours(run: Run) -> Iterator[KernelFlavour]:
    """The disagreements between kernels that name a flavour and what they are passed, and between
    a kernel that writes and one that reads."""
    stated = any(are_flavours(note.types) for note in run.notes)
    if not run.asked_launches or (not stated and len(run.launches) < 2):
        return
    passed = [each for event in run.launches for each in passed_tensors(event)]
    # A kernel is asked only about what something else is said of.
    shared = Counter((each.tensor.buffer, each.tensor.part) for each in passed)
    noted = {each.buffer for each in run.notes if are_flavours(each.types)}
    uses = [
        use
        for each in passed
        if each.tensor.buffer in noted or shared[each.tensor.buffer, each.tensor.part] > 1
        if (use := _use(run, each)) is not None
    ]
    for use in uses:
        for note in run.notes:
            if are_flavours(note.types) and _same_bytes(note, use):
                if _disagree(run, use, note.types, note.span):
                    yield _found(use, note.span, note.types, False)
                    break
    for writer in uses:
        for reader in uses:
            if writer.encoding.written and not reader.encoding.written and _both(writer, reader):
                element = writer.encoding.element
                assert element is not None
                if reader.encoding.element != element:
                    place = writer.encoding.place
                    yield _found(reader, place, ElementTypes.of(element), True)


def _found(use: _Use, before: Span, types: ElementTypes, written: bool) -> KernelFlavour:
    where = passed_as(use.event, use.parameter)
    return KernelFlavour(*where, use.encoding, before, types, written)


def passed_tensors(event: LaunchEvent) -> Iterator[PassedTensor]:
    """The tensors that a launch may pass as memory."""
    memory = ((x, each) for x, each in event.arguments.items() if may_be_memory(event, x))
    for parameter, passed in memory:
        for path, value in options(passed.value):
            if isinstance(value, Tensor) and not contradicts(path, event.path):
                yield PassedTensor(event, parameter, passed, value, event.path + path)


def _use(run: Run, each: PassedTensor) -> _Use | None:
    event, tensor = each.event, each.tensor
    if each.parameter not in _encoded(event.kernel):
        return None
    made = _made(event, each.parameter, tensor, each.path)
    encoding = _only(run, event, made, each.parameter)
    flagged = _where_fnuz(run, each, made) if encoding is None else None
    found = encoding or flagged
    if found is None:
        return None
    where = (event, each.parameter, each.passed, tensor, each.path)
    return _Use(*where, found, flagged is not None)


def _made(event: LaunchEvent, parameter: str, tensor: Tensor, path: Path) -> Specialization:
    made = specialization(event, "", None, path)
    types = tensor.types if tensor.types is not None else event.types.get(tensor.buffer)
    if types is not None and types.types and FNUZ in types.types:
        made = Specialization({**made.pointers, parameter: FNUZ}, made.constexprs)
    return made


def _only(run: Run, event: LaunchEvent, made: Specialization, parameter: str) -> Encoding | None:
    """The only flavour that the kernel names for what it is passed as `parameter`."""
    own = [each for each in _encodings(run, event, made) if each.parameter == parameter]
    flavours = {each.element for each in own}
    if len(flavours) != 1 or None in flavours or len({each.written for each in own}) != 1:
        return None
    return own[0]


def _where_fnuz(run: Run, each: PassedTensor, made: Specialization) -> Encoding | None:
    """What the kernel names where a flag says that the platform has the other flavour: one that the
    launch passes as something that nothing else is known of, or that is asked of other memory."""
    for name, passed in each.event.arguments.items():
        spoken = speaks_of_fnuz(name) or speaks_of_fnuz(passed.text)
        if spoken and name not in made.constexprs and _may_be_others(each, passed.value):
            told = Specialization(made.pointers, {**made.constexprs, name: True})
            found = _only(run, each.event, told, each.parameter)
            element = found.element if found is not None else None
            if element is not None and "fnuz" in element.name:
                return found
    return None


def _may_be_others(each: PassedTensor, flag: Value, says: bool = True) -> bool:
    """Whether a flag may be what it `says` whatever a tensor holds: nothing is known of it, or it
    asks for the dtype of other memory, which may be of that type, or of another."""
    match flag:
        case Condition(kind="dtype", key=key, buffer=buffer, types=types) if buffer is not None:
            known = each.event.types.get(buffer, UNKNOWN).types
            asked = types.types or frozenset()
            # A dtype that is tested to be one is no other.
            stated = any(
                held and isinstance(one, HasType) and one.of == buffer and (one == key) != says
                for one, held in each.path
            )
            possible = known is None or bool(known & asked if says else known - asked)
            return buffer != each.tensor.buffer and possible and not stated
        case Condition(kind="not", parts=parts):
            return all(_may_be_others(each, part, not says) for part in parts)
    return isinstance(flag, Tensor)


def _encodings(run: Run, event: LaunchEvent, made: Specialization) -> tuple[Encoding, ...]:
    """What the kernel names so; nothing for one that is not analysed to its end."""
    return run.effects.of(_encodings_of, event.kernel, made)


def _encoded(kernel: Kernel) -> frozenset[str]:
    """The parameters for which a kernel may name a flavour, whatever it is launched with."""
    found = open_contract(kernel)
    return frozenset(() if found.incomplete else (each.parameter for each in found.encodings))


def _encodings_of(kernel: Kernel, made: Specialization) -> tuple[Encoding, ...]:
    found = contract(kernel, made)
    return () if found.incomplete else found.encodings


def are_flavours(types: ElementTypes) -> bool:
    """Whether these are flavours of 8-bit floats, and no exponents of scales."""
    return bool(types.types) and all(each.is_code for each in types.types or ())


def _same_bytes(note: Note, use: _Use) -> bool:
    """Whether a note says what the bytes are that the kernel is passed."""
    if note.kind not in ("view", "allocated", "asserted") or note.buffer != use.tensor.buffer:
        return False
    if note.part != use.tensor.part and note.kind == "view":
        return False
    return not contradicts(note.path, use.path)


def _both(writer: _Use, reader: _Use) -> bool:
    one, other = writer.tensor, reader.tensor
    return (one.buffer, one.part) == (other.buffer, other.part) and not contradicts(
        writer.path, reader.path
    )


def _disagree(run: Run, use: _Use, types: ElementTypes, place: Span) -> bool:
    """Whether bytes of `types` are not what the kernel takes them for, on some machine."""
    element, own = use.encoding.element, types.types or frozenset()
    assert element is not None
    if not element.is_code or own == {element}:
        return False
    if element not in own and not any(format_of(each) == format_of(element) for each in own):
        return True
    if use.by_flag:  # the function asks for the vendor to set the flag
        return len(own) == 1 and not named_for_vendor(use.event.span.path, use.event.path)
    return not _for_vendor(run, use.event) and (len(own) == 1 or is_platforms(run, place))


def format_of(element: ElementType) -> str:
    """The bits of exponent and mantissa."""
    return (element.flavour or "")[:4]


def is_platforms(run: Run, place: Span) -> bool:
    """Whether the dtype at `place`, which is called what projects call the fp8 type of the
    platform, can really be either flavour: the project knows of both, or it asks the platform."""
    module = run.project.cached(str(FilePath(place.path).absolute()))
    return (module is not None and _asks_platform(module, place)) or run.both_flavours()


def _asks_platform(module: Module, place: Span) -> bool:
    """Whether what stands at `place` names the platform, or something that is given what does."""
    said = module.source.snippet(place)
    function = module.function_at(place.line)
    names = only_given(function.as_function) if function is not None else {}
    given = (as_code(x) for name, x in names.items() if re.search(rf"\b{name}\b", said))
    return any("platform" in each for each in (said, *given))


def _for_vendor(run: Run, event: LaunchEvent) -> bool:
    root = event.root.module.source.path
    return for_vendor(run.project, event.span, event.path) or for_vendor(
        run.project, Span(root, event.root.line, 1, event.root.line, 1)
    )

"""Kernels that the methods of one class pass the same attribute, where one writes codes of one
flavour and another reads them as what a flag of the platform says."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.device import Encoding, contract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.hazards.flavours.flags_left_out import speaks_of_fnuz
from tritonlint.facts.hazards.flavours.kernels import KernelFlavour
from tritonlint.facts.hazards.launched.specializations import parameter_span
from tritonlint.facts.hazards.written_launches import given, launched, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, dotted_name, walk
from tritonlint.frozen import dataclass


@dataclass(frozen=True, eq=False)
class _Passing:
    """A launch in a method that passes an attribute as `parameter`."""

    method: Definition
    launch: ast.Call
    kernel: Kernel
    parameter: str
    passed: ast.expr


@dataclass(frozen=True, eq=False)
class _Use:
    """What the kernel of a launch takes the attribute for: `fixed`, or `flagged` where a flag of
    the platform says so."""

    of: _Passing
    fixed: Encoding | None
    flagged: Encoding | None


def may_share_attributes(text: str) -> bool:
    """Whether the text of a file may have a class with two such launches."""
    return "class " in text and "self." in text and "](" in text


def attribute_flavours(module: Module) -> Iterator[KernelFlavour]:
    """The kernels that take an attribute for another flavour than it is written as by another
    method of the class."""
    passing: dict[tuple[int, str], list[_Passing]] = {}
    for name in sorted(launched(module)):
        for owner, each in _passings(module, name):
            passing.setdefault((owner, as_code(each.passed)), []).append(each)
    for same in passing.values():
        if len({each.kernel.name for each in same}) > 1:
            uses = [_use(each) for each in same]
            for use in uses:
                for other in uses:
                    if use.flagged is not None and other.fixed is not None:
                        yield from _disagree(module, use.flagged, use.of, other.fixed, other.of)


def _disagree(
    module: Module, flagged: Encoding, use: _Passing, fixed: Encoding, other: _Passing
) -> Iterator[KernelFlavour]:
    """What reads, of a kernel that asks a flag and one that does not, one of which writes."""
    one, two = flagged.element, fixed.element
    if one is None or two is None or flagged.written == fixed.written or one == two:
        return
    reading, writing = ((use, flagged), (other, fixed))[:: 1 if fixed.written else -1]
    (reader, encoding), (_, written) = reading, writing
    source = module.source
    assert written.element is not None
    yield KernelFlavour(
        source.span(reader.passed),
        reader.method.name,
        source.span(reader.launch),
        reader.kernel.name,
        reader.parameter,
        parameter_span(reader.kernel, reader.parameter),
        as_code(reader.passed),
        encoding,
        written.place,
        ElementTypes.of(written.element),
        True,
    )


def _passings(module: Module, name: str) -> Iterator[tuple[int, _Passing]]:
    """What the launches of a kernel in methods pass of their objects, by the class."""
    target = module.resolve(name)
    kernel = kernel_of(target) if target is not None else None
    for method, launch in launches_of(module, kernel) if kernel is not None else ():
        if kernel is None or method is None or method.owner is None:
            continue
        arguments = given(kernel, launch) if not _asks(method) else {}
        for parameter, passed in arguments.items():
            spelled = dotted_name(passed) or ""
            if spelled.startswith("self.") and spelled.count(".") == 1:
                yield id(method.owner), _Passing(method, launch, kernel, parameter, passed)


def _use(of: _Passing) -> _Use:
    fixed = _only(of.kernel, of.parameter, {})
    flagged = None if fixed else _where_flagged(of.kernel, of.parameter, of.launch)
    return _Use(of, fixed, flagged)


def _asks(method: Definition) -> bool:
    """Whether a method asks for the generation of the device itself."""
    return any(
        isinstance(each, (ast.If, ast.Assert)) and speaks_of_fnuz(as_code(each.test))
        for each in walk(method.as_function)
    )


def _where_flagged(kernel: Kernel, parameter: str, launch: ast.Call) -> Encoding | None:
    """What the kernel takes memory for where a flag that the launch passes says that the platform
    has the other flavour."""
    for name, passed in given(kernel, launch).items():
        if name not in roles_of(kernel).constexprs or isinstance(passed, ast.Constant):
            continue
        flags = speaks_of_fnuz(name) or speaks_of_fnuz(as_code(passed))
        found = _only(kernel, parameter, {name: True}) if flags else None
        element = found.element if found is not None else None
        if element is not None and "fnuz" in element.name:
            return found
    return None


def _only(kernel: Kernel, parameter: str, constexprs: Mapping[str, bool]) -> Encoding | None:
    """The only flavour that a kernel names for a parameter."""
    made = contract(kernel, Specialization({}, constexprs))
    own = [each for each in made.encodings if each.parameter == parameter]
    flavours = {each.element for each in own}
    if made.incomplete or len(flavours) != 1 or None in flavours:
        return None
    return own[0] if len({each.written for each in own}) == 1 else None

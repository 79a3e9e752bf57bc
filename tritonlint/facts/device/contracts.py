"""The contract of a kernel under a specialization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from tritonlint.dtypes import UINT8, ElementType
from tritonlint.facts.device.contract import Float, KernelContract, OneOf, Specialization
from tritonlint.facts.device.machine import Exhausted, Machine
from tritonlint.facts.device.moves import Moves
from tritonlint.facts.device.roles import Roles, infer, open_constexpr
from tritonlint.facts.device.roundings import Rounding, Roundings
from tritonlint.facts.device.statements import Activation
from tritonlint.facts.device.sums import NarrowSum, Sums
from tritonlint.facts.device.types import Type, kind_of, known
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Dtype,
    History,
    Pointer,
    Tensor,
    Text,
    Tuple,
    Value,
)
from tritonlint.facts.device.watch import Watch
from tritonlint.facts.flow.items import is_item, item, steps
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import replace

W = TypeVar("W", bound=Watch)


@kept(4096)
def contract(kernel: Kernel, specialization: Specialization) -> KernelContract:
    """What `kernel` does with the element type of each pointer parameter when it is launched so."""
    return _run(kernel, specialization, frozenset(specialization.pointers))


def open_contract(kernel: Kernel) -> KernelContract:
    """What `kernel` does with its pointer parameters whatever it is launched with."""
    return contract(kernel, Specialization())


def watched(kernel: Kernel, specialization: Specialization) -> Watch:
    """The numbers that become narrow integers in `kernel` when it is launched so."""
    return _seen(kernel, specialization, Watch())


def moves(kernel: Kernel, specialization: Specialization) -> Moves:
    """What `kernel` moves as it is, and what it takes for numbers, when it is launched so."""
    return _seen(kernel, specialization, Moves())


def roundings(kernel: Kernel, specialization: Specialization) -> tuple[Rounding, ...]:
    """The floats that `kernel` rounds to fewer bits and stores, when it is launched so."""
    return tuple(_seen(kernel, specialization, Roundings()).stored_so.values())


def narrow_sums(kernel: Kernel, specialization: Specialization) -> tuple[NarrowSum, ...]:
    """What `kernel` adds up in 16 bits and then takes for more, when it is launched so."""
    return tuple(_seen(kernel, specialization, Sums()).seen.values())


def refused(kernel: Kernel, specialization: Specialization) -> frozenset[str]:
    """The parameters of 16 bits because of which `kernel` does not compile when it is launched so:
    what is loaded through them goes to a function for wider floats, as `tl.sqrt` is."""
    return _seen(kernel, specialization, Sums()).refused


def _seen(kernel: Kernel, specialization: Specialization, watch: W) -> W:
    """The watch after it has seen a run of the kernel."""
    _machine(kernel, specialization, frozenset(specialization.pointers), watch)
    return watch


def _run(kernel: Kernel, specialization: Specialization, given: frozenset[str]) -> KernelContract:
    roles, pointers = roles_of(kernel), specialization.pointers
    machine = _machine(kernel, specialization, given)
    return KernelContract(
        kernel.name,
        kernel.path,
        kernel.line,
        roles.parameters,
        roles.constexprs,
        machine.stores(),
        machine.loads(),
        machine.incomplete,
        tuple(
            name
            for name in (*roles.parameters, *roles.items)
            if name in roles.pointers or name in pointers
        ),
        machine.encodings(),
    )


def _machine(
    kernel: Kernel,
    specialization: Specialization,
    given: frozenset[str],
    watch: Watch | None = None,
) -> Machine:
    """The machine after it has run the kernel."""
    roles = roles_of(kernel)
    pointers = specialization.pointers

    def element(name: str) -> Type:
        given = pointers.get(name)
        if given is None:
            return roles.element(name)
        return Type(kind_of(given), given, frozenset((name,)))

    machine = Machine(element, given, watch=watch)
    frame = Activation({}, kernel.scope, kernel.path, stack=(kernel.node,), machine=machine)
    items = [n for n in (*pointers, *specialization.constexprs) if is_item(n)]
    items += roles.items
    for name in roles.parameters:
        value = _argument(name, roles, specialization, items)
        if watch is not None and isinstance(value, Tensor):
            value = replace(value, history=History(given=True))
        frame.env[name] = value
    try:
        frame.block(kernel.node.body)
    except Exhausted:
        _exhausting[kernel.path, kernel.name] = None
    except RecursionError:
        machine.incomplete = "expressions nested too deeply"
        _exhausting[kernel.path, kernel.name] = None
    return machine


# The kernels, by path and name, that were not run to their ends.
_exhausting: dict[tuple[str, str], None] = {}


def take_exhausting() -> list[tuple[str, str]]:
    """The kernels, by path and name, that were not run to their ends since this was last asked:
    they take too many steps, or are nested too deeply."""
    found = list(_exhausting)
    _exhausting.clear()
    return found


def byte_contracts(kernel: Kernel) -> Mapping[str, KernelContract]:
    """For each pointer parameter, the contract were it `uint8` and all else unknown. Parameters on
    whose element type no value depends share one contract."""
    roles = roles_of(kernel)
    inert = [name for name in roles.pointers if name in roles.inert]
    shared = (
        _run(kernel, Specialization(dict.fromkeys(inert, UINT8)), frozenset())
        if len(inert) > 1
        else None
    )
    return {
        name: shared
        if shared is not None and name in roles.inert
        else contract(kernel, Specialization({name: UINT8}))
        for name in roles.pointers
    }


@kept(2048)
def roles_of(kernel: Kernel) -> Roles:
    """The roles of the parameters of `kernel`, inferred once."""
    return infer(kernel)


def _argument(
    name: str, roles: Roles, specialization: Specialization, items: Sequence[str] = ()
) -> Value:
    """What a parameter holds, or an item of one; `items` are those that are known."""
    if name in specialization.constexprs:
        return _constant(specialization.constexprs[name])
    inside = steps(name, items) if items and name not in specialization.pointers else ()
    if inside:
        each_item = (_argument(item(name, x), roles, specialization, items) for x in inside)
        return Tuple(tuple(each_item), tuple(x for x in inside if isinstance(x, str)))
    if name in specialization.pointers or name in roles.pointers:
        return Pointer(frozenset(((name,),)), descriptor=name in roles.descriptors)
    default = dict(roles.defaults).get(name)
    annotated = dict(roles.annotated).get(name)
    if annotated is not None:
        return Tensor((annotated,))
    if name in roles.constexprs:
        return _assumed(open_constexpr(name, default, roles.kind(name)))
    return Tensor((Type(roles.kind(name), assumed=True),))


def _assumed(value: Value) -> Value:
    """A compile-time parameter whose kind is open is a flag or, as a type, a float type."""
    match value:
        case Dtype():
            return Dtype((Type("float", assumed=True),))
    return value


def _constant(value: object) -> Value:
    match value:
        case None | bool() | int() | float() | str():
            return Const(value)
        case ElementType():
            return Dtype((known(value),))
        case tuple() | list():
            return Tuple(tuple(_constant(each) for each in value))
        case OneOf():
            return Text()
        case Float():
            return Tensor((Type("float"),))
    return UNKNOWN

"""Launch arguments that hold raw bytes, with what the kernel does to them: what rules are asked
about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tritonlint.dtypes import BY_NAME, INT8, UINT8, ElementType, ElementTypes
from tritonlint.facts.device import KernelContract, Load, Specialization, Store, contract
from tritonlint.facts.hazards.launched.known_arguments import known_arguments, tested
from tritonlint.facts.hazards.raw_bytes.stands_for import is_conditional, stands_for
from tritonlint.facts.hazards.raw_bytes.storage import (
    STRENGTHS,
    Evidence,
    Storage,
    Strength,
    storage_of,
)
from tritonlint.facts.host.conditions import decided
from tritonlint.facts.host.state import LaunchEvent, Run
from tritonlint.facts.host.values import (
    Condition,
    Const,
    DType,
    Path,
    Tensor,
    contradicts,
    options,
)
from tritonlint.facts.project.kernel import Kernel
from tritonlint.findings.claim import Known
from tritonlint.source import Span

# Words and numbers by which a kernel or a launch says that it means fp8 (largest finite values:
# FACTS.md, 5).
_FP8 = re.compile(r"fp8|float8|e4m3|e5m2|fnuz|\b(?:448|240|224|57344)(?:\.0*)?\b", re.IGNORECASE)
E4M3FN = BY_NAME["float8_e4m3fn"]


@dataclass(frozen=True)
class Typed:
    """A tensor of known element type that reaches a launch through a chain of calls: not raw bytes
    there."""

    launch: Span
    parameter: str
    place: Span

    @property
    def site(self) -> tuple[Span, str, Span]:
        return (self.launch, self.parameter, self.place)


@dataclass(frozen=True)
class Argument:
    """A tensor that holds raw bytes, passed to one pointer parameter of one kernel.

    `place` is the expression that should have been viewed: the slice, or the argument by which the
    tensor enters the chain of calls that ends in the launch. `calls` are the arguments of the calls
    in between. `stores` and `loads` are what the kernel does through the parameter in the
    specialization that this launch makes of it, where viewing the tensor as fp8 would make the
    difference. `means_fp8` is whether the kernel or the launch speaks of fp8: by name, by the
    largest finite value, or by an fnuz flag. `from_caller` is whether a caller in the project
    passes it. `evidence` says why these are raw bytes, strongest first; `stands_for` which float
    type they are, and `conditional` whether only where a test that the launch is not under comes
    out so: on other paths the tensor may have another type. `alone` is whether this is seen in the
    function around the launch by itself, not as a caller calls it. `known` is what is known of the
    other arguments on the path of the strongest evidence.
    """

    kernel: str
    kernel_path: str
    parameter: str
    parameter_span: Span
    launch: Span
    function: str
    text: str
    span: Span
    place: Span
    calls: tuple[Span, ...]
    storage: Storage
    evidence: tuple[Evidence, ...]
    stores: tuple[Store, ...]
    loads: tuple[Load, ...]
    from_caller: bool
    means_fp8: bool
    kernel_line: int
    known: tuple[Known, ...]
    stands_for: ElementTypes
    conditional: bool
    alone: bool

    @property
    def site(self) -> tuple[Span, str, Span]:
        return (self.launch, self.parameter, self.place)

    @property
    def strength(self) -> Strength:
        return self.evidence[0].strength

    @property
    def encoded(self) -> bool:
        """Whether the bytes are known to be codes or pieces of floats."""
        return any(each.encoded for each in self.evidence)


def arguments(run: Run) -> Iterator[Argument | Typed]:
    """The arguments of the launches of `run` that hold raw bytes on some path, and those that are
    known not to."""
    for event in run.launches:
        for parameter, passed in event.arguments.items():
            for path, value in options(passed.value):
                if isinstance(value, Tensor) and not contradicts(path, event.path):
                    found = _argument(run, event, parameter, value, path)
                    if found is not None:
                        yield found


def _argument(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Argument | Typed | None:
    storage = storage_of(run, event, parameter, tensor, path)
    passed = event.arguments[parameter]
    if not storage.raw:
        place = _place(tensor, passed.span, ())
        return (
            Typed(event.span, parameter, place) if storage.types.known and tensor.passed else None
        )
    evidence, stores, loads = _harm(run, event, parameter, storage, path)
    if not evidence:
        return None
    return Argument(
        event.kernel.name,
        event.kernel.path,
        parameter,
        parameter_span(event.kernel, parameter),
        event.span,
        event.function,
        passed.text,
        passed.span,
        _place(tensor, passed.span, evidence),
        tuple(each.span for each in tensor.passed),
        storage,
        tuple(evidence),
        stores,
        loads,
        run.passed_by_callers(tensor.buffer),
        _means_fp8(event),
        event.kernel.line,
        known_arguments(event, parameter, event.path + path + evidence[0].path),
        stands_for(event, parameter, tensor, evidence),
        is_conditional(event.path + path, evidence),
        event.alone,
    )


def _harm(
    run: Run, event: LaunchEvent, parameter: str, storage: Storage, path: Path
) -> tuple[list[Evidence], tuple[Store, ...], tuple[Load, ...]]:
    """The evidence under which the kernel does harm, strongest first, and its stores and loads that
    then go wrong."""
    evidence: list[Evidence] = []
    stores: dict[_Site, Store] = {}
    loads: dict[_Site, Load] = {}
    for each in storage.evidence:
        made = specialization(event, parameter, storage, event.path + path + each.path)
        more_stores, more_loads = run.effects.of(_effects, event.kernel, made, parameter)
        if more_stores or more_loads:
            evidence.append(each)
            stores.update((_site(store), store) for store in more_stores)
            loads.update((_site(load), load) for load in more_loads)
    evidence.sort(key=lambda each: (STRENGTHS.index(each.strength), not each.encoded))
    return evidence, tuple(stores.values()), tuple(loads.values())


def _means_fp8(event: LaunchEvent) -> bool:
    launch = event.module.source.snippet(event.span)
    return bool(_FP8.search(launch) or _FP8.search(ast.unparse(event.kernel.node)))


def _effects(
    kernel: Kernel, made: Specialization, parameter: str
) -> tuple[list[Store], list[Load]]:
    """The stores and loads through `parameter` that go wrong: they convert between integers and
    floats, they do not where the tensor is viewed as fp8, and they would not where the pointers of
    unknown type hold bytes too (then the kernel copies, and nothing is known). Loads whose bits are
    picked are kept: they tell that the kernel knows of bytes."""
    found = contract(kernel, made)
    stores = _suspicious([s for s in found.stores if s.parameter == parameter], "float_to_int")
    loads = _suspicious([s for s in found.loads if s.parameter == parameter], "int_to_float")
    if not stores and all(each.effect == "bits" for each in loads):
        return [], []
    unknown = {name: UINT8 for name in found.pointers if name not in made.pointers}
    copied = contract(kernel, Specialization({**unknown, **made.pointers}, made.constexprs))
    viewed = contract(kernel, Specialization({**made.pointers, parameter: E4M3FN}, made.constexprs))
    wrong = _sites(viewed, "float") - _sites(copied, "int")
    return (
        [each for each in stores if _site(each) in wrong],
        [each for each in loads if each.effect == "bits" or _site(each) in wrong],
    )


Access = TypeVar("Access", Store, Load)


def _suspicious(accesses: list[Access], conversion: str) -> list[Access]:
    """The accesses that convert, or that pick bits; those that do not compile where none of the
    others takes bytes as they are (else the kernel has a path of its own for bytes)."""
    if any(each.effect in ("int", "bits") for each in accesses):
        return [each for each in accesses if each.effect in (conversion, "bits")]
    return [each for each in accesses if each.effect in (conversion, "compile_error")]


_Site = tuple[Span, tuple[Span, ...]]


def _site(access: Store | Load) -> _Site:
    """Where an access is, and through which calls of device functions: a helper that loads does so
    for many."""
    return (access.place, access.via)


def _sites(found: KernelContract, effect: str) -> set[_Site]:
    """Where stores and loads with that effect are."""
    stores = {_site(each) for each in found.stores if each.effect == effect}
    return stores | {_site(each) for each in found.loads if each.effect == effect}


def _place(tensor: Tensor, argument: Span, evidence: Sequence[Evidence]) -> Span:
    """The expression that should have been viewed: the slice, or the argument by which the tensor
    enters the chain of calls; where a function tests what the cache holds and then does not view
    it, the argument that this one passes on."""
    chain = (*(each.span for each in tensor.passed), argument)
    if evidence and evidence[0].here and tensor.passed:
        return next(
            (each for each in reversed(chain) if each.path == evidence[0].span.path), argument
        )
    if tensor.part is not None and tensor.part.index is None:
        return tensor.part.span
    return chain[0]


def specialization(
    event: LaunchEvent, parameter: str, storage: Storage | None, path: Path
) -> Specialization:
    """What the launch makes of the kernel when the tests on `path` came out so, and `parameter`
    holds bytes, if there is a `storage`."""
    pointers: dict[str, ElementType] = {}
    constexprs: dict[str, object] = {}
    for name, passed in event.arguments.items():
        if name == parameter:
            continue
        values = [value for inner, value in options(passed.value) if not contradicts(inner, path)]
        match values:
            case [Const(value=constant)]:
                constexprs[name] = constant
            case [Condition() as condition]:
                outcome = decided(condition, path)
                if outcome is not None:
                    constexprs[name] = outcome
            case [DType() as dtype] if dtype.types.single:
                constexprs[name] = dtype.types.single
            case [Tensor(types=types) as tensor]:
                known = types if types is not None else event.types.get(tensor.buffer)
                if known is not None and known.single is not None:
                    pointers[name] = known.single
                elif (outcome := tested(event.kernel, name, tensor, path)) is not None:
                    constexprs[name] = outcome
    if storage is None:
        return Specialization(pointers, constexprs)
    own = storage.types.single
    pointers[parameter] = own if own in (INT8, UINT8) and own else UINT8
    return Specialization(pointers, constexprs)


def parameter_span(kernel: Kernel, parameter: str) -> Span:
    """Where the parameter of a kernel is declared."""
    node = kernel.node
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if each.arg == parameter:
            column = each.col_offset + 1
            return Span(kernel.path, each.lineno, column, each.lineno, column + len(parameter))
    return Span(kernel.path, node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1)

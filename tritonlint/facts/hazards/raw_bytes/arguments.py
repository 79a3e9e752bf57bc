"""Launch arguments that hold raw bytes, with what the kernel does to them: what rules are asked
about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.device import Load, Store
from tritonlint.facts.hazards.launched.known_arguments import known_arguments
from tritonlint.facts.hazards.launched.specializations import (
    has_place,
    may_be_memory,
    parameter_span,
)
from tritonlint.facts.hazards.raw_bytes.cuts import is_whole
from tritonlint.facts.hazards.raw_bytes.effects import harm
from tritonlint.facts.hazards.raw_bytes.evidence import (
    Evidence,
    Strength,
    at_most,
    only_wider,
    refused,
)
from tritonlint.facts.hazards.raw_bytes.names import says_numbers
from tritonlint.facts.hazards.raw_bytes.other_uses import (
    is_supposed,
    replaced_elsewhere,
    used_otherwise,
)
from tritonlint.facts.hazards.raw_bytes.sisters import passed_twice
from tritonlint.facts.hazards.raw_bytes.spoken import means_fp8
from tritonlint.facts.hazards.raw_bytes.stands_for import is_conditional, made_by, stands_for
from tritonlint.facts.hazards.raw_bytes.storage import Storage, storage_of
from tritonlint.facts.hazards.raw_bytes.unread_tests import may_be_excluded
from tritonlint.facts.hazards.raw_bytes.viewed_apart import left_by_its_class, viewed_apart
from tritonlint.facts.hazards.raw_bytes.viewed_at import entered_at, place_of_view
from tritonlint.facts.hazards.raw_bytes.whole_regions import holds_whole_numbers
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import all_codes
from tritonlint.facts.host.objects.heirs import of_class
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Missing, OfClass
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.findings.claim import Known
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span


@dataclass(frozen=True)
class Typed:
    """A tensor of known element type that reaches a launch through a chain of calls: not raw bytes
    there, and maybe no codes either."""

    launch: Span
    parameter: str
    place: Span
    codes: bool

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
    difference. `means_fp8` is whether the kernel or the launch speaks of fp8: by name, by an fnuz
    flag, or by the largest finite value, of which what is passed may be computed. `from_caller` is
    whether a caller in the project passes it. `evidence` says why these are raw bytes, strongest
    first; `stands_for` which float type they are, and `conditional` whether only where a test that
    the launch is not under comes out so: on other paths the tensor may have another type. `alone`
    is whether this is seen in the function around the launch by itself, not as a caller calls it.
    `known` is what is known of the other arguments on the path of the strongest evidence. `whole`
    is whether it is no region that was sliced from its buffer, `shared` whether what stands at
    `place` is used for something else too, which a view would change.
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
    whole: bool
    shared: bool = False

    @property
    def site(self) -> tuple[Span, str, Span]:
        return (self.launch, self.parameter, self.place)

    @property
    def merely_tested(self) -> bool:
        """Whether a test of the type is all that says that bytes can arrive, beside names of
        functions: no setting asks for them, and nothing like them is viewed."""
        return self.strength != "certain" and all(x.tested or x.named for x in self.evidence)

    @property
    def strength(self) -> Strength:
        return self.evidence[0].strength

    @property
    def may_be_codes(self) -> bool:
        """Whether the type is not known, and by what other parts are it may be that of codes."""
        return not self.storage.types.known and only_wider(self.evidence)

    @property
    def encoded(self) -> bool:
        """Whether the bytes are known to be codes or pieces of floats."""
        return any(each.encoded for each in self.evidence)


def arguments(run: Run) -> Iterator[Argument | Typed]:
    """The arguments of the launches of `run` that hold raw bytes on some path, and those that are
    known not to."""
    for event in run.launches:
        for parameter, passed in event.arguments.items():
            if not may_be_memory(event, parameter):
                continue
            tensors = [(p, each) for p, each in options(passed.value) if isinstance(each, Tensor)]
            if tensors and run.asked is not None:
                tensors = _asked_for(run, event, parameter, tensors)
            each_path: list[tuple[Path, Argument | Typed]] = []
            for path, value in tensors:
                never = contradicts(path, (*event.path, *refused(run, event.path)))
                never = never or viewed_apart(run, event, tensors, path, value)
                found = None if never else _argument(run, event, parameter, value, path)
                if found is not None:
                    each_path.append((path, found))
            yield from _of_each_path(run, event, parameter, tensors, each_path)


def _asked_for(
    run: Run, event: LaunchEvent, parameter: str, tensors: list[tuple[Path, Tensor]]
) -> list[tuple[Path, Tensor]]:
    """Those of `tensors`, each on its path, whose place may be asked for; all, where one of them
    may be and they depend on a class, since what others give counts there."""
    found = [each for each in tensors if _may_be_asked(run, event, parameter, *each)]
    return tensors if found and any(of_class(path) for path, _ in tensors) else found


def _may_be_asked(run: Run, event: LaunchEvent, parameter: str, path: Path, tensor: Tensor) -> bool:
    """Whether the place where an argument should have been viewed may be asked for."""
    assert run.asked is not None
    span = event.arguments[parameter].span
    chain = [each.span for each in tensor.passed]
    if not any(map(run.asked, (*chain, span, *([tensor.part.span] if tensor.part else ())))):
        return False
    if run.asked(place_of_view(run, event, parameter, tensor, ())):
        return True
    if run.asked(span) and any(passed_twice(event, parameter, tensor, event.path + path)):
        return True
    storage = storage_of(run, event, parameter, tensor, path) if chain else None
    return storage is not None and any(each.here for each in storage.evidence)


def _of_each_path(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensors: list[tuple[Path, Tensor]],
    found: Sequence[tuple[Path, Argument | Typed]],
) -> Iterator[Argument | Typed]:
    """What is `found`, each on its path. Where it is what an object gives that may be of several
    classes, and not all of these give bytes, the launch may be meant for the others, unless others
    get a view. Where others than bytes and codes come there too, it is bytes on that path only."""
    others = {each.place for _, each in found if isinstance(each, Typed) and not each.codes}
    giving = {of_class(path) for path, each in found if isinstance(each, Argument)}
    for path, each in found:
        asked = {key for key, _ in path if isinstance(key, OfClass)}
        apart = isinstance(each, Argument) and not asked <= giving
        if (
            isinstance(each, Argument)
            and apart
            and not left_by_its_class(
                run, event, parameter, tensors, path, each.storage.buffer, each.evidence
            )
        ):
            told = tuple(replace(x, strength="possible") for x in each.evidence)
            each = replace(each, evidence=told)
        if isinstance(each, Argument) and each.place in others:
            each = replace(each, conditional=True)
        yield each


def _argument(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Argument | Typed | None:
    storage = storage_of(run, event, parameter, tensor, path)
    passed, whole = event.arguments[parameter], event.path + path
    evidence, stores, loads = _harm(run, event, parameter, tensor, storage, path)
    if not evidence:
        typed = storage.types.known and (storage.packed or not storage.raw)
        place = entered_at(tensor, passed.span)
        codes = all_codes(storage.types)
        return Typed(event.span, parameter, place, codes) if typed and tensor.passed else None
    twice = any(passed_twice(event, parameter, tensor, whole))
    place = passed.span if twice else place_of_view(run, event, parameter, tensor, evidence)
    return Argument(
        event.kernel.name,
        event.kernel.path,
        parameter,
        parameter_span(event.kernel, parameter),
        event.span,
        event.function,
        passed.text,
        passed.span,
        place,
        tuple(each.span for each in tensor.passed),
        storage,
        tuple(evidence),
        stores,
        loads,
        run.passed_by_callers(tensor.buffer),
        means_fp8(event),
        event.kernel.line,
        known_arguments(event, parameter, whole + evidence[0].path),
        _stands_for(event, parameter, tensor, storage, evidence, whole),
        # What an heir of the class makes of bytes, others may not.
        run.heir is not None or made_by(run, tensor) or is_conditional(run, event, path, evidence),
        event.alone,
        is_whole(event, tensor),
        _may_differ(run, event, parameter, tensor, place),
    )


def _may_differ(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, place: Span) -> bool:
    """Whether what stands at `place` may be something else, or be meant for something else too."""
    other = replaced_elsewhere(run, event, parameter, tensor)[0] or is_supposed(run, tensor)
    return other or used_otherwise(run, event, parameter, tensor, place)


def _harm(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, storage: Storage, path: Path
) -> tuple[list[Evidence], tuple[Store, ...], tuple[Load, ...]]:
    """What goes wrong, and the evidence, weaker for what is supposed or may be viewed elsewhere;
    nothing where whole numbers are loaded."""
    if not storage.raw or may_be_excluded(run, event.path, path):
        return [], (), ()
    evidence, stores, loads = harm(run, event, parameter, tensor, storage, path)
    if not stores and evidence and holds_whole_numbers(event, tensor):
        return [], (), ()
    if not stores and any(map(says_numbers, (parameter, event.arguments[parameter].text))):
        evidence = at_most("possible", evidence)
    elif any(isinstance(key, OfClass) and not outcome for key, outcome in event.path):
        evidence = at_most("possible", evidence)  # another class may be meant
    elif is_supposed(run, tensor) and not _is_doubted(run, event, tensor, evidence):
        evidence = at_most("likely", evidence)
    if evidence and replaced_elsewhere(run, event, parameter, tensor)[1]:
        evidence = at_most("possible", evidence)
    return evidence, stores, loads


def _is_doubted(run: Run, event: LaunchEvent, tensor: Tensor, evidence: Sequence[Evidence]) -> bool:
    """Whether what other code binds to an attribute is merely bytes: rules know that of numbers."""
    if tensor.buffer not in run.bound or means_fp8(event):
        return False
    return not any(each.encoded for each in evidence)


def _stands_for(
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    storage: Storage,
    evidence: Sequence[Evidence],
    path: Path,
) -> ElementTypes:
    """The view that is missing. Of a whole page none is right, codes go through the same pointer;
    none can stand where a tuple is passed of which this is an item; and the type of a package is
    not there where that is missing."""
    if (storage.packed and tensor.part is None) or not has_place(event, parameter):
        return UNKNOWN
    if any(isinstance(test, Missing) and outcome for test, outcome in path):
        return UNKNOWN
    return stands_for(event, parameter, tensor, evidence)

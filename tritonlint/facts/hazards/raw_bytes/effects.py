"""The stores and loads of a kernel that go wrong where a parameter points to raw bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from tritonlint.dtypes import BY_NAME, UINT8, ElementType
from tritonlint.facts.device import (
    KernelContract,
    Load,
    Moves,
    Specialization,
    Store,
    contract,
    moves,
)
from tritonlint.facts.hazards.launched.specializations import each_constant, specialization
from tritonlint.facts.hazards.raw_bytes.evidence import NO_FLOAT, STRENGTHS, Evidence, at_most
from tritonlint.facts.hazards.raw_bytes.made_alike import all_alike
from tritonlint.facts.hazards.raw_bytes.meanings import (
    floats_elsewhere,
    floats_of_any_width,
    meanings,
)
from tritonlint.facts.hazards.raw_bytes.moved import moved_undecoded
from tritonlint.facts.hazards.raw_bytes.names import byte_named, float_named
from tritonlint.facts.hazards.raw_bytes.numbers import (
    handed_alike,
    numbers_beside,
    numbers_told,
)
from tritonlint.facts.hazards.raw_bytes.packed import (
    quantized_beside,
    regions_beside,
    wider_region,
)
from tritonlint.facts.hazards.raw_bytes.sisters import (
    made_beside,
    told_beside,
    viewed_alike,
    written_before,
)
from tritonlint.facts.hazards.raw_bytes.storage import Storage
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.symbols import HasType
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.kernel import Kernel
from tritonlint.source import Span

E4M3FN = BY_NAME["float8_e4m3fn"]
Effects = tuple[list[Store], list[Load], Moves]
_UNDECODED = "the kernel decodes other bytes, and stores these among floats as they are"


def harm(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, storage: Storage, path: Path
) -> tuple[list[Evidence], tuple[Store, ...], tuple[Load, ...]]:
    """The evidence under which the kernel does harm, strongest first, and its stores and loads that
    then go wrong."""
    if storage.packed:
        return _of_region(run, event, parameter, tensor, storage, path)
    handed = handed_alike(run, event, tensor)
    told = numbers_told(run, event, parameter, tensor, path) | handed
    evidence: list[Evidence] = []
    stores: dict[_Site, Store] = {}
    loads: dict[_Site, Load] = {}
    for each, whole, made in _ways(run, event, parameter, tensor, storage, path):
        floats = floats_elsewhere(event, parameter, path) | told
        floats |= floats_of_any_width(event, parameter)
        more_stores, more_loads, seen = run.effects.of(
            _effects, event.kernel, made, parameter, _said(parameter, tensor), *sorted(floats)
        )
        if more_stores or more_loads:
            evidence.append(each)
            evidence += meanings(event, parameter, whole, storage.evidence, seen, told)
            evidence += wider_region(event, parameter, tensor, seen)
            if undecoded := moved_undecoded(event.kernel, made, parameter, more_loads):
                span = event.arguments[parameter].span
                evidence.append(Evidence(span, _UNDECODED, "likely", meaning=NO_FLOAT))
                more_loads = undecoded
            if any(load.effect == "int_to_float" for load in more_loads):
                evidence += told_beside(event, parameter, tensor, made, whole)
                evidence += written_before(run, event, parameter, tensor, whole)
                evidence += viewed_alike(run, event, parameter, tensor)
                evidence += made_beside(event, parameter, tensor)
                if not any(one.encoded for one in evidence):
                    evidence += all_alike(run, event, parameter, tensor, seen)
            stores.update((_site(store), store) for store in more_stores)
            loads.update((_site(load), load) for load in more_loads)
    if any(each.meaning == NO_FLOAT and each.types.known for each in evidence):
        # The kernel knows of the bytes of one piece of a row, and takes others for numbers.
        loads = {site: each for site, each in loads.items() if each.effect != "bits"}
    evidence = at_most("likely", evidence) if handed else evidence
    return _sorted(evidence), tuple(stores.values()), tuple(loads.values())


def _ways(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, storage: Storage, path: Path
) -> Iterator[tuple[Evidence, Path, Specialization]]:
    """What the launch makes of the kernel where one of the evidence holds, and on which path: for
    each value that a compile-time parameter can have there."""
    for each in storage.evidence:
        whole = run.with_implied(event.path + path + each.path + _is_bytes(tensor, storage))
        made = specialization(event, parameter, storage.types, whole, alike=True)
        for one in each_constant(event, made, whole):
            yield each, whole, one


def _said(parameter: str, tensor: Tensor) -> str:
    """The name of the float type that a parameter is called after, for memory of which its name
    tells something: what is viewed as bytes is copied as bytes, whatever it is called."""
    return said.name if tensor.view is None and (said := float_named(parameter)) else ""


def _is_bytes(tensor: Tensor, storage: Storage) -> Path:
    """The test that comes out true where `tensor` holds bytes, as is assumed."""
    types = storage.types.types
    return ((HasType(tensor.buffer, str(UINT8)), True),) if not types or UINT8 in types else ()


def _sorted(evidence: list[Evidence]) -> list[Evidence]:
    found = list(dict.fromkeys(evidence))
    return sorted(found, key=lambda each: (STRENGTHS.index(each.strength), not each.encoded))


def _of_region(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    storage: Storage,
    path: Path,
) -> tuple[list[Evidence], tuple[Store, ...], tuple[Load, ...]]:
    """What goes wrong with a region of a packed buffer of 8-bit floats: all that is stored and
    loaded as a number, where it holds something wider."""
    whole = event.path + path
    made = specialization(event, parameter, storage.types, whole, alike=True)
    others = {name: each for name, each in made.pointers.items() if name != parameter}
    seen = moves(event.kernel, Specialization(others, made.constexprs))
    whole_page = tensor.part is None  # codes go through the same pointer
    told = [each for each in storage.evidence if each.meaning.known or whole_page]
    # Codes alone may be widened or stored unscaled: only beside others of the page, of which more
    # is done, is it telling.
    moved = {name for pair in seen.copies for name in pair}
    beside = regions_beside(event, parameter, tensor) - moved
    if beside or quantized_beside(run, event, tensor, whole):
        numbers = numbers_beside(run, event, parameter, path)
        told += meanings(event, parameter, whole, storage.evidence, seen, numbers, packed=True)
        told += wider_region(event, parameter, tensor, seen)
    if not told:
        return [], (), ()
    found = contract(event.kernel, made)
    stores = [s for s in found.stores if s.parameter == parameter and s.effect == "float"]
    loads = [s for s in found.loads if s.parameter == parameter and s.effect == "float"]
    if any(each.parameter == parameter for each in found.encodings):
        return [], (), ()
    if whole_page:
        scales = seen.scales.get(parameter, ())
        rows = {t for each in storage.evidence for t in each.types.types or ()}
        copied = {s for s, t in seen.copies if t == parameter and made.pointers.get(s) in rows}
        stores = [each for each in stores if each.place in scales or each.source & copied]
        loads = []
    evidence = [*storage.evidence, *told] if stores or loads else []
    return _sorted(evidence), tuple(stores), tuple(loads)


def _effects(
    kernel: Kernel, made: Specialization, parameter: str, said: str, *floats: str
) -> Effects:
    """The stores and loads through `parameter` that go wrong: they convert between integers and
    floats, they do not where the tensor is viewed as fp8, and they would not where the pointers of
    which nothing is known hold bytes too (then the kernel copies, and nothing is known). Nothing is
    known of a pointer that is not among `floats` and through which no numbers are loaded or stored.
    Loads whose bits are picked are kept: they tell that the kernel knows of bytes. `said` is the
    name of the float type that the parameter is called after, or nothing."""
    found = contract(kernel, made)
    stores = _suspicious([s for s in found.stores if s.parameter == parameter], "float_to_int")
    loads = _suspicious([s for s in found.loads if s.parameter == parameter], "int_to_float")
    if not stores and all(each.effect == "bits" for each in loads):
        return [], [], Moves()
    others = {name: each for name, each in made.pointers.items() if name != parameter}
    seen = moves(kernel, Specialization(others, made.constexprs))
    if len(loads) == 1 and _are_integers(parameter, made, seen):
        loads = [each for each in loads if each.effect == "bits"]
    stores = [] if parameter in seen.integers else stores
    known = {*made.pointers, *_floats(parameter, BY_NAME.get(said), made, seen, floats)}
    copied = _copied(kernel, parameter, made, [n for n in found.pointers if n not in known])
    wrong = _sites(_viewed(kernel, made, parameter), "float") - _sites(copied, "int")
    return (
        [each for each in stores if _site(each) in wrong and not _of_own_accord(each)],
        [each for each in loads if each.effect == "bits" or _site(each) in wrong],
        seen,
    )


def _are_integers(parameter: str, made: Specialization, seen: Moves) -> bool:
    """Whether a kernel takes bytes for integers: exponents of powers of two, levels of pixels, or
    numbers with a zero point that is a byte too. It does nothing like it with codes of floats."""
    pairs = [set(each) for each in seen.differences if parameter in each]
    others = {name for pair in pairs for name in pair - {parameter}}
    bytes_ = (made.pointers.get(name) for name in others)
    taken = seen.integers | seen.counted
    return parameter in taken or any(each and each.is_byte for each in bytes_)


def _viewed(kernel: Kernel, made: Specialization, parameter: str) -> KernelContract:
    """What the kernel does where `parameter` is viewed as fp8, with the other bytes that it takes
    for the same memory."""
    viewed = contract(kernel, Specialization({**made.pointers, parameter: E4M3FN}, made.constexprs))
    chosen = _sites(viewed, "compile_error")
    accesses: list[Store | Load] = [*viewed.stores, *viewed.loads]
    names = {each.parameter for each in accesses if _site(each) in chosen}
    both = {name for name in names if (each := made.pointers.get(name)) and each.is_byte}
    if not both - {parameter}:
        return viewed
    pointers = {**made.pointers, **dict.fromkeys({*both, parameter}, E4M3FN)}
    return contract(kernel, Specialization(pointers, made.constexprs))


def _floats(
    parameter: str,
    said: ElementType | None,
    made: Specialization,
    seen: Moves,
    told: Iterable[str],
) -> set[str]:
    """The pointers beside `parameter` that hold numbers: those that are known to (`told`), of which
    the kernel takes what it loads for numbers, or that point to wider floats; and those that it
    copies from or to such without a cast, or to a parameter that is `said` to be of a float type:
    neither bytes nor floats are stored as the other without a conversion. Where codes are copied
    from, there may be bytes: 8-bit floats would not compile."""
    wide = (name for name, each in made.pointers.items() if each.is_float and each.width > 8)
    found = {*told, *seen.numbers, *wide} - {parameter}
    found |= {parameter} if said else set()
    edges = [
        {*pair}
        for pair in seen.copies - seen.casts
        if parameter not in pair or (said and not (said.is_fp8 and pair[0] == parameter))
    ]
    for _ in edges:
        found |= {n for pair in edges if pair & found for n in pair if not byte_named(n)}
    return found - {parameter}


def _copied(
    kernel: Kernel, parameter: str, made: Specialization, unknown: Sequence[str]
) -> KernelContract:
    """What the kernel does where the `unknown` pointers hold bytes, as far as they can: not those
    through which it stores floats that do not come from `parameter`, nor those of which it
    multiplies matrices: for bytes that does not compile."""

    def run(names: Iterable[str]) -> KernelContract:
        pointers = {**dict.fromkeys(names, UINT8), **made.pointers}
        return contract(kernel, Specialization(pointers, made.constexprs))

    found = run(unknown)
    floats = {
        each.parameter
        for each in found.stores
        if each.effect == "float_to_int"
        and each.kind == "float"
        and parameter not in each.source
        and not each.rounded
    }
    floats |= {each.parameter for each in found.loads if each.effect == "compile_error"}
    return run(set(unknown) - floats) if floats.intersection(unknown) else found


Access = TypeVar("Access", Store, Load)


def _suspicious(accesses: list[Access], conversion: str) -> list[Access]:
    """The accesses that convert, or that pick bits; those that do not compile where none of the
    others takes bytes as they are or makes integers on purpose (else the kernel has a path of its
    own for bytes)."""
    if any(each.effect in ("int", "bits") or _of_own_accord(each) for each in accesses):
        return [each for each in accesses if each.effect in (conversion, "bits")]
    return [each for each in accesses if each.effect in (conversion, "compile_error")]


def _of_own_accord(access: Store | Load) -> bool:
    """Whether an integer is stored that the kernel made of a float whatever the pointer's type."""
    return isinstance(access, Store) and access.effect == "float_to_int" and access.kind == "int"


_Site = tuple[Span, tuple[Span, ...]]


def _site(access: Store | Load) -> _Site:
    """Where an access is, and through which calls of device functions: a helper that loads does so
    for many."""
    return (access.place, access.via)


def _sites(found: KernelContract, effect: str) -> set[_Site]:
    """Where stores and loads with that effect are."""
    stores = {_site(each) for each in found.stores if each.effect == effect}
    return stores | {_site(each) for each in found.loads if each.effect == effect}

"""The state of one abstract run of a kernel: what was seen to reach memory, and what hints at
unknown types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contract import (
    Encoding,
    Load,
    LoadEffect,
    Place,
    Store,
    StoreEffect,
)
from tritonlint.facts.device.frames import Where, place_of
from tritonlint.facts.device.intervals import hull
from tritonlint.facts.device.types import Type, Types
from tritonlint.facts.device.values import Loads, Pointer, Site, Tensor, Value
from tritonlint.facts.device.watch import Watch
from tritonlint.facts.flow.items import item
from tritonlint.frozen import dataclass, replace

# Bounds: evaluated nodes in a run, and device functions inside each other.
STEPS = 200_000
DEPTH = 8

_LOAD_RANK: Mapping[LoadEffect, int] = {
    "int": 0,
    "bits": 1,
    "float": 2,
    "unknown": 3,
    "compile_error": 4,
    "int_to_float": 5,
}
_STORE_RANK: Mapping[StoreEffect, int] = {
    "int": 0,
    "bits": 1,
    "float": 2,
    "unknown": 3,
    "compile_error": 4,
    "float_to_int": 5,
}


class Exhausted(Exception):
    """A bound was hit; the run ends with what it has seen."""


@dataclass
class Evidence:
    """What a run shows about things whose types are unknown. A variable is a scalar parameter's
    name, or `name[]` for what a pointer parameter points to."""

    integers: set[str] = field(default_factory=set)
    floats: set[str] = field(default_factory=set)
    # What is combined with floats: floats themselves, when nothing says otherwise.
    near_floats: set[str] = field(default_factory=set)
    # Pointer parameters that something is loaded through.
    loaded: set[str] = field(default_factory=set)
    # Pointer parameters whose element type is asked for.
    typed: set[str] = field(default_factory=set)
    # What is added to something that may be a pointer.
    offsets: list[tuple[frozenset[tuple[str, ...]], Types]] = field(default_factory=list)
    # Pairs of sets of variables that meet in a store or a comparison, and so are of one kind.
    equal: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)
    pointers: set[str] = field(default_factory=set)
    descriptors: set[str] = field(default_factory=set)
    # Those of them that are passed as such, and not made by the kernel.
    handles: set[str] = field(default_factory=set)
    scalars: set[str] = field(default_factory=set)
    addresses: set[tuple[str, ...]] = field(default_factory=set)
    # Items of parameters that are passed tuples.
    items: dict[str, None] = field(default_factory=dict)

    def integer(self, types: Types) -> None:
        """A value of these types is used as only an integer can be."""
        for each in types:
            self.integers |= each.variables

    def floating(self, types: Types) -> None:
        """A value of these types is used as a float."""
        for each in types:
            self.floats |= each.variables

    def scaled(self, types: Types) -> None:
        """A value of these types is combined with a float."""
        for each in types:
            self.near_floats |= each.variables

    def same(self, a: Types, b: Types) -> None:
        """Values of these types meet."""
        left, right = _variables(a), _variables(b)
        if left and right and left != right:
            self.equal.append((left, right))


def _variables(types: Types) -> frozenset[str]:
    return frozenset(name for each in types for name in each.variables)


class Machine:
    """What one run of a kernel on types has seen. `element` gives the element type of a pointer
    parameter."""

    def __init__(
        self,
        element: Callable[[str], Type],
        given: frozenset[str] = frozenset(),
        inferring: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self.element = element
        # Pointer parameters that are certainly tensors, not None.
        self.given = given
        self.evidence = Evidence()
        self.incomplete: str | None = None
        # Whether evidence is wanted; a run for a contract has no use for it.
        self.inferring = inferring
        # What looks at numbers on their way to narrow integers, where that is wanted.
        self.watch = watch
        # The values of module constants by their node.
        self.constants: dict[int, Value] = {}
        self.steps = 0
        self._stores: dict[tuple[str, Place, tuple[Place, ...]], Store] = {}
        self._loads: dict[Site, tuple[LoadEffect, Place | None]] = {}
        self._decoded: set[Site] = set()
        self._encodings: dict[Encoding, None] = {}

    def opened(self, name: str) -> Value:
        """What a parameter, or an item of one, holds when nothing is known of it."""
        if name in self.evidence.scalars:
            return Tensor((Type("unknown", variables=frozenset((name,))),))
        return Pointer(frozenset(((name,),)), candidate=name not in self.evidence.pointers)

    def item(self, owner: Value, index: int | str) -> Value | None:
        """The item of a parameter that is passed a tuple; None of what is no such parameter."""
        if not (self.inferring and isinstance(owner, Pointer) and owner.candidate):
            return None
        names = [name for added in owner.bases for name in added]
        if len(names) != 1 or owner.element is not None:
            return None
        name = item(names[0], index)
        self.evidence.items[name] = None
        return self.opened(name)

    def exhausted(self) -> Exhausted:
        """The bound on steps was hit."""
        self.incomplete = f"more than {STEPS} steps"
        return Exhausted()

    def loaded(self, site: Site, effect: LoadEffect) -> None:
        """A load happens at `site`."""
        self._loads.setdefault(site, (effect, None))

    def use(
        self, loads: Loads, effect: LoadEffect, where: Where, picked: LoadEffect = "bits"
    ) -> None:
        """The loaded bytes `loads` are used so at `where`; `picked` is the effect on bits picked
        from them."""
        for site, form in loads:
            new: LoadEffect = effect if form == "number" else picked
            self._decoded |= {site} if new == "bits" else set()
            old = self._loads.get(site, ("int", None))[0]
            if _LOAD_RANK[new] > _LOAD_RANK[old]:
                self._loads[site] = (new, place_of(where))

    def to_float(self, value: Tensor, where: Where) -> None:
        """The integer `value` becomes a float by its number at `where`."""
        if value.loads:
            self.use(value.loads, "int_to_float", where)

    def stored(self, store: Store) -> None:
        """A store happens; of several at one place the worst counts, of any value that one of those
        may have: what a loop adds up is zero in the first round only."""
        key = (store.parameter, store.place, store.via)
        old = self._stores.get(key)
        if old is None or _STORE_RANK[store.effect] > _STORE_RANK[old.effect]:
            self._stores[key] = store
        elif old != store and store.effect == old.effect:
            self._stores[key] = replace(
                old,
                rounded=old.rounded and store.rounded,
                interval=hull(old.interval, store.interval),
                source=old.source | store.source,
            )

    def stores(self) -> tuple[Store, ...]:
        """All stores, in the order in which they were first seen."""
        return tuple(self._stores.values())

    def loads(self) -> tuple[Load, ...]:
        """All loads, in the order in which they were first seen. What does not compile in one arm
        for bytes that another one decodes is in an arm for something else."""
        return tuple(
            Load(site.parameter, site.place, "bits" if apart else effect, use, site.via)
            for site, (effect, use) in self._loads.items()
            for apart in [effect == "compile_error" and site in self._decoded]
        )

    def encoded(
        self, names: Iterable[str], element: ElementType | None, place: Place, written: bool = False
    ) -> None:
        """The bytes behind the parameters `names` are codes of `element` at `place`; nothing where
        that is known to be no 8-bit float."""
        if element is None or element.is_fp8:
            self._encodings.update((Encoding(n, element, place, written), None) for n in names)

    def encodings(self) -> tuple[Encoding, ...]:
        """All encodings, in the order in which they were first seen."""
        return tuple(self._encodings)

    def address(self, pointer: Pointer) -> tuple[str, ...]:
        """The pointer parameters whose memory `pointer` reaches, where it is used as an address:
        what may be a pointer then is one."""
        if pointer.candidate:
            self.evidence.addresses |= pointer.bases
        return self.reached(pointer)

    def reached(self, pointer: Pointer) -> tuple[str, ...]:
        """The pointer parameters whose memory `pointer` would reach. That this is asked, as where a
        value is chosen or joined with another, does not make what may be a number an address."""
        if len(pointer.bases) == 1 and not pointer.candidate:
            return next(iter(pointer.bases))[:1]
        return tuple(dict.fromkeys(self._base(each) for each in sorted(pointer.bases)))

    def _base(self, added: tuple[str, ...]) -> str:
        """Which of the parameters that were added up is the pointer: the one known to be, else the
        first that is not known to be a number."""
        if len(added) == 1:
            return added[0]
        pointers = self.evidence.pointers
        scalars = self.evidence.scalars
        for chosen in ([n for n in added if n in pointers], [n for n in added if n not in scalars]):
            if chosen:
                return chosen[0]
        return added[0]


def element_types(machine: Machine, pointer: Pointer) -> Types:
    """The types of what `pointer` points to."""
    cast = pointer.element or ()
    if cast and not pointer.own:
        return cast
    own = (machine.element(name) for name in machine.reached(pointer))
    return tuple(dict.fromkeys((*cast, *own)))

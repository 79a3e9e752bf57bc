"""What an interpretation records: evidence about element types, launches, copies that convert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Literal, TypeVar

from tritonlint.dtypes import ElementType, ElementTypes
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.places import Part, Place
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Path, Tensor, Value
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import dataclass
from tritonlint.source import Span

T = TypeVar("T")

Form = Literal["copy", "assignment", "conversion"]
NoteKind = Literal[
    "view",
    "allocated",
    "asserted",
    "handled",
    "refused",
    "table",
    "setting",
    "unquantized",
    "integers",
    "default",
    "may_be",
    "seen",
    "codes",
    "numbers",
    "counted",
]


@dataclass(frozen=True)
class Note:
    """Evidence about the element type of a buffer: what was seen, where, and on which path.

    `view`: viewed as `types`; `allocated`: created with them; `asserted`: any other type raises;
    `handled`: a test asks for them; `refused`: such a test raises; `table`: its type is read from a
    table that holds them; `setting`: a test whether the setting that `buffer` names asks for a
    quantized cache, with types where it asks for fp8 by name; `unquantized`: such a setting raises,
    where the test `variable` comes out true; `integers`: the code reckons with 8-bit integers, in a
    tensor or as the dtype that `buffer` names; `default`: a parameter is this dtype unless a caller
    says otherwise; `may_be`: it is made with this type on `path`, with one that is not known on
    others; `codes`: codes of `types` are copied into it, or what was viewed as these is viewed as
    bytes again; `numbers`: the code computes with it as floats; `counted`: it has as many bytes as
    elements of `types` take, those of the buffer `variable` where that is known; `seen`: what was
    seen at run time, as `message` says: it is as strong as `strength`, and `encoded` says that the
    bytes are floats.
    """

    kind: NoteKind
    buffer: Symbol
    types: ElementTypes
    span: Span
    path: Path
    part: Part | None = None
    variable: Symbol | None = None
    message: str = ""
    strength: Literal["certain", "likely", "possible"] = "likely"
    encoded: bool = False


def is_also(note: Note, kind: NoteKind, notes: Iterable[Note]) -> bool:
    """Whether what is noted of a place is noted of it as another kind too."""
    return any(each.kind == kind and each.span == note.span for each in notes)


class Notes(list[Note]):
    """Notes in the order in which they were taken. What is asked of them is sorted once, until more
    are taken."""

    def __init__(self) -> None:
        super().__init__()
        self._by_buffer: dict[Symbol, list[Note]] = {}
        self._by_kind: dict[NoteKind, list[Note]] = {}
        self._sorted = 0

    def by_buffer(self, buffer: Symbol) -> Sequence[Note]:
        """Those about a buffer."""
        self._sort()
        return self._by_buffer.get(buffer, ())

    def of_kind(self, kind: NoteKind) -> Sequence[Note]:
        """Those of a kind."""
        self._sort()
        return self._by_kind.get(kind, ())

    def _sort(self) -> None:
        for note in self[self._sorted :] if self._sorted < len(self) else ():
            self._by_buffer.setdefault(note.buffer, []).append(note)
            self._by_kind.setdefault(note.kind, []).append(note)
        self._sorted = len(self)


@dataclass(frozen=True)
class Passed:
    """One argument of a launch: the value and where its expression stands."""

    value: Value
    place: Place

    @property
    def span(self) -> Span:
        return self.place.span

    @property
    def text(self) -> str:
        return as_code(self.place.node)


@dataclass(frozen=True)
class LaunchEvent:
    """A launch that was reached, with what was known there. `root` is the function that the
    interpretation began in."""

    kernel: Kernel
    module: Module
    span: Span
    arguments: dict[str, Passed]
    path: Path
    types: dict[Symbol, ElementTypes]
    function: str
    root: Definition
    complete: bool

    @property
    def alone(self) -> bool:
        """Whether the launch stands in `root` itself."""
        node = self.root.node
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        return self.root.module.path == self.span.path and first <= self.span.line <= last

    @cached_property
    def _answers(self) -> dict[object, Any]:
        return {}

    def answer(self, question: Callable[[LaunchEvent], T]) -> T:
        """What a question about this launch alone finds out, which is asked once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        known: T = self._answers[question]
        return known

    @cached_property
    def viewed(self) -> tuple[tuple[Passed, Tensor], ...]:
        """The arguments that are views of another element type."""
        return tuple(
            (passed, each)
            for passed in self.arguments.values()
            for _, each in options(passed.value)
            if isinstance(each, Tensor) and each.view is not None
        )

    @cached_property
    def cut(self) -> frozenset[Symbol]:
        """The buffers of which arguments are parts."""
        return frozenset(
            each.buffer
            for passed in self.arguments.values()
            for _, each in options(passed.value)
            if isinstance(each, Tensor) and each.part is not None
        )


@dataclass(frozen=True)
class Copy:
    """A copy that converts: `place` is all of it, `source` and `target` the expressions of the two
    tensors (of a conversion `x.to(torch.uint8)`, `target` is the name of the method). `encoded` is
    the 8-bit float type, or one of those it can be, `to_bytes` the direction; `byte` is the type of
    the other side. `evidence` says where the types are seen."""

    place: Span
    function: str
    form: Form
    source: Span
    target: Span
    encoded: ElementType
    byte: ElementType
    to_bytes: bool
    evidence: tuple[tuple[Span, str], ...]

"""What one interpretation of launching code collects, and how far it goes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.calls.telling_types import tells_types
from tritonlint.facts.host.events import Copy, LaunchEvent, Note, Notes
from tritonlint.facts.host.objects.class_values import Attributes
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Count, Instance, Path
from tritonlint.facts.project.effects import Effects
from tritonlint.facts.project.kernel import Kernel, functions_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.findings.result import Limit
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# After so many statements no function is entered; after so many the run ends, which is said.
MAX_ENTERED = 6000
MAX_STATEMENTS = 40000
# The lines of a function that is entered only for what it returns, and of one that tells types.
TINY = 2
SHORT = 24
LONG = 60
MAX_DEPTH = 24
# So many calls deep a function is entered only for what it returns.
NEAR_DEPTH = 5

Leads = Callable[[Definition], bool]


def _headers(kernel: Kernel, _: None) -> tuple[Span, ...]:
    """Where a kernel and the functions that it calls begin."""
    return tuple(Span(each.path, each.line, 1, each.line, 1) for each in functions_of(kernel))


@dataclass(eq=False)
class Run:
    """What one interpretation collects, over all the functions that it enters. `leads` says whether
    a function leads to a launch: others are entered only for what they return, when they are short.
    `byte_table` tells where the project says that it stores quantized caches as bytes, `called`
    whether `root` has callers in the project, `viewed_beside` whether tests beside it view what
    they pass, `both_flavours` whether the project knows both kinds of e4m3. `viewing` gives the
    other files that name all of some names and view something, `operator` the function that a
    custom operator is, `overriding` the heirs of a class with a method of their own,
    `made_elsewhere` whether other files make objects of a class, `in_other_files` whether a class
    of another file has some methods, `replaced` whether other files give something under a name of
    one, and view it, `binding` the other files that may give an attribute bytes or a view of some,
    or call a method for that, `registering` those that may register implementations of a function.
    `thorough`: calls are followed that hand on no bytes, for what else a function is given.
    `attributes` and `effects` (what a kernel does in one specialization) may be shared. `asked`
    tells whether what is seen at a place is asked for (None: all is)."""

    project: Project
    root: Definition
    leads: Leads | None = None
    byte_table: Callable[[], Span | None] = lambda: None
    called: Callable[[], bool] = lambda: False
    viewed_beside: Callable[[], bool] = lambda: False
    both_flavours: Callable[[], bool] = lambda: False
    viewing: Callable[[frozenset[str]], Iterable[Module]] = lambda _: ()
    notes: Notes = field(default_factory=Notes)
    noted: set[Note] = field(default_factory=set)
    launches: list[LaunchEvent] = field(default_factory=list)
    statements: int = 0
    stack: list[int] = field(default_factory=list)
    exhausted: bool = False
    operator: Callable[[str], Definition | None] = lambda _: None
    overriding: Callable[[Definition, str], Iterable[Definition]] = lambda *_: ()
    made_elsewhere: Callable[[Definition], bool] = lambda _: True
    in_other_files: Callable[[Module, frozenset[str]], bool] = lambda *_: True
    replaced: Callable[[Module, str], tuple[bool, bool]] = lambda *_: (False, False)
    binding: Callable[[Module, tuple[str, ...]], Iterable[Module]] = lambda *_: ()
    registering: Callable[[Definition], Iterable[Module]] = lambda _: ()
    attributes: Attributes = field(default_factory=dict)
    effects: Effects = field(default_factory=Effects)
    heir: Definition | None = None  # the class of the object, where the root is inherited
    copies: list[Copy] = field(default_factory=list)
    limits: set[Limit] = field(default_factory=set)
    thorough: bool = True
    backwards: bool = False  # `backward` is run after what is applied
    asked: Callable[[Span], bool] | None = None
    entered: set[int] = field(default_factory=set)  # functions, by their nodes
    lambdas: dict[int, ast.FunctionDef] = field(default_factory=dict)  # as functions
    tested: set[Symbol] = field(default_factory=set)  # of these only tests tell the type
    # What names the dtype of a buffer that is made with one that is not known; with the paths.
    dtypes: dict[Symbol, frozenset[Symbol]] = field(default_factory=dict)
    named: dict[Symbol, tuple[tuple[Path, Symbol], ...]] = field(default_factory=dict)
    stand_ins: dict[Symbol, ElementTypes] = field(default_factory=dict)  # of one element at most
    # The tensors that a buffer of unknown dtype was made after, or the parameters that name it.
    alike: dict[Symbol, frozenset[Symbol]] = field(default_factory=dict)
    # Of numbers that count the bytes of elements, the types of these.
    counted: dict[Symbol, Count] = field(default_factory=dict)
    # The tests that are asserted where another comes out so: `if packed: assert shuffled`.
    implied: dict[tuple[Symbol, bool], Path] = field(default_factory=dict)
    # The names of settings that objects turn away, as tests that come out false.
    refused: Path = ()
    # What is written for parameters of the root, where it is a test and nobody else calls it.
    written: dict[Symbol, tuple[object, ...]] = field(default_factory=dict)
    # What was supposed: the classes of objects by their use, and who makes such; the memory of
    # attributes that their class leaves empty.
    supposed: set[Definition] = field(default_factory=set)
    bound: set[Symbol] = field(default_factory=set)
    either: dict[Symbol, str] = field(default_factory=dict)  # of which what is no bytes may be
    meant: Mapping[str, Definition] = field(default_factory=dict)  # by a method of theirs
    # The objects, by class and name, whose classes may turn settings away.
    requiring: dict[tuple[int, Symbol | None], Instance] = field(default_factory=dict)

    def with_implied(self, path: Path) -> Path:
        """`path` with the tests that are asserted on it."""
        waiting = list(path)
        while waiting:
            more = [each for each in self.implied.get(waiting.pop(), ()) if each not in path]
            path += tuple(more)
            waiting += more
        return path

    @property
    def asked_launches(self) -> Sequence[LaunchEvent]:
        """The launches that stand, or are passed something, where what is seen is asked for."""
        asked = self.asked
        if asked is None:
            return self.launches
        return [
            event
            for event in self.launches
            if asked(event.span) or any(asked(each.span) for each in event.arguments.values())
        ]

    @property
    def asked_kernels(self) -> Sequence[LaunchEvent]:
        """The launches of kernels in which what is seen is asked for."""
        asked = self.asked
        if asked is None:
            return self.launches
        functions = (
            (event, self.effects.of(_headers, event.kernel, None)) for event in self.launches
        )
        return [event for event, headers in functions if any(map(asked, headers))]

    def passed_by_callers(self, buffer: Symbol) -> bool:
        """Whether `buffer` is a parameter of the root that callers in the project pass."""
        return buffer.is_given_to(self.root.qualified) and self.called()

    def passed_by_tests(self, buffer: Symbol) -> bool:
        """Whether `buffer` is a parameter of the root that tests beside the project may view."""
        return buffer.is_given_to(self.root.qualified) and self.viewed_beside()

    def is_as(self, definition: Definition) -> bool:
        """Whether a method of a base is run, as that of an object of this class."""
        return self.heir is not None and self.heir.node is definition.node

    def worth_entering(
        self, function: Definition, depth: int, hands_on_bytes: Callable[[], bool]
    ) -> bool:
        """Whether a function that is called at this depth is entered."""
        node = function.as_function
        length = function.module.own_code(node)
        near = depth < NEAR_DEPTH
        if length <= TINY:
            return True
        if near and (length < SHORT or (length < LONG and tells_types(function.module, node))):
            return True
        if self.leads is None:
            return True
        return (self.thorough or hands_on_bytes()) and self.leads(function)

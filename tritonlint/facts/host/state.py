"""The state of one function call in launching code: names, known element types, the path to where
it is."""

from __future__ import annotations

import ast
from abc import abstractmethod
from dataclasses import field
from typing import Any, TypeVar

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.flow.walk import Walk
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.events import Note, NoteKind
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.arms import joined
from tritonlint.facts.host.values.choices import as_tested
from tritonlint.facts.host.values.places import Part, Place
from tritonlint.facts.host.values.symbols import Allocation, Attribute, Object, Symbol, Unknown
from tritonlint.facts.host.values.values import Class, Condition, Instance, Path, Tensor, Value
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import Enclosing
from tritonlint.frozen import dataclass
from tritonlint.source import Span

F = TypeVar("F", bound="Frame")


@dataclass
class Frame(Walk[Value, Condition]):
    """The names of one function call. `types` holds what is known of each buffer's element type on
    this path; `site` are the calls that led here: what is made here is made anew for each.
    `assumed` is the path at the beginning of the arm, `began` the length of the one to the call;
    `ends` are the names at each `return`,
    `looping` is whether the statements may be run again, `yields` what a generator gave, `launched`
    how many launches there were when it was forked.

    Its abstract methods are the interpreter (`interpreter.py`): expressions hold calls, calls run
    statements, and statements hold expressions, so that the files which do each of these reach the
    others through the frame that they are given."""

    run: Run
    module: Module
    enclosing: Enclosing
    types: dict[Symbol, ElementTypes]
    path: Path = ()
    instance: Instance | Class | None = None
    returns: list[tuple[Path, Value | None]] = field(default_factory=list)
    ends: list[tuple[Path, dict[Any, Value]]] = field(default_factory=list)
    depth: int = 0
    site: str = ""
    looping: bool = False
    yields: list[Value] = field(default_factory=list)
    assumed: Path = ()
    began: int = 0
    launched: int = 0

    @abstractmethod
    def apply(self, node: ast.Call, function: Value, given: Given) -> Value:
        """What `function` gives for these arguments in the call `node`."""

    @abstractmethod
    def body(self) -> Value | None:
        """Run the body of the function that the frame belongs to; what it returns, or None."""

    @property
    def function(self) -> str:
        return ".".join(scope.name for scope in self.enclosing)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        return self.module.source.span(node)

    def place(self, node: ast.expr) -> Place:
        return Place(self.module.source, node)

    def unknown(self, node: ast.expr) -> Tensor:
        """A value of which nothing is known but where it is computed, and in which call."""
        return Tensor(Unknown(self.module.path, node.lineno, node.col_offset, self.site))

    def note(
        self,
        kind: NoteKind,
        buffer: Symbol,
        types: ElementTypes,
        span: Span,
        part: Part | None = None,
        path: Path = (),
        variable: Symbol | None = None,
    ) -> None:
        """Record evidence on the present path (extended by `path`)."""
        note = Note(kind, buffer, types, span, self.path + path, part, variable)
        if note not in self.run.noted:
            self.run.noted.add(note)
            self.run.notes.append(note)

    def fork(self: F) -> F:
        """The same frame for one arm of a branch: what it binds stays in it until `merge`."""
        return type(self)(
            dict(self.env),
            self.run,
            self.module,
            self.enclosing,
            dict(self.types),
            self.path,
            self.instance,
            self.returns,
            self.ends,
            self.depth,
            self.site,
            self.looping,
            self.yields,
            self.assumed,
            self.began,
            len(self.run.launches),
            loops=self.loops,
        )

    def elsewhere(
        self, module: Module, enclosing: Enclosing, types: dict[Symbol, ElementTypes] | None = None
    ) -> Frame:
        """A frame of the same interpretation one call deeper, in code at another place: nothing is
        bound there yet."""
        inner = type(self)({}, self.run, module, enclosing, {} if types is None else types)
        inner.depth = self.depth + 1
        return inner

    def abandon(self, arm: Frame) -> None:
        """What an arm made it may have returned."""
        self.keep_made(arm)

    def keep_made(self, inner: Frame) -> None:
        """The buffers that were made in `inner` are known after it, not what was tested of them."""
        for buffer, types in inner.types.items():
            if buffer not in self.types and isinstance(buffer.whole, Allocation):
                if buffer not in self.run.tested:
                    self.types[buffer] = types

    def adopt(self, arm: Frame) -> None:
        """Go on as `arm`, the only one that did not end."""
        self.env, self.types, self.path = arm.env, arm.types, arm.path

    def merge(self, one: Frame, other: Frame) -> None:
        """Go on after both arms: a name that differs becomes a choice, and what was found out in
        both holds."""
        base = len(self.path)
        left, right = one.path[base:], other.path[base:]
        self.path += tuple(each for each in left if each in right)
        self.env = {
            name: _join(name, self, (left, one), (right, other))
            for name in dict.fromkeys((*one.env, *other.env))
        }
        shared = one.types.keys() & other.types.keys()
        self.types = {buffer: one.types[buffer] | other.types[buffer] for buffer in shared}
        for arm in (one, other):  # what was made in one arm is not there after the other
            self.keep_made(arm)

    def known(self, buffer: Symbol) -> ElementTypes:
        return self.types.get(buffer, UNKNOWN)


def _join(
    name: str | Symbol, began: Frame, first: tuple[Path, Frame], second: tuple[Path, Frame]
) -> Value:
    """What a name stands for after two arms of a branch, each with its path, that `began` so."""
    (left, one), (right, other) = first, second

    # An attribute may have been viewed the time before, but not what both arms give another object.
    given = isinstance(name, Attribute) and not isinstance(name.of, Object)
    told = type(name) is str or (given and name not in began.env)

    def known(buffer: Symbol) -> ElementTypes:
        return one.known(buffer) | other.known(buffer) if told else UNKNOWN

    if name not in one.env or name not in other.env:
        path, arm = (right, other) if name in other.env else (left, one)
        return as_tested(arm.env[name], path)
    mine, its = one.env[name], other.env[name]
    if mine is its or mine == its:
        return mine
    # So may, in a loop, what one of the arms leaves as it was.
    old = began.env.get(name) if one.loops else None
    return joined((left, mine), (right, its), known, old)

"""What a walk through the statements of a function asks of the side that takes it: kernels are
walked on types, launching code on memory."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any, Generic, TypeVar

from tritonlint.frozen import dataclass

# What a name holds, what a test comes to, and the walk of one side.
V = TypeVar("V")
T = TypeVar("T")
W = TypeVar("W", bound="Walk[Any, Any]")


@dataclass
class Items(Generic[V]):
    """What going through a value gives: the items `one_by_one` where they are known, else what any
    of them is. `entered` is whether there is at least one."""

    one_by_one: Sequence[V] | None
    any_of_them: V | None = None
    entered: bool = False

    def rows(self) -> Sequence[V]:
        """The items, or one that stands for all."""
        if self.one_by_one is not None:
            return self.one_by_one
        assert self.any_of_them is not None
        return (self.any_of_them,)


@dataclass
class Loop(Generic[W]):
    """The walks that left one round of a loop early."""

    broken: list[W] = field(default_factory=list)
    continued: list[W] = field(default_factory=list)


@dataclass
class Walk(ABC, Generic[V, T]):
    """One call of a function, at the statement that it has come to. `env` holds its names, and the
    attributes that it sets; `loops` are those around the statement, innermost last.

    An arm of a branch is walked in a fork, and the walk goes on after the arms that reach their
    end. A function that runs statements returns whether their end is reached: it is not after
    `return`, `raise`, `break`, `continue`."""

    env: dict[Any, V]
    loops: tuple[Loop[Any], ...] = field(default=(), kw_only=True)

    # How often the body of a loop is walked at most, until nothing changes.
    ROUNDS = 1
    # How many rounds are then walked one by one, each of what the one before it leaves.
    LATER_ROUNDS = 0
    # Whether a loop of unknown length is taken to run.
    ENTERED = False

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Walk `statements` in order; whether their end is reached."""

    @abstractmethod
    def evaluate(self, node: ast.expr) -> V:
        """The value of `node`."""

    @abstractmethod
    def step(self, node: ast.stmt) -> bool:
        """Whether to go on with `node`: no bound is hit."""

    # Branches.

    @abstractmethod
    def fork(self: W) -> W:
        """The same walk for one arm of a branch: what it binds stays in it."""

    @abstractmethod
    def adopt(self: W, arm: W) -> None:
        """Go on as `arm`, the only one that reached its end."""

    @abstractmethod
    def merge(self: W, one: W, other: W) -> None:
        """Go on after two arms: a name holds what it holds after either."""

    def abandon(self: W, arm: W) -> None:
        """Keep what is known from an arm that did not reach its end."""

    def rejoin(self: W, arms: Iterable[tuple[W, bool]]) -> bool:
        """Go on after those of `arms` that reached their end; whether one did."""
        both = list(arms)
        going = [arm for arm, reached in both if reached]
        if len(going) == 1:
            self.adopt(going[0])
        elif going:
            self.merge(going[0], going[1])
            for arm in going[2:]:
                self.merge(self.fork(), arm)
        for arm, reached in both:
            if not reached:
                self.abandon(arm)
        return bool(going)

    # Tests.

    @abstractmethod
    def test(self, node: ast.expr) -> T:
        """What the test `node` asks."""

    @abstractmethod
    def decided(self, test: T) -> bool | None:
        """How a test comes out, where that is known."""

    def in_turn(self, node: ast.If) -> ast.If:
        """`node`, maybe with one test after the other for two of them together."""
        return node

    def raised(self, handler: ast.ExceptHandler) -> T | None:
        """The test whether a handler of a `try` is reached; None where nothing is made of it."""
        return None

    def doubted(self, node: ast.If, outcome: bool) -> T | None:
        """A test to take both arms by, in place of the one of `node` that comes out as `outcome`,
        where what is known from the other arm still tells something."""
        return None

    def assume(self, test: T, outcome: bool, *, required: bool = False) -> None:
        """Go on knowing that `test` came out so. `required` when the other outcome raises."""

    def arm(self: W, test: T, outcome: bool, *, required: bool = False) -> W:
        """The arm of a branch in which `test` came out so."""
        arm = self.fork()
        arm.assume(test, outcome, required=required)
        return arm

    def compare(self: W, test: T, taken: tuple[W, bool], skipped: tuple[W, bool]) -> None:
        """Note what two arms of `test` say together; of each, whether its end is reached."""

    def fields(self, kind: ast.expr) -> Sequence[str]:
        """The attributes of a class by their positions in a pattern, as far as they are known."""
        return ()

    @abstractmethod
    def part_of(self, node: ast.expr, name: str) -> V:
        """The part of the value of `node` that a pattern binds to `name`."""

    # Loops.

    @abstractmethod
    def through(self, node: ast.expr) -> Items[V]:
        """What going through the value of `node` gives."""

    def begin_round(self, index: int) -> None:
        """The walk goes through known items, and is at the one with this index."""

    def learn(self: W, item: V, after: W) -> None:
        """Go on knowing of each `item` that was gone through what a round knows of it that ends as
        `after`."""

    def begin_rounds(self, node: ast.AST) -> None:
        """The walk is at the beginning of a loop whose rounds are not known one by one: any of them
        may be meant."""

    def widen(self: W, before: W) -> None:
        """Give up what would change in each further round of a loop as it did since `before`."""

    def settled(self: W, before: W) -> bool:
        """Whether another round of a loop, after one that began as `before`, tells nothing new."""
        return True

    def begin_later_round(self: W, before: W) -> bool:
        """The walk goes on from the end of the round that began as `before` to another; whether
        that one tells what this one did not."""
        return False

    # Single statements.

    def assigning(self, node: ast.Assign, target: ast.expr, value: V) -> None:
        """`value` is about to be assigned to one of the targets of `node`."""

    @abstractmethod
    def unpacked(self, target: ast.Tuple | ast.List, value: V) -> Iterable[V]:
        """What each of the targets in `target` is given of `value`."""

    @abstractmethod
    def store(self, target: ast.expr, value: V) -> None:
        """Bind an attribute or an item of a container."""

    @abstractmethod
    def augmented(self, node: ast.AugAssign) -> V | None:
        """What the target of `x += y` holds after it; None for what it holds already."""

    @abstractmethod
    def returned(self, value: V | None) -> None:
        """The function returns `value`, or nothing."""

    def alone(self, node: ast.expr) -> bool:
        """Evaluate an expression that is a statement; whether the walk goes on."""
        self.evaluate(node)
        return True

    def annotated(self, node: ast.AnnAssign, value: V) -> V:
        """`value`, of which the annotation tells something."""
        return value

    def opened(self, node: ast.expr) -> V:
        """What `with node as x` gives."""
        return self.evaluate(node)

    def define(self, node: ast.stmt) -> None:
        """A function or a class is defined, or something else happens that is no control flow."""

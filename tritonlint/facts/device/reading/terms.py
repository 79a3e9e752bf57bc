"""What the expressions of a kernel compute, with the names in them followed: indices, products,
loads, sums. The width of an integer is known as far as Triton's rules tell it without a launch."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import dataclass
from tritonlint.source import Span

Op = Literal[
    "parameter",  # of the kernel, known when it is launched
    "constexpr",  # known while compiling: a parameter, a constant of the module, a number
    "program",  # tl.program_id
    "programs",  # tl.num_programs
    "range",  # tl.arange
    "loop",  # what a `for` counts: its bounds
    "load",  # the address
    "sum",  # of two, or their difference
    "product",
    "quotient",  # rounded down
    "remainder",
    "division",  # of floats
    "shift",  # to the left
    "bits",  # any other operation on bits
    "least",  # `minimum`, `maximum`, `clamp`
    "compare",
    "cast",
    "bitcast",
    "retype",  # an integer or a pointer as a pointer to the type `name`
    "where",  # tl.where: condition, then two alternatives
    "join",  # what a name holds after branches that give it different values
    "reduce",  # tl.sum and its kin, the function in `name`
    "dtype",
    "tuple",
    "full",  # a block of one number, of the type `name`
    "call",  # anything else
]
# Widths that are no number of bits: of what is not known, or no integer.
UNKNOWN = -1
# Of a number that is known while compiling, and takes the width of what it meets.
COMPILED = 0
# So much of a term is spelled out; two longer ones are told apart by what is left out.
_LONGEST = 400


@dataclass(frozen=True, eq=False)
class Term:
    """One value. `node` is the expression that makes it, None for one of another function. `width`
    is the number of bits of an integer, COMPILED or UNKNOWN; it is `loaded` when it stands for an
    integer from memory whose width only the launch tells (32 is then what it would be)."""

    op: Op
    args: tuple[Term, ...] = ()
    name: str = ""
    node: ast.expr | None = None
    width: int = UNKNOWN
    loaded: bool = False

    @cached_property
    def text(self) -> str:
        """What tells two indices apart: the computation without its casts and broadcasts."""
        if self.op in ("cast", "where") and self.args:
            return self.args[-1 if self.op == "where" else 0].text
        if not self.args:
            return f"{self.op}:{self.name}"
        spelled = f"{self.op}:{self.name}({','.join(each.text for each in self.args)})"
        return spelled if len(spelled) <= _LONGEST else f"{spelled[:_LONGEST]}#{hash(spelled)}"

    def walk(self, into_loads: bool = False) -> Iterator[Term]:
        """This term and those that it is computed from; addresses of loads only when asked for."""
        return walked((self,), into_loads)

    @cached_property
    def root(self) -> Term | None:
        """The parameter that this is an offset from, if it is a sum with one: the pointer, where
        one of them is a pointer."""
        if self.op == "parameter":
            return self
        if self.op in ("sum", "join", "retype"):
            return next((each.root for each in self.args if each.root is not None), None)
        return None


def is_only_loaded(term: Term) -> bool:
    """Whether a term stands for integers from memory whatever branch was taken, but for those in
    which no program counts."""
    if not term.loaded or term.op == "load":
        return term.loaded
    if term.op == "join":
        narrow = (x for x in term.args if x.width <= term.width)
        counting = (x for x in narrow if any(each.op == "program" for each in x.walk()))
        return all(map(is_only_loaded, counting))
    return any(map(is_only_loaded, term.args))


def walked(terms: Iterable[Term], into_loads: bool = False) -> Iterator[Term]:
    """`terms` and those that they are computed from, each once; see `Term.walk`."""
    seen: set[int] = set()
    for whole in terms:
        stack = [] if id(whole) in seen else [whole]
        seen.add(id(whole))
        while stack:
            term = stack.pop()
            yield term
            if term.op == "load" and not into_loads:
                continue
            for each in term.args:
                if id(each) not in seen:
                    seen.add(id(each))
                    stack.append(each)


def addends(term: Term) -> Iterator[Term]:
    """The terms that are added up to `term`, whatever branch was taken."""
    if term.op == "sum" or (term.op in ("join", "where") and term.args):
        for each in term.args[1:] if term.op == "where" else term.args:
            yield from addends(each)
    else:
        yield term


def factors(term: Term) -> Iterator[Term]:
    """The terms that are multiplied to `term`."""
    if term.op == "product":
        for each in term.args:
            yield from factors(each)
    else:
        yield term


def plain(term: Term) -> Term:
    """`term` without casts."""
    while term.op == "cast":
        term = term.args[0]
    return term


def combined(*terms: Term) -> tuple[int, bool]:
    """The width that Triton computes in when `terms` meet, and whether memory decides it: the
    widest of them, where all are integers that are known."""
    widths = [each.width for each in terms]
    if UNKNOWN in widths:
        return UNKNOWN, False
    width = max(widths, default=UNKNOWN)
    return width, any(each.loaded for each in terms) and width <= 32


def alike(*terms: Term) -> int:
    """The width that a name has after branches that give it `terms`, where they agree."""
    widths = {each.width for each in terms} - {COMPILED}
    return widths.pop() if len(widths) == 1 else UNKNOWN if widths else COMPILED


def span_in(kernel: Kernel, term: Term) -> Span:
    """Where a term of the kernel itself stands."""
    assert term.node is not None
    return kernel.span(term.node)

"""The parameters of a function, bound to what a call gives."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Generic

from tritonlint.facts.flow.walk import V
from tritonlint.facts.kept import kept
from tritonlint.frozen import dataclass

Signed = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass
class Bound(Generic[V]):
    """The arguments of a call by the names of the parameters, and those that no parameter is named
    for: the positional ones that `*args` takes and the keywords that `**kwargs` takes."""

    values: dict[str, V]
    rest: Sequence[V]
    more: dict[str, V]


@dataclass(frozen=True, eq=False)
class Signature:
    """The parameters of a function: those that can be given by position, those that are given by
    name alone, the names of `*args` and `**kwargs`, and the defaults by name."""

    positional: tuple[ast.arg, ...]
    by_name: tuple[ast.arg, ...]
    vararg: str | None
    kwarg: str | None
    defaults: Mapping[str, ast.expr]

    @property
    def named(self) -> tuple[ast.arg, ...]:
        """All that have a name of their own, in order."""
        return self.positional + self.by_name

    @property
    def required(self) -> tuple[ast.arg, ...]:
        """Those without a default."""
        return tuple(each for each in self.named if each.arg not in self.defaults)

    def bind(self, positional: Sequence[V], keywords: Mapping[str, V]) -> Bound[V]:
        """What a call with these arguments gives to whom."""
        values = {each.arg: x for each, x in zip(self.positional, positional, strict=False)}
        names = {each.arg for each in self.named}
        values.update((name, value) for name, value in keywords.items() if name in names)
        more = {name: value for name, value in keywords.items() if name not in names}
        return Bound(values, positional[len(self.positional) :], more)

    def given(self, call: ast.Call) -> dict[str, ast.expr]:
        """What a call gives by the names of the parameters, as far as no `*args` hide it."""
        plain = takewhile(lambda each: not isinstance(each, ast.Starred), call.args)
        keywords = {each.arg: each.value for each in call.keywords if each.arg}
        return self.bind([*plain], keywords).values


@kept(4096)
def signature(function: Signed) -> Signature:
    """The parameters of `function`."""
    found = function.args
    positional = (*found.posonlyargs, *found.args)
    first = len(positional) - len(found.defaults)
    defaults = {
        each.arg: value for each, value in zip(positional[first:], found.defaults, strict=True)
    }
    for each, value in zip(found.kwonlyargs, found.kw_defaults, strict=True):
        if value is not None:
            defaults[each.arg] = value
    vararg, kwarg = (each.arg if each else None for each in (found.vararg, found.kwarg))
    return Signature(positional, tuple(found.kwonlyargs), vararg, kwarg, defaults)

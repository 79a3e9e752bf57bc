"""What launches pass: the parameters of each kernel, and what arrives for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tritonlint.facts.hazards.launched.seen import Given
from tritonlint.triton_hook import constexprs_of
from tritonlint.watch.kinds import dtype_name, given_constant
from tritonlint.watch.torch_tensors import Classes, type_name

# Of so many kernels is known what their parameters are; then they are looked up anew. The same for
# plans.
_MOST_KERNELS = 10000
_MOST_PLANS = 10000


@dataclass
class Parameters:
    """Those of one kernel; `held` keeps it alive, so that its `id` stays its own."""

    held: Any
    names: tuple[str, ...]
    parameters: frozenset[str]
    constexprs: frozenset[str]


@dataclass(slots=True)
class Plan:
    """What to look at among the arguments of a launch: the positional ones, and after them those
    that are passed by name. `number` tells plans apart whose launches are never of one kind;
    `names` are the parameters that are passed tensors, and `tensors` where these are; `wrapped` are
    the numbers of those that are inside of another object. `constants` is where Python's own values
    are that are known at compile time, `others` where there is what is neither."""

    of: Parameters
    number: int
    names: tuple[str, ...]
    tensors: tuple[int, ...]
    wrapped: frozenset[int]
    constants: tuple[int, ...]
    others: tuple[int, ...]

    def told(self, values: Sequence[Any]) -> list[Any]:
        """What tells a launch from those of other kinds, besides the tensors."""
        known = [values[each] for each in self.constants]
        if self.others:
            given = [values[each] for each in self.others]
            known += [dtype_name(each) or type(each) for each in given]
        return known

    def unwrapped(self, tensors: list[Any]) -> list[Any]:
        """Put what is inside in the place of what is not; the dtypes that it is passed as."""
        dtypes = [getattr(each, "dtype", None) for each in tensors]
        for each in self.wrapped:
            tensors[each] = tensors[each].base
            dtypes[each] = str(dtypes[each] or tensors[each].dtype)
        return dtypes


class Passing:
    """Looks at what is passed."""

    def __init__(self) -> None:
        self._known: dict[int, Parameters] = {}
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._classes = Classes()

    def parameters(self, kernel: Any) -> Parameters:
        """The parameters of a kernel."""
        known = self._known.get(id(kernel))
        if known is not None:
            return known
        if len(self._known) >= _MOST_KERNELS:
            self._known.clear()
        names = tuple(kernel.arg_names)
        found = Parameters(kernel, names, frozenset(names), constexprs_of(kernel))
        self._known[id(kernel)] = found
        return found

    def plan(self, kernel: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Plan:
        """How to look at the arguments of a launch: the same for all that pass the same classes of
        objects under the same names."""
        passed = (id(kernel), *map(type, args), *kwargs, *map(type, kwargs.values()))
        found = self._plans.get(passed)
        if found is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            found = self._plans[passed] = self._planned(kernel, args, kwargs)
        return found

    def _planned(self, kernel: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Plan:
        of, values = self.parameters(kernel), (*args, *kwargs.values())
        places = dict(zip(of.names, range(len(args)), strict=False))
        places |= {name: len(args) + n for n, name in enumerate(kwargs) if name in of.parameters}
        # By name, so that it does not matter in which order a launch names them.
        passed = [(name, places[name]) for name in sorted(places)]
        classes = {name: self._classes.of(type(values[place])) for name, place in passed}
        tensors = [(name, at) for name, at in passed if classes[name] in ("tensor", "wrapper")]
        names = tuple(name for name, _ in tensors)
        plain = {name for name, what in classes.items() if what == "plain"}
        signature = [(n, classes[n] if n in names else type(values[at])) for n, at in passed]
        return Plan(
            of,
            self._numbers.setdefault((id(kernel), *signature), len(self._numbers)),
            names,
            tuple(at for _, at in tensors),
            frozenset(n for n, name in enumerate(names) if classes[name] == "wrapper"),
            tuple(at for name, at in passed if name in plain & of.constexprs),
            tuple(at for name, at in passed if name not in {*plain, *names}),
        )

    def given(self, kernel: Any, of: Parameters, passed: Mapping[str, Any]) -> dict[str, Given]:
        """What is passed for each parameter, by default too."""
        given = {n: self._given(of, n, passed[n]) for n in of.names if n in passed}
        for name, parameter in getattr(kernel, "signature", _NO_SIGNATURE).parameters.items():
            if name not in given and parameter.default is not parameter.empty:
                given[name] = given_constant(parameter.default)
        return given

    def _given(self, of: Parameters, name: str, value: Any) -> Given:
        what = self._classes.of(value.__class__)
        if what in ("tensor", "fake"):
            return Given("tensor", type_name(value.dtype))
        if what == "wrapper":
            own = getattr(value, "dtype", None)
            return Given("tensor", dtype_name(own) or type_name(value.base.dtype))
        if name in of.constexprs or value is None:
            return given_constant(value)
        return Given()


class _NoSignature:
    parameters: dict[str, Any] = {}


_NO_SIGNATURE = _NoSignature()

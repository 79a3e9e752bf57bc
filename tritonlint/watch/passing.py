"""What launches pass: the parameters of each kernel, and what arrives for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tritonlint.facts.hazards.launched.seen import Given
from tritonlint.triton_hook import constexprs_of
from tritonlint.watch.kinds import dtype_name, given_constant
from tritonlint.watch.torch_tensors import Classes, type_name

# Of so many kernels is known what their parameters are; then they are looked up anew.
_MOST_KERNELS = 10000


@dataclass
class Parameters:
    """Those of one kernel; `held` keeps it alive, so that its `id` stays its own."""

    held: Any
    names: tuple[str, ...]
    parameters: frozenset[str]
    constexprs: frozenset[str]


class Passing:
    """Looks at what is passed."""

    def __init__(self) -> None:
        self._known: dict[int, Parameters] = {}
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

    def look(
        self,
        of: Parameters,
        passed: Iterable[tuple[str, Any]],
        key: list[Any],
        tensors: list[tuple[str, Any]],
    ) -> None:
        """Extend the key of the kind by what is passed, and collect the tensors."""
        constexprs, known = of.constexprs, self._classes.known
        for name, value in passed:
            own = value.__class__
            what = known.get(own) or self._classes.of(own)
            if what == "tensor":
                key.append(value.dtype)
                tensors.append((name, value))
            elif what == "plain":
                key.append((own, value) if name in constexprs else own)
            elif name not in of.parameters:
                continue
            elif what == "wrapper":
                key.append(str(getattr(value, "dtype", None) or value.base.dtype))
                tensors.append((name, value.base))
            else:
                key.append(dtype_name(value) or own)

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

"""Memory of a type that the caller chooses, and that is of no 16 bits: the kernel would not compile
then."""

from __future__ import annotations

from tritonlint.facts.device import Specialization
from tritonlint.facts.device.contracts import refused
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Tensor


def wider(run: Run, event: LaunchEvent, made: Specialization) -> frozenset[str]:
    """The parameters that are of no 16 bits, since the kernel does not compile then, and those of
    memory that is made after theirs."""

    def made_after(name: str) -> set[Symbol]:
        tensors = [x for _, x in options(event.arguments[name].value) if isinstance(x, Tensor)]
        return {s for x in tensors for s in (x.buffer, *run.alike.get(x.buffer, ()))}

    names = run.effects.of(refused, event.kernel, made) & event.arguments.keys()
    wide = {each for name in names for each in made_after(name)}
    return frozenset(name for name in event.arguments if not wide.isdisjoint(made_after(name)))

"""What reading the code tells of launches, together with what was seen of them at run time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.raw_bytes.arguments import Argument
from tritonlint.frozen import replace


def joined(known: Iterable[Observation], seen: Iterable[Observation]) -> Iterator[Observation]:
    """What reading the code tells, and what was seen at run time. Of one argument of a launch the
    place is that of the former, and the evidence is that of both, what was seen first."""
    arguments: dict[object, Argument] = {}
    others: dict[object, Observation] = {}
    for each in seen:
        if isinstance(each, Argument):
            arguments[_passed(each)] = each
        else:
            others[_what(each)] = each
    met = set()
    for each in known:
        others.pop(_what(each), None)
        if isinstance(each, Argument) and _passed(each) in arguments:
            own = arguments[_passed(each)]
            met.add(_passed(each))
            stands_for = own.stands_for if own.stands_for.types else each.stands_for
            evidence = (*own.evidence, *each.evidence)
            each = replace(
                each, evidence=evidence, stands_for=stands_for, conditional=own.conditional
            )
        yield each
    yield from (each for key, each in arguments.items() if key not in met)
    yield from others.values()


def _passed(argument: Argument) -> object:
    return (argument.launch, argument.kernel, argument.parameter)


def _what(observation: Observation) -> object:
    """What an observation is about, whatever is known of it."""
    kernel = getattr(observation, "kernel", "")
    return (type(observation), observation.place, kernel, getattr(observation, "parameter", ""))

"""What was observed, said once: several ways through the code can lead to one launch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import fields, is_dataclass

from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, Typed
from tritonlint.source import Span


def distinct(found: Iterable[Observation]) -> list[Observation]:
    """`found` without what is said twice, and without the parameters of a function that every
    caller known is seen to pass as another element type. Of one launch, parameter and evidence the
    shortest chain of calls is kept; of equal ones what the function says by itself, then what harms
    most."""
    known = list(dict.fromkeys(found))
    arguments = [each for each in known if isinstance(each, Argument)]
    typed = {each.site for each in known if isinstance(each, Typed)}
    others = [each for each in known if not isinstance(each, (Argument, Typed))]
    return [*_distinct(arguments, typed), *others]


def _distinct(found: Sequence[Argument], typed: Set[tuple[Span, str, Span]]) -> list[Argument]:
    raw = sorted(found, key=_order)
    disputed = {(each.launch, each.parameter, each.place) for each in raw if each.calls}
    kept: list[Argument] = []
    # By place or evidence, how much can be relied on what is said of it.
    seen: dict[tuple[object, ...], int] = {}
    for each in raw:
        if each.from_caller and each.site in typed - disputed:
            continue
        names = (each.kernel, each.kernel_path)
        telling = (e.span for e in each.evidence if e.strength == each.strength)
        keys = {(*each.site, *names), *((*each.site[:2], *names, span) for span in telling)}
        said = [seen[key] for key in keys if key in seen]
        reliable = _reliability(each)
        if not said or reliable > max(said):
            kept.append(each)
        for key in keys:
            seen[key] = max(reliable, seen.get(key, 0))
    return kept


def _reliability(each: Argument) -> int:
    """0 where a function only tests for bytes what it passes on: that hides no caller that does
    pass some. 1 where they are bytes, and nothing says what they stand for: to read them is right
    then, and a caller may know more; or they are read, and may be 8-bit floats. 2 where the harm is
    known."""
    if each.may_be_codes and not each.stores:
        return 1
    known = each.means_fp8 or each.strength == "certain"
    return 2 if each.encoded or (known and each.stores) else int(known)


def _order(each: Argument) -> tuple[object, ...]:
    """A total order, whatever the order in which things were observed: several callers, or a
    function by itself and as it is called, can lead to one launch with other settings."""
    effects = [*(a.effect for a in each.stores), *(a.effect for a in each.loads)]
    harm = sum(effect not in ("bits", "int") for effect in effects)
    return (len(each.calls), each.launch, each.place, not each.alone, -harm, written(each))


def written(observation: object) -> str:
    """All that an observation says, written in the same way in every process: it puts those in
    order that come from several callers and differ in nothing else."""
    return repr(_plain(observation))


def _plain(value: object) -> object:
    """`value` in a form that is written in the same way in every process: sets are sorted."""
    if isinstance(value, (set, frozenset)):
        return sorted(map(_plain, value), key=repr)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    return value

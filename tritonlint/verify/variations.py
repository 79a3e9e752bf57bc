"""The settings of a kernel's parameters that a launch leaves open, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from tritonlint.verify.signature import CONSTEXPR, Choice, Setting, Settings

MAX_VARIATIONS = 96
# Another kind of number for a pointer or scalar whose type is a guess.
_OTHER = {"*bf16": "*i32", "*fp32": "*i32", "*fp16": "*i32", "*i32": "*bf16", "*i64": "*bf16"}


def variations(
    settings: Settings, choices: Mapping[str, Choice]
) -> Iterator[tuple[Settings, bool]]:
    """`settings`, then those that differ in what nothing decides, fewest differences first; with
    whether a kernel that goes wrong must be seen to do so there (a type that is merely guessed
    otherwise need not compile). At most MAX_VARIATIONS."""
    return itertools.islice(_all(settings, choices), MAX_VARIATIONS)


def _all(settings: Settings, choices: Mapping[str, Choice]) -> Iterator[tuple[Settings, bool]]:
    yield settings, True
    open_flags = {
        name: [each for each in choice.variants if each.key != settings[name].key]
        for name, choice in choices.items()
    }
    names = [name for name, others in open_flags.items() if others]
    for count in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, count):
            for others in itertools.product(*(open_flags[name] for name in chosen)):
                yield {**settings, **dict(zip(chosen, others, strict=True))}, True
        if count == 1:
            yield from _retyped(settings, choices)


def _retyped(settings: Settings, choices: Mapping[str, Choice]) -> Iterator[tuple[Settings, bool]]:
    for name, each in settings.items():
        if choices[name].guessed and each.type != CONSTEXPR and each.type in _OTHER:
            yield {**settings, name: Setting(_OTHER[each.type])}, False

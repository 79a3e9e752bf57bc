"""The settings of a kernel's parameters that a launch leaves open, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from tritonlint.verify.confirm.parameters import CONSTEXPR, Choice, Setting, Settings

MAX_VARIATIONS = 96
# Another kind of number for a pointer or scalar whose type is a guess.
_OTHER = {"*bf16": "*i32", "*fp32": "*i32", "*fp16": "*i32", "*i32": "*bf16", "*i64": "*bf16"}


def variations(
    settings: Settings, choices: Mapping[str, Choice]
) -> Iterator[tuple[Settings, bool]]:
    """`settings`, then those that differ in what nothing decides, fewest differences first; with
    whether they count: with a type that is merely guessed otherwise the kernel need not compile,
    and what it does says nothing for certain. At most MAX_VARIATIONS."""
    return itertools.islice(_all(settings, choices), MAX_VARIATIONS)


def doubtful(settings: Settings, choices: Mapping[str, Choice]) -> bool:
    """Whether a pointer is guessed to point to another kind of number than its use says, so that
    the kernel would compile: what it does then says little of the right type."""
    return any(
        choices[name].guessed
        and each.type.startswith("*")
        and _is_float(each.type) != _is_float(choices[name].options[0].type)
        for name, each in settings.items()
    )


def _is_float(kind: str) -> bool:
    return kind.lstrip("*").startswith(("fp", "bf"))


def _all(settings: Settings, choices: Mapping[str, Choice]) -> Iterator[tuple[Settings, bool]]:
    open_flags = {
        name: [each for each in choice.variants if each.key != settings[name].key]
        for name, choice in choices.items()
    }
    names = [name for name, others in open_flags.items() if others]
    for count in range(len(names) + 1):
        for chosen in itertools.combinations(names, count):
            for others in itertools.product(*(open_flags[name] for name in chosen)):
                yield {**settings, **dict(zip(chosen, others, strict=True))}, True
        if count == min(1, len(names)):
            yield from _retyped(settings, choices)


def _retyped(settings: Settings, choices: Mapping[str, Choice]) -> Iterator[tuple[Settings, bool]]:
    for name, each in settings.items():
        if choices[name].guessed and each.type != CONSTEXPR and each.type in _OTHER:
            yield {**settings, name: Setting(_OTHER[each.type])}, False

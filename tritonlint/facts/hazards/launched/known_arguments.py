"""What a launch passes besides the argument in question: constants, flags, element types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.conditions.outcomes import decided
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Asked
from tritonlint.facts.host.values.values import Condition, Const, DType, Path, Tensor, Value
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import as_code
from tritonlint.findings.claim import Constant, Known


def known_arguments(event: LaunchEvent, parameter: str, path: Path) -> tuple[Known, ...]:
    """What is known of the arguments other than `parameter`, on `path`: of all that the launch
    passes, and where it passes some that cannot be told, of every parameter."""
    found = [
        _known(event, name, _possible(passed.value, path), path)
        for name, passed in event.arguments.items()
        if name != parameter
    ]
    if not event.complete:
        names = (each.arg for each in signature(event.kernel.node).named)
        left = (name for name in names if name != parameter and name not in event.arguments)
        found += [Known(name, open=True) for name in left]
    return tuple(found)


def _possible(value: Value, path: Path) -> Iterator[Value]:
    return (each for inner, each in options(value) if not contradicts(inner, path))


def _known(event: LaunchEvent, name: str, values: Iterable[Value], path: Path) -> Known:
    dtypes: dict[str, None] = {}
    constants: list[Constant] = []
    is_open = False
    for value in values:
        match value:
            case Const(value=None | bool() | int() | float() | str() as constant):
                constants.append(constant)
            case Condition() as condition:
                outcome = decided(condition, path)
                constants += [outcome] if outcome is not None else [True, False]
            case DType(types=ElementTypes(types=types)) if types:
                dtypes |= dict.fromkeys(sorted(each.name for each in types))
            case Tensor() as tensor:
                stated = tensor.types or event.types.get(tensor.buffer)
                if stated is not None and stated.types:
                    dtypes |= dict.fromkeys(sorted(each.name for each in stated.types))
                elif (outcome := tested(event.kernel, name, tensor, path)) is not None:
                    constants.append(outcome)
                else:
                    is_open = True
            case _:
                is_open = True
    # `True == 1`, but to the compiler they are two values.
    distinct = {(type(each), each): each for each in constants}
    return Known(name, tuple(dtypes), tuple(distinct.values()), is_open)


def tested(kernel: Kernel, parameter: str, flag: Tensor, path: Path) -> bool | None:
    """What `path` says about a flag that is passed to a compile-time parameter, where it went
    through `if flag:`."""
    named = signature(kernel.node).named
    declared = next((each.annotation for each in named if each.arg == parameter), None)
    if declared is None or "constexpr" not in as_code(declared):
        return None
    outcomes = dict(path)
    return outcomes.get(flag.buffer, outcomes.get(Asked(flag.buffer)))

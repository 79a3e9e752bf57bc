"""Values of which each holds on a path of its own."""

from __future__ import annotations

from collections.abc import Callable

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.conditions.paths import contradicts, is_possible
from tritonlint.facts.host.conditions.silent_tests import is_of
from tritonlint.facts.host.values.symbols import (
    HasType,
    Missing,
    Never,
    OfClass,
    OfSetting,
    OfVendor,
    Symbol,
)
from tritonlint.facts.host.values.values import (
    Choice,
    Const,
    DType,
    Launchable,
    Path,
    Sequence,
    Tensor,
    Value,
)
from tritonlint.frozen import replace

MAX_OPTIONS = 4
# Of numbers and texts, as a table holds them, so many.
MAX_CONSTANTS = 16

Known = Callable[[Symbol], ElementTypes]


def options(value: Value, path: Path = ()) -> tuple[tuple[Path, Value], ...]:
    """The single values that `value` can be, with the path of each."""
    if value.__class__ is not Choice:
        return ((path, value),)
    return tuple(one for inner, each in value.options for one in options(each, path + inner))


def choose(*alternatives: tuple[Path, Value]) -> Value:
    """One of `alternatives`; a guarded view counts as viewed: correct code is so."""
    if len(alternatives) == 1 and not alternatives[0][0]:
        return alternatives[0][1]
    flat: list[tuple[Path, Value]] = []
    for path, value in alternatives:
        for inner, each in options(value, path):
            if not is_possible(inner):
                continue
            each = _as_it_was(each, inner)
            # Which kernel is launched goes together with what it is passed: each on its path.
            apart = inner if isinstance(each, Launchable) else ()
            same = next((at for at, (_, other) in enumerate(flat) if other == each), None)
            same = None if apart and same is not None and flat[same][0] != apart else same
            if same is None:
                flat.append((inner, each))
            else:  # what holds after one path or another holds where both went through
                flat[same] = (tuple(test for test in flat[same][0] if test in inner), each)
    if len(flat) > 1:
        flat = _without_unviewed(flat)
    if len(flat) == 1:
        return flat[0][1]
    constant = all(isinstance(each, Const) for _, each in flat)
    return Choice(tuple(flat[: MAX_CONSTANTS if constant else MAX_OPTIONS]))


def _as_it_was(value: Value, path: Path) -> Value:
    """`value`, which is not viewed on a path that does not go with the one of its view."""
    if not isinstance(value, Tensor) or not contradicts(value.viewed_on, path):
        return value
    return replace(value, types=None, view=None, guarded=False, viewed_on=())


def any_item(sequence: Sequence) -> Value | None:
    """What an item of unknown index is; None of an empty sequence."""
    return choose(*(((), each) for each in sequence.items)) if sequence.items else None


def _without_unviewed(flat: list[tuple[Path, Value]]) -> list[tuple[Path, Value]]:
    """`flat` without the tensors that another option is a float view of: the `if` around the view
    decides, but not of what is made of bytes in any case (`bare`), nor does which GPU it is, or
    of which class an object. What is viewed only where it has another type has that type."""
    flat = [each for each in flat if not _is_as_viewed(*each, flat)]
    viewed = {
        (each.buffer, each.part)
        for _, each in flat
        if isinstance(each, Tensor) and each.view and not _keeps_bytes(each)
    }
    kept: list[tuple[Path, Value]] = []
    for path, each in flat:
        if isinstance(each, Tensor) and _is_told_by_size(path, each, flat):
            continue
        if isinstance(each, Tensor) and (each.buffer, each.part) in viewed:
            stays = each.bare or any(_is_apart(*test) for test in path) or _is_one(path, each, flat)
            if not (stays or each.view):
                continue
            each = each if stays else replace(each, guarded=True, viewed_on=path)
        kept.append((path, each))
    return kept


def _is_told_by_size(path: Path, tensor: Tensor, flat: list[tuple[Path, Value]]) -> bool:
    """Whether another option of `flat` is a float view of the memory of a tensor that is not
    viewed, or of a part of it, where a test of its size comes out otherwise, and one is other
    memory where it comes out so: the size tells them apart."""
    told = [each for each in path if is_of(each[0], tensor)]
    if tensor.view or not told:
        return False
    tensors = [(at, each) for at, each in flat if isinstance(each, Tensor)]
    return any(
        any((test, outcome) in at and each.buffer is not tensor.buffer for at, each in tensors)
        and any(
            (test, not outcome) in at
            and each.buffer is tensor.buffer
            and each.view
            and not _keeps_bytes(each)
            for at, each in tensors
        )
        for test, outcome in told
    )


def _is_one(path: Path, tensor: Tensor, flat: list[tuple[Path, Value]]) -> bool:
    """Whether a view as bytes is the one by which another option of `flat` is viewed as floats, and
    a setting that asks for codes decides which dtype that is."""
    told = (isinstance(test, OfSetting) and not isinstance(test, Never) for test, x in path if x)
    return (
        _keeps_bytes(tensor)
        and any(told)
        and any(
            isinstance(each, Tensor) and each.view == tensor.view and not _keeps_bytes(each)
            for _, each in flat
        )
    )


def _is_apart(test: Symbol, outcome: bool) -> bool:
    """Whether a test asks for a GPU, or finds an object to be of a class or a package to be
    missing: none is about a view."""
    return isinstance(test, OfVendor) or (isinstance(test, OfClass | Missing) and outcome)


def _is_as_viewed(path: Path, value: Value, flat: list[tuple[Path, Value]]) -> bool:
    """Whether a tensor was tested to have the type that another option of `flat` views it as."""
    if not path or not isinstance(value, Tensor) or value.view:
        return False
    viewed = (x for _, x in flat if isinstance(x, Tensor) and x.view)
    types = {str(x.types) for x in viewed if (x.buffer, x.part) == (value.buffer, value.part)}
    return any((HasType(value.buffer, each), True) in path for each in types)


def _keeps_bytes(tensor: Tensor) -> bool:
    types = tensor.types.types if tensor.types else None
    return bool(types) and all(t.is_integer for t in types or ())


def as_tested(value: Value, path: Path) -> Value:
    """`value`, whose tensors keep how the tests of their types on `path` came out: a container that
    is given some of several holds those."""
    tests = [each for each in path if isinstance(each[0], HasType)]
    if not tests:
        return value
    if isinstance(value, Choice):
        return Choice(tuple((at, as_tested(each, path)) for at, each in value.options))
    if not isinstance(value, Tensor):
        return value
    own = (each for each in tests if getattr(each[0], "of", None) is value.buffer)
    return replace(value, tested=tuple(dict.fromkeys((*value.tested, *own))))


def on_path(value: Value, path: Path) -> Value:
    """`value` without what it is on other paths than this one."""
    if not isinstance(value, Choice):
        return value
    left = tuple(each for each in value.options if not contradicts(each[0], path))
    if not left or len(left) == len(value.options):
        return value
    return left[0][1] if len(left) == 1 else Choice(left)


def only_tensor(value: Value) -> Tensor | None:
    """The one tensor among the options of `value`, beside None; None when there are several or
    something else."""
    if isinstance(value, Tensor):
        return value
    found = [each for _, each in options(value) if each != Const(None)]
    return found[0] if len(found) == 1 and isinstance(found[0], Tensor) else None


def is_dtype(value: Value) -> bool:
    """Whether one of the options of `value` is a dtype."""
    return any(isinstance(each, DType) for _, each in options(value))

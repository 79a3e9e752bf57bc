"""What the arms of a branch make of one value: which of them views it as codes, and which leaves
the same bytes as they are."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Sequence as Several

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.conditions.silent_tests import is_of, says_nothing
from tritonlint.facts.host.memory.made_apart import is_chosen_apart, is_wide
from tritonlint.facts.host.values.choices import Known, choose, options
from tritonlint.facts.host.values.places import Part
from tritonlint.facts.host.values.symbols import Compared, Symbol
from tritonlint.facts.host.values.values import Path, Sequence, Table, Tensor, Value
from tritonlint.frozen import replace


def joined(
    one: tuple[Path, Value], other: tuple[Path, Value], known: Known, old: Value | None = None
) -> Value:
    """What a name stands for after two arms of a branch: of two dicts, a dict whose entries are
    those of either. `known` is what is known of a buffer in both. What an arm left as it is in
    `old` is not marked."""
    (left, first), (right, second) = one, other
    if not (isinstance(first, Table) and isinstance(second, Table)):
        kept = old is not None and (first == old or second == old)
        return choose(one, other) if kept else choose(*bare((one, other), known))
    ours, theirs = dict(first.items), dict(second.items)
    before = dict(old.items) if isinstance(old, Table) else {}
    both: dict[object, Value] = {}
    for key in (*ours, *(each for each in theirs if each not in ours)):
        held = [(at, table[key]) for at, table in ((left, ours), (right, theirs)) if key in table]
        same = len(held) == 2 and held[0][1] == held[1][1]
        kept = key in before and any(each == before[key] for _, each in held)
        marked = held if kept else bare(held, known)
        both[key] = held[0][1] if same else choose(*marked)
    open_ = first.open or second.open or ours.keys() != theirs.keys()
    return Table(tuple(both.items()), first.span, open_)


def bare(alternatives: Several[tuple[Path, Value]], known: Known) -> Several[tuple[Path, Value]]:
    """`alternatives`, in which those tensors are marked that one arm views as floats and another
    one leaves as they are, though they are `known` to be made of bytes in either, or are regions of
    codes that the other views as something wider: the test does not decide that, unless it asks for
    a dtype. In tuples of one length, at each place in them."""
    each_path = [(at, each) for path, value in alternatives for at, each in options(value, path)]
    rows = [each for _, each in each_path if isinstance(each, Sequence)]
    if rows and len(rows) == len(each_path) and len({len(each.items) for each in rows}) == 1:
        paths = [at for at, _ in each_path]
        for index in range(len(rows[0].items)):
            column = [*zip(paths, (each.items[index] for each in rows), strict=True)]
            if all(isinstance(each, Tensor) for _, each in column):
                marked = [each for _, each in bare(column, known)]
                rows = [_with(each, index, new) for each, new in zip(rows, marked, strict=True)]
        return [*zip(paths, rows, strict=True)]
    tensors = [each for _, each in each_path if isinstance(each, Tensor)]
    viewed = {(each.buffer, each.part) for each in tensors if each.view and not each.bare}
    if not viewed or len(viewed) == len(tensors) == len(each_path):
        return alternatives
    if _is_what_several_leave(each_path, viewed):
        return [
            (path, replace(each, bare=False) if isinstance(each, Tensor) else each)
            for path, each in each_path
        ]
    return [
        (path, replace(each, bare=True))
        if isinstance(each, Tensor)
        and each.view is None
        and (each.buffer, each.part) in viewed
        and _nothing_apart(path, each, each_path, known)
        and _needs_view(each, known(each.buffer), tensors)
        and not is_chosen_apart(path, each, each_path, known)
        else (path, each)
        for path, each in each_path
    ]


def _nothing_apart(
    path: Path, tensor: Tensor, each_path: Several[tuple[Path, Value]], known: Known
) -> bool:
    """Whether nothing on the path of a tensor, but for what holds where one is viewed as codes too,
    says that something else is meant there: no test of it, such as of its shape. What may be wider
    there is not told from it but by all."""
    if any(is_of(test, tensor) for test, _ in path):
        return False
    if says_nothing(path):
        return True
    tensors = [(at, each) for at, each in each_path if isinstance(each, Tensor)]
    if any(is_wide(each, known) for at, each in tensors if not contradicts(at, path)):
        return False
    viewed = (at for at, each in tensors if each.view and _may_be_codes(each))
    apart = (tuple(each for each in path if each not in at) for at in viewed)
    return any(each and says_nothing(each) for each in apart)


def _may_be_codes(tensor: Tensor) -> bool:
    types = tensor.types.types if tensor.types is not None else None
    return any(each.is_fp8 for each in types or ())


def _needs_view(tensor: Tensor, types: ElementTypes, others: Several[Tensor]) -> bool:
    """Whether a tensor of these `types` is raw bytes: made of them, or a region of codes that one
    of the `others` views as a wider type."""
    held = types.types or frozenset()
    if not held or all(each.is_byte for each in held):
        return bool(held)
    if tensor.part is None or not all(each.is_fp8 for each in held):
        return False
    same = (x for x in others if x.view and (x.buffer, x.part) == (tensor.buffer, tensor.part))
    wider = (x.types.types for x in same if x.types is not None and x.types.types)
    return any(each.is_float and each.width > 8 for each_types in wider for each in each_types)


def _with(row: Sequence, index: int, value: Value) -> Sequence:
    """A tuple with another value at one place."""
    return replace(row, items=(*row.items[:index], value, *row.items[index + 1 :]))


def _is_what_several_leave(
    each_path: Several[tuple[Path, Value]], viewed: Container[tuple[Symbol, Part | None]]
) -> bool:
    """Whether the one tensor that is not viewed is what is left where a value is none of several
    others (`if kind is Kind.A: ... elif kind is Kind.B: ...`): they are taken for all that it can
    be."""
    left = [
        path
        for path, each in each_path
        if isinstance(each, Tensor) and not each.view and (each.buffer, each.part) in viewed
    ]
    tests = left[0] if len(left) == 1 else ()
    tests = tuple(dict.fromkeys(tests))
    denied = [each.left for each, outcome in tests if isinstance(each, Compared) and not outcome]
    return any(denied.count(each) > 1 for each in denied)

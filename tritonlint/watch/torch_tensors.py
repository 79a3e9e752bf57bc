"""The one place that knows how torch tells what memory a tensor is, and what of that is private:
the number of a storage (`_cdata`), weak references to it (`_weak_ref`), and the version that every
write of torch's own counts up (`_version`)."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, Literal

# Offset, shape and strides of a tensor in elements, and their size in bytes.
Geometry = tuple[int, tuple[int, ...], tuple[int, ...], int]

_Class = Literal["plain", "tensor", "wrapper", "fake", "other"]
_PLAIN = (bool, int, float, str, type(None))


def type_name(dtype: Any) -> str:
    """torch's name of a dtype without the module: `float8_e4m3fn`."""
    return str(dtype).rpartition(".")[2]


class Classes:
    """What the classes of arguments are, looked up once for each."""

    def __init__(self) -> None:
        self.known: dict[type, _Class] = dict.fromkeys(_PLAIN, "plain")

    def of(self, kind: type) -> _Class:
        """`plain` for Python's numbers and texts; `tensor`; `wrapper` for what has a tensor as its
        `base` (`triton.reinterpret`, tensor descriptors); `fake` for a tensor without memory that a
        compiler traces with."""
        found = self.known.get(kind)
        if found is None:
            found = self.known[kind] = self._look(kind)
        return found

    def _look(self, kind: type) -> _Class:
        torch = sys.modules.get("torch")
        if torch is not None and issubclass(kind, torch.Tensor):
            fake = kind.__name__ in ("FakeTensor", "FunctionalTensor")
            return "fake" if fake else "tensor"
        if kind.__name__ in ("TensorWrapper", "TensorDescriptor", "TensorHandle"):
            return "wrapper"
        return "other"


def geometry(tensor: Any) -> Geometry:
    """Which elements of its storage a tensor has."""
    return tensor.storage_offset(), tensor.shape, tensor.stride(), tensor.element_size()


def hold(storage: Any) -> int:
    """Hold a storage's number, which is returned: until it is released it is not given to another
    storage. The memory itself is not kept."""
    number: int = storage._weak_ref()
    return number


def released_if_dead(number: int) -> bool:
    """Release the number of a storage that is held, if the storage is dead; whether it is."""
    dead, release = _about_numbers()
    if not dead(number):
        return False
    release(number)
    return True


def release(number: int) -> None:
    """Release the number of a storage that is held."""
    _about_numbers()[1](number)


@functools.cache
def _about_numbers() -> tuple[Callable[[int], bool], Callable[[int], None]]:
    storages = sys.modules["torch"].UntypedStorage
    return storages._expired, storages._free_weak_ref


def version(tensor: Any) -> int:
    """How often torch has written to the memory of a tensor; -1 where it does not count."""
    try:
        counted: int = tensor._version
    except RuntimeError:  # a tensor of inference mode
        return -1
    return counted


def bounds(where: Geometry) -> tuple[int, int]:
    """The first byte of a tensor in its storage, and the first after its last."""
    offset, shape, strides, size = where
    if 0 in shape:
        return offset * size, offset * size
    reach = sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    return offset * size, (offset + reach + 1) * size


def is_dense(where: Geometry) -> bool:
    """Whether a tensor has every byte between its first and its last."""
    _, shape, _, size = where
    first, end = bounds(where)
    elements = 1
    for each in shape:
        elements *= each
    return elements * size == end - first


def may_overlap(one: Geometry, other: Geometry) -> bool:
    """Whether two tensors of one storage may have bytes in common: by their ends, and by the part
    of a row that each has, where both step through the same rows."""
    first, end = bounds(one)
    second, last = bounds(other)
    if first >= last or second >= end:
        return False
    step = _row_step(one)
    if not step or step != _row_step(other):
        return True
    begin, length = first % step, _row_length(one, step)
    start, extent = second % step, _row_length(other, step)
    if begin + length > step or start + extent > step:
        return True
    return begin < start + extent and start < begin + length


def must_overlap(one: Geometry, other: Geometry) -> bool:
    """Whether they have for certain: both are dense, or they have the same rows."""
    if one == other:
        return True
    if not may_overlap(one, other):
        return False
    return (is_dense(one) and is_dense(other)) or _rows(one) == _rows(other)


def _row_step(where: Geometry) -> int:
    """The bytes from one row to the next, by the largest stride; 0 where there is one row."""
    _, shape, strides, size = where
    steps = [step for n, step in zip(shape, strides, strict=True) if n > 1]
    return max(steps, default=0) * size


def _row_length(where: Geometry, step: int) -> int:
    """The bytes from the first to the last of a row."""
    _, shape, strides, size = where
    inner = [(n, s) for n, s in zip(shape, strides, strict=True) if n > 1 and s * size < step]
    return (sum((n - 1) * s for n, s in inner) + 1) * size


def _rows(where: Geometry) -> tuple[int, tuple[int, ...], tuple[int, ...], int]:
    """The geometry in bytes, so that views of other element types compare: where it begins, the
    outer sizes and strides, and the length of a row."""
    offset, shape, strides, size = where
    if not shape or strides[-1] != 1:
        return offset * size, tuple(shape), tuple(each * size for each in strides), size
    outer = tuple(each * size for each in strides[:-1])
    return offset * size, tuple(shape[:-1]), outer, shape[-1] * size

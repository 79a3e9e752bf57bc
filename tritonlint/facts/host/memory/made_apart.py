"""Items that are made of bytes or of floats by a test, and are viewed by another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.values.symbols import (
    Compared,
    Literal,
    OfSetting,
    Share,
    Spelled,
    Symbol,
    Unknown,
)
from tritonlint.facts.host.values.values import Path, Tensor, Value


def is_chosen_apart(
    path: Path,
    tensor: Tensor,
    each_path: Sequence[tuple[Path, Value]],
    known: Callable[[Symbol], ElementTypes],
) -> bool:
    """Whether bytes that are not viewed on `path` are an item of many that can be floats too, and
    another test than the one by which they were made decides about the view: which item it is
    about is not known, and so it is taken to tell them apart (`raw[i]`, of which some were made as
    floats, `if i in floats else raw[i].view(...)`)."""
    wide = [
        at
        for at, other in each_path
        if isinstance(other, Tensor) and not other.view and is_wide(other, known)
    ]
    for view_path, viewed in each_path if wide else ():
        if isinstance(viewed, Tensor) and viewed.view and viewed.buffer is tensor.buffer:
            guards = [(test, outcome) for test, outcome in path if (test, not outcome) in view_path]
            for at in wide if guards else ():
                made = [test for test, outcome in at if (test, outcome) not in path]
                here = all((test, not outcome) not in at for test, outcome in guards)
                if here and all(map(_is_of_an_item, made)):
                    return True
    return False


def is_wide(tensor: Tensor, known: Callable[[Symbol], ElementTypes]) -> bool:
    """Whether a tensor is of elements of more than one byte."""
    types = (tensor.types or known(tensor.buffer)).types or frozenset()
    return bool(types) and not any(each.is_byte or each.is_fp8 for each in types)


def _is_of_an_item(test: Symbol) -> bool:
    """Whether a test is about one of many, whichever that was: what a loop gives a name, or what is
    reckoned of that; or about the number of one, for which that stands which is meant."""
    if (
        isinstance(test, Compared)
        and isinstance(test.left, Literal)
        and test.left.written.isdigit()
    ):
        return True
    return any(
        (isinstance(each, Spelled) and each.code.isidentifier())
        or (isinstance(each, Share) and each.target == "*")
        or (isinstance(each, Unknown) and not isinstance(test, OfSetting))
        for each in test.inner
    )

"""What tests say of a tensor that is left as it is on their path, and viewed as codes on others."""

from __future__ import annotations

import re

from tritonlint.dtypes import BY_NAME, ElementTypes
from tritonlint.facts.host.conditions.settings import names
from tritonlint.facts.host.values.symbols import (
    Asked,
    AskedAsAny,
    Attribute,
    Compared,
    HasType,
    Literal,
    Never,
    OfSetting,
    Raised,
    Spelled,
    Symbol,
)
from tritonlint.facts.host.values.values import Path, Tensor

# What a test is called that says what a tensor holds: of which type, or numbers of which form.
_OF_DTYPES = re.compile(
    r"d_?type|fp8|float8|e4m3|e5m2|quant|code|kind|raw|byte|int\d|zero|pack|symm"
    r"|(?:^|[^a-z])(?:n?bits?|format|lut|zp)(?![a-z])",
    re.IGNORECASE,
)

# How a test spells the size of something.
_SIZES = re.compile(r"\.(?:shape|size|numel|stride|ndim|dim)\b")
_SIZE = frozenset(("shape", "ndim"))
# What asks for elements of more than one byte.
_WIDE = str(ElementTypes.of(*(each for each in BY_NAME.values() if each.width > 8)))


def says_nothing(path: Path) -> bool:
    """Whether the tests on a path do not say that something else than codes is meant there: none is
    of a dtype, and one for a quantized cache comes out true where one does not, or no name that is
    not quantized is asked for: that is not enough where one for all names of codes, or for several,
    comes out false; and no handler is reached: what torch lacks is left as it is. That the elements
    have one byte says nothing of codes, nor that a dtype is there where a setting is asked for."""
    if any(isinstance(test, Raised) for test, _ in path):
        return False
    settings = [(test, outcome) for test, outcome in path if isinstance(test, OfSetting)]
    denied = [test for test, outcome in settings if not outcome]
    if any(isinstance(test, (Asked, AskedAsAny)) or len(names(test)) > 1 for test in denied):
        asked = any(outcome and not isinstance(test, Never) for test, outcome in settings)
    else:
        asked = any(outcome != isinstance(test, Never) for test, outcome in settings)
    asked = asked and not any(isinstance(test, Never) and outcome for test, outcome in settings)
    nothing = (_is_wide, _is_none) if settings else (_is_wide,)
    others = (
        test
        for test, outcome in path
        if not isinstance(test, OfSetting)
        if outcome or not any(each(test) for each in nothing)
    )
    return bool(path) and (asked or not settings) and not any(map(asks_dtype, others))


def _is_wide(test: Symbol) -> bool:
    """Whether a test asks for elements of more than one byte."""
    return isinstance(test, HasType) and test.types == _WIDE


def _is_none(test: Symbol) -> bool:
    """Whether a test asks whether something is None."""
    return isinstance(test, Compared) and test.right == Literal("None")


def asks_dtype(test: Symbol) -> bool:
    """Whether a test, or a part of it, is of a dtype or speaks of codes."""
    return any(isinstance(each, (HasType, OfSetting)) for each in test.inner) or any(
        map(speaks_of_types, test.words)
    )


def speaks_of_types(text: str) -> bool:
    """Whether a piece of a test speaks of a dtype or of codes."""
    return _OF_DTYPES.search(text) is not None


def is_of(test: Symbol, tensor: Tensor) -> bool:
    """Whether a test is of a tensor itself, such as of its shape, or may be by its code: how many
    elements there are says nothing."""
    inner = test.inner
    if tensor.buffer in inner:
        return Attribute(tensor.buffer, "numel") not in inner
    attributes = (x for x in inner if isinstance(x, Attribute) and isinstance(x.of, Spelled))
    spelled = (each.code for each in inner if isinstance(each, Spelled))
    return any(x.name in _SIZE for x in attributes) or any(map(_SIZES.search, spelled))

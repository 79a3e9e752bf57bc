"""Triton's type rules on what is known of an element type: its kind at least, the type itself at
best.

The rules are those of `triton/language/semantic.py` (computation_type_impl, integer_promote_impl;
Triton 3.9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from tritonlint.dtypes import BFLOAT16, BOOL, FLOAT16, FLOAT32, FLOAT64, INT32, INT64, ElementType
from tritonlint.frozen import dataclass, replace

TypeKind = Literal["float", "int", "bool", "unknown"]
_NONE: frozenset[str] = frozenset()
# A value that takes different types on different paths keeps so many of them apart.
_ALTERNATIVES = 4


@dataclass(frozen=True)
class Type:
    """What is known of one element type.

    `element` is None when only the kind is known. `of` are the parameters whose element type it is,
    by construction. `assumed` marks a type that stands on the role of its parameter only: a test on
    it is not decided. `variables` are the unknown things that an unknown kind depends on.
    """

    kind: TypeKind
    element: ElementType | None = None
    of: frozenset[str] = _NONE
    assumed: bool = False
    variables: frozenset[str] = _NONE

    @property
    def is_integer(self) -> bool:
        """Whether it is an integer or a boolean (`i1` is an integer to Triton)."""
        return self.kind in ("int", "bool")

    @property
    def is_fp8(self) -> bool:
        return self.element is not None and self.element.is_fp8


Types = tuple[Type, ...]


def known(element: ElementType) -> Type:
    """The type that is exactly `element`."""
    return Type(kind_of(element), element)


def kind_of(element: ElementType) -> TypeKind:
    """The kind of an element type; signed and unsigned are both `int`."""
    if element.kind == "float":
        return "float"
    return "bool" if element.kind == "bool" else "int"


T_BOOL = known(BOOL)
T_INT32 = known(INT32)
T_INT64 = known(INT64)
T_FLOAT32 = known(FLOAT32)
T_INT = Type("int")
T_UNKNOWN = Type("unknown")


def union(*groups: Iterable[Type]) -> Types:
    """The alternatives of all groups without repetition; a fold to kinds when there are too
    many."""
    found = dict.fromkeys(each for group in groups for each in group)
    if len(found) > _ALTERNATIVES:
        found = dict.fromkeys(
            Type(each.kind, None, _NONE, each.assumed, each.variables) for each in found
        )
    return tuple(found)


def surely_differ(left: Types, right: Types) -> bool:
    """Whether no alternative of `left` can be the same type as one of `right`."""
    return not any(_may_be_same(a, b) for a in left for b in right)


def _may_be_same(a: Type, b: Type) -> bool:
    if "unknown" in (a.kind, b.kind) or a.assumed or b.assumed:
        return True
    return a.kind == b.kind and (a.element is None or b.element is None or a.element == b.element)


def promote_all(left: Types, right: Types, rule: Callable[[Type, Type], Type]) -> Types:
    """`rule` over all pairs of alternatives."""
    if len(left) == 1 and len(right) == 1:
        return (rule(left[0], right[0]),)
    return union(rule(a, b) for a in left for b in right)


def promote(
    a: Type, b: Type, a_weak: bool = False, b_weak: bool = False, division: bool = False
) -> Type:
    """The type that Triton computes `a op b` in. A weak operand is a Python number: it gives way to
    a tensor of the same or a higher kind."""
    if a_weak != b_weak:
        scalar, tensor = (a, b) if a_weak else (b, a)
        if _gives_way(scalar, tensor):
            a = b = tensor
    if a.kind == "float" or b.kind == "float":
        return T_FLOAT32 if division else _float(a, b)
    if a.kind == "unknown" or b.kind == "unknown":
        return Type("unknown", variables=a.variables | b.variables) if a != b else a
    if a == b:
        return a
    return _integer(a, b)


def _gives_way(scalar: Type, tensor: Type) -> bool:
    order = {"bool": 0, "unknown": 1, "int": 1, "float": 2}
    return order[scalar.kind] <= order[tensor.kind] and scalar.kind != "unknown"


def _float(a: Type, b: Type) -> Type:
    """The result of a float with anything: the wider float; fp16 with bf16 is fp32, two fp8
    flavours are fp16."""
    if a.kind != "float" or b.kind != "float":
        winner, other = (a, b) if a.kind == "float" else (b, a)
        if other.kind == "unknown":
            return replace(winner, element=None, of=_NONE)
        # An integer joins the float's type, but an fp8 type takes no integers.
        return winner
    if a == b:
        return a
    if a.element is None or b.element is None:
        strong = {FLOAT32, FLOAT64}
        for each in (a, b):
            if each.element in strong:
                return Type("float", each.element)
        return Type("float", assumed=a.assumed or b.assumed)
    for element in (FLOAT64, FLOAT32):
        if element in (a.element, b.element):
            return known(element)
    if FLOAT16 in (a.element, b.element):
        return known(FLOAT16)
    if a.element == b.element:
        return known(a.element)
    return T_FLOAT32 if BFLOAT16 in (a.element, b.element) else known(FLOAT16)


def _integer(a: Type, b: Type) -> Type:
    """C's usual arithmetic conversions: the wider one, of equal widths the unsigned one."""
    if a.element is None or b.element is None:
        return Type("int", assumed=a.assumed or b.assumed)
    if a.element.width != b.element.width:
        return a if a.element.width > b.element.width else b
    return a if a.element.kind == "unsigned" else b

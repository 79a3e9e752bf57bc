"""Element types: what a pointer points to, under its torch, Triton and MLIR names, and the lattice
of sets of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tritonlint.frozen import dataclass

Kind = Literal["float", "signed", "unsigned", "bool"]


@dataclass(frozen=True)
class ElementType:
    """One element type.

    `name` is torch's name without the prefix, `triton` the name in `triton.language`, `signature`
    the short form in a compile signature (`*u8`; both are empty for a type that Triton lacks),
    `mlir` the type in Triton's IR, `width` the size in bits. `flavour` is set for 8-bit floats
    only. `largest` is the largest finite value of a float type (FACTS.md, 5; OCP 8-bit floating
    point specification 1.0 for e4m3fn and e5m2).
    """

    name: str
    triton: str
    signature: str
    mlir: str
    kind: Kind
    width: int
    flavour: str | None = None
    largest: float | None = None

    @property
    def is_float(self) -> bool:
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        """Whether it is a signed or unsigned integer; a bool is not."""
        return self.kind in ("signed", "unsigned")

    @property
    def is_byte(self) -> bool:
        """Whether it is `uint8` or `int8`: the types that raw bytes are stored in."""
        return self.is_integer and self.width == 8

    @property
    def is_fp8(self) -> bool:
        return self.flavour is not None

    @property
    def is_code(self) -> bool:
        """Whether it is an 8-bit float, and no exponent of a scale."""
        return self.is_fp8 and self.flavour != "e8m0fnu"

    def __str__(self) -> str:
        return f"torch.{self.name}"


TABLE: tuple[ElementType, ...] = (
    ElementType("bool", "int1", "i1", "i1", "bool", 1),
    ElementType("uint8", "uint8", "u8", "i8", "unsigned", 8),
    ElementType("int8", "int8", "i8", "i8", "signed", 8),
    ElementType("uint16", "uint16", "u16", "i16", "unsigned", 16),
    ElementType("int16", "int16", "i16", "i16", "signed", 16),
    ElementType("uint32", "uint32", "u32", "i32", "unsigned", 32),
    ElementType("int32", "int32", "i32", "i32", "signed", 32),
    ElementType("uint64", "uint64", "u64", "i64", "unsigned", 64),
    ElementType("int64", "int64", "i64", "i64", "signed", 64),
    ElementType("float8_e4m3fn", "float8e4nv", "fp8e4nv", "f8E4M3FN", "float", 8, "e4m3fn", 448.0),
    ElementType(
        "float8_e4m3fnuz", "float8e4b8", "fp8e4b8", "f8E4M3FNUZ", "float", 8, "e4m3fnuz", 240.0
    ),
    ElementType("float8_e5m2", "float8e5", "fp8e5", "f8E5M2", "float", 8, "e5m2", 57344.0),
    ElementType(
        "float8_e5m2fnuz", "float8e5b16", "fp8e5b16", "f8E5M2FNUZ", "float", 8, "e5m2fnuz", 57344.0
    ),
    # The exponents of block scales: powers of two. Triton has no such type.
    ElementType("float8_e8m0fnu", "", "", "f8E8M0FNU", "float", 8, "e8m0fnu", 2.0**127),
    ElementType("float16", "float16", "fp16", "f16", "float", 16, None, 65504.0),
    ElementType("bfloat16", "bfloat16", "bf16", "bf16", "float", 16, None, 3.3895313892515355e38),
    ElementType("float32", "float32", "fp32", "f32", "float", 32, None, 3.4028234663852886e38),
    ElementType("float64", "float64", "fp64", "f64", "float", 64, None, 1.7976931348623157e308),
)

BY_NAME: dict[str, ElementType] = {t.name: t for t in TABLE}
BY_TRITON: dict[str, ElementType] = {t.triton: t for t in TABLE if t.triton} | {
    "float8e4": BY_NAME["float8_e4m3fn"]
}
BY_SIGNATURE: dict[str, ElementType] = {t.signature: t for t in TABLE if t.signature}

_TORCH_ALIASES = {
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "short": "int16",
    "int": "int32",
    "long": "int64",
}

UINT8 = BY_NAME["uint8"]
INT8 = BY_NAME["int8"]
INT32 = BY_NAME["int32"]
INT64 = BY_NAME["int64"]
BOOL = BY_NAME["bool"]
FLOAT16 = BY_NAME["float16"]
BFLOAT16 = BY_NAME["bfloat16"]
FLOAT32 = BY_NAME["float32"]
FLOAT64 = BY_NAME["float64"]


def from_torch(name: str) -> ElementType | None:
    """The element type that `torch.<name>` names (aliases such as `torch.half` too), or None."""
    return BY_NAME.get(_TORCH_ALIASES.get(name, name))


def from_triton(name: str) -> ElementType | None:
    """The element type that `triton.language.<name>` names, or None."""
    return BY_TRITON.get(name)


@dataclass(frozen=True)
class ElementTypes:
    """A set of possible element types; `types is None` is the top of the lattice, unknown."""

    types: frozenset[ElementType] | None

    @classmethod
    def of(cls, *types: ElementType) -> ElementTypes:
        return cls(frozenset(types))

    @property
    def known(self) -> bool:
        return self.types is not None

    @property
    def single(self) -> ElementType | None:
        """The only possible type, or None when there are several or they are unknown."""
        if self.types is not None and len(self.types) == 1:
            return next(iter(self.types))
        return None

    def __or__(self, other: ElementTypes) -> ElementTypes:
        if self.types is None or other.types is None:
            return UNKNOWN
        return ElementTypes(self.types | other.types)

    def __str__(self) -> str:
        if self.types is None:
            return "unknown"
        return " or ".join(sorted(str(t) for t in self.types))


UNKNOWN = ElementTypes(None)
PLATFORM_FP8 = ElementTypes.of(BY_NAME["float8_e4m3fn"], BY_NAME["float8_e4m3fnuz"])


def join(sets: Iterable[ElementTypes]) -> ElementTypes:
    """The union of the sets; unknown when any is unknown, and the empty set when there are none."""
    result = ElementTypes(frozenset())
    for each in sets:
        result = result | each
    return result

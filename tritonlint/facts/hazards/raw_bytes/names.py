"""What the names of parameters and buffers say: a float type, a key or value, a cache and its
setting."""

from __future__ import annotations

import re

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.host.values.symbols import (
    Attribute,
    Item,
    OfSetting,
    Parameter,
    Share,
    Spelled,
    Symbol,
)

_FLOATS = {
    name: BY_NAME[torch]
    for torch, names in (
        ("float8_e4m3fn", "fp8 float8 e4m3 e4m3fn f8"),
        ("float16", "fp16 float16 f16"),
        ("bfloat16", "bf16 bfloat16"),
        ("float32", "fp32 float32 f32"),
    )
    for name in names.split()
}
_BYTES = "u?int8|[ui]8|bytes?"
_TYPE_NAME = re.compile(rf"(?:^|_)({'|'.join(_FLOATS)}|{_BYTES})(?:_|$)", re.IGNORECASE)
_BYTE_NAME = re.compile(rf"(?:^|_)(?:{_BYTES})(?:_|$)", re.IGNORECASE)
_RAW_NAME = re.compile(r"[A-Za-z0-9]_(?:u8|uint8|bytes)$")
_CODES = re.compile(r"fp8|float8|e4m3|e5m2", re.IGNORECASE)
# Beside codes there are bytes of other kinds: exponents of block scales, masks, indices, tables.
_OTHER = re.compile(
    r"scale|(^|_)(s|sf|sc)(_|$)|exp|zero|mask|idx|index|table|lut|book|flag|count|bias|(^|_)zp",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"(?:\b|_)(?:masks?|counts?|flags?|valid|labels?|lengths?|lens|kinds|types|ids)(?:\b|_)",
    re.IGNORECASE,
)
# Names of anything.
COMMON = frozenset(
    """
    data dst inp input kernel key keys out output page pages cache result row rows src tensor value
    values
    """.split()
)
# A name that is as short can be anything.
_SHORT = 3
_KEY_OR_VALUE = re.compile(r"(?<![^\W_])(?:key|value|k|v|kc|vc)(?![^\W_])")
_ROLE = re.compile(r"(?<![^\W_])(?:key|value|k(?=c?(?:_|$))|v(?=c?(?:_|$)))", re.IGNORECASE)
_CACHE = re.compile(r"(?:^|_)(?:kv|key|value|k|v|kc|vc)_?cache$")


def attribute_called(name: str) -> str:
    """The name of an attribute, with a dot before it; empty where it can be anything."""
    return f".{name}" if len(name) >= _SHORT and name not in COMMON else ""


def float_named(name: str) -> ElementType | None:
    """The float type that a name says (`cache_fp32_ptr`), the last of several (`fp8_rope_bf16`);
    None when it says none, or bytes after it (`fp8_scales_u8`)."""
    found = _TYPE_NAME.findall(name.replace("_", "__"))
    return _FLOATS.get(found[-1].lower()) if found else None


def byte_named(name: str) -> bool:
    """Whether a name says that integers of 8 bits are meant (`cache_uint8_ptr`)."""
    return bool(_BYTE_NAME.search(name))


def says_bytes(name: str) -> bool:
    """Whether the name of a tensor says last that it is made of bytes (`scales_u8`)."""
    return bool(_RAW_NAME.search(name))


def speaks_of_codes(text: str) -> bool:
    """Whether a name, or other text, speaks of 8-bit floats."""
    return bool(_CODES.search(text))


def counts(name: str) -> bool:
    """Whether a name says that integers beside codes are meant: exponents, masks, indices."""
    return bool(_OTHER.search(name))


def says_numbers(name: str) -> bool:
    """Whether a name, or the code of an argument, says that masks, counts or labels are meant."""
    return bool(_NUMBERS.search(name))


Role = tuple[object, str]


def pair_role(buffer: Symbol) -> Role | None:
    """A parameter or attribute without the word that tells a key from a value (`main_kc` and
    `main_vc` have one role); None where there is no such word or nothing beside it."""
    match buffer:
        case Parameter(function=function, name=name):
            return _without_word(function, name)
        case Attribute(of=of, name=name):
            return _without_word(of, f".{name}")
    return None


def own_role(buffer: Symbol) -> Role | None:
    """The same, also of an attribute that begins with the word (`layer.k_scales`)."""
    match buffer:
        case Attribute(of=of, name=name):
            return _without_word(of, name)
    return pair_role(buffer)


def role_of_code(code: str) -> Role | None:
    """The same of an argument, as it is spelled; None where it names both (`parts(k)['value']`)."""
    if {each[0] for each in _KEY_OR_VALUE.findall(code)} == {"k", "v"}:
        return None
    head, _, last = code.rpartition("(")
    name, closing, rest = last.partition(")")
    return _without_word((head, closing + rest), name)


def _without_word(of: object, name: str) -> Role | None:
    replaced = re.sub(r"(^|_)(?:key|value|k|v)(_|$)", r"\1*\2", name)
    replaced = re.sub(r"(^|_)(?:k|v)c$", r"\1*c", replaced)
    return (of, replaced) if replaced != name and re.search(r"[a-z]", replaced) else None


def without_role(parameter: str) -> str | None:
    """The name of a kernel's parameter without what tells keys from values; None where there is
    nothing of that."""
    found = _ROLE.sub("*", parameter)
    return found if found != parameter else None


def is_cache(buffer: Symbol) -> bool:
    """Whether a buffer is named as a cache of keys and values."""
    return bool(_CACHE.search(buffer.last_name))


def about(test: Symbol, buffer: Symbol) -> bool:
    """Whether a test is of the setting of the cache `buffer`: of the same object, where both are
    attributes."""
    setting = test.setting if isinstance(test, OfSetting) else test
    if isinstance(setting, (Item, Share)) or not setting.last_name.endswith("cache_dtype"):
        return False
    owner, other = _owner(setting), _owner(buffer)
    return owner is None or other is None or owner is other


def _owner(symbol: Symbol) -> Symbol | None:
    """The object that something is an attribute of; None for a parameter."""
    match symbol:
        case Item(of=of) | Share(of=of):
            return _owner(of)
        case Attribute(of=of):
            return of
        case Spelled(code=code) if "." in code:
            return Spelled(code.rpartition(".")[0])
    return None if isinstance(symbol, (Parameter, Spelled)) else symbol

"""What the names of parameters and buffers say: a float type, a key or value, a cache and its
setting."""

from __future__ import annotations

import re

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.host.settings import QUANTIZED, stem

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
_FLOAT_NAME = re.compile(rf"(?:^|_)({'|'.join(_FLOATS)})(?:_|$)", re.IGNORECASE)
_BYTE_NAME = re.compile(r"(?:^|_)(?:u?int8|[ui]8|bytes?)(?:_|$)", re.IGNORECASE)
_CACHE = re.compile(r"(?:^|_)(?:kv|key|value|k|v|kc|vc)_?cache$")
_SETTING = re.compile(r"cache_dtype\)*$")


def float_named(name: str) -> ElementType | None:
    """The float type that a name says (`cache_fp32_ptr`), the last of several (`fp8_rope_bf16`);
    None when it says none."""
    found = _FLOAT_NAME.findall(name.replace("_", "__"))
    return _FLOATS[found[-1].lower()] if found else None


def byte_named(name: str) -> bool:
    """Whether a name says that integers of 8 bits are meant (`cache_uint8_ptr`)."""
    return bool(_BYTE_NAME.search(name))


def pair_role(name: str) -> str | None:
    """A name without the word that tells a key from a value (`main_kc` and `main_vc` have one
    role); None where there is no such word or nothing beside it."""
    head, _, last = name.rpartition("(")
    replaced = re.sub(r"(^|_)(?:key|value|k|v)(_|\)|$)", r"\1*\2", last)
    replaced = re.sub(r"(^|_)(?:k|v)c(\)|$)", r"\1*c\2", replaced)
    return f"{head}({replaced}" if replaced != last and re.search(r"[a-z]", replaced) else None


def is_cache(buffer: str) -> bool:
    """Whether a buffer is named as a cache of keys and values."""
    return bool(_CACHE.search(last_name(buffer)))


def about(setting: str, buffer: str) -> bool:
    """Whether the setting of a test is that of the cache `buffer`: of the same object, where both
    are attributes."""
    if not _SETTING.search(setting):
        return False
    owner, other = _owner(setting), _owner(buffer)
    return owner is None or other is None or owner == other


def last_name(symbol: str) -> str:
    """The name of the parameter or attribute that a symbol ends with."""
    return re.split(r"[.(]", re.sub(r"(\)|#\d+|\[.*\])*$", "", symbol))[-1]


def _owner(symbol: str) -> str | None:
    """The object that a symbol is an attribute of; None for a parameter."""
    inner = stem(symbol)
    inner = inner.removeprefix(f"{QUANTIZED}(").removesuffix(")") if QUANTIZED in inner else inner
    inner = re.sub(r"(#\d+|\[.*\])*$", "", inner)
    return None if inner.endswith(")") else inner.rpartition(".")[0] or None

"""Memory that is kept under a name that is made up as it is asked for: in the dict of an object, or
as an attribute of one. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
import threading

_local = threading.local()


@triton.jit
def encode(x_ptr, keys_ptr, values_ptr, inv_key, inv_value, N: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, N)
    is_value = tl.program_id(1) == 1
    x = tl.load(x_ptr + row * N + lanes).to(tl.float32)
    x = x * tl.where(is_value, inv_value, inv_key)
    target = tl.where(is_value, values_ptr + row * N + lanes, keys_ptr + row * N + lanes)
    tl.store(target, %s)


def scratch(rows, width, kind):
    key = f"kv_{rows}_{width}"
%s


def split(x, key_scale, value_scale):
    keys, values = scratch(x.shape[0], x.shape[1], torch.bfloat16)
    encode[(8, 2)](x, keys%s, values%s, 1.0 / key_scale, 1.0 / value_scale, N=64)%s
    return keys.view(torch.float8_e4m3fn), values.view(torch.float8_e4m3fn)
"""
)
MADE = "torch.empty((2, rows, width), dtype=torch.uint8)"
KEPT = {
    "dict of an object": f"return vars(_local).setdefault(key, {MADE})",
    "the dict itself": f"return _local.__dict__.setdefault(key, {MADE})",
    "a default": f"return vars(_local).get(key, {MADE})",
    "names of the module": f"return globals().setdefault((rows, width), {MADE})",
    "of the function": f"""\
pages = scratch.__dict__
    if key not in pages:
        pages[key] = {MADE}
    return pages[key]""",
    "put later": f"""\
if key not in vars(_local):
        vars(_local)[key] = {MADE}
    return vars(_local)[key]""",
    "by a name that is made up": f"""\
if not hasattr(_local, key):
        setattr(_local, key, {MADE})
    return getattr(_local, key)""",
    "an attribute of the function": f"""\
if not hasattr(scratch, "page"):
        scratch.page = {MADE}
    return scratch.page""",
    "several at once": f"""\
vars(_local).update(page={MADE})
    return _local.page""",
    "set by the class of all": f"""\
object.__setattr__(_local, "page", {MADE})
    return _local.page""",
    "an attribute, by its name": f"""\
vars(_local)["page"] = {MADE}
    return _local.page""",
}
CODES = MADE.replace("uint8", "float8_e4m3fn")
OTHERS = {
    "codes beside": f"""\
vars(_local).setdefault("bytes", {MADE})
    return vars(_local).setdefault("codes", {CODES})""",
    "floats of a type that is given": """\
vars(_local).setdefault("bytes", torch.empty(rows, dtype=torch.uint8))
    return vars(_local).setdefault(key, torch.empty((2, rows, width), dtype=kind))""",
    "codes in the dict of the function": f"""\
scratch.page = {MADE}
    return scratch.__dict__.setdefault("codes", {CODES})""",
}
OWN = "x.to(target.dtype.element_ty)"
VIEW = ".view(torch.float8_e4m3fn)"


def _module(kept: str, stored: str = OWN, view: str = "", mark: str = "") -> str:
    return SOURCE % (stored, f"    {kept}", view, view, mark)


@pytest.mark.parametrize("how", KEPT)
def test_bytes_that_are_kept_by_a_name_are_bytes(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"split.py": _module(KEPT[how], mark="  # expect: TL001, TL001")}
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", KEPT)
def test_kept_bytes_that_are_viewed_or_given_codes_are_right(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = "x.to(tl.float8e4nv).to(tl.uint8, bitcast=True)"
    write(
        tmp_path,
        {"viewed.py": _module(KEPT[how], view=VIEW), "codes.py": _module(KEPT[how], codes)},
    )
    assert not found()


@pytest.mark.parametrize("how", OTHERS)
def test_what_is_kept_by_another_name_is_no_bytes(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"split.py": _module(OTHERS[how])})
    assert not found()

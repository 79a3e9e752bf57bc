"""One name of a setting, where others mean bytes too; tests and cases that are decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TABLE = """
STORAGE = {"auto": torch.bfloat16, "fp8": torch.uint8, "fp8_e5m2": torch.uint8}


def f(x, n, setting):
    cache = torch.zeros(n, dtype=STORAGE[setting])
    %s
    quantize[(1,)](x, cache, 64)%s
"""
PREFIX = """
def f(x, n, setting):
    dtype = torch.uint8 if setting.startswith("fp8") else torch.bfloat16
    cache = torch.zeros(n, dtype=dtype)
    %s
    quantize[(1,)](x, cache, 64)%s
"""
ELSE = """
def f(x, n, setting):
    cache = torch.zeros(n, dtype=torch.bfloat16 if setting == "auto" else torch.uint8)
    %s
    quantize[(1,)](x, cache, 64)%s
"""
# A beginning is asked for that no name of the setting in the file has.
PREFIXES = """
import argparse
from typing import Literal


class Pool:
    def __init__(self, n, kind%s):
        self.kind = kind
        self.pages = torch.zeros(n, dtype=%s)

    def put(self, x):
        cache = self.pages
        if self.kind.startswith("%s"):
            cache = cache.view(torch.float8_e4m3fn)
        quantize[(1,)](x, cache, 64)%s
%s
"""
ALWAYS, BY_KIND = "torch.uint8", "torch.uint8 if kind.startswith('fp8') else torch.float16"
OPTION = """
def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=["auto", "fp8", "fp8_e4m3"])
    return parser
"""
RENAMED = """
    def rename(self):
        self.kind = {"fp8": "float8_e4m3fn"}.get(self.kind, self.kind)
"""
ELSEWHERE = """
    def other(self, names):
        self.kind = names[0]
"""
KNOWN = """
def put(x, cache):
    %s
    quantize[(1,)](x, cache, 64)


def f(x, n):
    put(x, torch.zeros(n, dtype=torch.uint8)%s)%s
"""
REFUSING = """
import dataclasses

STORAGE = {"half": torch.float16, "fp8": torch.uint8, "fp8_e5m2": torch.uint8}


@dataclasses.dataclass
class Options:
    kind: str = "half"
    rows: int = 64
    strict: bool = True

    def __post_init__(self):
        if self.rows < 1:
            raise ValueError("rows")
        %s


class Keeper:
    def __init__(self, options: Options):
        self.options = options
        self.pages = torch.zeros(options.rows, dtype=STORAGE[options.kind])

    def keep(self, x):
        quantize[(1,)](x, self.pages, 64)%s
"""
ASSERTING = """
def checked(page):
    %s
    return page[:, :64], page[:, 64:].view(torch.float32)%s


def keep(x, page):
    values, scales = checked(page)
    quantize[(1,)](x, values, 64)
    copy[(1,)](x, scales, 64)
"""
# Memory that is made of bytes in any case, and viewed in one arm.
BARE = """
def f(x, n, setting, first, store):
    cache = torch.zeros(n, dtype=torch.uint8)
    %s
    quantize[(1,)](x, cache, 64)%s
"""
RETURNED = """
class Ring:
    def __init__(self, n, form, view_as=None):
        self.form, self.view_as, self.pages = form, view_as, torch.zeros(n, dtype=torch.uint8)

    def typed(self):
        %s

    def put(self, x):
        quantize[(1,)](x, self.typed(), 64)%s
"""
HIT = "  # expect: TL001"
VIEW = "cache = cache.view(torch.float8_e4m3fn)"
CASE = f'match setting:\n        case "fp8":\n            {VIEW}'
CASES = {
    "a table, a case": TABLE % (CASE, HIT),
    "a table, a comparison": TABLE % (f'if setting == "fp8":\n        {VIEW}', HIT),
    "a prefix, a comparison": PREFIX % (f'if setting == "fp8":\n        {VIEW}', HIT),
    "a prefix, a comparison turned round": PREFIX
    % (f'if setting != "fp8":\n        pass\n    else:\n        {VIEW}', HIT),
    "a beginning of no name by default": PREFIXES % (': str = "fp8"', ALWAYS, "float8", HIT, ""),
    "a beginning of no name that is said": PREFIXES
    % (': Literal["auto", "fp8", "fp8_e4m3"]', ALWAYS, "float8", HIT, ""),
    "a beginning of no name by which bytes are made": PREFIXES % ("", BY_KIND, "float8", HIT, ""),
    "a beginning of no name that is passed": PREFIXES
    % ("", ALWAYS, "e4m3", HIT, 'POOL = Pool(64, kind="fp8_e4m3")'),
    "a beginning of no name of an option": PREFIXES % ("", ALWAYS, "float8", HIT, OPTION),
    "correct: a beginning of the default": PREFIXES % (': str = "fp8"', ALWAYS, "fp8", "", OPTION),
    "correct: a beginning of one of the names": PREFIXES
    % (': Literal["fp8", "float8_e4m3fn"] = "fp8"', ALWAYS, "float8", "", ""),
    "correct: a beginning of a name that is longer": PREFIXES % ("", BY_KIND, "fp8_e4m3", "", ""),
    "correct: a beginning where nothing is said": PREFIXES % ("", ALWAYS, "float8", "", ""),
    "correct: a beginning of a name of another setting": PREFIXES
    % ("", ALWAYS, "float8", "", 'OTHER = dict(form="fp8")'),
    "correct: a beginning of what it is renamed to": PREFIXES
    % (': str = "fp8"', ALWAYS, "float8", "", RENAMED),
    "correct: a beginning of what is not known": PREFIXES
    % (': str = "fp8"', ALWAYS, "float8", "", ELSEWHERE),
    "bytes for all but one, a comparison": ELSE % (f'if setting == "fp8":\n        {VIEW}', HIT),
    "bytes for all but one, nothing": ELSE % ("cache.zero_()", HIT),
    "correct: bytes for all but one, a prefix": ELSE
    % (f'if setting.startswith("fp8"):\n        {VIEW}', ""),
    "correct: bytes for all but one, several names": ELSE
    % (f'if setting in ("fp8", "fp8_e4m3"):\n        {VIEW}', ""),
    "correct: bytes for all but one, and that one again": ELSE
    % (f'if setting != "auto":\n        {VIEW}', ""),
    "correct: a table, all names": TABLE
    % (f'if setting in ("fp8", "fp8_e5m2"):\n        {VIEW}', ""),
    "correct: a case of all names": TABLE
    % (f'match setting:\n        case "fp8" | "fp8_e5m2":\n            {VIEW}', ""),
    "correct: the prefix of a case": PREFIX
    % (f'match setting:\n        case "auto":\n            pass\n        case _:\n            {VIEW}', ""),
    "correct: one name after the other": TABLE
    % (
        f'if setting == "fp8":\n        {VIEW}\n    elif setting == "fp8_e5m2":\n'
        "        cache = cache.view(torch.float8_e5m2)",
        "",
    ),
    "correct: the others are turned away": PREFIX
    % (
        f'if setting == "fp8":\n        {VIEW}\n    elif setting.startswith("fp8"):\n'
        "        raise ValueError(setting)",
        "",
    ),
    "correct: the same name twice": """
def f(x, n, setting):
    cache = torch.zeros(n, dtype=torch.uint8 if setting == "fp8" else torch.bfloat16)
    if setting == "fp8":
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)
""",
    "correct: a table of one name": """
STORAGE = {"auto": torch.bfloat16, "fp8": torch.uint8}


def f(x, n, setting):
    cache = torch.zeros(n, dtype=STORAGE[setting])
    if setting == "fp8":
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)
""",
    "two cases of other names": """
def f(x, n, kind):
    match kind:
        case "bytes":
            out = torch.empty(n, dtype=torch.uint8)
        case "rows":
            out = torch.empty(n, dtype=torch.float32)
        case _:
            raise ValueError(kind)
    if kind == "bytes":
        quantize[(1,)](x, out, 64)  # expect: TL001
    elif kind == "rows":
        quantize[(1,)](x, out, 64)
""",
    "the arm that bytes do not take views": KNOWN
    % (f"if cache.dtype == torch.bfloat16:\n        pass\n    elif cache.dtype != torch.uint8:\n        {VIEW}", "", HIT),
    "not one of several types": KNOWN
    % (f"if cache.dtype in (torch.float16, torch.bfloat16):\n        {VIEW}", "", HIT),
    "correct: the arm that bytes take": KNOWN
    % (f"if cache.dtype == torch.uint8:\n        {VIEW}", "", ""),
    "correct: bytes are refused by the options": REFUSING
    % ("if STORAGE[self.kind] == torch.uint8:\n            raise ValueError(self.kind)", ""),
    "correct: a prefix is refused by the options": REFUSING
    % ('assert not self.kind.startswith("fp8")', ""),
    "one name is refused by the options": REFUSING
    % ('if self.kind == "fp8_e5m2":\n            raise ValueError(self.kind)', HIT),
    "bytes are refused where the options say so": REFUSING
    % ("if self.strict:\n            assert STORAGE[self.kind] is not torch.uint8", HIT),
    "correct: codes by what another function asserts": ASSERTING
    % ("assert page.dtype == torch.float8_e4m3fn", ""),
    "correct: codes, or else another function raises": ASSERTING
    % ("if page.dtype is not torch.float8_e4m3fn:\n        raise TypeError", ""),
    "another function asserts on one path only": ASSERTING
    % (
        "if page.ndim == 3:\n        assert page.dtype == torch.float8_e4m3fn\n        return page[0], page[1]",
        HIT,
    ),
    "an arm that is for something else": BARE % (f"if first:\n        {VIEW}", HIT),
    "an arm of an expression": BARE % (f"{VIEW} if len(x) > 4 else cache", HIT),
    "a set of some of the names": """
NAMES = ("fp8", "fp8_e4m3", "fp8_e5m2")


def f(x, n, setting):
    cache = torch.zeros(n, dtype=torch.uint8 if setting in NAMES else torch.bfloat16)
    if setting in {"fp8_e4m3", "fp8"}:
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)  # expect: TL001
""",
    "names without the type": RETURNED
    % (
        'if self.form == "e4m3":\n            return self.pages.view(torch.float8_e4m3fn)\n'
        '        elif self.form == "e5m2":\n            return self.pages\n'
        "        raise ValueError(self.form)",
        HIT,
    ),
    "correct: both names without the type": RETURNED
    % (
        'match self.form:\n            case "e4m3":\n'
        "                return self.pages.view(torch.float8_e4m3fn)\n"
        '            case "e5m2":\n                return self.pages.view(torch.float8_e5m2)',
        "",
    ),
    "correct: the names that mean bytes, in another order": """
def f(x, n, setting):
    cache = torch.zeros(n, dtype=torch.uint8 if setting in ("fp8", "fp8_e5m2") else x.dtype)
    if setting in ("fp8_e5m2", "fp8"):
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)
""",
    "correct: more names than mean bytes": """
def f(x, n, setting):
    cache = torch.zeros(n, dtype=torch.uint8 if setting in ("fp8", "fp8_e4m3") else x.dtype)
    if setting in ("fp8", "fp8_e4m3", "fp8_inc"):
        cache = cache.view(torch.float8_e4m3fn)
    quantize[(1,)](x, cache, 64)
""",
    "one of the ways": BARE % (f"if setting == 0:\n        {VIEW}", HIT),
    "one of two ways, of which the other has another buffer": BARE
    % (
        f"if setting == 0:\n        {VIEW}\n    elif setting == 1:\n        x = x.float()",
        HIT,
    ),
    "correct: each of the ways": BARE
    % (
        f"if setting == 0:\n        {VIEW}\n    elif setting == 1:\n"
        "        cache = cache.view(torch.float8_e5m2)",
        "",
    ),
    "correct: each of three ways, matched": BARE
    % (
        "match setting:\n        case 0:\n            cache = cache.view(torch.float8_e5m2)\n"
        f"        case 1:\n            {VIEW}\n        case 2:\n            {VIEW}",
        "",
    ),
    "correct: each member of an enumeration": """
import enum


class Form(enum.Enum):
    PLAIN = enum.auto()
    SMALL = enum.auto()
    LARGE = enum.auto()


def f(x, n, form: Form):
    if form is Form.PLAIN:
        return x
    cache = torch.zeros(n, dtype=torch.uint8)
    target = cache
    if form is Form.SMALL:
        target = cache.view(torch.float8_e4m3fn)
    elif form is Form.LARGE:
        target = cache.view(torch.float8_e5m2)
    quantize[(1,)](x, target, 64)
""",
    "correct: a dtype decides": BARE % (f"if store != setting.dtype:\n        {VIEW}", ""),
    "correct: whether codes are asked for decides": BARE
    % (f"if setting.is_fp8:\n        {VIEW}", ""),
    "correct: viewed in the first round": BARE
    % (f"for step in range(4):\n        if step == 0:\n            {VIEW}", ""),
    "correct: viewed once": RETURNED
    % (
        "if not self.done:\n            self.pages = self.pages.view(torch.float8_e4m3fn)\n"
        "            self.done = True\n        return self.pages",
        "",
    ),
    "correct: neither arm is for codes": KNOWN
    % ("if cache.dtype == torch.uint8:\n        return", ".view(torch.float8_e4m3fn)", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_named_settings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found() == expected({"user.py": KERNELS + text})


TWO = """
@triton.jit
def quantize_two(x_ptr, y_ptr, a_ptr, b_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(a_ptr + offsets, tl.load(x_ptr + offsets) / 448.0)
    tl.store(b_ptr + offsets, tl.load(y_ptr + offsets) / 448.0)


def coded(kind):
    return kind.startswith("fp8") or kind.endswith("_codes") or kind == "nvfp4"


def f(x, y, key_cache, value_cache, kind):
    assert kind == "auto" or coded(kind)
    own = torch.float8_e4m3fn if coded(kind) else key_cache.dtype
    if key_cache.dtype != own and coded(kind):
        value_cache = value_cache.view(own)%s
    quantize_two[(1,)](x, y, key_cache, value_cache, 64)%s
"""
VIEWED = "\n        key_cache = key_cache.view(own)"


@pytest.mark.parametrize(("more", "mark"), [("", HIT), (VIEWED, "")])
def test_a_question_of_several_parts(
    more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + TWO % (more, mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


TURNED_AWAY = """
STORAGE = {"half": torch.half, "bfloat16": torch.bfloat16, "fp8": torch.uint8, "packed": torch.uint8}
PACKED = ("packed",)
ALLOWED = ("auto", "bfloat16", *PACKED)


def storage_of(kind, model):
    return model if kind == "auto" else STORAGE[kind]


class Attention:
    def __init__(self, config, model):
        %s
        self.kv_cache_dtype = config.cache_dtype
        self.kv_cache_torch_dtype = storage_of(self.kv_cache_dtype, model)
        if self.kv_cache_dtype not in PACKED and self.kv_cache_torch_dtype != torch.bfloat16:
            raise NotImplementedError
        self.kv_cache = torch.tensor([])


def prepare(x, attn: Attention):
    quantize[(1,)](x, attn.kv_cache, 64)%s
"""


@pytest.mark.parametrize("allowed", [True, False])
def test_settings_that_a_class_turns_away(
    allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    says = "if config.cache_dtype not in ALLOWED:\n            raise NotImplementedError"
    text = KERNELS + TURNED_AWAY % (("self.size = 4", HIT) if allowed else (says, ""))
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


PLACEHOLDER = """
@triton.jit
def read(codes_ptr, rope_ptr, out_ptr, HAS: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    if HAS:
        tl.store(out_ptr + offsets, tl.load(codes_ptr + offsets).to(tl.float32) * 0.5)
        tl.store(out_ptr + BLOCK + offsets, tl.load(rope_ptr + offsets))


def f(page, out, n):
    assert page is None or page.dtype == torch.float8_e4m3fn
    has = n > 0 and page is not None
    if has:
        codes, rope = page[:, :448], page[:, 448:].view(torch.bfloat16)
    else:
        codes = torch.empty(16, dtype=torch.bfloat16)
        rope = codes
    read[(1,)](codes, rope, out, has, 64)
"""


def test_a_placeholder_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + PLACEHOLDER})
    assert not found()


NAMES = """
class Kind:
    def __init__(self, name):
        self.is_float8 = "float8" in name
        if name in {names}:
            self.dtype = torch.uint8
        else:
            self.dtype = torch.bfloat16


def f(out, n, name):
    kind = Kind(name)
    if kind.is_float8:
        n = n + 4
    codes = torch.empty(n, dtype=kind.dtype)
    dequantize[(1,)](codes, out, 64){mark}
"""


@pytest.mark.parametrize(
    ("names", "mark"),
    [('{"float4_e2m1", "nvfp4_e2m1"}', ""), ('{"float8_e4m3fn", "float8_e5m2"}', "  # expect: TL002")],
    ids=["correct: of halves of bytes", "of codes"],
)
def test_what_is_asked_of_other_names(
    names: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a name is asked for fp8 somewhere says nothing of the bytes of other names."""
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + NAMES.format(names=names, mark=mark)}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

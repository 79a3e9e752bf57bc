"""Tests of dtypes and settings in launching code: which of them make a tensor bytes, which decide
where it is viewed, and which keep a launch silent."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

RIGHT = "quantize[(1,)](x, page, 64)"
WRONG = f"{RIGHT}  # expect: TL001"
FP8 = "torch.float8_e4m3fn"

# Two regions of one page, the second of them scales.
REGIONS = "page, scale = page[:, :4], page[:, 4:].view(torch.float32)\n"

ASSERTED = {
    "bytes": f"assert page.dtype == torch.uint8\n{WRONG}",
    "bytes_with_a_message": f"assert page.dtype is torch.uint8, page.dtype\n{WRONG}",
    "bytes_and_something": f"assert page.dtype == torch.uint8 and n > 4\n{WRONG}",
    "bytes_or_fp8": f"assert page.dtype in (torch.uint8, {FP8})\n{WRONG}",
    "fp8": f"assert page.dtype == {FP8}\n{RIGHT}",
    "fp8_of_a_slice": f"assert page.dtype in ({FP8}, torch.float8_e5m2)\n{REGIONS}{RIGHT}",
    "another_tensor": f"assert x.dtype == torch.bfloat16\n{RIGHT}  # not looked at",
    "bytes_before_a_view": f"assert page.dtype == torch.uint8\npage = page.view({FP8})\n{RIGHT}",
    "raise_unless_bytes": f"if page.dtype != torch.uint8:\n    raise ValueError(page)\n{WRONG}",
    "raise_for_bytes": f"if page.dtype == torch.uint8:\n    raise ValueError(page)\n{RIGHT}",
    "not_bytes": f"assert page.dtype != torch.uint8\n{RIGHT}",
    "finfo": f"limit = torch.finfo(page.dtype).max\n{RIGHT}  # not looked at",
}

DECIDED = {
    "view": f"if page.dtype == torch.uint8:\n    page = page.view({FP8})\n{RIGHT}",
    "view_by_another_name": f"""
        codes = page
        if codes.dtype == torch.uint8:
            codes = codes.view({FP8})
        quantize[(1,)](x, codes, 64)""",
    "view_unless_typed": f"page = page if page.dtype == {FP8} else page.view({FP8})\n{RIGHT}",
    "view_in_an_expression": f"""
        page = page.view({FP8}) if page.dtype == torch.uint8 else page
        {RIGHT}""",
    "view_of_bytes_or_fp8": f"""
        if page.dtype in (torch.uint8, torch.int8):
            page = page.view({FP8})
        {RIGHT}""",
    "view_by_the_size": f"""
        assert page.dtype in (torch.uint8, {FP8}, torch.bfloat16)
        if page.element_size() == 1:
            page = page.view({FP8})
        {RIGHT}""",
    "return_for_bytes": f"""
        if page.dtype == torch.uint8:
            copy[(1,)](x.view(torch.uint8), page, 64)
            return
        {RIGHT}""",
    "another_kernel_for_bytes": f"""
        if page.dtype == torch.uint8:
            copy[(1,)](x.view(torch.uint8), page, 64)
        else:
            {RIGHT}""",
    "launched_for_bytes": f"if page.dtype == torch.uint8:\n    {WRONG}",
    "in_a_match": f"""
        match page.dtype:
            case torch.uint8:
                page = page.view({FP8})
        {RIGHT}""",
    "flag": "quantize_or_pack[(1,)](x, page, page.dtype == torch.uint8, 64)",
    "flag_by_keyword": "quantize_or_pack[(1,)](x, page, PACK=page.dtype == torch.uint8, BLOCK=64)",
    "flag_bound_before": """
        packed = page.dtype == torch.uint8
        quantize_or_pack[(1,)](x, page, packed, 64)""",
    "flag_the_wrong_way": """
        quantize_or_pack[(1,)](x, page, page.dtype != torch.uint8, 64)  # expect: TL001""",
    "flag_constant": """
        assert page.dtype == torch.uint8
        quantize_or_pack[(1,)](x, page, True, 64)
        quantize_or_pack[(1,)](x, page, False, 64)  # expect: TL001""",
    "flag_allocates": """
        out = torch.empty(4, dtype=torch.uint8) if n else torch.empty_like(x)
        quantize_or_pack[(1,)](x, out, PACK=n, BLOCK=64)""",
    "flag_allocates_in_an_arm": """
        if n:
            out = torch.empty(4, dtype=torch.uint8)
        else:
            out = torch.empty_like(x)
        quantize_or_pack[(1,)](x, out, PACK=n, BLOCK=64)""",
    "flag_allocates_the_wrong_way": """
        if not n:
            out = torch.empty(4, dtype=torch.uint8)
        else:
            out = torch.empty_like(x)
        quantize_or_pack[(1,)](x, out, PACK=n, BLOCK=64)  # expect: TL001""",
    "flag_chooses_the_dtype": """
        out = torch.empty(4, dtype=torch.uint8 if n else torch.bfloat16)
        quantize_or_pack[(1,)](x, out, PACK=n, BLOCK=64)""",
    "one_test_twice": f"""
        if n:
            codes = page.view(torch.uint8)[:, :4].view({FP8})
            scale = page[:, 4:].view(torch.float32)
        if n:
            quantize[(1,)](x, codes, 64)
        else:
            {RIGHT}""",
    "regions_on_the_other_path": f"""
        if n:
            scale = page[:, 4:].view(torch.float32)
            codes = page[:, :4].view({FP8})
            return quantize[(1,)](x, codes, 64)
        codes = page[:, :4]
        quantize[(1,)](x, codes, 64)""",
    "regions_on_both_paths": """
        codes = page[:, :4]  # expect: TL001
        if n:
            scale = page[:, 4:].view(torch.float32)
        quantize[(1,)](x, codes, 64)""",
}

SETTINGS = {
    "predicate": f"if is_quantized_kv_cache(setting):\n    page = page.view({FP8})\n{RIGHT}",
    "prefix": f'if setting.startswith("fp8"):\n    page = page.view({FP8})\n{RIGHT}',
    "equal": f'if setting == "fp8":\n    page = page.view({FP8})\n{RIGHT}',
    "contained": f'if "fp8" in setting:\n    page = page.view({FP8})\n{RIGHT}',
    "one_of": f'if setting in ("fp8", "fp8_e4m3"):\n    page = page.view({FP8})\n{RIGHT}',
    "auto": f'if setting == "auto":\n    {RIGHT}\nelse:\n    page = page.view({FP8})\n    {RIGHT}',
    "only_tested": f'if setting.startswith("fp8"):\n    n = n + 1\n{RIGHT}',
    "regions": f"""
        if setting == "fp8":
            page, scale = page[:, :4], page[:, 4:].view(torch.float32)  # expect: TL001
        {RIGHT}""",
}

# What is viewed only where it has another type: the test says nothing of what it was.
AS = """\
def as_type(tensor, dtype):
    if tensor.dtype == dtype:
        return tensor
    return tensor.view(dtype)


"""
VIEWED_ELSE = {
    "given": f"""
        codes = as_type(page, torch.uint8)
        codes = as_type(codes, {FP8})
        {RIGHT}  # not looked at
        quantize[(1,)](x, codes, 64)""",
    "tested_after": """
        codes = as_type(page, torch.uint8)
        if codes.dtype != torch.uint8:
            quantize[(1,)](x, codes, 64)  # not looked at""",
    "inline": f"""
        codes = page if page.dtype == torch.uint8 else page.view(torch.uint8)
        {RIGHT}  # not looked at
        quantize[(1,)](x, codes, 64)  # expect: TL001""",
    "bytes": "quantize[(1,)](x, as_type(page, torch.uint8), 64)  # expect: TL001",
    "tested_alone": f"""
        if page.dtype == torch.uint8:
            page = page.view({FP8})
        {RIGHT}
        as_type(x, torch.uint8)""",
}

# More lines than one reads at a glance.
LONG = "\n".join(f"    size{n} = page.shape[0] * {n}" for n in range(30))
LONG_HELPERS = {
    "views": f"def regions(page, n):\n{LONG}\n    return page[:, :n].view({FP8}), page[:, n:].view(torch.float32)\n",
    "views_one": f"def regions(page, n):\n{LONG}\n    return page[:, :n], page[:, n:].view(torch.float32)  # expect: TL001\n",
    "views_none": f"def regions(page, n):\n{LONG}\n    return page[:, :n].reshape(-1), page[:, n:]\n",
    "gives_nothing": f"def regions(page, n):\n{LONG}\n    page[:, n:].view(torch.float32).zero_()\n",
}
LONG_USE = """

def launch(x, page, n):
    page, scale = regions(page, n)
    quantize[(1,)](x, page, 64)
"""
# `asked` has more lines too: what it refuses, the launch is not passed.
ASKS = f"""def asked(page):
    if page.dtype %s:
        %s
{LONG}
    return page.shape[1]


def launch(x, page, n):
    n = asked(page)
    quantize[(1,)](x, page%s, 64)%s
"""
OPEN, HERE = "raise TypeError(page.dtype)", "  # expect: TL001"
LONG_ASKING = {
    "bytes": ASKS % ("!= torch.uint8", OPEN, "", HERE),
    "one_of_several": ASKS % ("!= torch.uint8 or page.ndim != 2", OPEN, "", HERE),
    "asserted": ASKS.replace("if", "assert").replace(":\n        %s", "%s", 1)
    % ("== torch.uint8", "", "", HERE),
    "correct_viewed": ASKS % ("!= torch.uint8", OPEN, f".view({FP8})", ""),
    "correct_codes": ASKS % (f"!= {FP8}", OPEN, "", "  # not looked at"),
    "correct_no_bytes": ASKS % ("== torch.uint8", OPEN, "", ""),
}
LONG_MARK = {"views_none": "  # not looked at", "gives_nothing": "  # not looked at"}

HELPERS = {
    "predicate": f"""
        def is_fp8(tensor):
            return tensor.dtype in (torch.uint8, {FP8})

        def launch(x, page):
            if is_fp8(page):
                page = page.view({FP8})
            {RIGHT}
        """,
    "view": f"""
        def as_fp8(tensor):
            return tensor.view({FP8}) if tensor.dtype == torch.uint8 else tensor

        def launch(x, page):
            assert page.dtype == torch.uint8
            page = as_fp8(page)
            {RIGHT}
        """,
    "view_of_several": f"""
        def as_fp8(*tensors):
            return [each.view({FP8}) for each in tensors]

        def launch(x, page):
            assert page.dtype == torch.uint8
            (page,) = as_fp8(page)
            {RIGHT}
        """,
    "check": f"""
        def check(tensor):
            if tensor.dtype != {FP8}:
                raise ValueError(tensor.dtype)

        def launch(x, page):
            check(page)
            {RIGHT}
        """,
    "allocation": f"""
        def allocate(n):
            return torch.empty(n, dtype=torch.uint8)

        def launch(x, n):
            page = allocate(n)
            {WRONG}
        """,
    "allocation_of_two": f"""
        def allocate(n):
            codes = torch.empty(n, dtype=torch.uint8)
            return codes, torch.empty(n)

        def launch(x, n):
            codes, page = allocate(n)
            {RIGHT}
            page, scale = allocate(n)
            {WRONG}
        """,
    "regions": f"""
        def regions(page, n):
            return page[:, :n].view({FP8}), page[:, n:].view(torch.float32)

        def launch(x, page, n):
            page, scale = regions(page, n)
            {RIGHT}
        """,
    "regions_not_viewed": f"""
        def regions(page, n):
            return page[:, :n], page[:, n:].view(torch.float32)  # expect: TL001

        def launch(x, page, n):
            page, scale = regions(page, n)
            {RIGHT}
        """,
    "nested": f"""
        def launch(x, page):
            def view(tensor):
                return tensor.view({FP8})

            assert page.dtype == torch.uint8
            page = view(page)
            {RIGHT}
        """,
    "platform": f"""
        def fp8_dtype():
            return torch.float8_e4m3fnuz if torch.version.hip else {FP8}

        def launch(x, n):
            page = torch.empty(n, dtype=torch.uint8).view(fp8_dtype())
            {RIGHT}
            page = torch.empty(n, dtype=fp8_dtype())
            {RIGHT}  # expect: TL003
        """,
    "platform_constant": f"""
        if torch.version.hip:
            FP8_DTYPE = torch.float8_e4m3fnuz
        else:
            FP8_DTYPE = {FP8}

        def launch(x, page):
            assert page.dtype == torch.uint8
            page = page.view(FP8_DTYPE)
            {RIGHT}
        """,
    "unknown_constant": f"""
        from somewhere.dtypes import STORAGE

        def launch(x, page):
            assert page.dtype == torch.uint8
            page = page.view(STORAGE)
            {RIGHT}
        """,
}

ATTRIBUTES = {
    "bytes": ("self.page = torch.zeros(n, dtype=torch.uint8)", f"page = self.page\n{WRONG}"),
    "inline": (
        "self.page = torch.zeros(n, dtype=torch.uint8)",
        "quantize[(1,)](x, self.page, 64)  # expect: TL001",
    ),
    "viewed": (
        "self.page = torch.zeros(n, dtype=torch.uint8)",
        f"page = self.page.view({FP8})\n{RIGHT}",
    ),
    "viewed_before": (
        f"self.page = torch.zeros(n, dtype=torch.uint8).view({FP8})",
        f"page = self.page\n{RIGHT}",
    ),
    "fp8": (f"self.page = torch.zeros(n, dtype={FP8})", f"page = self.page\n{RIGHT}"),
    "given": ("self.page = n", f"page = self.page\n{RIGHT}  # not looked at"),
    "asserted": ("self.page = n\nassert n.dtype == torch.uint8", f"page = self.page\n{WRONG}"),
    "dtype": ("self.dtype = torch.uint8", f"page = torch.empty(4, dtype=self.dtype)\n{WRONG}"),
    "dtype_given": (
        "self.dtype = n",
        f"page = torch.empty(4, dtype=self.dtype)\n{RIGHT}  # not looked at",
    ),
    "dtype_of_the_view": (
        f"self.page = torch.zeros(n, dtype=torch.uint8)\nself.dtype = {FP8}",
        f"page = self.page.view(self.dtype)\n{RIGHT}",
    ),
    "set_in_the_method": (
        "self.page = torch.zeros(n, dtype=torch.uint8)",
        f"self.page = self.page.view({FP8})\npage = self.page\n{RIGHT}",
    ),
    "other_object": ("self.page = torch.zeros(n, dtype=torch.uint8)", f"page = x.page\n{RIGHT}"),
}


def _cases() -> dict[str, str]:
    cases = {f"assert-{name}": function(body) for name, body in ASSERTED.items()}
    cases |= {f"if-{name}": function(body) for name, body in DECIDED.items()}
    cases |= {
        f"setting-{name}": function(body, "x, page, n, setting") for name, body in SETTINGS.items()
    }
    cases |= {f"as-{name}": f"{AS}{function(body)}" for name, body in VIEWED_ELSE.items()}
    for name, text in LONG_HELPERS.items():
        use = LONG_USE.replace("page, 64)", f"page, 64){LONG_MARK.get(name, '')}")
        cases[f"long-{name}"] = text + use
    cases |= {f"long-asks-{name}": text for name, text in LONG_ASKING.items()}
    for name, (initializer, body) in ATTRIBUTES.items():
        methods = (function(initializer, "self, n", "__init__"), function(body, "self, x"))
        text = "\n\n".join(methods)
        cases[f"attribute-{name}"] = "class Layer:\n" + textwrap.indent(text, "    ")
    cases |= {f"helper-{name}": textwrap.dedent(text) for name, text in HELPERS.items()}
    return cases


CASES = _cases()


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_findings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"{KERNELS}{text}\n"}
    write(tmp_path, files)
    assert found() == expected(files)

"""The fix of a missing view: what it is called, where it goes and what it imports."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from support import ROOT, without_expectations
from tests.facts.hosting import IMPORTS, KERNELS
from tritonlint.engine import check
from tritonlint.fixing import fixing
from tritonlint.settings.config import Settings

BODY = KERNELS.removeprefix("import torch\n")
PAGE = "page = {torch}.empty(64, dtype={torch}.uint8)"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _fixed(text: str, unsafe: bool = False, **settings: object) -> str:
    """What the fixes make of a module."""
    path = Path("module.py")
    path.write_text(text, encoding="utf-8")
    chosen = Settings(root=Path.cwd(), **settings)  # type: ignore[arg-type]
    result = check.check([path], chosen)
    assert result.findings, result.skipped
    plan = fixing.plan(result, chosen, unsafe)
    return plan.changes[0].after.decode() if plan.changes else text


def _body(text: str) -> str:
    return textwrap.dedent(text).strip("\n") + "\n"


def _launching(body: str, parameters: str = "x") -> str:
    return f"def launch({parameters}):\n{textwrap.indent(_body(body), '    ')}"


# The imports of a module, and how it then names torch.float8_e4m3fn.
TORCH = {
    "import torch": "torch.float8_e4m3fn",
    "import torch as th": "th.float8_e4m3fn",
    "import torch\nfrom torch import float8_e4m3fn": "float8_e4m3fn",
    "import torch\nfrom torch import float8_e4m3fn as fp8": "fp8",
    "import torch\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from torch import float8_e4m3fn": "torch.float8_e4m3fn",
}


@pytest.mark.parametrize("imports", TORCH, ids=range(len(TORCH)))
def test_torch_is_spelled_as_the_module_does(imports: str) -> None:
    torch = "th" if " as th" in imports else "torch"
    head = f"{imports}\n{BODY}"
    text = head + _launching(f"{PAGE.format(torch=torch)}\nquantize[(1,)](x, page, 64)\n")
    call = f"quantize[(1,)](x, page.view({TORCH[imports]}), 64)"
    assert _fixed(text, unsafe=True) == text.replace("quantize[(1,)](x, page, 64)", call)


IMPORT = "from project.platforms import platform"
CONFIGURED = {"fp8_dtype": "platform.fp8_dtype()", "fp8_import": IMPORT}
# The top of a module, with [+] where IMPORT goes.
TOPS = {
    "below_the_imports": "import torch\nimport triton\nimport triton.language as tl\n[+]\n",
    "below_docstring_and_future": """\
#!/usr/bin/env python
# coding: utf-8
\"\"\"Doc
string.\"\"\"
from __future__ import annotations
[+]
with open("loaded"):
    import torch, triton
    import triton.language as tl
""",
    "below_a_block_of_imports": """\
import torch
import triton
import triton.language as tl

try:
    import a
except ImportError:
    a = None
[+]
""",
    "above_late_imports": """\
import torch, triton
import triton.language as tl
[+]

def f():
    pass


import late
""",
    "not_under_type_checking": f"""\
import torch, triton
import triton.language as tl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    {IMPORT}
[+]
""",
    "a_statement_over_lines": """\
import torch, triton
from triton import (
    language as tl,
)  # comment
[+]
""",
    "two_statements_in_a_line": "import torch, triton; import triton.language as tl; x = (\n    1)\n[+]\n",
}
NO_IMPORTS = KERNELS.removeprefix(IMPORTS)


@pytest.mark.parametrize("name", TOPS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_import_is_added_once_in_its_place(name: str, newline: str) -> None:
    launch = _launching(
        f"{PAGE.format(torch='torch')}\nquantize[(1,)](x, page, 64)\nquantize[(1,)](x, page, 32)\n"
    )
    fixed = launch.replace("x, page", "x, page.view(platform.fp8_dtype())")
    before = TOPS[name].replace("[+]\n", "\n") + NO_IMPORTS + launch
    after = TOPS[name].replace("[+]\n", f"{IMPORT}\n\n") + NO_IMPORTS + fixed
    with Path("module.py").open("w", newline="") as file:
        file.write(before.replace("\n", newline))
    settings = Settings(root=Path.cwd(), **CONFIGURED)  # type: ignore[arg-type]
    plan = fixing.plan(check.check([Path("module.py")], settings), settings)
    assert plan.changes[0].after.decode() == after.replace("\n", newline)


@pytest.mark.parametrize(
    "there", [IMPORT, "from project.platforms import (\n    other,\n    platform,\n)"]
)
def test_an_import_that_is_there_is_not_added(there: str) -> None:
    head = f"import torch\n{there}\n{BODY}"
    text = head + _launching(f"{PAGE.format(torch='torch')}\nquantize[(1,)](x, page, 64)\n")
    fixed = text.replace("(x, page,", "(x, page.view(platform.fp8_dtype()),")
    assert _fixed(text, **CONFIGURED) == fixed


def test_a_name_that_is_not_there_at_run_time_is_not_used() -> None:
    head = f"import torch\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p import FP8_DTYPE\n{BODY}"
    other = "def other(config):\n    return config.fp8_dtype\n\n\n"
    launch = _launching(
        f"{PAGE.format(torch='torch')}\nif x.a:\n    fp8_dtype = x.b\nquantize[(1,)](x, page, 64)\n"
    )
    text = head + other + launch
    assert _fixed(text) == text
    guess = text.replace("(x, page,", "(x, page.view(torch.float8_e4m3fn),")
    assert _fixed(text, unsafe=True) == guess


# The body of a launching function, with `.view(...)` where the fix goes in brackets.
PLACES = {
    "a_copy_of_the_name": """
        page = torch.empty(64, dtype=torch.uint8)
        codes = page[.view(FP8_DTYPE)]
        quantize[(1,)](x, codes, codes.stride(0))
    """,
    "a_copy_that_is_needed_as_bytes": """
        page = torch.empty(64, dtype=torch.uint8)
        codes = page
        quantize[(1,)](x, codes[.view(FP8_DTYPE)], 64)
        return codes
    """,
    "a_copy_under_an_if": """
        page = torch.empty(64, dtype=torch.uint8)
        codes = page
        if x.small:
            codes = page
        quantize[(1,)](x, codes[.view(FP8_DTYPE)], 64)
    """,
    "a_copy_that_is_passed_too": """
        page = torch.empty(64, dtype=torch.uint8)
        codes = page[.view(FP8_DTYPE)]
        again = codes
        quantize[(1,)](again, codes, 64)
    """,
    "the_tensor_of_a_descriptor": """
        from triton.tools.tensor_descriptor import TensorDescriptor

        page = torch.empty(64, dtype=torch.uint8)
        described = TensorDescriptor(page[.view(FP8_DTYPE)], [64], [1], [64])
        quantize[(1,)](x, described, 64)
    """,
    "wider_floats_by_name": """
        page = torch.empty(64, dtype=torch.uint8)
        page_fp32 = page[:32][.view(torch.float32)]
        quantize[(1,)](x, page_fp32, 64)
    """,
}


@pytest.mark.parametrize("name", PLACES)
def test_the_view_goes_where_the_bytes_get_their_name(name: str) -> None:
    body = PLACES[name]
    before = "".join(part.partition("]")[2] if i else part for i, part in enumerate(body.split("[.")))
    after = body.replace("[.view(FP8_DTYPE)]", ".view(FP8_DTYPE)").replace(
        "[.view(torch.float32)]", ".view(torch.float32)"
    )
    head = KERNELS + "FP8_DTYPE = torch.float8_e4m3fn\n\n\n"
    assert _fixed(head + _launching(before)) == head + _launching(after)


def test_a_tensor_that_holds_bytes_on_some_paths_is_viewed_on_those() -> None:
    head = KERNELS + "FP8_DTYPE = torch.float8_e4m3fn\n\n\n"
    text = head + _launching(
        """
        is_fp8 = cache.dtype in (torch.uint8, torch.float8_e4m3fn)
        quantize[(1,)](x, cache, 64, FP8=is_fp8)
        """,
        "x, cache",
    )
    text = text.replace("out_ptr, BLOCK: tl.constexpr):", "out_ptr, BLOCK: tl.constexpr, FP8=0):", 1)
    call = "(x, cache.view(FP8_DTYPE) if cache.dtype == torch.uint8 else cache, 64"
    assert _fixed(text) == text.replace("(x, cache, 64", call)


def test_what_a_table_picks_is_viewed_where_it_holds_bytes() -> None:
    """The same launch passes floats to the other kernel."""
    body = """
        rows = torch.zeros(64, dtype=torch.uint8 if fp8 else torch.bfloat16)
        kernel = {torch.uint8: quantize, torch.bfloat16: copy}[rows.dtype]
        kernel[(1,)](x, rows, 64)
        return rows.view(torch.float8_e4m3fn) if fp8 else rows
    """
    text = KERNELS + _launching(body, "x, fp8")
    view = "rows.view(torch.float8_e4m3fn) if rows.dtype == torch.uint8 else rows"
    assert _fixed(text, unsafe=True) == text.replace("(x, rows, 64)", f"(x, {view}, 64)")


@pytest.mark.parametrize("rows", ["*rows", "*reversed(rows)"])
def test_a_list_that_is_unpacked_has_no_view(rows: str) -> None:
    body = f"""
        rows = [torch.empty(64, dtype=torch.uint8) for _ in range(1)] * 1
        quantize[(1,)](x, {rows}, 64)
        return rows[0].view(torch.float8_e4m3fn)
    """
    text = KERNELS + _launching(body)
    assert _fixed(text, unsafe=True) == text


def test_a_whole_buffer_is_not_widened_without_being_asked() -> None:
    """Its shape may count elements: as wider ones it would be too short for what the kernel
    writes."""
    body = """
        x = torch.zeros(64, dtype=torch.float32)
        page = torch.empty(64, dtype=torch.uint8)
        page_fp32 = page
        quantize[(1,)](x, page_fp32, 64)
    """
    text = KERNELS + _launching(body)
    assert _fixed(text) == text
    assert ".view(torch.float32)" in _fixed(text, unsafe=True)


def test_strides_of_bytes_are_not_those_of_what_is_viewed() -> None:
    """A launch that takes the strides of a name too counts them in bytes."""
    case = ROOT / "fixtures" / "TL002" / "pieces_of_a_split"
    text = without_expectations((case / "flagged.py").read_text(encoding="utf-8"))
    assert _fixed(text) == text
    assert _fixed(text, unsafe=True) == (case / "fixed.py").read_text(encoding="utf-8")


def test_the_advice_names_the_view_without_the_parentheses_around_it() -> None:
    body = """
        is_fp8 = cache.dtype in (torch.uint8, torch.float8_e4m3fn)
        quantize[(1,)](x, cache if there else other.view(FP8_DTYPE), 64, FP8=is_fp8)
        page = torch.empty(64, dtype=torch.uint8)
        values = torch.empty(64, dtype=torch.float8_e4m3fn)
        quantize[(1,)](x, page if there else values, 64)
    """
    head = KERNELS + "FP8_DTYPE = torch.float8_e4m3fn\n\n\n"
    text = head + _launching(body, "x, cache, other, there")
    text = text.replace("out_ptr, BLOCK: tl.constexpr):", "out_ptr, BLOCK: tl.constexpr, FP8=0):", 1)
    path = Path("module.py")
    path.write_text(text, encoding="utf-8")
    findings = check.check([path], Settings(root=Path.cwd())).findings
    assert sorted(each.help for each in findings) == [
        "add `.view(FP8_DTYPE) if cache.dtype == torch.uint8 else cache`",
        "add `.view(FP8_DTYPE)`",
    ]


# What a name that ends in `fp8` is: a type that a module holds, or a flag of an object.
NAMED_FP8 = {
    "of a module": ("from aiter import dtypes\n", "x.view(dtypes.fp8)", "dtypes.fp8"),
    "of an enum": (
        "from settings import Policy\n", "x == Policy.FP8", "torch.float8_e4m3fn"
    ),
    "of an object": ("", "layer.fp8", "torch.float8_e4m3fn"),
}


@pytest.mark.parametrize("named", NAMED_FP8)
def test_a_flag_is_no_type(named: str) -> None:
    imports, used, dtype = NAMED_FP8[named]
    body = f"{PAGE.format(torch='torch')}\nknown = {used}\nquantize[(1,)](x, page, 64)\n"
    text = f"import torch\n{imports}\n{BODY}{_launching(body, 'x, layer')}"
    call = f"quantize[(1,)](x, page.view({dtype}), 64)"
    assert _fixed(text, unsafe=True) == text.replace("quantize[(1,)](x, page, 64)", call)


# What else is done with a page that a kernel is passed as bytes, and the type that it is then viewed
# as where it is passed.
VIEWED_AS = {
    "all_of_it_as_bfloat16": ("return page.view(torch.bfloat16)", "torch.bfloat16"),
    "all_of_it_as_float16_before": ("page.view(torch.float16).zero_()", "torch.float16"),
    "a_part_of_it_as_bfloat16": ("return page[32:].view(torch.bfloat16)", "torch.float8_e4m3fn"),
    "all_of_it_as_fp8": ("return page.view(torch.float8_e5m2)", "torch.float8_e5m2"),
}


@pytest.mark.parametrize("name", VIEWED_AS)
def test_the_type_is_that_of_another_view_of_all_of_it(name: str) -> None:
    other, dtype = VIEWED_AS[name]
    body = f"{PAGE.format(torch='torch')}\nquantize[(1,)](x, page, 64)\n{other}\n"
    text = f"import torch\n{BODY}" + _launching(body)
    call = f"quantize[(1,)](x, page.view({dtype}), 64)"
    assert _fixed(text, unsafe=True) == text.replace("quantize[(1,)](x, page, 64)", call)


def test_several_views_of_all_of_it_tell_no_type() -> None:
    body = f"{PAGE.format(torch='torch')}\nquantize[(1,)](x, page, 64)\n"
    more = "return page.view(torch.bfloat16), page.view(torch.float32)\n"
    text = f"import torch\n{BODY}" + _launching(body + more)
    assert _fixed(text, unsafe=True) == text

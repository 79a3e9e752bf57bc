"""Every form of launch, and every way a kernel gets its name: which parameter each argument is
bound to shows in what is found."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

# `page` is bytes in every case; what is stored to `out_ptr` are floats, what is copied is not.
BYTES = "assert page.dtype == torch.uint8\n"

FORMS = {
    "positional": "quantize[(1,)](x, page, 64)  # expect: TL001",
    "positional_elsewhere": "quantize[(1,)](page.view(torch.float16), x, 64)",
    "keywords": "quantize[(1,)](BLOCK=64, out_ptr=page, x_ptr=x)  # expect: TL001",
    "keywords_elsewhere": "copy[(1,)](out_ptr=page, source_ptr=page, BLOCK=64)",
    "mixed": "quantize[(1,)](x, BLOCK=64, out_ptr=page)  # expect: TL001",
    "launch_options": "quantize[(1,)](x, page, 64, num_warps=4, num_stages=2)  # expect: TL001",
    "over_lines": "quantize[(1,)](\n    x,\n    page,  # expect: TL001\n    BLOCK=64,\n)",
    "inline_slice": "quantize[(1,)](x, page[:, :4], 64)  # expect: TL001",
    "inline_view": "quantize[(1,)](x, page.view(torch.float8_e4m3fn), 64)",
    "inline_reshape": "quantize[(1,)](x, page.view(-1, 64), 64)  # expect: TL001",
    "inline_conditional": "quantize[(1,)](x, page if n else x, 64)  # expect: TL001",
    "inline_conditional_view": "quantize[(1,)](x, page.view(torch.float8_e4m3fn) if n else None, 64)",
    "star_tuple": "args = (x, page)  # expect: TL001\nquantize[(1,)](*args, 64)",
    "star_tuple_viewed": "args = (x, page.view(torch.float8_e4m3fn))\nquantize[(1,)](*args, 64)",
    "star_tuple_of_two_kernels": """
        args = (x, page)  # expect: TL001
        if n:
            quantize[(1,)](*args, 64)
        else:
            copy[(1,)](*args, 64)""",
    "star_tuple_in_two_parts": """
        args = (x,)
        args = args + (page, 64)  # expect: TL001
        quantize[(1,)](*args)""",
    "star_tuple_nested": """
        first = (x, page)  # expect: TL001
        args = (*first, 64)
        quantize[(1,)](*args)""",
    "star_list": "args = [x, page]  # expect: TL001\nquantize[(1,)](*args, BLOCK=64)",
    "star_in_the_middle": "args = (page,)  # expect: TL001\nquantize[(1,)](x, *args, 64)",
    "star_of_an_unknown": "quantize[(1,)](*n, page, 64)",
    "star_conditional": """
        args = (x, page) if n else (x, page.view(torch.float8_e4m3fn))
        quantize[(1,)](*args, 64)  # expect: TL001""",
    "double_star": """
        kwargs = {"x_ptr": x, "out_ptr": page}
        quantize[(1,)](**kwargs, BLOCK=64)  # expect: TL001""",
    "double_star_dict": """
        kwargs = dict(x_ptr=x, out_ptr=page)
        quantize[(1,)](**kwargs, BLOCK=64)  # expect: TL001""",
    "double_star_viewed": """
        kwargs = {"x_ptr": x, "out_ptr": page.view(torch.float8_e4m3fn)}
        quantize[(1,)](**kwargs, BLOCK=64)""",
    "double_star_of_an_unknown": "quantize[(1,)](x, page, **n)  # expect: TL001",
    "grid_variable": "grid = (n,)\nquantize[grid](x, page, 64)  # expect: TL001",
    "grid_lambda": """
        grid = lambda meta: (triton.cdiv(n, meta["BLOCK"]),)
        quantize[grid](x, page, 64)  # expect: TL001""",
    "grid_inline_lambda": 'quantize[lambda meta: (meta["BLOCK"],)](x, page, 64)  # expect: TL001',
    "grid_function": """
        def grid(meta):
            return (n,)

        quantize[grid](x, page, 64)  # expect: TL001""",
    "grid_over_lines": "quantize[\n    (1,)\n](x, page, 64)  # expect: TL001",
    "grid_call": "quantize[make_grid(n)](x, page, 64)  # expect: TL001",
    "result_kept": "compiled = quantize[(1,)](x, page, 64)  # expect: TL001",
    "returned": "return quantize[(1,)](x, page, 64)  # expect: TL001",
    "in_a_with": "with torch.cuda.device(x.device):\n    quantize[(1,)](x, page, 64)  # expect: TL001",
    "in_a_loop": "for _ in range(n):\n    quantize[(1,)](x, page, 64)  # expect: TL001",
    "in_a_nested_function": """
        def run():
            quantize[(1,)](x, page, 64)  # expect: TL001

        run()""",
    "no_launch": "quantize(x, page, 64)",
    "subscript_that_is_no_kernel": "n[(1,)](x, page, 64)  # not looked at",
}

CHOSEN = {
    "wrap_triton": "wrap_triton(quantize)[(1,)](x, page, 64)  # expect: TL001",
    "wrap_triton_in_full": "torch.library.wrap_triton(quantize)[(1,)](x, page, 64)  # expect: TL001",
    "fn": "quantize.fn[(1,)](x, page, 64)  # expect: TL001",
    "alias": "kernel = quantize\nkernel[(1,)](x, page, 64)  # expect: TL001",
    "alias_of_another": "kernel = quantize\nkernel = copy\nkernel[(1,)](page, page, 64)",
    "arms": """
        if n:
            kernel = quantize
        else:
            kernel = copy
        kernel[(1,)](x, page, 64)  # expect: TL001""",
    "arms_both_copy": """
        kernel = copy if n else copy
        kernel[(1,)](page, page, 64)""",
    "conditional": "kernel = quantize if n else copy\nkernel[(1,)](x, page, 64)  # expect: TL001",
    "conditional_inline": "(quantize if n else copy)[(1,)](x, page, 64)  # expect: TL001",
    "by_the_dtype": """
        kernel = copy if page.dtype == torch.uint8 else quantize
        kernel[(1,)](x, page, 64)""",
    "by_the_dtype_in_arms": """
        if page.dtype == torch.uint8:
            kernel = copy
        else:
            kernel = quantize
        kernel[(1,)](x, page, 64)""",
    "dict_get": """
        kernel = {1: quantize, 2: copy}.get(n)
        kernel[(1,)](x, page, 64)  # expect: TL001""",
    "dict_subscript": """
        kernels = {"a": quantize, "b": copy}
        kernels[n][(1,)](x, page, 64)  # expect: TL001""",
    "dict_known_key": """
        kernels = {"a": quantize, "b": copy}
        kernels["b"][(1,)](x, page, 64)
        kernels["a"][(1,)](x, page, 64)  # expect: TL001""",
    "dict_by_the_dtype": """
        kernels = {torch.uint8: copy, torch.float16: quantize}
        kernels[page.dtype][(1,)](x, page, 64)""",
    "tuple_of_kernels": """
        for kernel in (quantize, copy):
            kernel[(1,)](x, x, 64)  # not looked at""",
    "rebound_to_something": "quantize = n\nquantize[(1,)](x, page, 64)  # not looked at",
}

# A product of numbers, or of codes in one of several formats.
FORMATS = """
@triton.jit
def product(a_ptr, scale_ptr, b_ptr, out_ptr, FORMAT: tl.constexpr):
    rows, columns = tl.arange(0, 64)[:, None], tl.arange(0, 64)[None, :]
    a, b = tl.load(a_ptr + rows * 64 + columns), tl.load(b_ptr + rows * 64 + columns)
    total = tl.zeros((64, 64), tl.float32)
    if FORMAT is not None:
        scale = tl.load(scale_ptr + rows * 2 + tl.arange(0, 2)[None, :])
        total = tl.dot_scaled(a, scale, FORMAT, b, None, "bf16", acc=total)
    else:
        total = tl.dot(a, b, acc=total)
    tl.store(out_ptr + rows * 64 + columns, total)

"""
DEFINED = {
    "one_of_two_formats": FORMATS
    + """
def launch(x, n):
    if n:
        page, scale = torch.empty(64, 64, dtype=torch.uint8), torch.empty(64, 2, dtype=torch.uint8)
        name = "e4m3" if torch.version.hip else "e5m2"
    else:
        page, scale, name = torch.empty(64, 64, dtype=torch.bfloat16), None, None
    product[(1,)](page, scale, x, torch.empty(64, 64), name)
""",
    "no_format": FORMATS
    + """
def launch(x, n):
    if n:
        page = torch.empty(64, 64, dtype=torch.uint8)
    else:
        page = torch.empty(64, 64, dtype=torch.bfloat16)
    product[(1,)](page, None, x, torch.empty(64, 64), None)  # expect: TL002
""",
    "module_table": """
        KERNELS = {"q": quantize, "c": copy}

        def launch(x, page):
            assert page.dtype == torch.uint8
            KERNELS["q"][(1,)](x, page, 64)  # expect: TL001
            KERNELS["c"][(1,)](x, page, 64)
        """,
    "module_alias": """
        kernel = quantize

        def launch(x, page):
            assert page.dtype == torch.uint8
            kernel[(1,)](x, page, 64)  # expect: TL001
        """,
    "jit_called": """
        def body(x_ptr, out_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

        kernel = triton.jit(body)

        def launch(x, page):
            assert page.dtype == torch.uint8
            kernel[(1,)](x, page, 64)  # expect: TL001
        """,
    "decorated": """
        @triton.autotune(configs=[], key=["BLOCK"])
        @triton.heuristics({"BLOCK": lambda args: 64})
        @triton.jit
        def tuned(x_ptr, out_ptr, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

        def launch(x, page):
            assert page.dtype == torch.uint8
            tuned[lambda meta: (1,)](x, page)  # expect: TL001
            tuned.fn[(1,)](x, page)  # expect: TL001
        """,
    "custom_decorator": """
        def remembered(function):
            return function

        @remembered
        @triton.jit(do_not_specialize=["n"])
        def kernel(x_ptr, out_ptr, n, BLOCK: tl.constexpr):
            offsets = tl.arange(0, BLOCK)
            tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

        def launch(x, page):
            assert page.dtype == torch.uint8
            kernel[(1,)](x, page, 3, BLOCK=64)  # expect: TL001
        """,
    "in_a_class": """
        class Kernels:
            @staticmethod
            @triton.jit
            def store(x_ptr, out_ptr, BLOCK: tl.constexpr):
                offsets = tl.arange(0, BLOCK)
                tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

            kernel = quantize

            def launch(self, x, page):
                assert page.dtype == torch.uint8
                self.store[(1,)](x, page, 64)  # expect: TL001
                self.kernel[(1,)](x, page, 64)  # expect: TL001

        def launch(x, page):
            assert page.dtype == torch.uint8
            Kernels.store[(1,)](x, page, 64)  # expect: TL001
        """,
    "in_a_function": """
        def launch(x, page):
            @triton.jit
            def kernel(x_ptr, out_ptr, BLOCK: tl.constexpr):
                offsets = tl.arange(0, BLOCK)
                tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

            assert page.dtype == torch.uint8
            kernel[(1,)](x, page, 64)  # expect: TL001
        """,
    "under_a_platform": """
        if torch.version.hip:
            @triton.jit
            def kernel(x_ptr, out_ptr, BLOCK: tl.constexpr):
                offsets = tl.arange(0, BLOCK)
                tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernel[(1,)](x, page, 64)  # expect: TL001
        """,
    "same_name_as_an_imported_one": """
        from elsewhere import quantize

        def launch(x, page):
            assert page.dtype == torch.uint8
            quantize[(1,)](x, page, 64)  # not looked at
        """,
    "async": """
        async def launch(x, page):
            assert page.dtype == torch.uint8
            quantize[(1,)](x, page, 64)  # expect: TL001
        """,
    "at_two_places": """
        def launch(x, page):
            assert page.dtype == torch.uint8
            quantize[(1,)](x, page, 64)  # expect: TL001
            quantize[(2,)](x, page, 64)  # expect: TL001
        """,
    "handed_to_a_launcher": """
        def run(kernel, x, out):
            kernel[(1,)](x, out, 64)

        def launch(x, page):
            assert page.dtype == torch.uint8
            run(copy, x, page)
            run(quantize, x, page)  # expect: TL001
        """,
    "handed_with_stars": """
        def run(kernel, *args, **kwargs):
            kernel[(1,)](*args, **kwargs)

        def launch(x, page):
            assert page.dtype == torch.uint8
            run(quantize, x, page, BLOCK=64)  # expect: TL001
        """,
}


def _cases() -> dict[str, str]:
    cases: dict[str, str] = {}
    for group, bodies in {"form": FORMS, "kernel": CHOSEN}.items():
        for name, body in bodies.items():
            cases[f"{group}-{name}"] = function(BYTES + textwrap.dedent(body))
    return cases | {f"defined-{name}": textwrap.dedent(text) for name, text in DEFINED.items()}


CASES = _cases()


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_findings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"{KERNELS}{text}\n"}
    write(tmp_path, files)
    assert found() == expected(files)

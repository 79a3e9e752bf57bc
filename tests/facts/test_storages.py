"""What the tensors of a launch are seen to hold: constructors, views, slices, dtype expressions,
attributes and guards, each as a small function that launches a kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

# The launch that ends most cases, with and without a finding.
RIGHT = "quantize[(1,)](x, out, 64)"
WRONG = f"{RIGHT}  # expect: TL001"
OVERLOOKED = f"{RIGHT}  # not looked at"
RIGHT_PAGE = "quantize[(1,)](x, page, 64)"

CONSTRUCTED = {
    "empty": f"out = torch.empty(n, dtype=torch.uint8, device=x.device)\n{WRONG}",
    "full": f"out = torch.full((n,), 0, dtype=torch.uint8)\n{WRONG}",
    "empty_strided": f"out = torch.empty_strided((n,), (1,), dtype=torch.uint8)\n{WRONG}",
    "new_empty": f"out = x.new_empty(n, dtype=torch.uint8)\n{WRONG}",
    "new_zeros_of_unknown": f"out = x.new_zeros(n)\n{OVERLOOKED}",
    "new_zeros_of_bytes": f"out = page.to(torch.uint8).new_zeros(n)\n{WRONG}",
    "empty_like": f"codes = torch.empty(n, dtype=torch.uint8)\nout = torch.empty_like(codes)\n{WRONG}",
    "empty_like_with_dtype": f"out = torch.zeros_like(x, dtype=torch.uint8)\n{WRONG}",
    "like_with_another_dtype": f"""
        codes = torch.empty(n, dtype=torch.uint8)
        out = torch.empty_like(codes, dtype=torch.float8_e4m3fn)
        {RIGHT}""",
    "empty_like_of_unknown": f"out = torch.empty_like(x)\n{OVERLOOKED}",
    "the_default_dtype": f"out = torch.empty(n)\n{OVERLOOKED}",
    "fp8": f"out = torch.empty(n, dtype=torch.float8_e4m3fn)\n{RIGHT}",
    # Quantized integers are at home in int8; bytes are not.
    "int8": f"out = torch.zeros(n, dtype=torch.int8)\n{RIGHT}",
    "bool": f"out = torch.zeros(n, dtype=torch.bool)\n{OVERLOOKED}",
    "to": f"out = page.to(torch.uint8)\n{WRONG}",
    "to_keyword": f'out = page.to(device="cuda", dtype=torch.uint8)\n{WRONG}',
    "to_device": f'out = page.to("cuda")\n{OVERLOOKED}',
    "type": f"out = page.type(torch.uint8)\n{WRONG}",
    "to_float": f"out = torch.empty(n, dtype=torch.uint8).to(torch.float32)\n{RIGHT}",
    "float": f"out = torch.empty(n, dtype=torch.uint8).float()\n{RIGHT}",
}

VIEWED = {
    "view": f"out = page.view(torch.uint8)\n{WRONG}",
    "view_keyword": f"out = page.view(dtype=torch.uint8)\n{WRONG}",
    "view_of_a_shape": f"out = torch.empty(n, dtype=torch.uint8).view(-1, 4)\n{WRONG}",
    "view_as_fp8": f"out = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)\n{RIGHT}",
    "view_there_and_back": f"out = page.view(torch.uint8).view(torch.float8_e4m3fn)\n{RIGHT}",
    "view_back_as_bytes": f"out = page.view(torch.float8_e4m3fn).view(torch.uint8)\n{WRONG}",
    "view_inline": "codes = torch.empty(n, dtype=torch.uint8)\n"
    "quantize[(1,)](x, codes.view(torch.float8_e4m3fn), 64)",
    "view_as_the_dtype_of_another": f"""
        out = torch.empty(n, dtype=torch.uint8)
        out = out.view(x.dtype)
        {RIGHT}""",
    "view_of_the_slice_of_a_view": f"""
        out = torch.empty(n, dtype=torch.uint8).view(torch.float8_e4m3fn)[:4]
        {RIGHT}""",
    "view_after_the_launch": f"""
        out = torch.empty(n, dtype=torch.uint8)
        {WRONG}
        out = out.view(torch.float8_e4m3fn)
        {RIGHT}""",
    "view_as_a_platform_helper_says": f"""
        out = torch.empty(n, dtype=torch.uint8).view(current_platform.fp8_dtype())
        {RIGHT}""",
}

KEEPS_THE_BUFFER = [
    *(
        "reshape(-1, 4)",
        "permute(1, 0)",
        "transpose(0, 1)",
        "as_strided((4,), (1,))",
        "expand(4, -1)",
    ),
    *(
        "contiguous()",
        "flatten()",
        "unsqueeze(0)",
        "squeeze(0)",
        "detach()",
        "cuda()",
        "view_as(x)",
    ),
    *("T", "data", "clone()"),
]
CUTS = ["[:4]", "[..., :4]", "[0]", "[:, 2:4]", ".narrow(0, 0, 4)", ".select(0, 1)"]

PARTS = {
    "slices": f"""
        out = page[:, :4]  # expect: TL001
        scale = page[:, 4:].view(torch.float32)
        {RIGHT}""",
    "slices_viewed": f"""
        out = page[:, :4].view(torch.float8_e4m3fn)
        scale = page[:, 4:].view(torch.float32)
        {RIGHT}""",
    "slices_viewed_later": f"""
        out = page[:, :4]
        scale = page[:, 4:].view(torch.float32)
        out = out.contiguous().view(torch.float8_e4m3fn)
        {RIGHT}""",
    "slices_in_one_tuple": f"""
        out, scale = page[:, :4], page[:, 4:].view(torch.float32)  # expect: TL001
        {RIGHT}""",
    "slices_of_a_shape": f"""
        flat = page.view(n, -1)
        out = flat[:, :4]  # expect: TL001
        scale = page.flatten()[4:].view(torch.float32)
        {RIGHT}""",
    "slice_without_a_sibling": f"out = page[:, :4]\n{OVERLOOKED}",
    "sibling_of_another_buffer": f"""
        out = page[:, :4]
        scale = x[:, 4:].view(torch.float32)
        {RIGHT}""",
    "sibling_that_is_bytes": f"""
        out = page[:, :4]
        scale = page[:, 4:].view(torch.int32)
        {RIGHT}""",
    "split": f"""
        codes = torch.empty(n, dtype=torch.uint8)
        out, rest = codes.split([4, 8])
        {WRONG}""",
    "split_with_a_sibling": f"""
        out, rest = page.split([4, 8])
        scale = rest.view(torch.float32)
        {WRONG}""",
    "split_and_viewed": f"""
        out, rest = page.split([4, 8])
        out, scale = out.view(torch.float8_e4m3fn), rest.view(torch.float32)
        {RIGHT}""",
    "torch_split": f"""
        codes = torch.empty(n, dtype=torch.uint8)
        out, rest = torch.split(codes, [4, 8])
        {WRONG}""",
    "chunk": f"""
        codes = torch.empty(n, dtype=torch.uint8)
        out, rest = codes.chunk(2)
        {WRONG}""",
    "unbind": f"""
        codes = torch.empty(n, dtype=torch.uint8)
        out, rest = codes.unbind(1)
        {WRONG}""",
    "unbind_viewed": f"""
        out, other = page.unbind(1)
        out, other = out.view(torch.float8_e4m3fn), other.view(torch.float8_e4m3fn)
        {RIGHT}""",
}

BOUND = {
    "tuple_first": f"out, other = torch.empty(n, dtype=torch.uint8), torch.empty(n)\n{WRONG}",
    "tuple_second": f"other, out = torch.empty(n, dtype=torch.uint8), torch.empty(n)\n{RIGHT}",
    "tuple_by_index": f"""
        pair = (torch.empty(n, dtype=torch.uint8), torch.empty(n))
        out = pair[0]
        {WRONG}
        out = pair[-1]
        {RIGHT}""",
    "swapped": f"""
        out, other = torch.empty(n, dtype=torch.uint8), torch.empty(n)
        out, other = other, out
        {RIGHT}""",
    "starred": f"*rest, out = torch.empty(n, dtype=torch.uint8), 1, torch.empty(n)\n{RIGHT}",
    "chained": f"out = codes = torch.empty(n, dtype=torch.uint8)\n{WRONG}",
    "walrus": f"if (out := torch.empty(n, dtype=torch.uint8)).numel():\n    {WRONG}",
    "annotated": f"out: torch.Tensor = torch.empty(n, dtype=torch.uint8)\n{WRONG}",
    "deleted": f"out = torch.empty(n, dtype=torch.uint8)\ndel out\nout = page\n{RIGHT}",
    "conditional_expression": f"""
        out = torch.empty(n, dtype=torch.uint8) if n > 4 else torch.empty(n)
        {WRONG}""",
    "both_arms": f"""
        if n > 4:
            out = torch.empty(n, dtype=torch.uint8)
        else:
            out = torch.empty(n)
        {WRONG}""",
    "one_arm": f"""
        out = None
        if n > 4:
            out = torch.empty(n, dtype=torch.uint8)
        {WRONG}""",
    "in_a_with": f"""
        with torch.cuda.device(x.device):
            out = torch.empty(n, dtype=torch.uint8)
        {WRONG}""",
    "in_a_try": f"""
        try:
            out = torch.empty(n, dtype=torch.uint8)
        except RuntimeError:
            raise
        {WRONG}""",
    "in_a_loop": f"""
        for _ in range(3):
            out = torch.empty(n, dtype=torch.uint8)
            {WRONG}""",
}

DTYPES = {
    "variable": f"dtype = torch.uint8\nout = torch.empty(n, dtype=dtype)\n{WRONG}",
    "fp8_variable": f"dtype = torch.float8_e4m3fn\nout = torch.empty(n, dtype=dtype)\n{RIGHT}",
    "of_a_tensor": f"out = torch.empty(n, dtype=x.dtype)\n{OVERLOOKED}",
    "of_a_tensor_of_bytes": f"page = page.view(torch.uint8)\nout = torch.empty(n, dtype=page.dtype)\n{WRONG}",
    "chosen": f"out = torch.empty(n, dtype=torch.float16 if n else torch.float8_e4m3fn)\n{RIGHT}",
    "table": f"""
        dtype = {{"fp8": torch.float8_e4m3fn, "bf16": torch.bfloat16}}[n]
        out = torch.empty(n, dtype=dtype)
        {RIGHT}""",
    "table_with_a_known_key": f"""
        dtypes = {{"raw": torch.uint8, "bf16": torch.bfloat16}}
        out = torch.empty(n, dtype=dtypes["raw"])
        {WRONG}
        out = torch.empty(n, dtype=dtypes["bf16"])
        {RIGHT}""",
    "table_with_get": f"""
        dtype = {{"raw": torch.uint8}}.get("raw", torch.float32)
        out = torch.empty(n, dtype=dtype)
        {WRONG}""",
    "getattr_by_name": f'out = torch.empty(n, dtype=getattr(torch, "float8_e4m3fn"))\n{RIGHT}',
}

# What may be a dtype and is not known may be the right one.
OPEN = {
    "parameter": f"{{bytes}}page = page.view(dtype)\n{RIGHT_PAGE}",
    "parameter_by_another_name": f"{{bytes}}page = page.view(storage)\n{RIGHT_PAGE}",
    "keyword": f"{{bytes}}page = page.view(dtype=n.storage)\n{RIGHT_PAGE}",
    "attribute": f"{{bytes}}page = page.view(n.storage)\n{RIGHT_PAGE}",
    "call": f"{{bytes}}page = page.view(n.pick())\n{RIGHT_PAGE}",
    "constant": f"{{bytes}}page = page.view(STORAGE)\n{RIGHT_PAGE}",
    "loop": """{bytes}for each in (torch.float8_e4m3fn, torch.float8_e5m2):
    quantize[(1,)](x, page.view(each), 64)""",
    "to": f"{{bytes}}page = page.to(storage)\n{RIGHT_PAGE}",
    "to_the_dtype_of_another": f"{{bytes}}page = page.to(x)\n{RIGHT_PAGE}",
    "type": f"{{bytes}}page = page.type(storage)\n{RIGHT_PAGE}",
    "shape": f"{{bytes}}page = page.view(x.shape)\n{RIGHT_PAGE}  # expect: TL001",
    "numel": f"{{bytes}}page = page.view(page.numel())\n{RIGHT_PAGE}  # expect: TL001",
    "number": f"{{bytes}}page = page.view(n)\n{RIGHT_PAGE}  # expect: TL001",
    "device": f"{{bytes}}page = page.to(x.device)\n{RIGHT_PAGE}  # expect: TL001",
    "default_of_get": f"""
page = torch.empty(n, dtype={{{{"fp8": torch.uint8}}}}.get(storage, torch.bfloat16))
{RIGHT_PAGE}  # expect: TL001""",
    "parameter_of_empty": f"page = torch.empty(n, dtype=storage)\n{RIGHT_PAGE}  # not looked at",
    "parameter_of_like": f"{{bytes}}page = torch.zeros_like(page, dtype=storage)\n{RIGHT_PAGE}",
}


def _cases() -> dict[str, str]:
    cases: dict[str, str] = {}
    groups = {"new": CONSTRUCTED, "view": VIEWED, "part": PARTS, "bind": BOUND, "dtype": DTYPES}
    for group, bodies in groups.items():
        cases |= {f"{group}-{name}": function(body) for name, body in bodies.items()}
    for name, body in OPEN.items():
        body = body.format(bytes="assert page.dtype == torch.uint8\n")
        text = "from somewhere import STORAGE\n\n\n" + function(body, "x, page, n, dtype, storage")
        cases[f"open-{name}"] = text
    for each in KEEPS_THE_BUFFER:
        body = f"codes = torch.empty(n, dtype=torch.uint8)\nout = codes.{each}\n{WRONG}"
        cases[f"same-{each}"] = function(body)
        body = f"codes = torch.empty(n, dtype=torch.float8_e4m3fn)\nout = codes.{each}\n{RIGHT}"
        cases[f"same-fp8-{each}"] = function(body)
    for each in CUTS:
        body = f"codes = torch.empty(n, dtype=torch.uint8)\nout = codes{each}  # expect: TL001\n{RIGHT}"
        cases[f"cut-{each}"] = function(body)
        body = f"codes = torch.empty(n, dtype=torch.uint8)\nout = codes{each}.view(torch.float8_e5m2)\n{RIGHT}"
        cases[f"cut-viewed-{each}"] = function(body)
    return cases


CASES = _cases()


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_in_one_function(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"{KERNELS}{text}\n"}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)

"""What bytes mean: which float type, if any, the kernel and the other arguments of a launch give
them. Each case is a small module; `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, function, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

# Quantizes a part of each row and copies the rest of it as it is.
PACK = (
    IMPORTS
    + """\
@triton.jit
def pack(x_ptr, code_ptr, tail_ptr, scale_ptr, WIDTH: tl.constexpr, TAIL: tl.constexpr):
    row = tl.program_id(0)
    if row < WIDTH:
        x = tl.load(x_ptr + row * 64 + tl.arange(0, 64)).to(tl.float32)
        scale = tl.max(tl.abs(x)) / 448.0
        tl.store(code_ptr + row * 64 + tl.arange(0, 64), (x / scale).to(code_ptr.dtype.element_ty))
        tl.store(scale_ptr + row, scale)
    else:
        tail = tl.load(x_ptr + row * 64 + tl.arange(0, TAIL))
        tl.store(tail_ptr + row * 64 + tl.arange(0, TAIL), tail)


@triton.jit
def copy(source_ptr, out_ptr):
    tl.store(out_ptr + tl.arange(0, 64), tl.load(source_ptr + tl.arange(0, 64)))


@triton.jit
def copy_to_both(source_ptr, kept_ptr, page_ptr):
    source = tl.load(source_ptr + tl.arange(0, 64))
    tl.store(page_ptr + tl.arange(0, 64), source)
    tl.store(kept_ptr + tl.arange(0, 64), source)


@triton.jit
def widen_and_copy(source_ptr, kept_ptr, page_ptr):
    source = tl.load(source_ptr + tl.arange(0, 64))
    tl.store(page_ptr + tl.arange(0, 64), source)
    tl.store(kept_ptr + tl.arange(0, 64), source.to(kept_ptr.dtype.element_ty))


@triton.jit
def copy_one_of_two(one_ptr, other_ptr, sums_ptr, page_ptr):
    one, other = tl.load(one_ptr + tl.arange(0, 64)), tl.load(other_ptr + tl.arange(0, 64))
    tl.store(sums_ptr, one)
    tl.store(page_ptr + tl.arange(0, 64), tl.where(tl.arange(0, 64) < 8, one, other))


@triton.jit
def dequantize_and_copy(code_ptr, kept_ptr, out_ptr):
    code = tl.load(code_ptr + tl.arange(0, 64))
    tl.store(kept_ptr + tl.arange(0, 64), code)
    tl.store(out_ptr + tl.arange(0, 64), code.to(tl.float32) * 0.5)


"""
)

MOVED = {
    "what_is_quantized_is_copied": """
        assert page.dtype == torch.uint8
        codes = page.view(torch.float8_e4m3fn)
        pack[(4,)](x, codes, page, scales, 4, 64)  # expect: TL001""",
    "what_is_quantized_is_copied_to_a_view": """
        assert page.dtype == torch.uint8
        codes, tail = page.view(torch.float8_e4m3fn), page.view(x.dtype)
        pack[(4,)](x, codes, tail, scales, 4, 64)""",
    "of_one_of_two_types": """
        assert x.dtype in (torch.bfloat16, torch.float16)
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)  # expect: TL001""",
    "of_two_kinds": """
        assert x.dtype in (torch.bfloat16, torch.uint8)
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)""",
    "of_bytes": """
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)""",
    "beside_floats": """
        assert page.dtype == torch.uint8
        copy_to_both[(4,)](x, torch.empty(64, dtype=torch.bfloat16), page)  # expect: TL001""",
    "beside_floats_over_two": """
        assert page.dtype == torch.uint8
        assert scales.dtype == torch.float16
        copy_one_of_two[(4,)](x, scales, n, page)  # expect: TL001""",
    "over_what_it_is_copied_to": """
        assert page.dtype == torch.uint8
        sums = torch.zeros(64, dtype=torch.float32)
        copy_one_of_two[(4,)](x, x, sums, page)  # expect: TL001""",
    "beside_bytes": """
        assert page.dtype == torch.uint8
        copy_to_both[(4,)](x, torch.empty(64, dtype=torch.uint8), page)""",
    "beside_what_is_not_known": """
        assert page.dtype == torch.uint8
        copy_to_both[(4,)](x, scales, page)""",
    # Bytes may be kept as they are, and as numbers.
    "beside_what_is_widened": """
        assert page.dtype == torch.uint8
        widen_and_copy[(4,)](x, torch.empty(64, dtype=torch.bfloat16), page)""",
    # Whoever decodes what is loaded does not tell that it holds floats.
    "of_codes_that_are_decoded_too": """
        assert page.dtype == torch.uint8
        dequantize_and_copy[(4,)](x, page, scales)""",
}

ARMS = {
    "floats_in_the_other_arm": """
        tail = torch.empty(4, dtype=torch.uint8)
        if n:
            kept = tail
        else:
            kept = torch.empty(4, dtype=torch.bfloat16)
        copy[(4,)](x, kept)  # expect: TL001""",
    "floats_in_both_arms": """
        tail = torch.empty(4, dtype=torch.uint8)
        if n:
            kept = tail.view(torch.bfloat16)
        else:
            kept = torch.empty(4, dtype=torch.bfloat16)
        copy[(4,)](x, kept)""",
    "two_pairs": """
        if n:
            source, kept = x, torch.empty(4, dtype=torch.uint8)
        else:
            source, kept = page, torch.empty(4, dtype=torch.bfloat16)
        copy[(4,)](source, kept)""",
    "by_the_type_of_the_source": """
        if x.dtype == torch.uint8:
            kept = torch.empty(4, dtype=torch.uint8)
        else:
            kept = torch.empty(4, dtype=torch.bfloat16)
        copy[(4,)](x, kept)""",
}

OWNED = {
    "asserted_to_be_floats": """
        assert x.is_floating_point()
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)  # expect: TL001""",
    "refused_unless_floats": """
        if not torch.is_floating_point(x):
            raise TypeError(x.dtype)
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)  # expect: TL001""",
    "floats_in_one_arm": """
        assert page.dtype == torch.uint8
        if x.dtype.is_floating_point:
            copy[(4,)](x, page)  # expect: TL001
        else:
            copy[(4,)](x, page)""",
    "asserted_to_be_no_floats": """
        assert not x.is_floating_point() and page.dtype == torch.uint8
        copy[(4,)](x, page)""",
    "bytes_are_no_floats": """
        codes = torch.empty(n, dtype=torch.uint8)
        if codes.is_floating_point():
            pack[(4,)](x, codes, x, n, 4, 64)  # not looked at""",
    "attribute_of_a_parameter": """
        assert x.rows.dtype == torch.bfloat16
        assert page.dtype == torch.uint8
        copy[(4,)](x.rows, page)  # expect: TL001""",
    "attribute_that_is_bytes": """
        assert x.rows.dtype == torch.uint8
        assert page.dtype == torch.uint8
        copy[(4,)](x.rows, page)""",
    "attributes_unpacked": """
        codes, rows = x.codes, x.rows
        assert rows.dtype == torch.bfloat16
        assert page.dtype == torch.uint8
        copy[(4,)](rows, page)  # expect: TL001""",
    "another_attribute": """
        codes, rows = x.codes, x.rows
        assert codes.dtype == torch.bfloat16
        assert page.dtype == torch.uint8
        copy[(4,)](rows, page)""",
}

GETTER = """\
def {name}():
    return {{"a": torch.float8_e4m3fnuz}}.get(ARCH, torch.float8_e4m3fn)


"""
GETTERS = {
    name: GETTER.format(name=name) + function(body)
    for name, body in (
        (
            "get_dtype_fp8",
            """
            codes = page[:, :8].view(get_dtype_fp8())
            scales = page[:, 8:]  # expect: TL001
            pack[(4,)](x, codes, page.view(x.dtype), scales, 4, 64)""",
        ),
        (
            "get_fp8_dtype",
            """
            codes = page[:, :8].view(get_fp8_dtype())
            scales = page[:, 8:].view(torch.float32)
            pack[(4,)](x, codes, page.view(x.dtype), scales, 4, 64)""",
        ),
    )
}
GETTERS["annotated"] = "def pick_fp8() -> torch.dtype:\n    return ARCH.fp8\n\n\n" + function("""
        codes = page[:, :8].view(pick_fp8())
        scales = page[:, 8:]  # expect: TL001
        pack[(4,)](x, codes, page.view(x.dtype), scales, 4, 64)""")
GETTERS["question"] = "def is_fp8() -> bool:\n    return ARCH.fp8\n\n\n" + function("""
        codes = torch.empty(4, dtype=torch.uint8)
        if is_fp8():
            codes = codes.view(torch.float8_e4m3fn)
        pack[(4,)](x, codes, page.view(x.dtype), n, 4, 64)""")

CASES = {
    name: function(body, "x, page, scales, n") for name, body in (MOVED | ARMS | OWNED).items()
} | {f"getter-{name}": text for name, text in GETTERS.items()}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_findings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"{PACK}{text}\n"}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


# What the fix views the bytes as; None where no fix is offered.
VIEWS = {
    "of_one_type": (
        """
        assert x.dtype == torch.bfloat16
        assert page.dtype == torch.uint8
        copy[(4,)](x, page)""",
        "View the bytes as `torch.bfloat16`",
    ),
    "of_one_of_two_types": (MOVED["of_one_of_two_types"], None),
    "of_the_other_arm": (ARMS["floats_in_the_other_arm"], "View the bytes as `torch.bfloat16`"),
    "of_numbers": (MOVED["what_is_quantized_is_copied"], None),
}


@pytest.mark.parametrize(("body", "message"), VIEWS.values(), ids=VIEWS.keys())
def test_fix(
    body: str, message: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": PACK + function(body, "x, page, scales, n") + "\n"})
    settings = Settings(root=tmp_path)
    (finding,) = check.check(discover([tmp_path], settings), settings).findings
    assert (finding.fix.message if finding.fix else None) == message

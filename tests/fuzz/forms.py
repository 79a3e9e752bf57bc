"""The seed's bug in many syntactic forms: a slice of a cache of bytes that a kernel fills with fp8
codes. What is made is a module, and where in it the launch passes the bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HEADER = """\
import torch
import triton
import triton.language as tl

FP8_DTYPE = torch.float8_e4m3fn


@triton.jit
def quantize(x_ptr, out_ptr, SIZE: tl.constexpr):
    i = tl.arange(0, SIZE)
    x = tl.load(x_ptr + i).to(tl.float32)
    tl.store(out_ptr + i, (x / 448.0).to(out_ptr.dtype.element_ty))


"""

# How the argument is written. `cache` is the buffer.
ARGUMENTS = {
    "slice": "cache[:64]",
    "whole": "cache",
    "two_dimensions": "cache.view(4, -1)[:, :64]",
    "offset": "cache[64 * n : 64 * n + 64]",
    "parentheses": "(cache)[:64]",
    "more_parentheses": "((cache[:64]))",
    "several_lines": "cache[\n        :\n        64\n    ]",
    "comments_inside": "cache[  # the codes\n        0:64  # and no scales\n    ]",
    "broken_before_bracket": "(cache\n     [:64])",
    "backslash": "cache[ \\\n  :64]",
    "spaces": "cache [ : 64 ]",
    "chained": "cache[:128][:64]",
    "ellipsis": "cache[..., :64]",
    "narrow": "cache.narrow(0, 0, 64)",
    "contiguous": "cache[:64].contiguous()",
    "reshape": "cache[:64].reshape(-1)",
    "conditional": "(cache[:64] if n else cache)",
    "walrus": "(view := cache[:64])",
    "slice_object": "cache[slice(0, 64)]",
    "string_inside": "cache[: len('[(#') + 61]",
    "f_string_inside": "cache[: int(f'{64}')]",
    "unicode": "cache[: len('é') + 63]",
}

# Where the launch is. LAUNCH is a call, ARGUMENT its argument.
PLACES = {
    "statement": "def launch(x, n):\n    CACHE\n    LAUNCH\n",
    "keyword": "def launch(x, n):\n    CACHE\n    quantize[(1,)](x_ptr=x, out_ptr=ARGUMENT, SIZE=64)\n",
    "star": "def launch(x, n):\n    CACHE\n    quantize[(1,)](*(x, ARGUMENT), SIZE=64)\n",
    "dict": "def launch(x, n):\n    CACHE\n    quantize[(1,)](x, **{'out_ptr': ARGUMENT, 'SIZE': 64})\n",
    "name": "def launch(x, n):\n    CACHE\n    codes = ARGUMENT\n    quantize[(1,)](x, codes, 64)\n",
    "unpacked": "def launch(x, n):\n    CACHE\n    codes, size = ARGUMENT, 64\n    quantize[(1,)](x, codes, size)\n",
    "return": "def launch(x, n):\n    CACHE\n    return LAUNCH\n",
    "semicolon": "def launch(x, n):\n    CACHE; LAUNCH; return cache\n",
    "one_line_if": "def launch(x, n):\n    CACHE\n    if n: LAUNCH\n",
    "lambda": "def launch(x, n):\n    CACHE\n    (lambda: LAUNCH)()\n",
    "comprehension": "def launch(x, n):\n    CACHE\n    [LAUNCH for _ in range(n)]\n",
    "loop": "def launch(x, n):\n    CACHE\n    for _ in range(n):\n        LAUNCH\n",
    "while": "def launch(x, n):\n    CACHE\n    while n:\n        LAUNCH\n        n -= 1\n",
    "with": "def launch(x, n):\n    CACHE\n    with torch.no_grad():\n        LAUNCH\n",
    "try": "def launch(x, n):\n    CACHE\n    try:\n        LAUNCH\n    finally:\n        pass\n",
    "match": "def launch(x, n):\n    CACHE\n    match n:\n        case 0:\n            pass\n        case _:\n            LAUNCH\n",
    "async": "async def launch(x, n):\n    CACHE\n    LAUNCH\n",
    "method": "class Writer:\n    def launch(self, x, n):\n        CACHE\n        LAUNCH\n",
    "nested": "def outer(x, n):\n    def launch():\n        CACHE\n        LAUNCH\n\n    launch()\n",
    "decorated": "@torch.no_grad()\ndef launch(x, n):\n    CACHE\n    LAUNCH\n",
    "grid": "def launch(x, n):\n    CACHE\n    grid = lambda meta: (n,)\n    quantize[grid](x, ARGUMENT, 64)\n",
    "alias": "def launch(x, n):\n    CACHE\n    kernel = quantize\n    kernel[(1,)](x, ARGUMENT, 64)\n",
    "assert": "def launch(x, n):\n    CACHE\n    assert LAUNCH is None\n",
    "f_string": "def launch(x, n):\n    CACHE\n    return f'{LAUNCH}'\n",
}

# What is done to the text of the whole module.
TEXTS = {
    "alias_of_torch": lambda text: text.replace("import torch\n", "import torch as th\n").replace("torch.", "th."),
    "names_of_torch": lambda text: text.replace("import torch\n", "import torch\nfrom torch import empty, uint8\n").replace(
        "torch.empty", "empty").replace("torch.uint8", "uint8"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "form_feed": lambda text: text.replace("\n\n\ndef ", "\n\f\n\ndef "),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "no_end_of_line": lambda text: text.rstrip("\n"),
    "docstring": lambda text: '"""A writer."""\n\n' + text,
    "future": lambda text: "from __future__ import annotations\n" + text,
    "latin_1": lambda text: "# -*- coding: latin-1 -*-\n# é\n" + text,
    "byte_order_mark": lambda text: "\ufeff" + text,
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A module: its name among the forms, and its bytes."""

    name: str
    data: bytes


def forms() -> Iterator[Form]:
    """Every argument in a statement, every place with a slice, and every text with both."""
    for name, argument in ARGUMENTS.items():
        yield _form(f"argument-{name}", PLACES["statement"], argument)
    for name, place in PLACES.items():
        yield _form(f"place-{name}", place, ARGUMENTS["slice"])
    for name in TEXTS:
        for argument in ("slice", "comments_inside"):
            yield _form(f"text-{name}-{argument}", PLACES["statement"], ARGUMENTS[argument], name)
    for number, (place, argument) in enumerate(zip(PLACES, [*ARGUMENTS] * 2, strict=False)):
        text = [*TEXTS][number % len(TEXTS)]
        yield _form(f"mixed-{place}-{argument}-{text}", PLACES[place], ARGUMENTS[argument], text)


def _form(name: str, place: str, argument: str, text: str = "") -> Form:
    cache = "cache = torch.empty(4096, dtype=torch.uint8)"
    launch = "quantize[(1,)](x, ARGUMENT, 64)"
    made = HEADER + place.replace("LAUNCH", launch).replace("CACHE", cache).replace("ARGUMENT", argument)
    made = TEXTS[text](made) if text else made
    return Form(name, made.encode("latin-1" if text == "latin_1" else "utf-8"))

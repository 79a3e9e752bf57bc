"""Small kernels and what they do to element types: read by test_device.py, and by
test_device_against_compiler.py, which asks Triton's own compiler about the same source.

A case is one kernel named `kernel`, the element types of its pointers, and the worst effect at each
parameter's loads and stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HEADER = """\
import triton
import triton.language as tl

FP8: tl.constexpr = tl.constexpr(tl.float8e4nv)


@triton.jit
def put(pointer, value):
    tl.store(pointer, value)


@triton.jit
def put_as(pointer, value, dtype: tl.constexpr):
    tl.store(pointer, value.to(dtype))


@triton.jit
def twice(x):
    return x + x


@triton.jit
def pair(x):
    return x, x * 2.0


"""


@dataclass(frozen=True)
class Case:
    """`body` is the kernel's; `parameters` its pointers with their types; `stores` and `loads` what
    is expected."""

    name: str
    body: str
    parameters: dict[str, str]
    stores: dict[str, str] = field(default_factory=dict)
    loads: dict[str, str] = field(default_factory=dict)
    constexprs: dict[str, object] = field(default_factory=dict)
    # Whether the raw IR shows more than is run: it keeps what follows a return under a decided
    # `if`.
    dead_code: bool = False

    @property
    def source(self) -> str:
        """The whole module."""
        names = [*self.parameters, *(f"{name}: tl.constexpr" for name in self.constexprs)]
        lines = "\n".join(
            f"    {line}" for line in ["i = tl.arange(0, 16)", *self.body.strip().splitlines()]
        )
        return f"{HEADER}@triton.jit\ndef kernel({', '.join(names)}):\n{lines}\n"


_OUT = {"p": "uint8", "x": "float32"}
_IN = {"p": "uint8", "y": "float32"}
_WRITES = {"p": "float_to_int"}
_READS = {"p": "int_to_float"}

CASES = (
    Case("implicit store cast", "tl.store(p + i, tl.load(x + i))", _OUT, _WRITES),
    Case("explicit cast", "tl.store(p + i, tl.load(x + i).to(p.dtype.element_ty))", _OUT, _WRITES),
    Case("type.element_ty", "tl.store(p + i, tl.load(x + i).to(p.type.element_ty))", _OUT, _WRITES),
    Case("dtype alias", "dt = p.dtype.element_ty\ntl.store(p + i, (tl.load(x + i) / 3).to(dt))", _OUT, _WRITES),
    Case("int8", "tl.store(p + i, tl.load(x + i))", {"p": "int8", "x": "float16"}, _WRITES),
    Case("fp8 is kept", "tl.store(p + i, tl.load(x + i))", {"p": "float8_e4m3fn", "x": "float32"}, {"p": "float"}),
    Case("literal uint8", "tl.store(p + i, tl.load(x + i).to(tl.uint8))", _OUT, _WRITES),
    Case(
        "bitcast",
        "tl.store(p + i, tl.load(x + i).to(tl.float8e4nv).to(tl.uint8, bitcast=True))",
        _OUT,
        {"p": "bits"},
    ),
    Case("fp8 value to bytes", "tl.store(p + i, tl.load(x + i).to(tl.float8e4nv))", _OUT, {"p": "compile_error"}),
    Case("module constant dtype", "tl.store(p + i, tl.load(x + i).to(FP8))", _OUT, {"p": "compile_error"}),
    Case("bytes to fp8", "tl.store(y + i, tl.load(p + i))", {"p": "uint8", "y": "float8_e4m3fn"}, {}, {"p": "compile_error"}),
    Case("byte copy", "tl.store(y + i, tl.load(p + i))", {"p": "uint8", "y": "int8"}, {"y": "int"}, {"p": "int"}),
    Case("own cast, then the pointer's", "tl.store(p + i, tl.load(x + i).to(tl.int32).to(p.dtype.element_ty))", _OUT, _WRITES),
    Case("own cast, negated", "tl.store(p + i, -tl.load(x + i).to(tl.int32))", _OUT, _WRITES),
    Case("own cast, absolute", "tl.store(p + i, tl.abs(tl.load(x + i).to(tl.int32)))", _OUT, _WRITES),
    Case("own cast, bounded", "tl.store(p + i, tl.maximum(i, tl.load(x + i).to(tl.int32)))", _OUT, _WRITES),
    Case("own cast, summed", "tl.store(p, tl.sum(tl.load(x + i).to(tl.int32)).to(p.dtype.element_ty))", _OUT, _WRITES),
    Case("own cast beside an index", "tl.store(p + i, tl.where(i > 3, i.to(tl.uint8), tl.load(x + i).to(tl.uint8)))", _OUT, _WRITES),
    Case("index bounded and negated", "tl.store(p + i, -tl.maximum(i.to(tl.int32), 3).to(p.dtype.element_ty))", {"p": "uint8"}, {"p": "int"}),
    Case("replaced in a static loop", "v = tl.load(x + i)\nfor k in tl.static_range(2):\n    v = i\ntl.store(p + i, v)", _OUT, {"p": "int"}),
    Case("replaced in a static loop that does not run",
         "v = tl.load(x + i)\nfor k in tl.static_range(0):\n    v = i\ntl.store(p + i, v)", _OUT, _WRITES),
    Case("index", "tl.store(p + i, i)", {"p": "uint8"}, {"p": "int"}),
    Case("mask", "tl.store(p + i, tl.load(x + i) > 0)", _OUT, {"p": "int"}),
    Case("reassigned pointer", "q = p + 4\nq += i\ntl.store(q, tl.load(x + i))", _OUT, _WRITES),
    Case("where over pointers", "tl.store(tl.where(i > 3, p + i, r + i), tl.load(x + i))",
         {"p": "uint8", "r": "uint8", "x": "float32"}, {"p": "float_to_int", "r": "float_to_int"}),
    Case("where over pointers of two types", "tl.store(tl.where(i > 3, p + i, r + i), tl.load(x + i))",
         {"p": "uint8", "r": "float32", "x": "float32"}, {"p": "compile_error", "r": "compile_error"}),
    Case("recast pointer", "tl.store((p + i).to(tl.pointer_type(tl.float8e4nv)), tl.load(x + i))", _OUT, {"p": "bits"}),
    Case("device function", "put(p + i, tl.load(x + i))", _OUT, _WRITES),
    Case("device function with dtype", "put_as(p + i, tl.load(x + i), p.dtype.element_ty)", _OUT, _WRITES),
    Case("device function with type", "put_as(p + i, tl.load(x + i), tl.int32)", _OUT, _WRITES),
    Case("tuple", "a, b = pair(tl.load(x + i))\ntl.store(p + i, b)", _OUT, _WRITES),
    Case("loop", "a = tl.zeros([16], tl.float32)\nfor k in range(4):\n    a += tl.load(x + i + k)\ntl.store(p + i, a)",
         _OUT, _WRITES),
    Case("pointer advanced in a loop", "for k in range(4):\n    tl.store(p + i, tl.load(x + i))\n    p += 16\n    x += 16",
         _OUT, _WRITES),
    Case("flag off", "if F:\n    tl.store(p + i, tl.load(x + i))\nelse:\n    tl.store(p + i, i)", _OUT, {"p": "int"},
         constexprs={"F": False}),
    Case("flag on", "if F:\n    tl.store(p + i, tl.load(x + i))\nelse:\n    tl.store(p + i, i)", _OUT, _WRITES,
         constexprs={"F": True}),
    Case("branch on the dtype", "v = tl.load(x + i)\nif p.dtype.element_ty == tl.uint8:\n"
         "    v = v.to(tl.float8e4nv).to(tl.uint8, bitcast=True)\ntl.store(p + i, v)", _OUT, {"p": "bits"}),
    Case("early return", "if F:\n    return\ntl.store(p + i, tl.load(x + i))", _OUT, {}, constexprs={"F": True},
         dead_code=True),
    Case("numeric load", "tl.store(y + i, tl.load(p + i).to(tl.float32))", _IN, {}, _READS),
    Case("load stored as float", "tl.store(y + i, tl.load(p + i))", _IN, {}, _READS),
    Case("load times float", "tl.store(y + i, tl.load(p + i) * 0.5)", _IN, {}, _READS),
    Case("integer division makes floats", "tl.store(y + i, tl.load(p + i) / 2)", _IN, {}, _READS),
    Case("load cast to another's dtype", "w = tl.load(y + i)\ntl.store(y + i, tl.load(p + i).to(w.dtype))", _IN, {}, _READS),
    Case("nibbles", "tl.store(y + i, (tl.load(p + i) & 0xF).to(tl.float32))", _IN, {}, {"p": "bits"}),
    Case("shifted", "tl.store(y + i, (tl.load(p + i) >> 4) * 1.0)", _IN, {}, {"p": "bits"}),
    Case("bitcast load", "tl.store(y + i, tl.load(p + i).to(tl.float8e4nv, bitcast=True))", _IN, {}, {"p": "bits"}),
    Case("cast to fp8", "tl.store(y + i, tl.load(p + i).to(tl.float8e4nv))", _IN, {}, {"p": "compile_error"}),
    Case("table look-up", "tl.store(y + i, tl.load(y + tl.load(p + i)))", _IN, {}, {"p": "int"}),
    Case("byte mask", "tl.store(y + i, tl.where(tl.load(p + i) != 0, 1.0, 0.0))", _IN, {}, {"p": "int"}),
    Case("sum of bytes", "tl.store(y, tl.sum(tl.load(p + i)))", _IN, {}, _READS),
    Case("device function reads", "tl.store(y + i, twice(tl.load(p + i)) * 1.5)", _IN, {}, _READS),
    Case("exponential of a byte", "tl.store(y + i, tl.exp(tl.load(p + i)))", _IN, {}, {"p": "compile_error"}),
    Case("dot with bytes", "j = tl.arange(0, 16)\na = tl.load(p + i[:, None] * 16 + j[None, :])\n"
         "b = tl.load(y + i[:, None] * 16 + j[None, :])\ntl.store(y + i[:, None] * 16 + j[None, :], tl.dot(a, b))",
         _IN, {}, {"p": "compile_error"}),
    Case("dot of signed bytes added to floats", "j = i[:, None] * 16 + i[None, :]\na = tl.load(p + j)\n"
         "acc = tl.zeros((16, 16), dtype=tl.float32)\nacc = tl.dot(a, a, acc)\ntl.store(y + j, acc.to(y.dtype.element_ty))",
         {"p": "int8", "y": "int8"}, {}, {"p": "compile_error"}),
    Case("descriptor", "d = tl.make_tensor_descriptor(p, [16, 16], [16, 1], [16, 16])\n"
         "v = tl.load(x + i[:, None] * 16 + i[None, :])\nd.store([0, 0], v.to(d.dtype))", _OUT, _WRITES),
    Case("descriptor load", "d = tl.make_tensor_descriptor(p, [16, 16], [16, 1], [16, 16])\n"
         "tl.store(y + i[:, None] * 16 + i[None, :], d.load([0, 0]) * 2.0)", _IN, {}, _READS),
    Case("inline assembly", "v = tl.inline_asm_elementwise('mov.b32 $0, $1;', '=r,r', [tl.load(x + i)], tl.int32, True, 1)\n"
         "tl.store(p + i, v)", _OUT, {"p": "bits"}),
    Case("in-place scale", "tl.store(p + i, (tl.load(p + i).to(tl.float32) * 0.5).to(p.dtype.element_ty))", {"p": "uint8"},
         _WRITES, _READS),
    Case("atomic on bytes", "tl.atomic_add(p + i, i)", {"p": "uint8"}, {"p": "compile_error"}),
    Case("atomic adds a float", "tl.atomic_add(p + i, tl.load(x + i))", {"p": "int32", "x": "float32"}, _WRITES),
    Case("filled with a float", "tl.store(p + i, tl.full([16], tl.load(x), p.dtype.element_ty))", _OUT, _WRITES),
    Case("filled with a byte", "tl.store(y + i, tl.full([16], tl.load(p), tl.float32))", _IN, {}, _READS),
    Case("bit cast by its place", "tl.store(y + i, tl.load(p + i).to(tl.float8e4nv, None, True).to(tl.float32))", _IN, {},
         {"p": "bits"}),
    Case("truth of a float", "tl.store(p + i, tl.load(x + i).to(tl.int1))", _OUT, {"p": "int"}),
)  # fmt: skip

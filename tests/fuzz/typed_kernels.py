"""Random small kernels of known types, the same for the same seed, that Triton mostly accepts.

Unlike the grammar's they are typed as they are made: each expression is asked for by the kind of
its value, so a float is never asked for its bits, and a loop carries what it was given.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tritonlint.dtypes import BY_NAME, ElementType

HEADER = """\
import triton
import triton.language as tl

"""
INTEGERS = ("uint8", "int8", "uint8", "int32", "int16", "int64", "uint16")
FLOATS = ("float32", "float16", "bfloat16")
_HELPERS = {
    "same": "(a):\n    return a",
    "scaled": "(a):\n    return a * 2",
    "half": "(a):\n    return a * 0.5",
    "added": "(a, b):\n    return a + b",
    "chosen": "(a, b, FLAG: tl.constexpr):\n    if FLAG:\n        return a\n    else:\n        return b",
    "paired": "(a, b):\n    return b, a",
    "as_type": "(a, DT: tl.constexpr):\n    return a.to(DT)",
    "clamped": "(a, low, high):\n    a = tl.maximum(a, low)\n    return tl.minimum(a, high)",
    "summed": "(a):\n    total = a\n    for _ in tl.static_range(2):\n        total += a\n    return total",
    "put": "(pointer, value):\n    tl.store(pointer, value)",
    "put_as": "(pointer, value, DT: tl.constexpr):\n    tl.store(pointer, value.to(DT))",
    "put_cast": "(pointer, value):\n    tl.store(pointer, value.to(pointer.dtype.element_ty))",
    "larger": "(a, b):\n    return tl.maximum(a, b)",
    "unpacked": "(both):\n    a, b = both\n    return a * b",
    "early": "(a, FLAG: tl.constexpr):\n    if FLAG:\n        return a\n    a = a + 1\n    return a",
    "taken": "(pointer, i):\n    return tl.load(pointer + i)",
}


@dataclass
class TypedKernel:
    """A kernel's module, the element types of its pointers and its compile-time values."""

    source: str
    pointers: dict[str, ElementType]
    constexprs: dict[str, object] = field(default_factory=dict)


def make(seed: int) -> TypedKernel:
    """The kernel of that seed, named `kernel`."""
    return _Maker(seed).make()


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.helpers: list[str] = []
        # Names by the kind of their value; those of known type have their type too.
        self.names: dict[str, list[str]] = {"float": [], "int": ["i"], "bool": []}
        self.types: dict[str, str] = {}
        self.count = 0
        one = self.one
        self.pointers = {"x": one(*FLOATS), "b": one(*INTEGERS), "p": one(*INTEGERS), "q": one(*INTEGERS, *FLOATS, *FLOATS)}
        self.constexprs: dict[str, object] = {
            "FLAG": self.likely(0.5),
            "MODE": self.random.randrange(3),
            "DT": BY_NAME[one(*FLOATS, "int32", "uint8")],
        }
        self.real = BY_NAME[getattr(self.constexprs["DT"], "name")].is_float  # noqa: B009

    def one(self, *options: str) -> str:
        return self.random.choice(options)

    def likely(self, chance: float) -> bool:
        return self.random.random() < chance

    def make(self) -> TypedKernel:
        body = ["i = tl.arange(0, 16)", *self.loads(), *self.statements(self.random.randint(1, 5))]
        body += self.store()
        names = [*self.pointers, "n", *(f"{name}: tl.constexpr" for name in self.constexprs)]
        lines = "\n".join(f"    {line}" for line in body)
        kernel = f"@triton.jit\ndef kernel({', '.join(names)}):\n{lines}\n"
        source = "\n\n".join([HEADER, *self.helpers, kernel])
        return TypedKernel(source, {k: BY_NAME[v] for k, v in self.pointers.items()}, self.constexprs)

    def helper(self, name: str) -> str:
        """A copy of a helper of its own for each call."""
        own = f"{name}{len(self.helpers)}"
        self.helpers.append(f"@triton.jit\ndef {own}{_HELPERS[name]}\n")
        return own

    def new(self, kind: str, type_: str | None = None) -> str:
        """A new name; it is known only once its statement is made."""
        self.count += 1
        name = f"v{self.count}"
        self.names[kind].append(name)
        if type_ is not None:
            self.types[name] = type_
        return name

    # Statements.

    def loads(self) -> Iterator[str]:
        for name in ("x", "b", *(["q"] if self.likely(0.5) else []), *(["p"] if self.likely(0.3) else [])):
            yield from self.load(name)

    def load(self, name: str) -> Iterator[str]:
        type_ = self.pointers[name]
        kind = "float" if BY_NAME[type_].is_float else "int"
        form = self.random.randrange(7)
        zero = "0.0" if kind == "float" else "0"
        if form == 0:
            yield f"{self.new(kind, type_)} = tl.load({name} + i, mask=i < n, other={self.one(zero, '0.0')})"
        elif form == 1:
            yield f"{self.new(kind, type_)} = {self.helper('taken')}({name}, i)"
        elif form == 2:
            yield f"d{name} = tl.make_tensor_descriptor({name}, [n], [1], [16])"
            yield f"{self.new(kind, type_)} = d{name}.load([0])"
        elif form == 3:
            yield f"at_{name} = {name} + i"
            yield f"at_{name} += 16"
            yield f"{self.new(kind, type_)} = tl.load(at_{name})"
        else:
            yield f"{self.new(kind, type_)} = tl.load({name} + i)"

    def statements(self, count: int, depth: int = 0) -> Iterator[str]:
        for _ in range(count):
            yield from self.statement(depth)

    def statement(self, depth: int) -> Iterator[str]:
        kind = self.random.randrange(12)
        if kind == 0 and depth < 2:
            yield from self.decided(depth)
        elif kind == 1 and depth < 2:
            head = self.one("for k in range(4):", "for k in tl.static_range(2):", "for k in range(0, n):", "if n > 3:")
            yield from self.carrying(head, depth)
        elif kind == 2:
            first, second = self.one("float", "int"), self.one("float", "int")
            texts = f"{self.value(first)}, {self.value(second)}"
            yield f"{self.new(first)}, {self.new(second)} = {texts}"
        elif kind == 3:
            a, b = self.value("int"), self.value("float")
            call = f"{self.helper('paired')}({a}, {b})"
            yield f"{self.new('float')}, {self.new('int')} = {call}"
        elif kind in (4, 5):
            yield from self.store()
        elif kind == 6 and self.likely(0.6):
            yield from self.load(self.one("x", "b", "p", "q"))
        elif kind == 7:
            type_ = self.one("float32", "int32", "float32")
            of = "float" if type_ == "float32" else "int"
            text = self.one(f"tl.zeros([16], tl.{type_})", f"tl.full([16], 3, tl.{type_})", f"({self.value(of)}).to(tl.{type_})")
            yield f"{self.new(of, type_)} = {text}"
        else:
            of = self.one("float", "float", "int", "int", "bool")
            text = self.value(of)
            yield f"{self.new(of)} = {text}"

    def decided(self, depth: int) -> Iterator[str]:
        """A branch that is decided at compile time: what it names stays inside."""
        test = self.one(
            "FLAG", "not FLAG", "MODE == 1", "MODE > 0 and FLAG", "p.dtype.element_ty == tl.uint8",
            "q.dtype.element_ty == tl.float32", "DT == tl.float32", "p.dtype.element_ty.is_int()",
            "q.dtype.element_ty.is_floating()", "b.dtype.element_ty != tl.int8",
        )
        yield f"if {test}:"
        yield from self.inside(lambda: self.statements(self.random.randint(1, 2), depth + 1))
        if self.likely(0.5):
            yield "else:"
            yield from self.inside(lambda: self.statements(self.random.randint(1, 2), depth + 1))

    def carrying(self, head: str, depth: int) -> Iterator[str]:
        """A loop or a branch at run time: what it assigns to keeps its type."""
        yield head
        kept = sorted(self.types)

        def block() -> Iterator[str]:
            for _ in range(self.random.randint(1, 2)):
                name = self.random.choice(kept)
                of = "float" if BY_NAME[self.types[name]].is_float else "int"
                dtype = self.one(f"tl.{self.types[name]}", f"{name}.dtype")
                if self.types[name] in ("float32", "int64") and self.likely(0.3):
                    yield f"{name} += ({self.value(of)}).to({dtype})"
                else:
                    yield f"{name} = ({self.value(self.one(of, of, 'float', 'int'))}).to({dtype})"
            if self.likely(0.5):
                yield from self.statements(1, depth + 1)

        yield from self.inside(block)

    def inside(self, block: Callable[[], Iterator[str]]) -> Iterator[str]:
        """An indented block whose new names are forgotten behind it."""
        before = {kind: list(names) for kind, names in self.names.items()}, dict(self.types)
        for line in block():
            yield f"    {line}"
        self.names, self.types = before

    def store(self) -> Iterator[str]:
        name = self.one("p", "p", "q")
        value = self.value(self.one("float", "float", "int", "bool"))
        at = self.one("i", "i", "i + n", "i * 2")
        element = self.one(f"{name}.dtype.element_ty", f"{name}.type.element_ty")
        form = self.random.randrange(12)
        if form == 0:
            yield f"{self.helper('put')}({name} + {at}, {value})"
        elif form == 1:
            yield f"{self.helper('put_as')}({name} + {at}, {value} + 0, {element})"
        elif form == 2:
            yield f"{self.helper('put_cast')}({name} + {at}, {value} + 0)"
        elif form == 3:
            yield f"to_{name} = {element}"
            yield f"tl.store({name} + {at}, ({value} + 0).to(to_{name}))"
        elif form == 4:
            yield f"w{name} = tl.make_tensor_descriptor({name}, [n], [1], [16])"
            yield f"w{name}.store([0], {self.block(value)})"
        elif form == 5:
            yield f"tl.store({name} + {at}, tl.cast({value}, {element}), mask=i < n)"
        elif form == 6:
            yield f"at_{name} = tl.where(i > 3, {name} + i, {name} + {at})"
            yield f"tl.store(at_{name}, {value})"
        elif form == 7 and self.pointers[name] in ("int32", "float32"):
            yield f"tl.atomic_add({name} + {at}, {value})"
        elif form == 8:
            yield f"tl.store({name} + {at}, ({value} + 0).to({element}))"
        else:
            yield f"tl.store({name} + {at}, {value}{self.one('', ', mask=i < n')})"

    def block(self, value: str) -> str:
        return f"tl.broadcast_to({value}, [16])" if self.likely(0.2) else f"({value} + tl.zeros([16], tl.int32))"

    # Values by kind.

    def value(self, kind: str, depth: int = 0) -> str:
        return getattr(self, f"of_{kind}")(depth)  # type: ignore[no-any-return]

    def known(self, kind: str) -> str:
        return self.one(*(self.names[kind] or [{"float": "1.5", "int": "i", "bool": "(i < n)"}[kind]]))

    def of_float(self, depth: int) -> str:
        if depth > 2 or self.likely(0.25):
            return self.known("float")
        f, g = (lambda: self.of_float(depth + 1)), (lambda: self.of_int(depth + 1))
        c = lambda: self.of_bool(depth + 1)  # noqa: E731
        to = self.one(*FLOATS)
        return self.random.choice(
            [
                lambda: f"({f()} {self.one('+', '-', '*', '/')} {f()})",
                lambda: f"({g()} {self.one('+', '-', '*')} {f()})",
                lambda: f"({f()} {self.one('+', '*')} {g()})",
                lambda: f"({g()} / {g()})",
                lambda: f"({g()} {self.one('*', '+')} 0.5)",
                lambda: f"({f()} * 2)",
                lambda: f"({g()} + 0).to(tl.{to})",
                lambda: f"({f()} + 0).to(tl.{to})",
                lambda: f"tl.cast({g()}, tl.{to})",
                lambda: f"tl.where({c()}, {f()}, {f()})",
                lambda: f"tl.where({c()}, {g()}, {f()})",
                lambda: f"tl.where({c()}, {f()}, 0)",
                lambda: f"tl.clamp(({f()} + 0).to(tl.float32), -448.0, 448.0)",
                lambda: f"tl.maximum({f()}, {f()})",
                lambda: f"tl.minimum({f()}, {g()})",
                lambda: f"tl.{self.one('exp', 'log2', 'sqrt', 'floor', 'ceil', 'sigmoid')}(({f()} + 0).to(tl.float32))",
                lambda: f"tl.abs({f()})",
                lambda: f"tl.{self.one('sum', 'max')}({f()} + tl.zeros([16], tl.float32))",
                lambda: f"-({f()})",
                lambda: f"{self.helper('scaled')}({f()})",
                lambda: f"{self.helper('half')}({g()})",
                lambda: f"{self.helper('added')}({g()}, {f()})",
                lambda: f"{self.helper('chosen')}({f()}, {f()}, {self.one('FLAG', 'MODE == 2', 'True')})",
                lambda: f"{self.helper('clamped')}({f()}, -448.0, 448.0)",
                lambda: f"{self.helper('summed')}({f()})",
                lambda: f"{self.helper('as_type')}({f()} + 0, tl.{to})",
                lambda: f"({f()} if {self.one('FLAG', 'MODE == 0')} else {f()})",
                lambda: f"({g()} + 0).to(tl.int32).to(tl.float32, bitcast=True)",
                lambda: f"({f()} + 0).to(tl.float8e4nv).to(tl.float32)",
                lambda: f"({g()} + 0).to(tl.uint8).to(tl.float8e4nv, bitcast=True).to(tl.float32)",
                lambda: f"({c()} + 0).to(tl.float32)",
                lambda: f"({f()} * {c()})",
                lambda: f"tl.fma({f()}, {f()}, {f()})",
                lambda: f"tl.fma({g()}, {f()}, {f()})",
                lambda: f"({f()} + 0).to({self.one('x.dtype.element_ty', 'v1.dtype')})",
                lambda: f"({self.one(f, g)()} + 0).to(DT)" if self.real else f(),
                lambda: f"tl.full([16], {self.one('1.5', '-2', 'MODE')}, tl.{to})",
                lambda: f"tl.zeros_like({f()} + tl.zeros([16], tl.float32))",
                lambda: f"tl.cumsum({f()} + tl.zeros([16], tl.float32), 0)",
                lambda: f"tl.reduce({f()} + tl.zeros([16], tl.float32), 0, {self.helper('added')})",
                lambda: f"tl.associative_scan({f()} + tl.zeros([16], tl.float32), 0, {self.helper('larger')})",
                lambda: f"tl.sum(({f()} + tl.zeros([16], tl.float32))[:, None] * (i + 0)[None, :], axis=1)",
                lambda: f"tl.sum(tl.join({f()} + tl.zeros([16], tl.float32), {f()} + tl.zeros([16], tl.float32)), axis=1)",
                lambda: f"(({f()} + 0).to(tl.float32) + tl.zeros([16], tl.float32) if n > 3 else tl.zeros([16], tl.float32))",
                lambda: f"{self.one('max', 'min')}({f()}, {self.one('0.0', '448.0')})",
                lambda: f"tl.reshape({f()} + tl.zeros([16], tl.float32), [16])",
                lambda: f"tl.fdiv({f()}, {f()})",
                lambda: f"({f()} * ({c()} + 0).to(tl.float32))",
                lambda: f"{self.helper('unpacked')}(({f()}, {g()}))",
                lambda: f"{self.helper('early')}({f()}, {self.one('FLAG', 'MODE == 1')})",
                lambda: f"tl.load(x + ({g()} & 15))",
                lambda: f"tl.load(x + i, mask={c()}, other={f()})" if self.likely(0.3) else f(),
                lambda: f"tl.rand(0, {g()})",
            ]
        )()

    def of_int(self, depth: int) -> str:
        if depth > 2 or self.likely(0.25):
            return self.one(self.known("int"), self.known("int"), self.known("int"), "n", "tl.program_id(0)", "(n + MODE)")
        f, g = (lambda: self.of_float(depth + 1)), (lambda: self.of_int(depth + 1))
        c = lambda: self.of_bool(depth + 1)  # noqa: E731
        to = self.one("int32", "int64", "uint8", "int8", "int16")
        return self.random.choice(
            [
                lambda: f"({g()} {self.one('+', '-', '*')} {g()})",
                lambda: f"({g()} {self.one('&', '|', '^')} {g()})",
                lambda: f"(({g()} + 0) {self.one('>>', '<<')} 2)",
                lambda: f"({g()} {self.one('//', '%')} {self.one('3', '10', 'n')})",
                lambda: f"({f()} + 0).to(tl.{to})",
                lambda: f"tl.cast({f()}, tl.{to})",
                lambda: f"({g()} + 0).to(tl.{to})",
                lambda: f"({f()} + 0).to(tl.float32).to(tl.int32, bitcast=True)",
                lambda: f"({f()} + 0).to(tl.float8e4nv).to(tl.{self.one('uint8', 'int8')}, bitcast=True)",
                lambda: f"tl.floor(({f()} + 0).to(tl.float32)).to(tl.{to})",
                lambda: f"tl.where({c()}, {g()}, {g()})",
                lambda: f"tl.where({c()}, {g()}, 0)",
                lambda: f"tl.maximum({g()}, {g()})",
                lambda: f"tl.abs({g()} + 0)",
                lambda: f"tl.{self.one('sum', 'max')}({g()} + tl.zeros([16], tl.int32))",
                lambda: f"-({g()} + 0)",
                lambda: f"{self.helper('same')}({g()})",
                lambda: f"{self.helper('scaled')}({g()})",
                lambda: f"{self.helper('added')}({g()}, {g()})",
                lambda: f"{self.helper('chosen')}({g()}, {g()}, FLAG)",
                lambda: f"{self.helper('as_type')}({f()} + 0, tl.{to})",
                lambda: f"({g()} if FLAG else {g()})",
                lambda: f"({c()} + 0).to(tl.int32)",
                lambda: f"tl.load(b + ({g()} & 15))",
                lambda: f"({g()} + 0).to({self.one('b.dtype.element_ty', 'v2.dtype')})",
                lambda: f"({f()} + 0).to({self.one('b.dtype.element_ty', 'v2.dtype')})",
                lambda: f"({self.one(f, g)()} + 0).to(DT)" if not self.real else g(),
                lambda: f"tl.full([16], {self.one('1', '-2', 'MODE')}, tl.{to})",
                lambda: f"tl.full([16], {self.one('1.5', 'MODE')}, tl.{to})",
                lambda: f"tl.cumsum({g()} + tl.zeros([16], tl.int32), 0)",
                lambda: f"tl.reduce({g()} + tl.zeros([16], tl.int32), 0, {self.helper('added')})",
                lambda: f"tl.argmax({f()} + tl.zeros([16], tl.float32), 0)",
                lambda: f"tl.cdiv({g()}, 3)",
                lambda: f"(({g()} + 0).to(tl.int32) + tl.zeros([16], tl.int32) if n > 3 else i)",
                lambda: f"{self.one('max', 'min')}({g()}, 7)",
                lambda: f"tl.zeros_like({g()} + tl.zeros([16], tl.int32))",
                lambda: f"({g()} * {c()})",
                lambda: f"({g()} + {c()})",
                lambda: f"~({g()} + 0)",
                lambda: f"({f()} > {f()}).to(tl.{to})",
                lambda: f"tl.sum(({g()} + tl.zeros([16], tl.int32))[:, None] * (i + 0)[None, :], axis=1)",
                lambda: f"tl.clamp({g()}, 0, 15)",
                lambda: f"tl.sum(({f()} > {f()}) + tl.zeros([16], tl.int32))",
                lambda: f"{self.helper('early')}({g()}, FLAG)",
            ]
        )()

    def of_bool(self, depth: int) -> str:
        if depth > 2 or self.likely(0.2):
            return self.known("bool")
        f, g = (lambda: self.of_float(depth + 1)), (lambda: self.of_int(depth + 1))
        c = lambda: self.of_bool(depth + 1)  # noqa: E731
        return self.random.choice(
            [
                lambda: f"({f()} {self.one('>', '<', '>=')} {f()})",
                lambda: f"({f()} > {self.one('0', '0.5')})",
                lambda: f"({g()} {self.one('==', '!=', '<')} {g()})",
                lambda: "(i < n)",
                lambda: f"({c()} {self.one('&', '|')} {c()})",
                lambda: f"({g()} > {f()})",
                lambda: f"~{c()}",
                lambda: f"({g()} != 0)",
                lambda: f"({g()} + 0).to(tl.int1)",
                lambda: f"({f()} != {f()})",
            ]
        )()

"""A grammar of kernels and launches: small trees of modules, the same for the same seed.

`python tests/fuzz/grammar.py [--trees N] [--seed S]` is the long run: each tree is checked as a whole
and file by file, in another order, with one process and several, and with a cache, and its facts are
found out with nothing that hides an error in them.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "tests")]

from tritonlint.caching.cache import Cache  # noqa: E402
from tritonlint.engine import check as engine  # noqa: E402
from tritonlint.facts.survey.survey import Analysis  # noqa: E402
from tritonlint.settings.config import Settings  # noqa: E402
from tritonlint.source import SourceFile  # noqa: E402

SLOWEST_SECONDS = 2.0
_IMPORTS = "import functools\nimport torch\nimport triton\nimport triton.language as tl\n"
_FLOATS = ("tl.float32", "tl.float16", "tl.bfloat16", "out_ptr.dtype.element_ty", "tl.float8e4nv")
_INTEGERS = ("tl.int32", "tl.uint8", "tl.int8", "tl.int64")
_DTYPES = ("torch.uint8", "torch.int8", "torch.float32", "torch.bfloat16", "torch.float8_e4m3fn", "FP8")


class Grammar:
    """Makes one tree out of random choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, *options: str) -> str:
        return self.random.choice(options)

    def likely(self, chance: float) -> bool:
        return self.random.random() < chance

    # Device code.

    def number(self, depth: int = 0) -> str:
        """An expression of a block of numbers; `x` and `y` are there, `n` and `FLAG` too."""
        if depth > 3 or self.likely(0.2):
            return self.one("x", "y", "x", "n", "1.0", "0", "448.0", "tl.program_id(0)", "i")
        a, b = self.number(depth + 1), self.number(depth + 1)
        dtype = self.one(*_FLOATS, *_INTEGERS)
        return self.one(
            f"({a} {self.one('+', '-', '*', '/', '//', '%', '&', '|', '<<', '>>')} {b})",
            f"tl.where({a} > {b}, {a}, {b})",
            f"tl.where({a}, {b}, {b})",
            f"({a}).to({dtype})",
            f"({a}).to({self.one('tl.int32', 'tl.float32')}, bitcast=True)",
            f"tl.clamp({a}, -448.0, 448.0)",
            f"tl.maximum({a}, {b})",
            f"tl.{self.one('abs', 'exp', 'floor', 'log2', 'sum', 'max')}({a})",
            f"helper({a}, {b})",
            f"({a} if FLAG else {b})",
            f"tl.cast({a}, {dtype})",
        )

    def statements(self, indent: str, depth: int = 0) -> Iterator[str]:
        for _ in range(self.random.randint(1, 3)):
            name = self.one("x", "y", "z")
            kind = self.random.randrange(9)
            if depth < 2 and kind == 0:
                test = self.one("FLAG", "n > 1", "MODE == 1", "FLAG is None", "out_ptr.dtype.element_ty == tl.uint8")
                yield f"{indent}if {test}:"
                yield from self.statements(indent + "    ", depth + 1)
                if self.likely(0.5):
                    yield f"{indent}else:"
                    yield from self.statements(indent + "    ", depth + 1)
            elif depth < 2 and kind == 1:
                yield f"{indent}for k in {self.one('range(4)', 'tl.static_range(2)', 'range(0, n, SIZE)')}:"
                yield from self.statements(indent + "    ", depth + 1)
            elif kind == 2:
                yield f"{indent}{name}, z = {self.number()}, {self.number()}"
            elif kind == 3:
                yield f"{indent}{name} {self.one('+', '*', '-')}= {self.number()}"
            elif kind == 4:
                yield f"{indent}tl.store(out_ptr + {self.one('i', 'n + i', 'i * n', 'tl.where(i > 3, n, i)')}, {self.number()})"
            elif kind == 5:
                yield f"{indent}tl.atomic_add(out_ptr + i, {self.number()})"
            elif kind == 6:
                yield f"{indent}d = tl.make_tensor_descriptor(out_ptr, [n], [1], [SIZE])"
                yield f"{indent}d.store([0], {self.number()})"
            else:
                yield f"{indent}{name} = {self.number()}"

    def kernel(self, name: str) -> str:
        pointer = self.one("out_ptr", "out_ptr", "out_ptr: tl.tensor")
        lines = [
            self.one("@triton.jit", "@triton.jit", "@triton.autotune(configs=[], key=[])\n@triton.jit", "@functools.cache\n@triton.jit"),
            f"def {name}(x_ptr, {pointer}, n, SIZE: tl.constexpr, FLAG: tl.constexpr = None, MODE=1):",
            "    i = tl.arange(0, SIZE)",
            f"    x = tl.load(x_ptr + i{self.one('', ', mask=i < n', ', mask=i < n, other=0.0')})",
            "    y = x.to(tl.float32)",
            "    z = y",
            *self.statements("    "),
            f"    tl.store(out_ptr + i, {self.number()})",
        ]
        return "\n".join(lines)

    # Host code.

    def tensor(self, depth: int = 0) -> str:
        if depth > 2 or self.likely(0.3):
            return self.one("cache", "x", "buffer", f"torch.empty(n, dtype={self.one(*_DTYPES)})", "self_cache")
        inner = self.tensor(depth + 1)
        return self.one(
            f"{inner}[:, :{self.one('64', 'n')}]",
            f"{inner}[{self.one('0', 'n:', '...', '::2')}]",
            f"{inner}.view({self.one(*_DTYPES, '-1', '-1, 4')})",
            f"{inner}.{self.one('contiguous()', 'reshape(-1)', 'to(torch.float32)', 'flatten()', 'T', 'narrow(0, 0, n)')}",
            f"({inner} if n else {self.tensor(depth + 1)})",
            f"(w := {inner})",
            f"through({inner})",
        )

    def launch(self, kernel: str) -> str:
        x, out = self.tensor(), self.tensor()
        grid = self.one("(1,)", "(n, 2)", "lambda meta: (n,)", "grid")
        more = self.one("64", "64, True", "SIZE=64", "SIZE=64, FLAG=flag", "**{'SIZE': 64}", "64, FLAG=n > 1, MODE=2")
        return self.one(
            f"{kernel}[{grid}]({x}, {out}, n, {more})",
            f"{kernel}[{grid}](*({x}, {out}), n, {more})",
            f"{kernel}[{grid}](x_ptr={x}, out_ptr={out}, n=n, SIZE=64)",
            f"{kernel}[{grid}](**dict(x_ptr={x}, out_ptr={out}, n=n, SIZE=64))",
            f"functools.partial({kernel}[{grid}], {x})({out}, n, {more})",
            f"[{kernel}[{grid}]({x}, {out}, n, {more}) for _ in range(n)]",
        )

    def body(self, kernels: list[str], indent: str, depth: int = 0) -> Iterator[str]:
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.randrange(10)
            name = self.one("cache", "x", "buffer", "y")
            if kind <= 2:
                yield f"{indent}{self.launch(self.random.choice(kernels))}"
            elif kind == 3 and depth < 2:
                test = self.one("flag", "x.dtype == torch.uint8", "'fp8' in str(flag)", "n > 1", "cache is None")
                yield f"{indent}if {test}:"
                yield from self.body(kernels, indent + "    ", depth + 1)
            elif kind == 4 and depth < 2:
                yield f"{indent}{self.one('for k in range(n):', 'with torch.no_grad():', 'while n:', 'if True:')}"
                yield from self.body(kernels, indent + "    ", depth + 1)
            elif kind == 5 and depth < 2:
                yield f"{indent}match {self.one('n', 'x.dtype', 'flag')}:"
                yield f"{indent}    case {self.one('0', 'torch.uint8', 'None', '[a, *b]', '{}')}:"
                yield from self.body(kernels, indent + "        ", depth + 1)
            elif kind == 6:
                yield f"{indent}{name}, buffer = {self.tensor()}, {self.tensor()}"
            elif kind == 7:
                yield f"{indent}assert {self.one('cache.dtype == torch.uint8', 'x.dtype in (torch.int8,)', 'flag')}"
            else:
                yield f"{indent}{name} = {self.tensor()}"

    def function(self, name: str, kernels: list[str], calls: list[str]) -> str:
        head = self.one("def", "def", "async def")
        lines = [f"{head} {name}(x, cache, n=1, flag=None, buffer=None, self_cache=None):", *self.body(kernels, "    ")]
        lines += [f"    {self.one(*calls)}(x, {self.tensor()}, n)"] if calls else []
        text = "\n".join(lines)
        if self.likely(0.2):
            inner = text.replace("\n", "\n    ").replace("(x, cache", "(self, x, cache", 1)
            return f"class Of{name}:\n    self_cache = torch.zeros(4, dtype=torch.uint8)\n\n    {inner}"
        return text

    def tree(self) -> Mapping[str, str]:
        """File name to text."""
        kernels = [f"kernel{number}" for number in range(self.random.randint(1, 3))]
        flavour = self.one("torch.float8_e4m3fn", "platform.fp8_dtype()", "torch.uint8")
        through = "def through(t):\n    return " + self.one("t", "t.view(torch.uint8)", "t[:4]")
        head = f"{_IMPORTS}\nFP8 = {flavour}\n"
        parts = [head, "@triton.jit\ndef helper(a, b):\n    return a + b", through, *map(self.kernel, kernels)]
        files = {"kernels.py": "\n\n\n".join(parts)}
        names: list[str] = []
        for number in range(self.random.randint(1, 4)):
            own = f"launch{number}"
            imports = f"{_IMPORTS}from kernels import *\nfrom kernels import FP8, through, {', '.join(kernels)}\n"
            imports += "".join(f"from m{k} import launch{k}\n" for k in range(number))
            grid = "grid = (1,)"
            files[f"m{number}.py"] = "\n\n\n".join([imports + grid, self.function(own, kernels, names)])
            names.append(own)
        return {name: f"{text}\n" for name, text in files.items()}


@dataclasses.dataclass(frozen=True)
class Held:
    """A tree for which everything held: how many files and findings it has, and the CPU seconds
    that one check of it took."""

    files: int
    findings: int
    seconds: float


def hold(seed: int) -> Held:
    """Make a tree and ask of it what holds for every tree."""
    tree = Grammar(seed).tree()
    with _folder() as folder:
        for name, text in tree.items():
            Path(name).write_text(text, encoding="utf-8")
        settings = Settings(root=folder, confidence="possible", preview=True)
        files = [Path(name) for name in tree]
        start = time.process_time()
        found = engine.check(files, settings)
        took = time.process_time() - start
        assert took < SLOWEST_SECONDS * len(files), f"took {took:.1f} s"
        assert not any("internal error" in each.reason for each in found.skipped), found.skipped
        assert engine.check(files[::-1], settings) == found, "another result in another order"
        assert engine.check(files, settings, jobs=2) == found, "another result with two processes"
        cache = Cache(folder / "cache")
        assert engine.check(files, settings, cache) == found, "another result with a cache"
        assert engine.check(files, settings, cache) == found, "another result from the cache"
        analysis = Analysis()
        analysis.bulkhead.strict = True
        paths = {os.path.abspath(each) for each in files}
        analysis.observe([SourceFile(str(p), p.read_bytes()) for p in files], paths)
        return Held(len(files), len(found.findings), took)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    held: dict[int, Held] = {}
    for seed in range(options.seed, options.seed + options.trees):
        try:
            held[seed] = hold(seed)
        except Exception as error:
            print(f"seed {seed}: {type(error).__name__}: {error}"[:400], flush=True)
    _tell(options.trees, held)
    return int(len(held) < options.trees)


def _tell(trees: int, held: Mapping[int, Held]) -> None:
    """Print the counts, and the trees of which a check took longer than one file may."""
    files = sum(each.files for each in held.values())
    findings = sum(each.findings for each in held.values())
    seconds = sum(each.seconds for each in held.values())
    print(f"{trees} trees, {files} files, {findings} findings, {trees - len(held)} failed")
    print(f"{seconds:.0f} s of CPU in {len(held)} checks of a tree")
    for seed, each in sorted(held.items(), key=lambda item: -item[1].seconds)[:10]:
        if each.seconds > SLOWEST_SECONDS / 2:
            print(f"seed {seed}: {each.seconds:.1f} s for {each.files} files")


if __name__ == "__main__":
    sys.exit(main())

"""Contracts against Triton's compiler: `python tests/fuzz/differential.py [--kernels N] [--seed S]`.

Random kernels of known types go through the facts and through Triton's front end. Of each line that
loads or stores through a pointer to integers it is asked whether both see it, and whether they agree
on a question each: is a float converted to the integer that is stored (`arith.fptosi`,
`arith.fptoui`), and is the integer that was loaded converted to a float as a number
(`arith.sitofp`, `arith.uitofp`)? An effect that is not known is a disagreement too.

What is not asked, and why:

- Of kernels that Triton rejects nothing is asked: a contract says "does not compile" of few forms.
- What decides between two numbers (the condition of `tl.where`, of an `if`) is not part of the
  number; a value that is loaded ends the way back to what made it.
- Bits that are picked (`&`, `>>`, a bit cast) are no number any more. A contract takes `% 16` and
  `// 16`, and any other power of two inside a byte, for picking too, the IR does not tell: the
  kernels divide by 3, by 10 and by an argument.
- A function called twice has a copy in the IR for each call, as it has in the contract.
- Which of two stores on one line converts is not told apart; the kernels have one a line.
- A name that a `range` loop always replaces may keep, in the contract and in the IR, what it held
  before; of `tl.static_range` with known bounds both know that it does not.
- Rounding, intervals, fp8 flavours, and conversions between floats are not compared.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.fuzz.typed_kernels import TypedKernel, make  # noqa: E402
from tritonlint.facts.device import KernelContract, Specialization, contract  # noqa: E402
from tritonlint.facts.project.kernels import kernels  # noqa: E402
from tritonlint.facts.project.project import Project  # noqa: E402
from tritonlint.rule.signature import FLOAT_TO_INTEGER, INTEGER_TO_FLOAT  # noqa: E402
from tritonlint.source import SourceFile  # noqa: E402
from tritonlint.verify.compiler.raw_ir import CompileError, raw_ir  # noqa: E402
from tritonlint.verify.compiler.ttir import LOADS, STORES, Graph, Op  # noqa: E402
from tritonlint.verify.compiler.ttir_text import read_graph  # noqa: E402

_FUNCTION = re.compile(r"^  tt\.func .*?^  \}[^\n]*$", re.M | re.S)
_NAME = re.compile(r'@("[^"]*"|[\w.$-]+)\(')
_CALL = re.compile(r'(tt\.call @)("[^"]*"|[\w.$-]+)(?=\()')
_COMPARISONS = ("arith.cmpi", "arith.cmpf")
# What leaves an integer the number that it is; shifts, masks and bit casts pick bits of it.
_NUMBER = (
    *("arith.addi", "arith.subi", "arith.muli", "arith.divsi", "arith.divui", "arith.remsi"),
    *("arith.remui", "arith.extsi", "arith.extui", "arith.trunci", "arith.maxsi", "arith.maxui"),
    *("arith.minsi", "arith.minui", "math.absi", "tt.splat", "tt.broadcast", "tt.expand_dims"),
    *("tt.reshape", "tt.reduce"),
)
_BITCASTS = ("arith.bitcast", "tt.bitcast")
_HANDED = ("tt.call", "scf.for", "scf.if", "scf.while", "tt.reduce", "tt.scan")


@dataclass(frozen=True)
class Answer:
    """What a line does: `what` is `store` or `load`, `converts` whether a number is converted."""

    what: str
    parameter: str
    line: int
    converts: bool


@dataclass(frozen=True)
class Disagreement:
    """A line of which the two say different things."""

    seed: int
    line: int
    text: str

    def __str__(self) -> str:
        return f"seed {self.seed}, line {self.line}: {self.text}"


def _functions_apart(text: str) -> str:
    """The IR with a copy of its own of a function for each call of it, so that values of one call
    do not mix with those of another."""
    bodies = {_NAME.search(each)[1].strip('"'): each for each in _FUNCTION.findall(text)}  # type: ignore[index]
    done: list[str] = []
    waiting = [next(each for each in bodies.values() if "tt.func public" in each)]
    number = 0
    while waiting:
        body = waiting.pop()

        def own(match: re.Match[str]) -> str:
            nonlocal number
            number += 1
            name = match[2].strip('"')
            copy = bodies[name]
            waiting.append(_NAME.sub(f'@"{name}/{number}"(', copy, count=1))
            return f'{match[1]}"{name}/{number}"'

        done.append(_CALL.sub(own, body))
    rest = _FUNCTION.sub("", text).rstrip()
    head, _, tail = rest.partition("{\n") if "{\n" in rest else (rest, "", "")
    return "\n".join([head + "{", *done, tail])


class Compiled:
    """What the IR of a kernel shows."""

    def __init__(self, kernel: TypedKernel, text: str) -> None:
        self.graph: Graph = read_graph(_functions_apart(text))
        names = [*kernel.pointers, "n"]
        self.parameters = {name: names.index(name) for name in kernel.pointers}
        self.integers = [name for name, type_ in kernel.pointers.items() if type_.is_integer]
        self.uses: dict[int, list[int]] = {}
        for value in list(self.graph.sources) + list(self.graph.ops):
            for source in self._as_number(value):
                self.uses.setdefault(source, []).append(value)

    def answers(self) -> set[Answer]:
        return {each for name in self.integers for each in self._of(name)}

    def _of(self, name: str) -> Iterator[Answer]:
        stores = self.graph.stores(self.parameters[name])
        loads = self.graph.loads(self.parameters[name])
        atomics = [each for each in stores if each.name.startswith("tt.atomic")]
        for what, ops in (("store", stores), ("load", [*loads, *atomics])):
            for line in {op.place[1] for op in ops if op.place is not None}:
                at = [op for op in ops if op.place is not None and op.place[1] == line]
                shown = self._stored if what == "store" else self._loaded
                yield Answer(what, name, line, any(map(shown, at)))

    def _stored(self, op: Op) -> bool:
        return self._meets([op.operands[STORES[op.name]]], self._made_of, FLOAT_TO_INTEGER)

    def _loaded(self, op: Op) -> bool:
        ahead = lambda value: self.uses.get(value, ())  # noqa: E731
        return self._meets(op.results, ahead, INTEGER_TO_FLOAT)

    def _meets(self, start: Sequence[int], step: Any, names: Sequence[str]) -> bool:
        seen, waiting = set(start), list(start)
        while waiting:
            value = waiting.pop()
            op = self.graph.ops.get(value)
            if op is not None and op.name in names:
                return True
            fresh = [each for each in step(value) if each not in seen]
            seen.update(fresh)
            waiting += fresh
        return False

    def _made_of(self, value: int) -> Sequence[int]:
        """What the bits of an integer are made of: not what decides which of two it is, nor what
        memory held."""
        op = self.graph.ops.get(value)
        if op is None or op.name in _HANDED:
            return self.graph.sources[value]
        if op.name in LOADS or op.name in _COMPARISONS or op.name.startswith("tt.atomic"):
            return ()
        if op.name in INTEGER_TO_FLOAT or (op.name in _BITCASTS and "f" in _operand_type(op)):
            return ()
        return op.operands[1:] if op.name == "arith.select" else op.operands

    def _as_number(self, value: int) -> Sequence[int]:
        op = self.graph.ops.get(value)
        if op is None or op.name in _HANDED:
            return self.graph.sources[value]
        if op.name == "arith.select":
            return op.operands[1:]
        if op.name in _BITCASTS:  # between signed and unsigned it is none
            return () if "f" in op.types.rpartition("x")[2] else op.operands
        return op.operands if op.name in (*_NUMBER, *INTEGER_TO_FLOAT) else ()


def _operand_type(op: Op) -> str:
    """The element type of what a bit cast takes."""
    return op.types.split(" to ")[0].split(" -> ")[0].rpartition("x")[2]


def compiled(kernel: TypedKernel, path: Path) -> str | None:
    """The IR of the kernel written to `path`, or None when Triton rejects it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    import triton.language as tl

    signature = {name: f"*{type_.signature}" for name, type_ in kernel.pointers.items()}
    constexprs = {
        name: getattr(tl, value.triton) if hasattr(value, "triton") else value
        for name, value in kernel.constexprs.items()
    }
    try:
        return raw_ir(module.kernel, {**signature, "n": "i32"}, constexprs, "cuda:90")
    except CompileError:
        return None


def told(kernel: TypedKernel, path: Path) -> KernelContract:
    """The contract of the kernel."""
    file = SourceFile(str(path), kernel.source.encode())
    module = Project([path.parent]).module(path, file)
    own = next(each for each in kernels(module) if each.name == "kernel")
    return contract(own, Specialization(kernel.pointers, kernel.constexprs))


def compare(seed: int, folder: Path, counts: Counter[str]) -> list[Disagreement]:
    """Where the contract of a kernel and its IR disagree; what happened is counted."""
    kernel = make(seed)
    path = folder / f"kernel{seed}.py"
    path.write_text(kernel.source, encoding="utf-8")
    found = told(kernel, path)
    text = compiled(kernel, path)
    counts["kernels"] += 1
    if text is None:
        counts["rejected by Triton"] += 1
        return []
    shown = Compiled(kernel, text)
    said: dict[tuple[str, str, int], set[str]] = {}
    for what, places in (("store", found.stores), ("load", found.loads)):
        for each in places:
            if each.parameter in shown.integers:
                said.setdefault((what, each.parameter, each.place.line), set()).add(each.effect)
    answers = {(each.what, each.parameter, each.line): each.converts for each in shown.answers()}
    counts.update(f"{what}s" for what, _, _ in answers)
    counts.update(f"{key[0]}s that convert" for key, converts in answers.items() if converts)
    lines = kernel.source.splitlines()
    return [
        Disagreement(seed, line, f"{what} through {name}: {why}: {lines[line - 1].strip()}")
        for what, name, line in sorted(said.keys() | answers.keys())
        if (why := _differ(what, said.get((what, name, line)), answers.get((what, name, line))))
    ]


def _differ(what: str, effects: set[str] | None, converts: bool | None) -> str:
    """How the effects of a line's accesses differ from what the compiler makes of them, or
    nothing."""
    if effects is None or converts is None:
        return "only the compiler has it" if effects is None else "the compiler has none"
    converting = "float_to_int" if what == "store" else "int_to_float"
    if (converting in effects) == converts and not effects & {"compile_error", "unknown"}:
        return ""
    return f"{', '.join(sorted(effects))}; the compiler {'converts' if converts else 'does not'}"


def run(seeds: Sequence[int]) -> tuple[Counter[str], list[Disagreement]]:
    """Compare the kernels of those seeds."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        found = [each for seed in seeds for each in compare(seed, Path(name), counts)]
    gc.collect()
    return counts, found


def show(seed: int) -> None:
    """Print the kernel of that seed, its contract and its IR without locations."""
    kernel = make(seed)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "kernel.py"
        path.write_text(kernel.source, encoding="utf-8")
        print("\n".join(f"{n:3} {line}" for n, line in enumerate(kernel.source.splitlines(), 1)))
        print({name: type_.name for name, type_ in kernel.pointers.items()}, kernel.constexprs)
        found = told(kernel, path)
        for each in (*found.stores, *found.loads):
            print(each.parameter, each.place.line, each.effect, type(each).__name__)
        print(re.sub(r" loc\(.*", "", compiled(kernel, path) or "rejected"))
    gc.collect()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, help="print the kernel of that seed and its IR")
    options = parser.parse_args()
    if options.show is not None:
        show(options.show)
        return 0
    start = time.process_time()
    counts, found = run(range(options.seed, options.seed + options.kernels))
    for each in found:
        print(each)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"{len(found)} disagreements, {time.process_time() - start:.0f} s of CPU")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

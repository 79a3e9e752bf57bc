"""What the parameters of a kernel are, as far as its body tells: pointers or numbers, integers or
floats.

A launch may leave types open; then the role decides, and it is a guess, marked as assumed. Memory
whose values index, mask, count or are taken apart into bits holds integers; where no use tells,
memory that is named after what integers count (`..._indices`, `..._lens`) does; any other memory
holds floats. What is stored says nothing about memory: a store converts. A number is an integer,
unless it is combined with floats only, its default is a float or it has the name of a factor.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from contextlib import suppress
from typing import Literal

from tritonlint.dtypes import BY_TRITON
from tritonlint.facts.device.machine import Evidence, Exhausted, Machine
from tritonlint.facts.device.statements import Activation
from tritonlint.facts.device.types import Type, known
from tritonlint.facts.device.values import (
    Const,
    Dtype,
    Environment,
    Tensor,
    Value,
)
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.project.kernel import Kernel
from tritonlint.frozen import dataclass

Role = Literal["int", "float"]
_PASSES = 2
# What integers count or point at, and what floats scale by, in the words of parameter names.
_COUNTING_WORDS = frozenset(
    """
    idx indices indexes id ids len lens length lengths seqlen seqlens count counts pos
    position positions offset offsets start starts end ends loc locs slot slots map mapping
    token tokens rank ranks indptr argmax off offs counter counters
    """.split()
)
_POINTER = re.compile(r"(?:^|_)(?:ptrs?|pointers?)(?:_|$)|ptrs?$")
# What is called after an element type is memory: `PAGE_F32`, `RECV_U8`.
_ELEMENT = re.compile(r"(?:^|_)(?:[fiu]|bf|fp|float|u?int)(?:8|16|32|64)(?:_|$)")
_PTR = frozenset({"ptr", "ptrs", "pointer", "pointers"})
# Before a capital that follows a small letter.
_WORD_START = re.compile("(?<=[a-z])(?=[A-Z])")
_COUNTING_PREFIXES = frozenset({"num", "cu", "n"})
_FACTOR_WORDS = frozenset(
    "scale scales eps epsilon alpha beta gamma theta factor lr p prob probs logit logits logprob "
    "logprobs weight weights "
    "temperature softcap slope decay bias cos sin".split()
)


@dataclass(frozen=True)
class Roles:
    """`pointers` in the order of the parameters; `integers` are the variables (a number's name, or
    `name[]` for the memory of a pointer) that are integers; `descriptors` are the pointers that are
    tensor descriptors, `handles` those of them that must be passed as such; `inert` are those whose
    element type no value depends on (nothing is loaded through them or cast to their type);
    `numbers` are the parameters that are used as numbers, or known at compile time; `defaults` the
    default values, `items` those of tuples that are asked for."""

    parameters: tuple[str, ...]
    pointers: tuple[str, ...]
    constexprs: frozenset[str]
    integers: frozenset[str]
    descriptors: frozenset[str]
    handles: frozenset[str]
    inert: frozenset[str]
    numbers: frozenset[str]
    defaults: tuple[tuple[str, Value], ...]
    annotated: tuple[tuple[str, Type], ...]
    items: tuple[str, ...]

    def element(self, name: str) -> Type:
        """The assumed element type of the memory of the pointer `name`."""
        return Type(self.kind(f"{name}[]"), None, frozenset((name,)), assumed=True)

    def kind(self, variable: str) -> Role:
        """The role of a number or of memory."""
        return "int" if variable in self.integers else "float"


def infer(kernel: Kernel) -> Roles:
    """The roles of the parameters of `kernel` when nothing is known of a launch."""
    node = kernel.node
    arguments, defaults = signature(node).named, signature(node).defaults
    constexprs = frozenset(each.arg for each in arguments if _is_constexpr(each.annotation))
    annotated = {
        each.arg: kind
        for each in arguments
        if (kind := _annotated(each.annotation, kernel)) is not None
    }
    evidence = Evidence()
    evidence.scalars |= set(annotated)
    found: Environment = {}
    for _ in range(_PASSES):
        machine = Machine(_variable, inferring=True)
        machine.evidence.pointers, machine.evidence.scalars = evidence.pointers, evidence.scalars
        frame = Activation({}, kernel.scope, kernel.path, stack=(node,), machine=machine)
        found = {name: frame.evaluate(value) for name, value in defaults.items()}
        for each in arguments:
            constexpr = each.arg in constexprs
            frame.env[each.arg] = _open(
                each.arg, constexpr, found.get(each.arg), annotated, machine
            )
        with suppress(Exhausted, RecursionError):
            frame.block(node.body)
        evidence = machine.evidence
        _classify(evidence, constexprs)
        if all(len(added) == 1 for added in evidence.addresses):
            break
    names = tuple(each.arg for each in arguments)
    return _decided(names, constexprs, evidence, found, annotated)


def _decided(
    names: tuple[str, ...],
    constexprs: frozenset[str],
    evidence: Evidence,
    found: Environment,
    annotated: dict[str, Type],
) -> Roles:
    """The roles after the evidence has come to rest; `found` are the default values."""
    floats = {
        name
        for name, value in found.items()
        if isinstance(value, Const) and isinstance(value.value, float)
    }
    known = (*names, *evidence.items)
    return Roles(
        names,
        tuple(name for name in known if name in evidence.pointers and name not in constexprs),
        constexprs,
        frozenset(_integers(evidence, known, constexprs) - floats),
        frozenset(evidence.descriptors),
        frozenset(evidence.handles - _moved(evidence)),
        frozenset(evidence.pointers - evidence.loaded - evidence.typed),
        constexprs | (evidence.scalars - evidence.pointers),
        tuple(found.items()),
        tuple(annotated.items()),
        tuple(evidence.items),
    )


def _moved(evidence: Evidence) -> set[str]:
    """What something is added to, as to no descriptor."""
    return {name for bases, _ in evidence.offsets for base in bases for name in base}


def _integers(evidence: Evidence, names: tuple[str, ...], constexprs: frozenset[str]) -> set[str]:
    """The variables that are integers: by their use, else by their name. A number that meets memory
    of floats is a float."""
    integers = _closure(evidence, set(evidence.integers - evidence.floats))
    floats = _closure(evidence, evidence.floats | evidence.near_floats) - integers
    named = {name: _kind_by_name(name) for name in names}
    for name in names:
        if name not in evidence.loaded:
            integers.discard(f"{name}[]")
        if f"{name}[]" not in floats and named[name] == "int":
            integers.add(f"{name}[]")
    floats |= {f"{name}[]" for name in evidence.loaded} - integers
    floats = _closure(evidence, floats) - integers
    for name in names:
        # A compile-time integer gives way to the type of whatever it meets, so that nothing is lost
        # by the guess.
        if named[name] != "float" and (name not in floats or name in constexprs):
            integers.add(name)
    return integers


def _kind_by_name(name: str) -> Role | None:
    """What the name of a parameter says: `num_...` and `cu_...` count, else the last telling word
    decides."""
    words = [each for each in _WORD_START.sub("_", name).lower().split("_") if each not in _PTR]
    if words[-1:] == ["index"]:  # before another word it names what is indexed: `index_cache`
        return "int"
    if len(words) > 1 and (words[0] in _COUNTING_PREFIXES or "num" in words[:-1]):
        return "int"
    for word in reversed(words):
        if word in ("table", "tables") and not {"block", "page", "lookup", "index"}.isdisjoint(
            words
        ):
            return "int"
        if word in _COUNTING_WORDS or word.endswith(("len", "lens")):
            return "int"
        if word in _FACTOR_WORDS:
            return "float"
    return None


def _variable(name: str) -> Type:
    return Type("unknown", None, frozenset((name,)), False, frozenset((f"{name}[]",)))


def _open(
    name: str,
    constexpr: bool,
    default: Value | None,
    annotated: dict[str, Type],
    machine: Machine,
) -> Value:
    """What a parameter holds when nothing is known of it."""
    if name in annotated:
        return Tensor((annotated[name],))
    if constexpr:
        return open_constexpr(name, default, None)
    return machine.opened(name)


def open_constexpr(name: str, default: Value | None, role: Role | None) -> Value:
    """A compile-time parameter of unknown value: of the kind of its default, or of its role."""
    match default:
        case Dtype():
            return Dtype((Type("unknown", variables=frozenset((name,))),))
        case Const(value=bool()) | Const(value=str()):
            return Tensor((Type("unknown", variables=frozenset((name,))),), weak=True)
        case Const(value=int()):
            return Tensor((Type("int"),), weak=True)
        case Const(value=float()):
            return Tensor((Type("float"),), weak=True)
    kind = Type(role, assumed=True) if role else Type("unknown", variables=frozenset((name,)))
    return Tensor((kind,), weak=True)


def _classify(evidence: Evidence, constexprs: frozenset[str]) -> None:
    """Which parameters are pointers: of those that are added up to an address, exactly one."""
    sums = Counter(name for added in evidence.addresses for name in set(added))
    for added in sorted(evidence.addresses, key=lambda each: (len(each), each)):
        choices = [n for n in added if n not in evidence.scalars and n not in constexprs] or added
        if len(added) == 1 or not any(name in evidence.pointers for name in added):
            evidence.pointers.add(max(choices, key=lambda name: _likeness(name, sums[name])))
    evidence.scalars -= evidence.pointers
    for bases, types in evidence.offsets:
        if not bases or any(name in evidence.pointers for added in bases for name in added):
            evidence.integer(types)


def _likeness(name: str, sums: int) -> tuple[bool, int, bool]:
    """How much a parameter that is added up to addresses is like a pointer: by its name, by how
    many of the sums it is a part of, and by whether its name counts something. Of equal ones the
    first of a sum is the pointer."""
    size = name.isupper() and not _ELEMENT.search(name.lower())
    counts = size or _kind_by_name(name) == "int" or "stride" in name.lower()
    return (bool(_POINTER.search(name.lower())), sums, not counts)


def _closure(evidence: Evidence, names: set[str]) -> set[str]:
    """`names` and what meets them in a store or a comparison."""
    for _ in range(len(evidence.equal)):
        size = len(names)
        for left, right in evidence.equal:
            for a, b in ((left, right), (right, left)):
                if a <= names:
                    names |= b
        if len(names) == size:
            break
    return names


def _is_constexpr(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Attribute(attr="constexpr") | ast.Name(id="constexpr"):
            return True
        case ast.Constant(value=str() as text):
            return text.rpartition(".")[2] == "constexpr"
        case ast.Subscript(value=value):
            return _is_constexpr(value)
    return False


def _annotated(annotation: ast.expr | None, kernel: Kernel) -> Type | None:
    """The type of a scalar parameter that is annotated with one (`tl.int64`, `int`, `float`)."""
    match annotation:
        case ast.Name(id="int"):
            return Type("int")
        case ast.Name(id="float"):
            return Type("float")
        case ast.Attribute(attr=name) if name in BY_TRITON:
            return known(BY_TRITON[name])
    return None

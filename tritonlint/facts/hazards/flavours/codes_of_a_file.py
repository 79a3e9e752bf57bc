"""Files that encode 8-bit floats as bytes in one way, and decode bytes in another one only."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from tritonlint.dtypes import BY_NAME, ElementType, from_triton
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.reading.read_back import pointer_in
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.clashes import Flavours
from tritonlint.facts.hazards.flavours.hard_coded import HardCoded
from tritonlint.facts.hazards.flavours.said_dtypes import SaidDtype, said_dtype, said_dtypes
from tritonlint.facts.hazards.flavours.vendors import for_vendor
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    as_code,
    dotted_name,
    given_names,
    last_name,
    nodes,
    only_given,
    walk,
)
from tritonlint.frozen import dataclass

# What bytes are called that a function is given.
_BYTES = re.compile(r"raw|byte|code|packed|cache|page|pool|payload|buf", re.IGNORECASE)
# Words of tests for a GPU, or for what it has.
_OF_GPUS = re.compile(r"hip\b|fnuz|gfx|rocm|platform|capability|_arch\b", re.IGNORECASE)
_AS_BYTES = re.compile(r"view(?<!\wview)\s*\((?:\s|#[^\n]*\n)*(?:dtype\s*=\s*)?[\w.]*uint8\b")
_PLATFORM = "the platform's"
_EITHER = {"float8_e4m3fn", "float8_e4m3fnuz"}
_FIXED = {each: BY_NAME[each] for each in ("float8_e4m3fn", "float8_e5m2")}


@dataclass(frozen=True, eq=False)
class _Codes:
    """An expression of `function` that encodes or decodes; `kind` is the name of the type, or that
    it is the platform's."""

    kind: str
    place: ast.expr
    function: Definition

    @property
    def element(self) -> ElementType:
        return _FIXED[self.kind]


def may_encode(text: str) -> bool:
    """Whether the text of a file may do both."""
    if "uint8" not in text or "float8" not in text:
        return False
    return "bitcast" in text or _AS_BYTES.search(text) is not None


def codes_of_a_file(
    module: Module, both_flavours: Callable[[], bool]
) -> Iterator[HardCoded | Flavours]:
    """The decoders of a file that has one kind of encoder only, and another one of decoders; the
    encoders where these are kernels for e4m3fn that are launched with what is called as what is
    decoded as the platform has it."""
    constants = said_dtypes(module, module.tree.body, {})
    every = [_in_function(module, each, constants) for each in module.functions]
    encoders = [each for encoding, _ in every for each in encoding]
    decoders = [each for _, decoding in every for each in decoding]
    kinds = {each.kind for each in encoders}, {each.kind for each in decoders}
    if kinds == ({"float8_e4m3fn"}, _EITHER):
        yield from _encoded_as_one(module, encoders, decoders)
    if len(kinds[0]) != 1 or len(kinds[1]) != 1 or kinds[0] == kinds[1]:
        return
    span, first = module.source.span, encoders[0]
    if any(for_vendor(module.project, span(each.place)) for each in (*encoders, *decoders)):
        return
    for each in decoders:
        where = span(each.place), each.function.name
        if {first.kind, each.kind} == {*_FIXED}:
            yield Flavours(*where, span(first.place), first.element, each.element)
        elif (first.kind, each.kind) == (_PLATFORM, "float8_e4m3fn") and (
            "platform" in as_code(first.place) or both_flavours()
        ):
            yield HardCoded(*where, span(first.place))
    if kinds == ({"float8_e4m3fn"}, {_PLATFORM}):
        for each in encoders:
            read = next((x for x in decoders if _name(x) in _launched_with(module, each)), None)
            if read is not None and ("platform" in as_code(read.place) or both_flavours()):
                yield HardCoded(span(each.place), each.function.name, span(read.place))


def _encoded_as_one(
    module: Module, encoders: list[_Codes], decoders: list[_Codes]
) -> Iterator[HardCoded]:
    """The kernels that encode as e4m3fn on every GPU, and store that where a kernel loads from that
    decodes either flavour: functions pass both what has one name."""
    for each in encoders:
        passed = _memory(module, each)
        for other in decoders if passed else ():
            if other.kind == "float8_e4m3fnuz" and passed & _memory(module, other, asking=True):
                span = module.source.span
                yield HardCoded(span(each.place), each.function.name, span(other.place))
                break


def _memory(module: Module, codes: _Codes, asking: bool = False) -> set[str]:
    """The names of what a kernel encodes into or decodes, where it is launched by functions that do
    not ask which GPU it is; or by those that do too."""
    kernel = kernel_of(codes.function)
    if kernel is None:
        return set()
    values = given_names(kernel.node).get(_name(codes), [codes.place])
    found: set[str] = set()
    for call in nodes(kernel.node, ast.Call):
        accesses = last_name(call.func) in ("load", "store") and bool(call.args)
        inside = (x for value in (*values, *call.args[1:]) for x in walk(value))
        if accesses and any(x is call or x is codes.place for x in inside):
            parameter = pointer_in(kernel.node, call.args[0], roles_of(kernel).pointers)
            found |= _passed(module, kernel, parameter, asking)
    return found


def _passed(module: Module, kernel: Kernel, parameter: str, asking: bool) -> set[str]:
    """The names of what launches pass as a parameter."""
    found: set[str] = set()
    for host, launch in launches_of(module, kernel):
        if host is not None and (asking or not _asks_for_gpu(module, host)):
            passed = given(kernel, launch).get(parameter)
            found |= {passed.id} if isinstance(passed, ast.Name) else set()
    return found


def _name(codes: _Codes) -> str:
    """What the bytes are called that are decoded."""
    match codes.place:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name
    return ""


def _launched_with(module: Module, codes: _Codes) -> set[str]:
    """The names that a kernel which encodes is launched with."""
    kernel = kernel_of(codes.function)
    found: set[str] = set()
    for host, launch in launches_of(module, kernel) if kernel is not None else ():
        if kernel is not None and host is not None and not _asks_for_gpu(module, host):
            passed = given(kernel, launch).values()
            found |= {each.id for each in passed if isinstance(each, ast.Name)}
    return found


def _asks_for_gpu(module: Module, function: Definition) -> bool:
    """Whether a function asks which GPU it is, or which type that has: by a word for it, or a name
    that the module gives something at its top which has such a word."""
    text = module.source.lines_of(function.as_function)
    if _OF_GPUS.search(text):
        return True
    values = (
        binding.node
        for name in {each.id for each in walk(function.as_function) if isinstance(each, ast.Name)}
        for binding in module.bindings.get(name, ())
    )
    exprs = (each for each in values if isinstance(each, ast.expr))
    return any(_OF_GPUS.search(as_code(each)) for each in exprs)


def _in_function(
    module: Module, function: Definition, constants: Mapping[str, SaidDtype]
) -> tuple[list[_Codes], list[_Codes]]:
    """What a function encodes, and what it decodes."""
    node = function.as_function
    names = said_dtypes(module, node.body, constants)
    given = only_given(node)
    # What is encoded and launched in one function is followed to the kernel.
    launches = any(isinstance(each, ast.Subscript) for each in map(_function, walk(node)))
    encoders: list[_Codes] = []
    decoders: list[_Codes] = []
    for each in walk(node):
        encoded = None if launches else _encoded(each, given)
        decoded = _decoded(each, function, given) if encoded is None else None
        for dtype, found in ((encoded, encoders), (decoded, decoders)):
            kind = _kind(module, dtype, names) if dtype is not None else ""
            if kind and isinstance(each, ast.expr):
                found.append(_Codes(kind, each, function))
    return encoders, decoders


def _kind(module: Module, dtype: ast.expr, names: Mapping[str, SaidDtype]) -> str:
    """The type of codes that an expression names."""
    spelled = dotted_name(dtype) or ""
    element = from_triton(spelled.rpartition(".")[2]) if spelled.startswith("tl.") else None
    if element is not None or spelled == "torch.float8_e5m2":
        return element.name if element is not None else "float8_e5m2"
    said = said_dtype(module, dtype, names)
    kinds = {"named": "float8_e4m3fn", "asked": _PLATFORM}
    return kinds.get(said.kind, "") if "e5m2" not in said.text else "mixed"


def _encoded(node: ast.AST, given: Mapping[str, ast.expr]) -> ast.expr | None:
    """What `codes` are in `x.to(codes).view(torch.uint8)`, or the same in a kernel."""
    match node:
        case ast.Call(func=ast.Attribute(value=made, attr="view"), args=[dtype]):
            as_bytes = dotted_name(dtype) == "torch.uint8"
        case ast.Call(
            func=ast.Attribute(value=made, attr="to"),
            args=[dtype],
            keywords=[ast.keyword(arg="bitcast")],
        ):
            as_bytes = dotted_name(dtype) == "tl.uint8"
        case _:
            return None
    while as_bytes:
        match made:
            case ast.Name(id=name) if name in given:
                made, given = given[name], {}
            case ast.Call(func=ast.Attribute(attr="to"), args=[dtype], keywords=[]):
                return dtype
            case _:
                break
    return None


def _function(node: ast.AST) -> ast.expr | None:
    return node.func if isinstance(node, ast.Call) else None


def _decoded(node: ast.AST, function: Definition, given: Mapping[str, ast.expr]) -> ast.expr | None:
    """What `codes` are in `x.view(codes)`, where `x` is bytes that the function is given, or in
    `x.to(codes, bitcast=True)` in a kernel that has loaded `x`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="view"), args=[dtype]):
            return dtype if name in _bytes(function) else None
        case ast.Call(
            func=ast.Attribute(value=loaded, attr="to"),
            args=[dtype],
            keywords=[ast.keyword(arg="bitcast")],
        ):
            if isinstance(loaded, ast.Name):
                loaded = given.get(loaded.id, loaded)
            called = _function(loaded)
            return dtype if isinstance(called, ast.Attribute) and called.attr == "load" else None
    return None


def _bytes(definition: Definition) -> set[str]:
    """The parameters of a function that are bytes, as it asserts, or by their names; and what a
    comprehension over these calls them."""
    function, source = definition.as_function, definition.module.source
    text = source.snippet(source.span(function))
    found = {
        each.arg
        for each in signature(function).named
        if re.search(rf"\b{each.arg}\.dtype\s*==\s*torch\.uint8", text) or _BYTES.search(each.arg)
    }
    comprehensions = chain.from_iterable(getattr(each, "generators", ()) for each in walk(function))
    for each in comprehensions:
        match each:
            case ast.comprehension(target=ast.Name(id=name), iter=ast.Tuple(elts=items)):
                if all(isinstance(item, ast.Name) and item.id in found for item in items):
                    found.add(name)
    return found

"""Values that a kernel casts to the element type of one pointer and stores through another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import BFLOAT16, UNKNOWN, ElementType
from tritonlint.facts.device import contract, open_contract
from tritonlint.facts.device.contract import Specialization, Store
from tritonlint.facts.hazards.launched.known_arguments import known_arguments
from tritonlint.facts.hazards.launched.specializations import passed_as, types_of
from tritonlint.facts.hazards.observation import AtLaunch
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import only_tensor
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import walk
from tritonlint.findings.claim import Known
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class OtherCast(AtLaunch):
    """A float that is cast to the element type of the parameter `toward` and stored through
    `parameter`, of which a launch passes tensors of the types `narrow` and `wide`.

    `narrow` is None where the launch passes whatever its own caller does. `toward` is empty for a
    type that is named, in the kernel or by a constant that the launch passes. `sure` is False where
    memory of the type `wide` is one of several that the launch may pass. `known` is what is known
    of all arguments.
    """

    kernel_path: str
    kernel_line: int
    toward: str
    given: Span
    narrow: ElementType | None
    wide: ElementType
    store: Store
    known: tuple[Known, ...]
    sure: bool = True


# A store of what is cast to the element type of a pointer, as it is spelled in one go.
_STORE = re.compile(r"store\(\s*(\w+)[^#]{0,160}?\.to\(\s*(\w+)\.d?type\.element_ty\s*\)")


_SIXTEEN = ("tl.float16", "tl.bfloat16", "language.float16", "language.bfloat16")
# A cast to a 16-bit type by its name, or such a type as an argument or in a table.
_NAMED = re.compile(
    r"(?:[(=:,]|\breturn)\s*(?:tl|triton\.language)\.b?float16\b(?!\s*(?:[=!]=|if\b|elif\b|else\b))"
)


# What is loaded, what is cast to the type of something that was, and what is stored.
# Patterns begin with letters, and look back from there: from each word on they would take long.
_LOADED = (re.compile(r"\.load\(\s*(\w+)"), re.compile(r"(\w+)\s*=\s*\w+$"))
_AS_LOADED = (re.compile(r"\.to\(\s*(\w+)\.dtype\s*\)"), re.compile(r"(\w+)\s*=[^\n=]*$"))
_AS_ELEMENTS = (
    re.compile(r"\.to\(\s*(\w+)\.d?type\.element_ty\s*\)"),
    re.compile(r"(\w+)\s*=[^\n=]*$"),
)
_STORED = re.compile(
    r"\.store\(\s*(\w+)[^,\n]*,\s*(?:(\w+)\s*[,)]|[^\n]*\.to\(\s*(\w+)\.dtype\s*\))"
)


def may_cast_to_another(text: str) -> bool:
    """Whether a store in `text` may be through another pointer than the one that the cast names, or
    of what is cast to the type of what was loaded through another, or to a 16-bit type by its
    name."""
    if ".dtype)" in text and ".store(" in text and _stores_as_loaded(text):
        return True
    if "element_ty" in text and any(pointer != named for pointer, named in _STORE.findall(text)):
        return True
    if "element_ty" in text and ".store(" in text and _stores_what_was_cast(text):
        return True
    return any(each in text for each in _SIXTEEN) and _NAMED.search(text) is not None


def _stores_as_loaded(text: str) -> bool:
    pointers: dict[str, set[str]] = {}
    for name, pointer in _assigned(text, *_LOADED):
        pointers.setdefault(name, set()).add(pointer)
    cast: dict[str, set[str]] = {}
    for name, loaded in _assigned(text, *_AS_LOADED) if pointers else ():
        cast.setdefault(name, set()).update(pointers.get(loaded, ()))
    for pointer, name, loaded in _STORED.findall(text) if pointers else ():
        of = cast.get(name, set()) if name else pointers.get(loaded, set())
        if of and pointer not in of and re.search(rf"\bload\(\s*{pointer}\b", text):
            return True
    return False


def _stores_what_was_cast(text: str) -> bool:
    """Whether a name that is given a value cast to the element type of one pointer is stored
    through another."""
    cast: dict[str, set[str]] = {}
    for name, pointer in _assigned(text, *_AS_ELEMENTS):
        cast.setdefault(name, set()).add(pointer)
    stored = _STORED.findall(text) if cast else ()
    return any(cast.get(name, set()) - {pointer} for pointer, name, _ in stored)


def _assigned(
    text: str, value: re.Pattern[str], name: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """What is assigned a `value`, as the line in front of that says, and what the value names."""
    for found in value.finditer(text):
        before = name.search(text[text.rfind("\n", 0, found.start()) + 1 : found.start()])
        if before is not None:
            yield before[1], found[1]


def other_casts(run: Run) -> Iterator[OtherCast]:
    """The stores in the launches of `run` that round a value to the type of another pointer."""
    for event in run.asked_launches:
        pointers = {
            name: known
            for name, passed in event.arguments.items()
            if (known := type_of(run, event, passed)) is not None
        }
        if any(each.is_float for each in pointers.values()):
            yield from _of_launch(run, event, pointers)


def kept_by(run: Run, cast: OtherCast) -> bool | None:
    """Whether the launch of `cast` in `run` passes memory as `toward` that loses nothing of the
    value; None where it does not tell."""
    told = None
    for event in run.launches:
        passed = event.arguments.get(cast.toward)
        if (event.span, event.kernel.name) == (cast.launch, cast.kernel) and passed is not None:
            element = type_of(run, event, passed)
            if element is not None and element.is_float:
                if _loses(element, cast.wide):
                    return False
                told = True
    return told


def _stores(kernel: Kernel, made: Specialization) -> list[Store]:
    """The stores of `kernel` of values that were cast to the element type of another parameter,
    through a pointer to the type that its own memory has."""
    # Known types can only rule out what the kernel may do without them, which others ask too.
    may = any(map(_names_a_type_or_helper, walk(kernel.node))) and any(
        map(_is_toward_another, open_contract(kernel).stores)
    )
    stores = contract(kernel, made).stores if may else ()
    return [each for each in stores if each.effect != "bits" and _is_toward_another(each)]


def _is_toward_another(store: Store) -> bool:
    return bool(store.toward) and store.parameter not in store.toward


def _names_a_type_or_helper(node: ast.AST) -> bool:
    """Whether a kernel with this node names an element type, or may call a device function that
    does."""
    match node:
        case ast.Attribute(attr="element_ty"):
            return True
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Attribute(attr="dtype")]):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name not in ("range", "min", "max", "float", "int", "len")
    return False


def _of_launch(
    run: Run, event: LaunchEvent, pointers: dict[str, ElementType]
) -> Iterator[OtherCast]:
    for store in run.effects.of(_stores, event.kernel, Specialization(pointers)):
        wide = pointers.get(store.parameter)
        if wide is None or len(store.toward) != 1 or store.cast is None:
            continue
        toward = next(iter(store.toward))
        given = event.arguments.get(toward)
        if given is None or not wide.is_float:
            continue
        narrow = pointers.get(toward)
        if narrow is None and not _open(event, given):
            continue
        if narrow is not None and not _loses(narrow, wide):
            continue
        if narrow is None and wide.width < 32:
            continue
        where = (*passed_as(event, store.parameter), event.kernel.path, event.kernel.line)
        known = known_with(event, {store.parameter: wide, toward: narrow or BFLOAT16})
        yield OtherCast(*where, toward, given.span, narrow, wide, store, known)


def known_with(event: LaunchEvent, types: Mapping[str, ElementType]) -> tuple[Known, ...]:
    """What is known of the arguments of a launch, where some are of these types: of those that it
    may pass, the ones that go wrong."""
    return tuple(
        Known(each.parameter, (types[each.parameter].name,)) if each.parameter in types else each
        for each in known_arguments(event, "", event.path)
    )


def type_of(run: Run, event: LaunchEvent, passed: Passed) -> ElementType | None:
    """The element type of a tensor that is passed, where the launch shows it; of one that is made
    with the dtype that a parameter names, the default of that."""
    tensor = only_tensor(passed.value)
    if tensor is None:
        return None
    known = types_of(event, tensor)
    if known.known:
        return known.single
    symbols = run.dtypes.get(tensor.buffer, frozenset())
    if any(event.types.get(each, UNKNOWN).known for each in symbols):
        return None
    defaults = (each.types for each in run.notes.of_kind("default") if each.buffer in symbols)
    return next((each.single for each in defaults), None)


def _open(event: LaunchEvent, passed: Passed) -> bool:
    """Whether a tensor is a parameter of the function that the interpretation began in, of a type
    that nothing tells."""
    tensor = only_tensor(passed.value)
    return isinstance(tensor, Tensor) and tensor.buffer.is_given_to(event.root.qualified)


def _loses(narrow: ElementType, wide: ElementType) -> bool:
    """Whether a value loses something that memory of the other type would have kept: bits, or that
    it is rounded to 8 bits once."""
    if not narrow.is_float or narrow == wide:
        return False
    return 8 < narrow.width <= wide.width or (narrow.width == 16 and wide.is_fp8)

"""What the tensor of a launch argument holds: its element types, whether they are raw bytes, and
why."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import INT8, UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import moves
from tritonlint.facts.hazards.launched.specializations import fills_descriptor, specialization
from tritonlint.facts.hazards.raw_bytes.aliases import passed_as_bytes
from tritonlint.facts.hazards.raw_bytes.attribute_views import viewed_by_methods
from tritonlint.facts.hazards.raw_bytes.byte_bounds import counted
from tritonlint.facts.hazards.raw_bytes.byte_views import called_so, of_bytes
from tritonlint.facts.hazards.raw_bytes.code_limits import limited_as_codes, scaled_as_codes
from tritonlint.facts.hazards.raw_bytes.evidence import (
    Evidence,
    Strength,
    narrowed,
    notes_about,
    raw_integers,
    seen,
    viewed_by_order,
)
from tritonlint.facts.hazards.raw_bytes.launched_apart import launched_apart
from tritonlint.facts.hazards.raw_bytes.lost_views import lost_views
from tritonlint.facts.hazards.raw_bytes.made_alike import region_alike
from tritonlint.facts.hazards.raw_bytes.moved import moved_apart
from tritonlint.facts.hazards.raw_bytes.named import by_name
from tritonlint.facts.hazards.raw_bytes.names import (
    Role,
    about,
    own_role,
    pair_role,
    role_of_code,
    without_role,
)
from tritonlint.facts.hazards.raw_bytes.packed import assumed, page
from tritonlint.facts.hazards.raw_bytes.registered_alike import registered_alike
from tritonlint.facts.hazards.raw_bytes.settings import asked_for
from tritonlint.facts.hazards.raw_bytes.siblings import other_regions, siblings
from tritonlint.facts.hazards.raw_bytes.spoken import (
    asked_as_codes,
    spoken_of,
    viewed_by_its_name,
    viewed_by_others,
)
from tritonlint.facts.hazards.raw_bytes.twins import begun_alike, tells_layout, viewed_elsewhere
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note, Passed, is_also
from tritonlint.facts.host.memory.element_types import all_bytes, wide_floats
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import HasType, Symbol
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Storage:
    """The storage of one launch argument. `types` are its possible element types; `evidence` is
    empty when nothing says that it holds raw bytes, and `reason` then tells what is known instead.
    A region of a packed buffer of floats counts as raw: it may hold something wider."""

    types: ElementTypes
    buffer: Symbol
    evidence: tuple[Evidence, ...]
    reason: str = ""

    @property
    def packed(self) -> bool:
        """Whether it is a region of a packed buffer of floats, which may hold wider ones."""
        types = self.types.types or frozenset()
        return bool(self.evidence and types) and all(each.is_float for each in types)

    @property
    def bits(self) -> int:
        """The bits of an element of a packed buffer."""
        return max((each.width for each in self.types.types or ()), default=8)

    @property
    def raw(self) -> bool:
        return bool(self.evidence)


def storage_of(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path = ()
) -> Storage:
    """The storage of `tensor` where it is passed as `parameter` on `path` (after the path of the
    launch itself)."""
    whole = event.path + path
    if fills_descriptor(event.kernel, parameter, tensor):
        return Storage(UNKNOWN, tensor.buffer, (), "it holds a descriptor")
    if tensor.view is not None:
        return _viewed(run, event, parameter, tensor, path)
    known = event.types.get(tensor.buffer, UNKNOWN)
    types = tensor.types or narrowed(run, known, tensor.buffer, whole)
    notes = notes_about(run, tensor, whole)
    packed = page(run, notes, tensor, types, event, parameter, whole)
    if packed:
        return Storage(assumed(types), tensor.buffer, packed)
    if types.types is not None and not any(t.is_byte for t in types.types):
        return Storage(types, tensor.buffer, (), "its element type is known")
    if types == UNKNOWN and (HasType(tensor.buffer, str(UINT8)), False) in whole + tensor.tested:
        return Storage(types, tensor.buffer, (), "a test says that it holds no bytes")
    evidence = _evidence(run, event, parameter, tensor, types, notes, whole)
    if any(about(each.buffer, tensor.buffer) for each in run.notes.of_kind("unquantized")):
        evidence = [each for each in evidence if each.stated]
    if not evidence:
        told = _told_alike(run, event, parameter, tensor) if types == UNKNOWN else ()
        return Storage(types, tensor.buffer, told, "nothing says what it holds")
    if any(each.stated for each in evidence):
        evidence += spoken_of(run.notes, event, parameter, whole, path, evidence)
    return Storage(types, tensor.buffer, (*evidence, *_elsewhere(run, event, parameter, tensor)))


def _evidence(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    types: ElementTypes,
    notes: list[Note],
    whole: Path,
) -> list[Evidence]:
    """What says that a tensor of these `types`, which nothing views, holds bytes, by the `notes`
    about it on the `whole` path, and by other code."""
    integers = raw_integers(run, tensor, types, whole)
    stated = [*_stated(notes, types), *integers, *limited_as_codes(event, parameter, types, whole)]
    certain = stated[0].span if stated and stated[0].strength == "certain" else None
    open_or_bytes = types == UNKNOWN or all_bytes(types)
    return [
        *seen(notes),
        *stated,
        *scaled_as_codes(run, event, parameter, tensor, types, whole),
        *(called_so(parameter, certain) if certain else ()),
        *viewed_by_order(run, tensor, types, whole),
        *launched_apart(run, event, parameter, tensor, types, whole),
        *siblings(notes, tensor, types, event, parameter),
        *(other_regions(tensor, event, parameter, whole) if all_bytes(types) else ()),
        *lost_views(event, parameter, tensor, notes),
        *_twins(run, event, parameter, tensor, types, whole),
        *asked_for(run, event, tensor, whole),
        *(counted(event, tensor, notes) if open_or_bytes else ()),
        *(viewed_by_others(event, tensor) if types == UNKNOWN else ()),
        *(registered_alike(event, tensor) if open_or_bytes else ()),
        *(viewed_by_its_name(event, tensor) if all_bytes(types) else ()),
        *(viewed_by_methods(event, tensor, parameter) if all_bytes(types) else ()),
        *(moved_apart(run, event, parameter, tensor, whole) if types == UNKNOWN else ()),
        *(passed_as_bytes(run, event, parameter, tensor, whole) if open_or_bytes else ()),
    ]


def _told_alike(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor
) -> tuple[Evidence, ...]:
    """Evidence for a tensor of which nothing is known, from what is like it in the file."""
    found = tuple(_made_alike(run, event, parameter, tensor))
    for ask in (_layout, by_name):
        found = found or tuple(ask(run, event, tensor))
    return found


def _made_alike(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor) -> Iterator[Evidence]:
    alike = region_alike(run, event, parameter, tensor)
    if alike is not None and not alike[1].as_codes:
        yield alike[0]


def _elsewhere(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence for what bytes stand for from the same region elsewhere."""
    yield from _made_alike(run, event, parameter, tensor)
    twin = viewed_elsewhere(run, event, tensor)
    if twin is not None:
        message = f"the same region is viewed as {twin.types} here"
        yield Evidence(twin.span, message, "likely", (), twin.types, meaning=twin.types)


def _layout(run: Run, event: LaunchEvent, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from the other code of the file that knows the layout of a buffer of this name: the
    same region is viewed there, and so the buffer is not made of what it holds."""
    twin = begun_alike(event, tensor)
    if twin is None or not tells_layout(event, tensor):
        return
    # Asked last: it takes a look at the texts of many files.
    if not run.passed_by_callers(tensor.buffer) and not run.passed_by_tests(tensor.buffer):
        message = f"the same region is viewed as {twin.types} here: the buffer holds raw bytes"
        yield Evidence(twin.span, message, "likely", meaning=twin.types)


def _viewed(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path) -> Storage:
    whole = event.path + path
    types = tensor.types or UNKNOWN
    if not (tensor.view and types.types and all(t.is_byte for t in types.types)) or tensor.guarded:
        return Storage(types, tensor.buffer, (), "it is viewed as its element type")
    made = event.types.get(tensor.buffer, UNKNOWN)
    if types.single == INT8 and (made.single == UINT8 or (tensor.part and not made.known)):
        return Storage(types, tensor.buffer, (), "it is viewed as signed integers")
    found = tuple(of_bytes(run, event, parameter, tensor, tensor.view, whole))
    return Storage(types, tensor.buffer, (*found, *asked_as_codes(event, parameter, path)))


def _copied(note: Note) -> Evidence:
    """Evidence from a copy of codes, or of pieces of wider floats, into bytes."""
    if not note.types.known:
        message = "bytes of another type are copied here"
        return Evidence(note.span, message, "likely", note.path, asked=True)
    what = "bytes" if wide_floats(note.types) else "codes"
    message = f"{what} of {note.types} are copied here"
    strength: Strength = "likely" if note.part else "certain"
    return Evidence(note.span, message, strength, note.path, note.types, meaning=note.types)


def _stated(notes: list[Note], types: ElementTypes) -> Iterator[Evidence]:
    """Evidence from an allocation, an assertion or a test of the element type itself."""
    only_bytes = types.types is not None and all(t == UINT8 for t in types.types)
    for note in notes:
        if note.kind == "codes" and types.types and all(t.is_byte for t in types.types):
            yield _copied(note)
        if note.types.types is None or UINT8 not in note.types.types:
            continue
        if note.kind == "allocated" and only_bytes:
            yield Evidence(note.span, f"allocated as {types}: raw bytes", "certain", encoded=False)
        elif note.kind == "asserted" and only_bytes:
            yield Evidence(
                note.span, f"asserted to be {types}: raw bytes", "certain", note.path, encoded=False
            )
        elif note.kind == "asserted" and all(t.is_byte for t in note.types.types):
            if not is_also(note, "handled", notes):
                message = "what has another type than 8-bit integers is turned away here"
                yield Evidence(note.span, message, "likely", note.path, encoded=False, tested=True)
        elif note.kind == "handled" and (types.types is None or UINT8 in types.types):
            if is_also(note, "refused", notes):
                continue  # such as come here raise
            encoded = any(t.is_fp8 for t in note.types.types)
            message = "tested for torch.uint8 here: it can hold raw bytes"
            # What does the same with bytes as with wide floats does not say that they are codes.
            alike = not encoded and any(t.is_float for t in note.types.types)
            yield Evidence(
                note.span,
                message,
                "certain" if only_bytes else "possible" if alike else "likely",
                note.path,
                encoded=encoded,
                tested=True,
            )
        elif note.kind == "table":
            message = (
                "the element type of the cache is read from this table, which stores fp8 as bytes"
            )
            yield Evidence(note.span, message, "likely", stated=False)


def _twins(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    types: ElementTypes,
    path: Path,
) -> Iterator[Evidence]:
    """Evidence from the other half of a key and value pair that reaches the same launch, viewed
    under a guard; of what holds bytes, also where the parameters of the kernel alone are called
    so. A half that has a zero point, unlike the other, holds numbers."""
    mine = event.arguments[parameter]
    names = {id(passed): name for name, passed in event.arguments.items()}
    role = without_role(parameter) if all_bytes(types) else None
    for passed, other in event.viewed:
        fp8 = other.types and other.types.types and all(t.is_fp8 for t in other.types.types)
        if passed is mine or not fp8 or other.view is None or other.buffer == tensor.buffer:
            continue
        called = (pair_role(tensor.buffer), pair_role(other.buffer))
        spelled = (role_of_code(mine.text), role_of_code(passed.text))
        taken = (role, without_role(names.get(id(passed), "")))
        if any(one is not None and one == two for one, two in (called, spelled, taken)):
            if _is_passed(passed, other, path, own_role(tensor.buffer)):
                if _is_biased(run, event, parameter, names.get(id(passed), ""), path):
                    continue
                types = other.types or UNKNOWN
                message = f"`{passed.text}`, its counterpart, is viewed as {types} here"
                yield Evidence(other.view, message, "likely", (), types, guarded=other.guarded)


def _is_biased(run: Run, event: LaunchEvent, parameter: str, other: str, path: Path) -> bool:
    """Whether a kernel subtracts something from what it loads through one parameter, and nothing
    from what it loads through the other."""
    made = specialization(event, "", None, path, alike=True)
    seen = run.effects.of(moves, event.kernel, made)
    return parameter in seen.biased and other not in seen.biased


def _is_passed(passed: Passed, other: Tensor, path: Path, role: Role | None) -> bool:
    """Whether an argument is a tensor on a path: what stands in for it on another path is no
    counterpart, nor is what stands in for the one that is called by its role."""
    each_path = ((at, each) for at, each in options(passed.value) if isinstance(each, Tensor))
    buffers = [each.buffer for at, each in each_path if not contradicts(at, path)]
    if role is not None and role in map(own_role, buffers):
        return own_role(other.buffer) == role and other.buffer in buffers
    return other.buffer in buffers

"""What launches read of memory and write to it, compared with what was known of it before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.device.meanings import Meaning
from tritonlint.facts.hazards.launched.seen import Clash
from tritonlint.watch import evidence
from tritonlint.watch.kinds import Kind
from tritonlint.watch.shadow import Shadows, View, Write
from tritonlint.watch.torch_tensors import Geometry, geometry, type_name, version


class Comparer:
    """Compares launches with `shadows`, and keeps in them what launches write. `report` is told
    when a launch (the second kind) shows something new of another kind."""

    def __init__(self, shadows: Shadows, report: Callable[[Kind, Kind], None]) -> None:
        self.shadows = shadows
        self._report = report

    def compare(self, found: Kind, names: Sequence[str], tensors: Sequence[Any]) -> bool:
        """Compare what the launch reads with what was written, and note what it writes. `names` are
        the parameters that the tensors are passed for, the same for all launches of a kind. Whether
        something new was seen."""
        new = False
        known = self.shadows.known
        reads, writes = found.order or found.ordered(names)
        if found.doubtful:
            new = self._siblings(found, list(zip(names, tensors, strict=True)))
        only = self.shadows.only
        for number, name, read in reads if known else ():
            if read is only:
                continue
            tensor = tensors[number]
            shadow = known.get(tensor.untyped_storage()._cdata)
            if shadow is None:
                continue
            shadow.touched(version(tensor))
            written = shadow.read(geometry(tensor)) if shadow.writes else None
            if written is not None and written.meaning != read:
                new |= self._differs(found, name, written)
            elif written is None and shadow.views and read.element is not None:
                new |= self._had(found, name, read.element, geometry(tensor), shadow.views)
        for number, name, meaning in writes:
            self._wrote(found, name, tensors[number], meaning)
        return new

    def _wrote(self, found: Kind, name: str, tensor: Any, meaning: Meaning) -> None:
        """Note what a launch writes to the memory of a tensor."""
        storage = tensor.untyped_storage()
        shadow = self.shadows.known.get(storage._cdata)
        if shadow is None:
            if name in found.tracked:
                shadow = self.shadows.new(storage, version(tensor))
                shadow.writes = (Write(geometry(tensor), meaning, found, name),)
                if meaning is not self.shadows.only:
                    self.shadows.meant(meaning)
            return
        shadow.touched(version(tensor))
        where = geometry(tensor)
        latest = shadow.writes[-1] if shadow.writes else None
        if latest is None or latest.writer is not found or latest.where != where:
            shadow.write(Write(where, meaning, found, name))
            self.shadows.meant(meaning)

    def _differs(self, found: Kind, name: str, write: Write) -> bool:
        """What a kernel reads as another thing than was written there."""
        reading = found.reads[name]
        writer: Kind = write.writer
        if write.meaning.kind == "truncated" and reading.element is not None:
            sign = evidence.read_later(write.parameter, found, name, reading.element)
            if writer.sign(sign):
                self._report(writer, found)
                return True
            return False
        written = write.meaning.element
        if written is None:
            return False
        if reading.kind == "integers" and written.is_fp8:
            return found.sign(evidence.written_as_codes(name, writer, write.parameter, written))
        read = reading.element
        if read is not None and read.width == written.width and read != written:
            return found.clash(
                Clash(name, read.name, written.name, writer.seen.kernel.name, writer.seen.span)
            )
        return False

    def _had(
        self,
        found: Kind,
        name: str,
        read: ElementType,
        where: Geometry,
        views: Mapping[str, View],
    ) -> bool:
        """What a kernel reads as an 8-bit float of another format than the host has it as."""
        if name in found.doubtful or not read.is_fp8:
            return False
        other = [v for v in views.values() if evidence.is_other_format(read, where, v)]
        return bool(other) and found.clash(
            Clash(name, read.name, other[0].type, "", other[0].origin)
        )

    def _siblings(self, found: Kind, tensors: Sequence[tuple[str, Any]]) -> bool:
        """What else is known of the memory that is passed as bytes."""
        new = False
        numbers = [(n, t, t.untyped_storage()._cdata) for n, t in tensors]
        for name, tensor, number in numbers:
            if name not in found.doubtful:
                continue
            shadow = self.shadows.get(number)
            where = geometry(tensor)
            if name in found.reads and shadow is not None:
                shadow.touched(version(tensor))
                written = shadow.read(where)
                if written is not None and written.meaning.kind == "integers":
                    continue
            codes = found.codes(name)
            for other, beside, same in numbers:
                known = BY_NAME.get(type_name(beside.dtype)) if same == number else None
                if other != name and known is not None and known.is_float and codes is None:
                    place = (other, geometry(beside), known)
                    new |= found.sign(evidence.passed_beside(found, name, where, place))
            for view in (shadow.views if shadow else {}).values():
                if codes is None or evidence.is_other_format(codes, where, view):
                    new |= found.sign(evidence.viewed(found, name, where, view))
        return new

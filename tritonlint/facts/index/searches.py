"""What the text of all files of a universe says, each asked once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.facts.index.universe import Texts
from tritonlint.source import Span, display_path

if TYPE_CHECKING:
    from tritonlint.facts.project.modules import Definition

# What is given under a name, of what is not called `self`, or under one that is not written out.
_GIVEN = rb"""(?<!self)\.%b *=(?!=)(.*)|\bsetattr\([^,\n]+, *(?:["']%b["']|\w+) *,(.*)"""
# What follows the name of an attribute that is given something, whatever the object is called.
_BOUND = re.compile(rb"(?:\.data)?[ \t]*(?::[^=\n]+)?=(?!=)")
_DEFINED = re.compile(rb"\bdef (\w+)\(")


class Searches:
    """Asks the texts. `sought` gets the names that are looked for in all files. A universe is known
    by its first file."""

    def __init__(self, texts: Texts, sought: set[str]) -> None:
        self._texts = texts
        self.sought = sought
        self._called: dict[str, bool] = {}
        self._tables: dict[str, Span | None] = {}
        self._both: dict[str, bool] = {}
        self._viewed: dict[str, list[str]] = {}
        # By universe and name, the files that define a function of this name.
        self._defining: dict[str, dict[bytes, set[str]]] = {}
        # By universe, the files that name bytes; and by names too, those that give such attributes.
        self._bytes: dict[str, list[str]] = {}
        self._bound: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        # By file and name, the files that may register something for the function of that name.
        self._registered: dict[tuple[str, str], list[str]] = {}
        # By file and name, whether other files give something under that name, and view it.
        self._replacing: dict[tuple[str, str], tuple[bool, bool]] = {}

    def is_called(self, function: Definition, universe: Sequence[str]) -> bool:
        """Whether `function` is called in a way that can be followed: by its name in the universe,
        a method by `self.name` in its own file."""
        method = bool(function.enclosing)
        key = f"{function.module.file}:self.{function.name}" if method else function.name
        if key not in self._called:
            spelled = (b"self." if method else b"") + function.name.encode() + b"("
            called = re.compile(rb"(?<!def )\b%s" % re.escape(spelled))
            own = [str(function.module.file)]
            texts = map(self._texts.read, own if method else filter(self._texts.passes, universe))
            self._called[key] = any(spelled in text and called.search(text) for text in texts)
        return self._called[key]

    def byte_table(self, universe: Sequence[str]) -> Span | None:
        """Where the universe maps the setting "fp8" to torch.uint8: it stores quantized caches as
        bytes."""
        key = _key(universe)
        if key not in self._tables:
            lines = ((file, self._texts.outline(file).byte_entry) for file in universe)
            places = (Span(display_path(Path(x)), line, 1, line, 1) for x, line in lines if line)
            self._tables[key] = next(places, None)
        return self._tables[key]

    def both_flavours(self, universe: Sequence[str]) -> bool:
        """Whether the universe names the e4m3 of AMD's older GPUs."""
        key = _key(universe)
        if key not in self._both:
            self._both[key] = any(b"e4m3fnuz" in self._texts.read(file) for file in universe)
        return self._both[key]

    def viewing(self, universe: Sequence[str], names: Iterable[str]) -> Iterator[str]:
        """The files of the universe that have all of `names` in their text, and a view."""
        key, seen = _key(universe), self._texts.seen
        if key not in self._viewed:
            self._viewed[key] = [file for file in universe if b".view" in seen(file)]
        words = [each.encode() for each in names]
        for file in self._viewed[key]:
            text = seen(file)
            if all(each in text for each in words):
                yield file

    def defining(self, universe: Sequence[str], functions: Iterable[str]) -> set[str]:
        """The files of the universe that define functions of all these names."""
        key = _key(universe)
        if key not in self._defining:
            self._defining[key] = defining = dict[bytes, set[str]]()
            for file in universe:
                for name in _DEFINED.findall(self._texts.read(file)):
                    defining.setdefault(name, set()).add(file)
        known = (self._defining[key].get(each.encode(), set()) for each in functions)
        return set.intersection(*known)

    def replaced(self, file: str, name: str) -> tuple[bool, bool]:
        """Whether other files that name this one give something under a name of it
        (`model.weight = ...`, `setattr(model, name, ...)`), and whether they view what that is."""
        key = (file, name)
        if key not in self._replacing:
            stem, read = Path(file).stem.encode(), self._texts.read
            given = re.compile(_GIVEN % (name.encode(), name.encode()))
            others = (each for each in self._texts.universe(file) if each != file)
            naming = (text for text in map(read, others) if stem in text)
            found = (b"".join(each) for text in naming for each in given.findall(text))
            told = [each for each in found if each.strip()]
            self._replacing[key] = bool(told), any(b".view(" in each for each in told)
        return self._replacing[key]

    def registering(self, file: str, name: str) -> list[str]:
        """The other files that may register implementations of a function of `file`, by its
        name."""
        key = (file, name)
        if key not in self._registered:
            words = (b".register", name.encode())
            texts = ((each, self._texts.read(each)) for each in self._texts.universe(file))
            known = [each for each, text in texts if all(word in text for word in words)]
            self._registered[key] = [each for each in known if each != file]
            self.sought.add(name)
        return self._registered[key]

    def binding(self, universe: Sequence[str], names: tuple[str, ...]) -> list[str]:
        """The files that give an attribute of the first of these names something, or name it in
        quotes, or call a method of the others: all of them, where one names bytes."""
        key = (_key(universe), names)
        if key not in self._bound:
            name, *methods = (each.encode() for each in names)
            called = [b".%b(" % each for each in methods]

            def binds(file: str) -> bool:
                text = self._texts.read(file)
                return any(each in text for each in called) or _gives(text, name)

            found = list[str]()
            if any(map(binds, self._of_bytes(universe))):
                self.sought.update(names)
                found = [each for each in universe if binds(each)]
            self._bound[key] = found
        return self._bound[key]

    def _of_bytes(self, universe: Sequence[str]) -> list[str]:
        """The files of which a function names a type of one byte."""
        key = _key(universe)
        if key not in self._bytes:
            outlines = ((file, self._texts.outline(file)) for file in universe)
            self._bytes[key] = [x for x, told in outlines if any(f.byte for f in told.functions)]
        return self._bytes[key]


def _key(universe: Sequence[str]) -> str:
    return universe[0] if universe else ""


def _gives(text: bytes, name: bytes) -> bool:
    """Whether a text gives an attribute of this name something, or names it in quotes."""
    # The name alone is found in a tenth of the time that a pattern takes, and is mostly not there.
    at = text.find(name)
    while at > 0:
        before, end = text[at - 1 : at], at + len(name)
        if before == b"." and _BOUND.match(text, end):
            return True
        if before in (b'"', b"'") and text[end : end + 1] in (b'"', b"'"):
            return True
        at = text.find(name, end)
    return at == 0 and _gives(text[1:], name)

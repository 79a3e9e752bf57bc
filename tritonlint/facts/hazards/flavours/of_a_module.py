"""What a module says of 8-bit floats that the project says otherwise elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache, partial

from tritonlint.facts.hazards.flavours.clashes import Flavours
from tritonlint.facts.hazards.flavours.codes_of_a_file import codes_of_a_file, may_encode
from tritonlint.facts.hazards.flavours.declared_settings import (
    E4M3,
    MEMBER,
    UNLIKE_E4M3,
    Declaration,
    admitted,
    declarations,
    supported,
)
from tritonlint.facts.hazards.flavours.flags_left_out import (
    FlagLeftOut,
    flags_left_out,
    may_leave_out,
)
from tritonlint.facts.hazards.flavours.hard_coded import HardCoded, hard_coded, may_hard_code
from tritonlint.facts.hazards.flavours.kernels import KernelFlavour
from tritonlint.facts.hazards.flavours.of_attributes import (
    attribute_flavours,
    may_share_attributes,
)
from tritonlint.facts.hazards.flavours.taken_settings import TakenSetting, may_take, taken
from tritonlint.facts.hazards.flavours.unviewed_settings import (
    Unviewed,
    may_ask_twice,
    unviewed,
)
from tritonlint.facts.hazards.flavours.vendor_choices import (
    VendorFlavour,
    chosen_by_host,
    may_choose,
    vendor_choices,
)
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.searches import Searches
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.code_lines import code_of
from tritonlint.facts.project.modules import Definition, Module

Stated = (
    FlagLeftOut | Flavours | HardCoded | KernelFlavour | TakenSetting | Unviewed | VendorFlavour
)


def may_state(text: str) -> bool:
    """Whether the text of a file may say something of that kind."""
    if not any(each in text for each in ("fp8", "float8", "FP8", "fnuz", "FNUZ")):
        return False
    every = (
        may_hard_code,
        may_encode,
        may_take,
        may_ask_twice,
        may_choose,
        may_leave_out,
        may_share_attributes,
    )
    return any(may(text) for may in every)


class Statements:
    """What the modules of a project say so."""

    def __init__(self, texts: Texts, reach: Reach, searches: Searches) -> None:
        self.texts = texts
        self.reach = reach
        self.searches = searches
        self._declaring: dict[tuple[str, re.Pattern[bytes]], list[str]] = {}

    def of(self, module: Module) -> Iterator[Stated]:
        """What `module` says so."""
        file = str(module.file)
        may = partial(self.texts.answer, file=file)
        if not may(may_state):
            return
        universe = self.texts.universe(file)
        if may(may_hard_code):
            yield from hard_coded(module, partial(self.searches.both_flavours, universe))
        if may(may_encode):
            yield from codes_of_a_file(module, partial(self.searches.both_flavours, universe))
        if may(may_leave_out):
            yield from flags_left_out(module)
        if may(may_share_attributes):
            yield from attribute_flavours(module)
        if may(may_choose):
            found = tuple(vendor_choices(module))
            if found and not chosen_by_host(map(self.texts.read, universe)):
                yield from found
        if may(may_take) or may(may_ask_twice):
            near = cache(partial(self._near, module))
            if may(may_take):
                known = partial(self._known, module, UNLIKE_E4M3)
                yield from taken(module, known, near, self._users)
            if may(may_ask_twice):
                yield from unviewed(module, partial(self._known, module, E4M3), near)

    def _declarations(self, files: Iterable[str]) -> Iterator[Declaration]:
        """The settings that are declared in those of `files`."""
        for file in files:
            yield from self.texts.reading(declarations, file, partial(self._declared_in, file))

    def _declared_in(self, file: str) -> Iterator[Declaration]:
        module = self.reach.parsed(file)
        return iter(()) if module is None else declarations(module)

    def _that_declare(self, universe: tuple[str, ...], member: re.Pattern[bytes]) -> list[str]:
        """The files of a universe that have such a member."""
        key = (universe[0] if universe else "", member)
        if key not in self._declaring:
            texts = ((each, self.texts.read(each)) for each in universe)
            self._declaring[key] = [
                each
                for each, text in texts
                if (b"fp8" in text or b"float8" in text)
                and member.search(text)
                and MEMBER.search(text)
            ]
        return self._declaring[key]

    def _known(self, module: Module, member: re.Pattern[bytes]) -> tuple[Declaration, ...]:
        """The settings with such a member that `module` may be given: its own, those of its
        package, and those of the files that it imports."""
        file = str(module.file)
        universe = self.texts.universe(file)
        imports = module.imports.values()
        found = {
            self.reach.names.imported_file(module, each.module, each.level) for each in imports
        }
        package = _package(os.path.dirname(file), frozenset(universe))
        files = (
            each
            for each in self._that_declare(universe, member)
            if each == file or each in found or (package and each.startswith(package + os.sep))
        )
        return tuple(self._declarations(files))

    def _users(self, function: Definition) -> tuple[Declaration, ...]:
        """What classes list as supported in the files that name a function, or the class that it is
        a method of."""
        file = str(function.module.file)
        named = function.enclosing[0].name if function.enclosing else function.name
        self.searches.sought.add(named)
        name = named.encode()
        found = [
            module
            for each, text in ((each, self.texts.read(each)) for each in self.texts.universe(file))
            if each != file and b"support" in text and name in text
            if re.search(rb"\b%s\b" % name, code_of(text))
            for module in [self.reach.parsed(each)]
            if module is not None
        ]
        return tuple(declaration for module in found for declaration in supported(module))

    def _near(self, module: Module) -> tuple[Declaration, ...]:
        """Those in the folder of `module` and below; at the top of a package, those of that
        file. With what `module` admits itself."""
        file = str(module.file)
        folder, universe = os.path.dirname(file), self.texts.universe(file)
        top = folder == os.path.commonpath([os.path.dirname(each) for each in universe])
        files = (
            each
            for each in self._that_declare(universe, MEMBER)
            if each == file or (not top and each.startswith(folder + os.sep))
        )
        return (*self._declarations(files), *admitted(module))


def _package(folder: str, universe: frozenset[str]) -> str:
    """The outermost package that `folder` is in; empty where it is none."""
    package = ""
    while os.path.join(folder, "__init__.py") in universe:
        package, folder = folder, os.path.dirname(folder)
    return package

"""What a module says of 8-bit floats that the project says otherwise elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from tritonlint.facts.hazards.flavours.hard_coded import HardCoded, hard_coded, may_hard_code
from tritonlint.facts.hazards.flavours.setting_prefixes import (
    ANY_MEMBER,
    MEMBER,
    Declaration,
    Prefixed,
    declarations,
    may_ask_prefix,
    prefixed,
)
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.modules import Module


def may_state(text: str) -> bool:
    """Whether the text of a file may say something of that kind."""
    return may_hard_code(text) or may_ask_prefix(text)


def stated(module: Module, texts: Texts, reach: Reach) -> Iterator[HardCoded | Prefixed]:
    """What `module` says so."""
    text = module.source.text
    if may_hard_code(text) and texts.both_flavours(texts.universe(str(module.file))):
        yield from hard_coded(module)
    if may_ask_prefix(text):
        known = _declared(_known(module, texts, reach), MEMBER, texts, reach)
        near = _declared(_near(module, texts), ANY_MEMBER, texts, reach)
        yield from prefixed(module, known, near)


def _declared(
    files: Iterable[str], member: re.Pattern[bytes], texts: Texts, reach: Reach
) -> list[Declaration]:
    """The settings that are declared in those of `files` that have such a member."""
    parsed = (reach.parsed(file) for file in files if member.search(texts.read(file)))
    return [each for module in parsed if module is not None for each in declarations(module)]


def _known(module: Module, texts: Texts, reach: Reach) -> list[str]:
    """The files whose settings `module` may be given: itself, those of its package, and those that
    it imports."""
    file = str(module.file)
    universe = texts.universe(file)
    imports = module.imports.values()
    found = {reach.imported_file(module, each.module, each.level) for each in imports}
    package = _package(os.path.dirname(file), frozenset(universe))
    return [
        each
        for each in universe
        if each == file or each in found or (package and each.startswith(package + os.sep))
    ]


def _package(folder: str, universe: frozenset[str]) -> str:
    """The outermost package that `folder` is in; empty where it is none."""
    package = ""
    while os.path.join(folder, "__init__.py") in universe:
        package, folder = folder, os.path.dirname(folder)
    return package


def _near(module: Module, texts: Texts) -> list[str]:
    """The files in the folder of `module` and below; at the top of a package, that file."""
    file = str(module.file)
    folder, universe = os.path.dirname(file), texts.universe(file)
    if folder == os.path.commonpath([os.path.dirname(each) for each in universe]):
        return [file]
    return [each for each in universe if each.startswith(folder + os.sep)]

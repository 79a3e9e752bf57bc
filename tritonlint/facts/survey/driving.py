"""Whether what runs a function, as far as it is in sight, runs it with floats of 32 bits alone: the
tests, benchmarks and examples of a project make random numbers, and say where these are of 16."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import field

from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.code_lines import code_of
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import SCOPE, last_name, walk
from tritonlint.frozen import dataclass

# What makes the tensors that a function is tried on.
_TRIES = re.compile(rb"(?<!tl\.)\brandn?\(")
# What says that floats are of 16 bits somewhere, or may be: types, and what chooses them.
_HALVES = re.compile(rb"float16|\b[fb](?:p|f)?16|\bhalf\b|autocast|\bdtypes\b|torch_dtype|\bamp\b")
# What else is a comment than what stands for itself.
_COMMENT = re.compile(rb"#[^\n\"']*")
# Words of both, for the texts that are asked for them.
_WORDS = ("rand", "16", "half", "autocast", "dtypes", "torch_dtype", "amp")


@dataclass(frozen=True, eq=False)
class Driving:
    """What runs the functions of a project. `sought` gets the words that are looked for in the text
    of all files."""

    texts: Texts
    sought: set[str]
    _told: dict[str, bool] = field(default_factory=dict)

    def is_wide(self, root: Definition, kernel: str) -> bool:
        """Whether what tries `root`, which launches a kernel of the file `kernel`, says nothing of
        16 bits, and all that names it tries it; or the whole project says nothing of them, and
        tries something."""
        universe = self.texts.universe(str(root.module.file))
        key = f"{root.module.file}:{root.name}:{kernel}"
        if key not in self._told:
            names = _names(root)
            self.sought.update(names, _WORDS)
            near = [each for each in universe if self._names(each, names)]
            handed_on = any(self._only_uses(each, names) for each in near)
            near += [str(root.module.file), kernel]
            self._told[key] = not handed_on and self._wide(near) or self._wide(universe)
        return self._told[key]

    def _names(self, file: str, names: frozenset[str]) -> bool:
        """Whether a file names one of `names` that is none of its own."""
        text = self.texts.read(file)
        found = [each.encode() for each in names if each.encode() in text]
        text = _code(text) if found else text
        return any(
            re.search(rb"\b%s\b" % each, text)
            and not re.search(rb"^(?:def|class)[ \t]+%s\b|^%s\s*=" % (each, each), text, re.M)
            for each in found
        )

    def _only_uses(self, file: str, names: frozenset[str]) -> bool:
        """Whether a file imports one of `names`, and does not try it: it hands it on, or what its
        own callers give it."""
        text = _code(self.texts.read(file))
        return not _TRIES.search(text) and any(
            re.search(rb"\.%s\b|\bimport\b[^\n]*\b%s\b|^[ \t]+%s,?$" % ((name,) * 3), text, re.M)
            for name in map(str.encode, names)
        )

    def _wide(self, files: Collection[str]) -> bool:
        """Whether one of `files` tries something, and none says anything of 16 bits."""
        texts = [self.texts.read(each) for each in files]
        return not any(_says(_HALVES, each) for each in texts) and any(
            _says(_TRIES, each) for each in texts
        )


def tries(function: Definition) -> bool:
    """Whether a function makes the tensors that it calls others with, as tests do."""
    return _says(_TRIES, function.module.source.lines_of(function.as_function).encode())


def _says(word: re.Pattern[bytes], text: bytes) -> bool:
    """Whether the code of a file holds a word: comments decide nothing."""
    return word.search(text) is not None and word.search(_code(text)) is not None


def _code(text: bytes) -> bytes:
    return _COMMENT.sub(b"", code_of(text))


def _names(root: Definition) -> frozenset[str]:
    """The names at the top level of its module that stand for `root`, or lead to it."""
    names = {root.enclosing[0].name if root.enclosing else root.name}
    body = root.module.source.tree.body
    while True:
        more = {
            name
            for each in body
            for name in _named(each)
            if name not in names and any(last_name(inner) in names for inner in walk(each))
        }
        if not more:
            return frozenset(names)
        names |= more


def _named(statement: ast.stmt) -> Iterator[str]:
    """What a statement gives a name to."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            yield name
    if isinstance(statement, SCOPE):
        yield statement.name

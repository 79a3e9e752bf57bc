"""What the compiler is asked about one finding, and what it takes to ask: the kernel, its files,
and its constants. Only the last are found by running code of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.project import Project
from tritonlint.findings.claim import Claim
from tritonlint.rule.signature import Order
from tritonlint.verify.compiler.evaluate import evaluated
from tritonlint.verify.compiler.held import Held, HeldProject, needed
from tritonlint.verify.compiler.located import kernel_at, project_with
from tritonlint.verify.compiler.raw_ir import compiled_for
from tritonlint.verify.compiler.values import Values
from tritonlint.verify.confirm.sides import Place

# The kernel as flagged and, where the fix is an edit, as fixed.
Definitions = Sequence[Definition]
# For each target, the values of the constants of each of them.
Constants = Mapping[str, Sequence[Values]]


@dataclass(frozen=True)
class Question:
    """One claim, and how to tell. `places` are where an order must be that goes through no
    parameter; `fixed_texts` are the files that the finding's edits change, as they then are,
    `fixed_line` and `fixed_places` where things are in them. Paths are absolute."""

    claim: Claim
    order: Order
    targets: tuple[str, ...]
    places: tuple[Place, ...] = ()
    fixed_texts: tuple[tuple[str, str], ...] = ()
    fixed_line: int = 0
    fixed_places: tuple[Place, ...] = ()


def definitions(question: Question, files: Sequence[Held] | None = None) -> Definitions:
    """The kernel of a question; `files` are those that it is made of (None: they are read).

    Raises SourceError when a file cannot be parsed and VerifyError when the kernel is not there.
    """

    def project() -> Project:
        return Project([]) if files is None else HeldProject(files)

    path = Path(question.claim.path)
    found = [kernel_at(project(), path, question.claim.line)]
    if question.fixed_texts and not question.order.through:
        changed = project_with(project(), dict(question.fixed_texts))
        found.append(kernel_at(changed, path, question.fixed_line))
    return found


def constants_of(question: Question, files: Sequence[Held] | None = None) -> Constants:
    """The constants that the kernel of a question reads. Raises what `definitions` raises, and
    whatever code of the project does in this process."""
    found: dict[str, Sequence[Values]] = {}
    sides = definitions(question, files)
    for target in question.targets:
        with compiled_for(target):
            found[target] = [evaluated(each) for each in sides]
    return found


def files_of(question: Question) -> tuple[Held, ...]:
    """The files that the kernel of a question is made of, as flagged and as fixed."""
    path = Path(question.claim.path)
    found = {each.path: each for each in needed(path, question.claim.line)}
    if question.fixed_texts:
        texts = dict(question.fixed_texts)
        for each in needed(path, question.fixed_line, texts):
            found.setdefault(each.path, each)
    return tuple(found.values())

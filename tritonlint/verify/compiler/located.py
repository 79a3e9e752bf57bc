"""Where a kernel is: found by its name or by a line of its file, in a project of which some files
may have another text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tritonlint.errors import VerifyError
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile, display_path


def kernel_named(path: Path, kernel: str) -> Definition:
    """The kernel of that name of the file at `path`.

    Raises SourceError when the file cannot be parsed and VerifyError when it has no such kernel.
    """
    module = Project([path.parent]).module(path)
    top_level = module.resolve(kernel)
    nested = [each for each in module.functions if each.name == kernel]
    candidates = [each for each in (top_level, *nested) if each and kernel_of(each)]
    if not candidates:
        raise VerifyError(f"{module.path}: no kernel named {kernel!r}")
    return candidates[0]


def project_with(project: Project, texts: Mapping[str, str]) -> Project:
    """`project`, with `texts` in the place of what its files hold."""
    for each, text in texts.items():
        project.module(Path(each), SourceFile(display_path(Path(each)), text.encode()))
    return project


def kernel_at(project: Project, path: Path, line: int) -> Definition:
    """The innermost kernel around `line` of the file at `path`. Raises SourceError when
    the file cannot be parsed and VerifyError when there is none."""
    module = project.module(path)
    around = [each for each in module.functions if _covers(each, line) and kernel_of(each)]
    if not around:
        raise VerifyError(f"{module.path}:{line}: no kernel here")
    return around[-1]


def _covers(definition: Definition, line: int) -> bool:
    end = getattr(definition.node, "end_lineno", None) or definition.line
    return definition.line <= line <= end

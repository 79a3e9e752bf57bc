"""Modules loaded from a file of a fixture, with the folders beside it importable while they load
and no longer."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType


@contextlib.contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """Put `folders` first on the import path; afterwards forget the modules that came from them, so
    that another fixture's module of the same name is not mistaken for this one's."""
    roots = [str(folder.resolve()) for folder in folders]
    before = set(sys.modules)
    sys.path[:0] = roots
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for root in roots:
            sys.path.remove(root)
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin and any(Path(origin).resolve().is_relative_to(root) for root in roots):
                del sys.modules[name]


@contextlib.contextmanager
def shadowing(package: str) -> Iterator[None]:
    """Forget the top-level package `package`, which is then imported anew; afterwards put back what
    was there."""
    ours = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == package}
    for name in ours:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] == package]:
            del sys.modules[name]
        sys.modules.update(ours)


def import_file(path: Path, *folders: Path) -> ModuleType:
    """Import the file at `path` anew, with `folders` importable. Whatever its code raises, this
    raises."""
    with importable(path.parent, *folders):
        sys.modules.pop(path.stem, None)
        return importlib.import_module(path.stem)


def stage(folder: Path, texts: Mapping[str, str], into: Path) -> Path:
    """Copy the modules of `folder` to `into`, those named in `texts` with that text instead.
    Returns `into`."""
    into.mkdir(parents=True, exist_ok=True)
    for source in sorted(folder.glob("*.py")):
        if source.name in texts:
            (into / source.name).write_text(texts[source.name], encoding="utf-8", newline="")
        else:
            shutil.copyfile(source, into / source.name)
    return into

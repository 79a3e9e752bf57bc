"""Where the code of a case comes from: files beside its verifier, or files of a pinned public
release.

A case of a release is a folder with a `verifier.py` and a `release.toml`, and none of the release's
code in it:

    release = "vllm-0.20.0"        # the folder's name among the unpacked releases
    module = "vllm.attention.ops"  # what is imported, the first of the files

    [files]                        # what is taken from the release, with its sha256
    "vllm/attention/ops.py" = "9f86d081..."

What these files import from their package comes from `standins/`, a tree of small files of ours. So
the kernel and its wrapper run as they were released, without the package and all that it needs.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tritonlint.errors import VerifyError
from tritonlint.source import read_source
from tritonlint.verify.case import (
    FLAGGED,
    VERIFIER,
    NoCaseError,
    find_cases,
    find_folders,
    load_verifier,
)
from tritonlint.verify.cases import fixer
from tritonlint.verify.cases.load import import_file, importable, shadowing

if TYPE_CHECKING:
    from tritonlint.facts.index.universe import Texts

RELEASE = "release.toml"
STANDINS = "standins"
BY_HAND = "by_hand.py"
_NOT_SOURCE = {"fixed.py", BY_HAND, VERIFIER}


@dataclass(frozen=True)
class Source:
    """The code of the case in `folder`: `files`, relative to `root`, of which the first is imported
    as `module`. `pinned` has the sha256 of each file of a release, `fixable` says whether the tool
    has a fix for it."""

    folder: Path
    root: Path
    module: str
    files: tuple[str, ...]
    release: str = ""
    pinned: Mapping[str, str] | None = None
    fixable: bool = True

    @property
    def standins(self) -> Path:
        """The tree of small files that the release's own imports find."""
        return self.folder / STANDINS

    def texts(self) -> dict[str, str]:
        """The texts of the files as they are. Raises SourceError for one that cannot be read, and
        VerifyError for one that is not the pinned one."""
        self._check_pinned()
        return {name: read_source(self.root / name).text for name in self.files}

    @property
    def mended(self) -> bool:
        """Whether there is a fix to run, be it one that a person made."""
        return self.fixable or (self.folder / BY_HAND).is_file()

    def fixed_texts(self, known: Texts | None = None) -> dict[str, str]:
        """The texts of the files with the fixes that the tool makes now. Where it has none, with
        what a person made of the first file, if the case has that. `known` is what is told of the
        files beside it already.

        Raises TritonlintError when it makes none, and when it makes one where there is said to be
        none.
        """
        texts = self.texts()
        # A released file may have findings of other rules, which its case is not about.
        rule = self.folder.resolve().parent.name if self.pinned is not None else ""
        fixed = {name: fixer.fixed_text(self.root / name, rule, known) for name in self.files}
        if (fixed != texts) is not self.fixable:
            raise VerifyError(
                "autofix finds nothing to fix in it"
                if self.fixable
                else f"there is a fix, and {self.folder / VERIFIER} says that there is none"
            )
        if self.mended and not self.fixable:
            fixed[self.files[0]] = read_source(self.folder / BY_HAND).text
        return fixed

    def _check_pinned(self) -> None:
        for name, digest in (self.pinned or {}).items():
            path = self.root / name
            if not path.is_file():
                raise VerifyError(f"{path}: not there; unpack {self.release} in {self.root.parent}")
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise VerifyError(f"{path}: not the file that {self.folder / RELEASE} pins")

    @contextmanager
    def imported(self, texts: Mapping[str, str], scratch: Path) -> Iterator[ModuleType]:
        """The module with the given texts of its files, imported from copies in `scratch`, where
        what it imports while it runs is found too."""
        root = self._stage(texts, scratch)
        if self.pinned is None:
            yield import_file(root / FLAGGED)
            return
        with shadowing(self.module.partition(".")[0]), importable(root):
            yield importlib.import_module(self.module)

    def _stage(self, texts: Mapping[str, str], into: Path) -> Path:
        into.mkdir(parents=True, exist_ok=True)
        if self.pinned is not None and self.standins.is_dir():
            shutil.copytree(self.standins, into, dirs_exist_ok=True)
        for name in self.files:
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_text(texts[name], encoding="utf-8", newline="")
        return into


def of_fixture(folder: Path) -> Source:
    """The source of a case that holds its own code: its modules, `flagged.py` first."""
    found = sorted(path.name for path in folder.glob("*.py") if path.name not in _NOT_SOURCE)
    files = tuple(sorted(found, key=lambda name: name != FLAGGED))
    return Source(folder, folder, Path(FLAGGED).stem, files, fixable=_fixable(folder))


def of_release(folder: Path, releases: Path) -> Source:
    """The source of a case whose code is in a release unpacked below `releases`. Raises VerifyError
    for a `release.toml` that is not understood."""
    path = folder / RELEASE
    try:
        data = _read_toml(path)
        files: dict[str, str] = dict(data["files"])
        release, module = data["release"], data["module"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VerifyError(f"{path}: not understood: {type(error).__name__}: {error}") from error
    root = releases / release
    return Source(folder, root, module, tuple(files), release, files, _fixable(folder))


def _fixable(folder: Path) -> bool:
    """What the case's verifier says of itself; one that cannot be loaded says so when it is run."""
    try:
        return bool(getattr(load_verifier(folder), "fixable", True))
    except VerifyError:
        return True


def _read_toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(path.read_text(encoding="utf-8"))


def find_release_cases(paths: Iterable[Path]) -> list[Path]:
    """The folders at or below `paths` with a `release.toml` and a verifier, sorted, each once.

    Raises UsageError for a path that does not exist, NoCaseError for one that holds none.
    """
    what = f"no case of a release here (a folder with {RELEASE} and {VERIFIER})"
    return find_folders(paths, RELEASE, lambda folder: (folder / VERIFIER).is_file(), what)


def collect(paths: Iterable[Path], releases: Path | None = None) -> list[Source]:
    """The sources of the cases at or below `paths`: of those of releases, unpacked in `releases`,
    if that is given, else of those that hold their own code. Raises TritonlintError."""
    if releases is None:
        return [of_fixture(folder) for folder in find_cases(paths)]
    return [of_release(folder, releases) for folder in find_release_cases(paths)]


def with_records(paths: Iterable[Path], releases: Path | None = None) -> list[Source]:
    """The sources of all cases at or below `paths`, for what their receipts say: those of releases
    too, whether they are unpacked or not. Raises TritonlintError, also when there is no case."""
    found: dict[Path, Source] = {}
    for path in paths:
        here: list[Source] = []
        for where in (None, releases or Path(os.devnull)):
            with contextlib.suppress(NoCaseError):
                here += collect([path], where)
        if not here:
            raise NoCaseError(f"{path}: no case here")
        found |= {each.folder.resolve(): each for each in here}
    return list(found.values())

"""What the child may do: the same whether bubblewrap or Landlock keeps it to that."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Means = Literal["bubblewrap", "landlock", "nothing"]

# Where programs and libraries are.
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/nix/store")
# What the interpreter's libraries may be found by; nothing else of the environment is handed on.
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ")
DEVICES = ("/dev/null", "/dev/urandom")


@dataclass(frozen=True)
class Rules:
    """`readable` are the files and folders that the child may read (absolute), `environment` all
    that it sees of one, `memory` how many bytes of address space the work on one task gets (None:
    no limit), `processor` how many seconds of the processor."""

    readable: tuple[str, ...]
    environment: Mapping[str, str]
    memory: int | None
    processor: int


def rules(
    readable: Iterable[Path],
    environment: Mapping[str, str],
    memory: int | None = None,
    processor: int = 60,
) -> Rules:
    """The rules for a child that does what tritonlint and Triton need, and reads `readable`."""
    packages = (importlib.import_module(name) for name in ("tritonlint", "tritonlint.rules"))
    own = [folder for each in packages for folder in each.__path__]
    wanted = [*_SYSTEM, sys.prefix, sys.base_prefix, *own, *extra_path(), *map(str, readable)]
    wanted += [each for each in sys.path if os.path.basename(each) == "site-packages"]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home = {"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    return Rules(
        tuple(dict.fromkeys(each for each in map(os.path.abspath, wanted) if _is_narrow(each))),
        {**home, **kept, **environment},
        memory,
        processor,
    )


def extra_path() -> list[str]:
    """What this process imports from beside the interpreter's own folders and the working
    directory, as with PYTHONPATH or packages of the user."""
    here = os.getcwd()
    inner = (sys.prefix, sys.base_prefix)
    found = (os.path.abspath(each) for each in sys.path if each)
    return [each for each in found if each != here and not each.startswith(inner)]


def _is_narrow(path: str) -> bool:
    """Whether `path` is there, and no folder that holds all that a user has."""
    home = os.path.realpath(os.path.expanduser("~"))
    return os.path.exists(path) and os.path.commonpath([home, os.path.realpath(path)]) != (
        os.path.realpath(path)
    )

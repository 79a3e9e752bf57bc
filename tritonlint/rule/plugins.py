"""Rules of others: from installed packages (the entry point group `tritonlint.rules`) and from the
modules that the setting `rule-modules` names. Their code is imported and run, as they ask for."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tritonlint.errors import ConfigError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from tritonlint.rule.base import BaseRule

GROUP = "tritonlint.rules"
_CODE = re.compile(r"[A-Z]+[0-9]+")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ALLOWED = {
    "severity": ("error", "warning"),
    "status": ("default", "preview"),
    "fix": ("safe", "unsafe", "sometimes", "none"),
}


def of_module(name: str, folders: Iterable[Path]) -> tuple[type[BaseRule], ...]:
    """The rules that the module `name` defines. It is looked for where Python does, then in
    `folders`, which stay on the search path for what it imports later.

    Raises ConfigError when it cannot be imported, or defines no rule or a wrong one.
    """
    for folder in map(os.fspath, folders):
        if folder not in sys.path:
            sys.path.append(folder)
    return _rules_in(_imported(name, name), name)


@cache
def installed() -> tuple[type[BaseRule], ...]:
    """The rules of installed packages. An entry point names a module or a class. Raises ConfigError
    like `of_module`."""
    found: dict[type[BaseRule], None] = {}
    for point in _entry_points():
        where = f"entry point `{point.name}` ({point.value})"
        module = _imported(point.module, where)
        if point.attr:
            try:
                target = point.load()
            except AttributeError as error:
                raise ConfigError(f"{where}: {error}") from error
            found |= dict.fromkeys(_rules_among([target], where))
        else:
            found |= dict.fromkeys(_rules_in(module, where))
    return tuple(found)


def _entry_points() -> Iterable[EntryPoint]:
    """The entry points of GROUP. `importlib.metadata` takes as long to import as a small run takes
    altogether, so it is asked only if some package has the group."""
    if not any(f"[{GROUP}]".encode() in text for text in _entry_point_files()):
        return ()
    from importlib.metadata import entry_points

    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _entry_point_files() -> Iterator[bytes]:
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                try:
                    yield Path(folder, name, "entry_points.txt").read_bytes()
                except OSError:
                    continue


def _imported(name: str, where: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(f"rules of {where}: cannot be imported: {reason}") from error


def _rules_in(module: ModuleType, where: str) -> tuple[type[BaseRule], ...]:
    return _rules_among(vars(module).values(), where)


def _rules_among(values: Iterable[object], where: str) -> tuple[type[BaseRule], ...]:
    """The rules among `values`, each once. What is abstract is a base for others, and a built-in
    rule was imported to build on it."""
    from tritonlint.rule.base import is_rule

    found: dict[type[BaseRule], None] = {}
    for each in values:
        if is_rule(each):
            base = inspect.isabstract(each) and not hasattr(each, "code")
            if not base and not each.__module__.startswith("tritonlint."):
                _must_be_complete(each, where)
                found[each] = None
    if not found:
        raise ConfigError(f"rules of {where}: there is no subclass of tritonlint.rule.Rule in it")
    return tuple(found)


def _must_be_complete(found: type[BaseRule], where: str) -> None:
    """Raise ConfigError unless the class has the fields of a rule."""
    rule = f"rules of {where}: {found.__name__}"
    missing = " and ".join(f"`{each}`" for each in sorted(found.__abstractmethods__))
    if missing:
        raise ConfigError(f"{rule}: it does not define {missing}")
    for field, pattern in (("code", _CODE), ("name", _NAME), ("since", re.compile(r".+"))):
        value = getattr(found, field, None)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ConfigError(
                f"{rule}: `{field}` is {value!r}; expected a string like {pattern.pattern}"
            )
    for field, allowed in _ALLOWED.items():
        value = getattr(found, field, None)
        if value not in allowed:
            raise ConfigError(f"{rule}: `{field}` is {value!r}; expected {' or '.join(allowed)}")

"""The settings of one run: `[tool.tritonlint]` of the nearest `pyproject.toml`, then the command
line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import field, fields
from pathlib import Path
from typing import Any

from tritonlint import __version__
from tritonlint.errors import ConfigError
from tritonlint.findings import Confidence
from tritonlint.frozen import dataclass, replace
from tritonlint.settings import user
from tritonlint.settings.config_values import SETTINGS
from tritonlint.settings.patterns import anchored
from tritonlint.settings.toml import misspelt, parsed

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".tritonlint_cache",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
DEFAULT_TARGETS = ("cuda:90", "hip:gfx942", "hip:gfx950")

# Keys whose values add up, from the extended file over the file to the command line; any other
# value replaces.
_ADDING = frozenset({"extend-select", "extend-exclude", "rule-modules"})
# Keys whose values are, or begin with, patterns for files.
_PATTERNS = frozenset({"exclude", "extend-exclude"})
# What a `--select` on the command line overrides, unless it is given there too: a rule that
# was asked for by name must not come out "clean" because a file ignores it.
_UNDER_SELECT = ("extend-select", "ignore")
# Keys whose value is a path, which a settings file writes relative to its own folder.
_PATHS = frozenset({"baseline", "launches"})


@dataclass(frozen=True)
class Settings:
    """What one run does.

    `select` empty means the default rules. `confidence` is the lowest that is shown. `exclude`,
    `extend_exclude` and the first of each pair of `per_file_ignores` are patterns for names, or
    with a slash for paths (see `patterns.anchored`). `fp8_dtype` is the expression that a fix uses
    for the project's fp8 dtype and `fp8_import` the import that it needs. `targets` are compile
    targets (`cuda:90`, `hip:gfx942`). `baseline` is the file of known findings, `launches` a
    record of what launches passed at run time. `root` is the
    folder of the settings file, else the folder the search began in; `folders` are those of all
    files that were read, where `rule_modules` are looked for; `refused_modules` are those that the
    files name and the user does not let them import (`user.may_import`). `file` is the settings
    file and `given` what the command line put on top of it, None for settings that were not read.
    `everywhere` says that the command line chose the file (or none): no other is looked for.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    preview: bool = False
    confidence: Confidence = "likely"
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    fp8_dtype: str | None = None
    fp8_import: str | None = None
    targets: tuple[str, ...] = DEFAULT_TARGETS
    baseline: str | None = None
    launches: str | None = None
    rule_modules: tuple[str, ...] = ()
    refused_modules: tuple[str, ...] = ()
    required_version: str | None = None
    root: Path = field(default_factory=Path.cwd)
    folders: tuple[Path, ...] = ()
    file: Path | None = None
    given: tuple[tuple[str, object], ...] | None = None
    everywhere: bool = False
    origins: tuple[tuple[str, str], ...] = ()

    def origin(self, key: str) -> str:
        """Where the value of `key` (`extend-select`, say) comes from: `default`, a file's path, or
        an option."""
        return dict(self.origins).get(key, "default")

    def values(self) -> dict[str, object]:
        """Key (as it is written in a settings file) to value, in the order of the documentation."""
        return {key: getattr(self, key.replace("-", "_")) for key in KEYS}


KEYS: tuple[str, ...] = tuple(
    f.name.replace("_", "-")
    for f in fields(Settings)
    if f.name
    not in ("refused_modules", "root", "folders", "file", "given", "everywhere", "origins")
)


@dataclass(frozen=True)
class _Value:
    value: Any
    origin: str


def refusal(settings: Settings) -> str | None:
    """What is to be said of modules with rules that were not imported, None where there are
    none."""
    if not settings.refused_modules:
        return None
    names = ", ".join(f"`{each}`" for each in settings.refused_modules)
    return (
        f"the rules of {names} (rule-modules) were not loaded: modules that a settings file names "
        f"are imported only with --allow-rule-modules or {user.ALLOW}=1"
    )


def find(start: Path) -> Path | None:
    """The nearest `tritonlint.toml`, or `pyproject.toml` with `[tool.tritonlint]`, at or above
    `start`, else None.

    Raises ConfigError for a file that names tritonlint and cannot be read.
    """
    folder = start if start.is_dir() else start.parent
    folder = folder.resolve()
    return next(filter(None, map(own_file, (folder, *folder.parents))), None)


def own_file(folder: Path) -> Path | None:
    """The settings file that stands in `folder` itself, else None. Raises ConfigError like
    `find`."""
    own = folder / "tritonlint.toml"
    if own.is_file():
        return own
    shared = folder / "pyproject.toml"
    return shared if shared.is_file() and _table(shared) is not None else None


@dataclass(frozen=True)
class Choice:
    """What the command line says of settings files: the `file` to use for everything, or with
    `isolated` none; else the nearest to each path is."""

    file: Path | None = None
    isolated: bool = False

    @property
    def made(self) -> bool:
        """Whether it says anything."""
        return self.isolated or self.file is not None


NEAREST = Choice()


def load(
    start: Path, overrides: Mapping[str, object] | None = None, choice: Choice = NEAREST
) -> Settings:
    """The settings for `start` (a file or folder), `overrides` (field name to value; None: not
    given) on top. With `allow_rule_modules` among them the modules that settings files name may be
    imported, whatever else the user says.

    Raises ConfigError, naming file and key, for what is not understood.
    """
    file = choice.file if choice.made else find(start)
    read: dict[Path, dict[str, _Value]] = _read(file, ()) if file else {}
    values: dict[str, _Value] = {}
    for each in read.values():
        _merge(values, each)
    stated = values["rule-modules"].value if "rule-modules" in values else ()
    given = {name.replace("_", "-"): v for name, v in (overrides or {}).items() if v is not None}
    allowed = bool(given.pop("allow-rule-modules", False))
    for key in _UNDER_SELECT if "select" in given else ():
        values.pop(key, None)
    _merge(values, {key: _value(key, v, f"--{key}", Path()) for key, v in given.items()})
    root = file.parent if file else (start if start.is_dir() else start.parent).resolve()
    settings = Settings(
        **{key.replace("-", "_"): each.value for key, each in values.items()},
        root=root,
        folders=tuple(each.parent for each in reversed(read)),
        file=file,
        given=tuple((overrides or {}).items()),
        everywhere=choice.made,
        origins=tuple(sorted((key, each.origin) for key, each in values.items())),
    )
    if stated and not allowed and not all(map(user.may_import, settings.folders)):
        # Their names come from the tree that is checked: nothing of it is imported unasked.
        left = settings.rule_modules[len(stated) :]
        return replace(settings, rule_modules=left, refused_modules=stated)
    return settings


def _merge(values: dict[str, _Value], above: Mapping[str, _Value]) -> None:
    for key, each in above.items():
        if key in _ADDING and key in values:
            under = values[key]
            each = _Value((*under.value, *each.value), f"{under.origin}, {each.origin}")
        values[key] = each


def _read(file: Path, below: tuple[Path, ...]) -> dict[Path, dict[str, _Value]]:
    """The values of each file that counts, from the farthest that is extended to `file`; `below`
    are the files that extend this one."""
    table = _table(file)
    if table is None:
        raise ConfigError(f"{file}: has no [tool.tritonlint] table to extend")
    # First, for what follows may be meant for another version.
    if "required-version" in table:
        _require(_value("required-version", table["required-version"], str(file), file.parent))
    base = table.pop("extend", None)
    read = {} if base is None else _read(_extended(file, base, below), (*below, file))
    read[file] = {key: _value(key, v, str(file), file.parent) for key, v in table.items()}
    return read


def _require(stated: _Value) -> None:
    from packaging.specifiers import SpecifierSet

    if not SpecifierSet(stated.value).contains(__version__, prereleases=True):
        raise ConfigError(
            f"{stated.origin}: required-version: this is tritonlint {__version__}, and "
            f"{stated.value} is required; install such a version"
        )


def _extended(file: Path, base: object, below: tuple[Path, ...]) -> Path:
    if not isinstance(base, str):
        raise ConfigError(f"{file}: extend: expected a path, got {base!r}")
    path = (file.parent / os.path.expanduser(base)).resolve()
    if not path.is_file():
        raise ConfigError(f"{file}: extend: there is no file {path}")
    if path == file or path in below:
        raise ConfigError(f"{file}: extend: {path} extends itself; remove one of the two")
    return path


def _value(key: str, value: object, where: str, folder: Path) -> _Value:
    """The value of `key` that `where` states; patterns in it are for files below `folder`."""
    setting = SETTINGS.get(key)
    if setting is None:
        near = difflib.get_close_matches(key, KEYS, n=1)
        known = ", ".join((*KEYS, "extend"))
        hint = f"did you mean `{near[0]}`?" if near else f"known keys: {known}"
        raise ConfigError(f"{where}: unknown key `{key}`; {hint}")
    try:
        parsed: Any = setting.parse(value)
    except ValueError as error:
        raise ConfigError(f"{where}: {key}: {error}") from error
    if key in _PATTERNS:
        parsed = tuple(anchored(each, folder) for each in parsed)
    elif key in _PATHS:
        parsed = str(folder / parsed)
    elif key == "per-file-ignores":
        parsed = tuple((anchored(pattern, folder), codes) for pattern, codes in parsed)
    return _Value(parsed, where)


def _table(file: Path) -> dict[str, Any] | None:
    """The file's own table of settings, or None for a `pyproject.toml` without one."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from error
    shared = file.name == "pyproject.toml"
    if shared and (wrong := misspelt(data, "tritonlint")):
        raise ConfigError(f"{file}: unknown table `{wrong}`; did you mean `tool.tritonlint`?")
    if shared and b"tritonlint" not in data:
        return None
    document = parsed(file, data)
    if not shared:
        return document
    tool = document.get("tool", {})
    table = tool.get("tritonlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{file}: tool.tritonlint: expected a table, got {table!r}")
    return table

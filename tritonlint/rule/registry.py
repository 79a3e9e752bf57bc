"""Which rules there are: the built-in ones, known without an import, and those of others."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tritonlint.errors import ConfigError, UsageError
from tritonlint.findings import Finding
from tritonlint.frozen import dataclass
from tritonlint.rule import plugins
from tritonlint.rule.base import BaseRule, is_rule
from tritonlint.rule.signature import Order

_FILE = re.compile(r"^(tl\d{3})_(\w+)\.py$")


@dataclass(frozen=True)
class RuleInfo:
    """What is known of a rule without importing it: from the name of its file. A rule of others
    (`plugins`) had to be imported to be known: `found` is its class, and `asked` the entry of
    `rule-modules` that it comes from, empty for one of an installed package."""

    code: str
    name: str
    module: str
    found: type[BaseRule] | None = None
    asked: str = ""


@cache
def codes() -> dict[str, RuleInfo]:
    """Every rule by its code: the built-in ones from the file names of the package
    `tritonlint.rules`, of which nothing is imported, then those of others. Raises ConfigError for
    two rules with the same code."""
    found = dict(_built_in())
    others = [("", plugins.installed()), *_registered.items()]
    for asked, rules in others:
        for each in rules:
            same = found.get(each.code)
            if same is None:
                found[each.code] = RuleInfo(each.code, each.name, each.__module__, each, asked)
            elif same.found is not each:
                raise ConfigError(
                    f"two rules have the code {each.code}: {same.name} in {same.module}, and "
                    f"{each.name} in {each.__module__}; rename one"
                )
    return found


def _built_in() -> Iterator[tuple[str, RuleInfo]]:
    package = importlib.import_module("tritonlint.rules")
    for folder in package.__path__:
        for file in sorted(Path(folder).iterdir()):
            matched = _FILE.match(file.name)
            if matched:
                code = matched[1].upper()
                name = matched[2].replace("_", "-")
                yield code, RuleInfo(code, name, f"tritonlint.rules.{file.stem}")


# The rules of each entry of `rule-modules` that some settings of this process have named.
_registered: dict[str, tuple[type[BaseRule], ...]] = {}


def register(modules: Iterable[str], folders: Iterable[Path]) -> None:
    """Make the rules of `modules` known, which are looked for in `folders` too. Raises ConfigError
    for a module that cannot be imported or defines no rule."""
    for name in modules:
        if name not in _registered:
            _registered[name] = plugins.of_module(name, folders)
            codes.cache_clear()


def load(code: str) -> type[BaseRule]:
    """The class of the rule `code`. Raises UsageError when there is none."""
    info = codes().get(code)
    if info is None:
        raise unknown(code)
    if info.found:
        return info.found
    module = importlib.import_module(info.module)
    for each in vars(module).values():
        if is_rule(each) and getattr(each, "code", None) == code:
            return each
    raise UsageError(f"{info.module} defines no rule {code}")


def signature_of(finding: Finding) -> Order | None:
    """What Triton's IR shows where a finding is right; None where the compiler cannot tell."""
    rule = load(finding.code)
    form = finding.claim.form if finding.claim is not None else ""
    return rule.signatures.get(form) if form else rule.signature


_UNASKED = "not a question for the compiler"


def unasked(finding: Finding) -> str:
    """Why the compiler is not asked about a finding; empty where it is."""
    order, claim = signature_of(finding), finding.claim
    if order is None:
        why = load(finding.code).unasked
        return f"{_UNASKED}: {why}" if why else _UNASKED
    if claim is not None and not claim.ordered:
        return f"{_UNASKED}: what is wrong is left out"
    if claim is None and order.through:
        return f"{_UNASKED}: the buffer holds floats and other bytes"
    return ""


@cache
def load_status(code: str) -> str:
    """`default` or `preview`, read from the text of the rule's file, so that a run without suspects
    imports no rule."""
    info = codes()[code]
    if info.found:
        return info.found.status
    package = importlib.import_module("tritonlint.rules")
    file = info.module.rpartition(".")[2] + ".py"
    for folder in package.__path__:
        path = Path(folder) / file
        if path.exists():
            return (
                "preview"
                if re.search(r'^    status = "preview"', path.read_text(), re.M)
                else "default"
            )
    return "default"


def unknown(wanted: str) -> UsageError:
    """The error for a rule that does not exist, with the codes and names that are near to it."""
    known = codes()
    names = {name: name for info in known.values() for name in (info.code, info.name)}
    names |= {name.lower(): name for name in names.values()}
    near = difflib.get_close_matches(wanted.lower(), names, n=3, cutoff=0.6)
    shown = " or ".join(f"`{each}`" for each in dict.fromkeys(names[each] for each in near))
    hint = f"did you mean {shown}?" if shown else f"known: {', '.join(known)}"
    return UsageError(f"unknown rule: `{wanted}`; {hint}")


def sources_of_others() -> list[Path]:
    """The files that the known rules of others are made of: their modules, and what lies beside
    them."""
    modules = (sys.modules.get(info.module) for info in codes().values() if info.found)
    named = (getattr(module, "__file__", None) for module in modules)
    folders = {Path(file).parent for file in named if file}
    return sorted(file for folder in folders for file in folder.glob("*.py"))
